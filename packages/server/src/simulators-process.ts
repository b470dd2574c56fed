import { fork } from 'node:child_process';
import { createECDH, hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from './kernel/config/settings.ts';
import type { Log } from './kernel/log/log.ts';

const PROGRAM = fileURLToPath(new URL('../../simulators/src/main.ts', import.meta.url));
const START_TIMEOUT_MS = 20_000;

/** The id under which the test environment is known to the simulators. */
export const SIMULATORS_CLIENT_ID = 'segl-test';

export interface Simulators {
  close(): Promise<void>;
}

/** An elliptic-curve key (P-256), the same in every process that shares the master key. */
function derivedKey(masterKey: Buffer, purpose: 'sig' | 'enc', alg: string): EidPrivateKey {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(Buffer.from(hkdfSync('sha256', masterKey, '', `segl simulators client ${purpose} key v1`, 32)));
  const point = ecdh.getPublicKey();
  const [x, y, d] = [point.subarray(1, 33), point.subarray(33), ecdh.getPrivateKey()].map((part) =>
    // Leading zeros are part of a coordinate (RFC 7518 §6.2.1.2).
    Buffer.concat([Buffer.alloc(32 - part.length), part]).toString('base64url'),
  );
  return { kty: 'EC', crv: 'P-256', x: x!, y: y!, d: d!, kid: `segl-test-${purpose}`, alg, use: purpose };
}

export interface EidPrivateKey extends Record<string, string> {
  kty: string;
  kid: string;
  alg: string;
  d: string;
}

/** With what this instance proves itself to the simulators, and opens what they encrypt for it. */
export interface SimulatorsClient {
  clientSecret: string;
  signingKey: EidPrivateKey;
  decryptionKey: EidPrivateKey;
}

/** The same in every process that shares the master key, so that only one of them needs to run the simulators. */
export function simulatorsClient(masterKey: Buffer): SimulatorsClient {
  return {
    clientSecret: Buffer.from(hkdfSync('sha256', masterKey, '', 'segl simulators client v1', 32)).toString('hex'),
    signingKey: derivedKey(masterKey, 'sig', 'ES256'),
    decryptionKey: derivedKey(masterKey, 'enc', 'ECDH-ES'),
  };
}

function publicPart({ d: _, ...jwk }: EidPrivateKey) {
  return jwk;
}

/**
 * Starts the eID simulators as a process of their own, which speaks the eIDs' protocols over the network like the real
 * ones would. It ends with this process, also when this one is killed.
 */
export function startSimulators(options: {
  config: Config;
  client: SimulatorsClient;
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
      SEGL_SIMULATORS_DATA_DIR: join(config.dataDir, 'simulators'),
      SEGL_SIMULATORS_CLIENTS: JSON.stringify([
        {
          client_id: SIMULATORS_CLIENT_ID,
          client_name: 'Segl test',
          client_secret: options.client.clientSecret,
          jwks: { keys: [publicPart(options.client.signingKey), publicPart(options.client.decryptionKey)] },
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
    child.once('message', () => {
      clearTimeout(timer);
      resolve({ close });
    });
    child.once('error', reject);
    void exited.then(() => {
      clearTimeout(timer);
      reject(new Error(`the eID simulators could not start: is port ${config.simulatorsPort} in use?`));
    });
  });
}
