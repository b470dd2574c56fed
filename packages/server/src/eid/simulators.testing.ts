import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RegisteredClient } from '@segl/simulators/src/client-registry.ts';
import type { RunningSimulators } from '@segl/simulators/src/simulator-server.ts';

type Ready = Pick<RunningSimulators, 'url' | 'seBankId'> & { issuers: Record<string, string> };

/** The simulators in a process of their own, for relying parties of a test; ends with `stop`. */
export async function forkSimulators(
  clients: readonly RegisteredClient[],
  environment: Record<string, string> = {},
): Promise<Ready & { stop(): void }> {
  const child = fork(fileURLToPath(import.meta.resolve('@segl/simulators/src/main.ts')), {
    env: {
      ...process.env,
      SEGL_SIMULATORS_PORT: '0',
      SEGL_SIMULATORS_CLIENTS: JSON.stringify(clients),
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Ready));
    child.once('exit', (code) => reject(new Error(`simulators ended with ${code}`)));
  });
  return { ...ready, stop: () => void child.kill() };
}
