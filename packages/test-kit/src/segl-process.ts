import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type DatabaseKind, type DatabaseLocation, freshLocation, removeLocation } from './databases.ts';

const MAIN = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url));
const START_TIMEOUT_MS = 90_000;

/** A real server process with a data folder and ports of its own. */
export interface SeglProcess {
  readonly url: string;
  readonly client: { clientId: string; clientSecret: string };
  readonly location: DatabaseLocation;
  readonly processId: number;
  /** What the process wrote, both streams. */
  output(): string;
  /** Ends it as a power cut would end a process. */
  kill(): Promise<void>;
  /** Ends it as Ctrl-C does; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Starts it again on the same folder and ports. */
  start(): Promise<void>;
  /** Stops it and removes its folder and database. */
  remove(): Promise<void>;
}

export interface SeglOptions {
  kind?: DatabaseKind;
  environment?: Record<string, string>;
}

/** Starts Segl as `npm start` does, on free ports; webhooks may reach this machine. */
export async function startSegl({ kind = 'embedded', environment = {} }: SeglOptions = {}): Promise<SeglProcess> {
  const location = await freshLocation(kind);
  const [port, simulatorsPort] = [await freePort(), await freePort()];
  let child: ChildProcess | undefined;
  let client = { clientId: '', clientSecret: '' };
  let output = '';

  async function start(): Promise<void> {
    const started = fork(MAIN, [], {
      execArgv: [],
      silent: true,
      env: {
        PATH: process.env.PATH,
        SEGL_PORT: String(port),
        SEGL_HOST: '127.0.0.1',
        SEGL_PUBLIC_URL: `http://localhost:${port}`,
        SEGL_SIMULATORS_PORT: String(simulatorsPort),
        SEGL_DATA_DIR: location.dataDir,
        SEGL_OUTBOUND_ALLOW: '127.0.0.0/8',
        SEGL_LOG_LEVEL: 'info',
        ...(location.url ? { SEGL_DATABASE_URL: location.url } : {}),
        ...environment,
      },
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString('utf8')).slice(-2_000_000);
      });
    }
    const ready = await Promise.race([
      once(started, 'message').then(([message]) => message as { client: typeof client }),
      once(started, 'exit').then(() => undefined),
      new Promise<undefined>((resolve) => setTimeout(resolve, START_TIMEOUT_MS, undefined).unref()),
    ]);
    if (!ready) {
      started.kill('SIGKILL');
      throw new Error(`Segl did not start:\n${output.slice(-4000)}`);
    }
    client = ready.client;
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = await exited;
    return code as number | null;
  }

  await start();
  return {
    url: `http://localhost:${port}`,
    get client() {
      return client;
    },
    location,
    get processId() {
      return child?.pid ?? 0;
    },
    output: () => output,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    start,
    remove: async () => {
      await end('SIGTERM');
      await removeLocation(location);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The document of the first steps, which the repository ships. */
export const sampleContract = () => readFile(new URL('../../../examples/sample-contract.pdf', import.meta.url));
