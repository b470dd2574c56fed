import { generateKeyPair, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JWK_RSA_Private } from 'jose';

/** A private RSA key for RS256 as a JSON Web Key (RFC 7517). */
export type SigningJwk = JWK_RSA_Private & { kid: string; alg: 'RS256'; use: 'sig' };

/**
 * The simulator's key for id_tokens. With a data folder the key is made once and kept there (mode 0600), so that a
 * restart costs no key generation and id_tokens stay checkable; without one it lives as long as the process.
 */
export async function loadSigningKey(name: string, dataDir: string | undefined): Promise<SigningJwk> {
  if (dataDir === undefined) return createSigningKey();
  const path = join(dataDir, `${name}-signing-key.json`);
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (kept !== undefined) return JSON.parse(kept) as SigningJwk;
  const key = await createSigningKey();
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const temporaryPath = `${path}.${randomUUID()}`;
  await writeFile(temporaryPath, JSON.stringify(key), { mode: 0o600, flush: true });
  await rename(temporaryPath, path);
  return key;
}

async function createSigningKey(): Promise<SigningJwk> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return { ...(privateKey.export({ format: 'jwk' }) as JWK_RSA_Private), kid: randomUUID(), alg: 'RS256', use: 'sig' };
}
