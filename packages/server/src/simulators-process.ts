import { fork } from 'node:child_process';
import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { authenticateAtNoBankId, cancelAtNoBankId } from '@segl/simulators/src/no-bankid/test-person.ts';
import type { Config } from './kernel/config/settings.ts';
import type { Log } from './kernel/log/log.ts';

const PROGRAM = fileURLToPath(new URL('../../simulators/src/main.ts', import.meta.url));
const START_TIMEOUT_MS = 20_000;

/** The id under which the test environment is known to the simulators. */
export const SIMULATORS_CLIENT_ID = 'segl-test';

/** How Swedish BankID's simulator is reached; certificates and key in PEM. */
export interface SeBankIdAccess {
  apiUrl: string;
  serverRoot: string;
  signingRoot: string;
  clientCertificate: string;
  clientKey: string;
}

export interface Simulators {
  seBankId: SeBankIdAccess;
  close(): Promise<void>;
}

/** The same in every process that shares the master key, so that only one of them needs to run the simulators. */
export function simulatorsClientSecret(masterKey: Buffer): string {
  return Buffer.from(hkdfSync('sha256', masterKey, '', 'segl simulators client v1', 32)).toString('hex');
}

/**
 * Starts the eID simulators as a process of their own, which speaks the eIDs' protocols over the network like the real
 * ones would. It ends with this process, also when this one is killed.
 */
export function startSimulators(options: {
  config: Config;
  clientSecret: string;
  callbackPaths: readonly string[];
  log: Log;
}): Promise<Simulators> {
  const { config, log } = options;
  const child = fork(PROGRAM, [], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      SEGL_SIMULATORS_PORT: String(config.simulatorsPort),
      SEGL_SIMULATORS_HOST: config.host,
      SEGL_SIMULATORS_URL: config.simulatorsUrl,
      SEGL_SIMULATORS_SE_BANKID_PORT: '0',
      SEGL_SIMULATORS_DATA_DIR: join(config.dataDir, 'simulators'),
      SEGL_SIMULATORS_CLIENTS: JSON.stringify([
        {
          client_id: SIMULATORS_CLIENT_ID,
          client_name: 'Segl test',
          client_secret: options.clientSecret,
          redirect_uris: options.callbackPaths.map((path) => config.publicUrl + path),
        },
      ]),
    },
  });
  let closing = false;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      if (!closing) log.error({ code }, 'the eID simulators have stopped');
      resolve();
    });
  });
  const close = async () => {
    closing = true;
    child.kill('SIGTERM');
    await exited;
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the eID simulators did not start in time')), START_TIMEOUT_MS);
    child.once('message', (message) => {
      clearTimeout(timer);
      resolve({ seBankId: (message as { seBankId: SeBankIdAccess }).seBankId, close });
    });
    child.once('error', reject);
    void exited.then(() => {
      clearTimeout(timer);
      reject(new Error(`the eID simulators could not start: is port ${config.simulatorsPort} in use?`));
    });
  });
}

/** The first person of the simulator's register. */
const FIRST_PERSON = '01010750160';

/**
 * Does at the simulator of Norwegian BankID what a person would; `word` is typed as the one-time code, where it picks the
 * outcome. Answers the address to which the simulator sends the browser.
 */
export function playNoBankIdPerson(
  url: string,
  { number = FIRST_PERSON, word }: { number: string | undefined; word: string },
): Promise<string> {
  if (word === 'cancel') return cancelAtNoBankId(url);
  return authenticateAtNoBankId(url, { nationalNumber: number, ...(word === 'success' ? {} : { oneTimeCode: word }) });
}
