import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { startEngine } from './embedded-engine.ts';
import type { EmbeddedWorkerData, FromWorker, ToWorker } from './embedded-messages.ts';
import { StatementRunner } from './statement-runner.ts';

/** The thread that runs the embedded database, so that statements do not hold up the event loop of the server. */
const port = parentPort;
if (!port) throw new Error('the embedded database runs in a worker thread');
const { folder, syncCounter } = workerData as EmbeddedWorkerData;
const syncs = new Int32Array(syncCounter);

const engine = await startEngine({
  folder,
  onSync: () => Atomics.add(syncs, 0, 1),
  onBroken: (message) => {
    post({ kind: 'broken', message });
    // Ends this thread only; the main thread then ends the process.
    process.exit(1);
  },
});

let closing = false;
const runner = new StatementRunner({
  engine,
  receive: () => {
    if (closing) return undefined;
    const message = receiveMessageOnPort(port)?.message as ToWorker | undefined;
    closing = message === 'close';
    return message === 'close' ? undefined : message;
  },
  answer: (bytes) => post({ kind: 'answer', bytes }, [bytes.buffer]),
});

port.on('message', (message: ToWorker) => {
  if (message === 'close') closing = true;
  else runner.run(message);
  if (closing) void close();
});
post({ kind: 'ready' });

function post(message: FromWorker, moved: ArrayBuffer[] = []): void {
  port!.postMessage(message, moved);
}

async function close(): Promise<void> {
  await engine.close();
  post({ kind: 'closed' });
}
