import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RegisteredClient } from '@segl/simulators/src/client-registry.ts';

/** The simulators in a process of their own, for relying parties of a test; ends with `stop`. */
export async function forkSimulators(
  clients: readonly RegisteredClient[],
): Promise<{ issuers: Record<string, string>; stop(): void }> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.resolve('@segl/simulators/src/main.ts')), {
    env: { ...process.env, SEGL_SIMULATORS_PORT: '0', SEGL_SIMULATORS_CLIENTS: JSON.stringify(clients) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { issuers } = await new Promise<{ issuers: Record<string, string> }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { issuers: Record<string, string> }));
    child.once('exit', (code) => reject(new Error(`simulators ended with ${code}`)));
  });
  return { issuers, stop: () => void child.kill() };
}
