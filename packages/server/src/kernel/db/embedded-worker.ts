import { parentPort, workerData } from 'node:worker_threads';
import { startEngine } from './embedded-engine.ts';
import { type EmbeddedWorkerData, type FromWorker, joinBytes, type ToWorker } from './embedded-messages.ts';

/** Answers are sent on when they are this old, rather than when the whole batch is done. */
const ANSWER_AFTER_MS = 1;

/** PostgreSQL message `ReadyForQuery`, which ends every answer: 'Z', length 5, transaction status. */
const READY_FOR_QUERY = 0x5a;
const READY_FOR_QUERY_SIZE = 6;

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

let answers: Uint8Array<ArrayBuffer>[] = [];
let answeredAt = 0;

port.on('message', (message: ToWorker) => {
  if (message === 'close') {
    void close();
    return;
  }
  run(message);
});
post({ kind: 'ready' });

/** Runs the statements of one or more clients' messages; the answers leave in the same order. */
function run(messages: Uint8Array): void {
  answeredAt = performance.now();
  // Synchronous: the call returns when PostgreSQL has answered everything.
  void engine.execProtocolRawStream(messages, { syncToFs: false, onRawData: collect });
  flush();
}

function collect(bytes: Uint8Array): void {
  answers.push(bytes.slice());
  if (endsAnswer(bytes) && performance.now() - answeredAt > ANSWER_AFTER_MS) flush();
}

function endsAnswer(bytes: Uint8Array): boolean {
  return bytes[bytes.length - READY_FOR_QUERY_SIZE] === READY_FOR_QUERY;
}

function flush(): void {
  answeredAt = performance.now();
  if (answers.length === 0) return;
  const bytes = joinBytes(answers);
  answers = [];
  post({ kind: 'answer', bytes }, [bytes.buffer]);
}

function post(message: FromWorker, moved: ArrayBuffer[] = []): void {
  port!.postMessage(message, moved);
}

async function close(): Promise<void> {
  await engine.close();
  post({ kind: 'closed' });
}
