import { fstatSync } from 'node:fs';
import { readClients } from './client-registry.ts';
import { startSimulators } from './simulator-server.ts';

/**
 * Command line of the simulators. Environment:
 *
 * - `SEGL_SIMULATORS_PORT` (8643; 0 takes a free one), `SEGL_SIMULATORS_HOST` (127.0.0.1)
 * - `SEGL_SIMULATORS_URL`: public base address (`http://localhost:<port>`)
 * - `SEGL_SIMULATORS_CLIENTS`: relying parties, a JSON list or the path of a file that holds one
 * - `SEGL_SIMULATORS_DATA_DIR`: folder that keeps the signing keys
 * - `SEGL_SIMULATORS_SE_BANKID_PORT`: port of Swedish BankID's API (not simulated without it; 0 takes a free one)
 * - `SEGL_SIMULATORS_REQUESTS_PER_SECOND`: per address (2000)
 *
 * Tells its parent `{ type: 'ready', url, issuers, seBankId }` over IPC and prints one line when it accepts connections. Stops on
 * SIGTERM and SIGINT, and when the parent goes: at the end of the IPC channel or of a piped standard input.
 */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const simulators = await startSimulators({
    port: readNumber(env, 'SEGL_SIMULATORS_PORT', 8643),
    host: env.SEGL_SIMULATORS_HOST ?? '127.0.0.1',
    baseUrl: env.SEGL_SIMULATORS_URL,
    clients: await readClients(env.SEGL_SIMULATORS_CLIENTS ?? '[]'),
    dataDir: env.SEGL_SIMULATORS_DATA_DIR,
    ...(env.SEGL_SIMULATORS_SE_BANKID_PORT
      ? { seBankIdPort: readNumber(env, 'SEGL_SIMULATORS_SE_BANKID_PORT', 0) }
      : {}),
    requestsPerSecond: readNumber(env, 'SEGL_SIMULATORS_REQUESTS_PER_SECOND', 2000),
    logError: (event, error) => console.error(JSON.stringify({ event, error: error.name, message: error.message })),
  });

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    simulators.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (process.channel) process.once('disconnect', stop);
  else if (isPiped(0)) process.stdin.once('end', stop).once('error', stop).resume();

  console.log(`segl simulators ready at ${simulators.url}`);
  process.send?.({ type: 'ready', url: simulators.url, issuers: simulators.issuers, seBankId: simulators.seBankId });
}

function readNumber(env: NodeJS.ProcessEnv, name: string, standard: number): number {
  const text = env[name];
  if (text === undefined || text === '') return standard;
  if (!/^\d{1,9}$/.test(text)) throw new TypeError(`${name} must be a whole number`);
  return Number(text);
}

/** A parent that holds our standard input ends it when it dies; a terminal or `/dev/null` says nothing about a parent. */
function isPiped(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

await main(process.env);
