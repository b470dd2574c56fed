import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ClientSecret } from './store.ts';

/**
 * Hash of a client secret. Secrets have full entropy, so a keyed fast hash is enough: a slow one adds nothing and
 * would let anyone load the server by guessing.
 */
export interface SecretHasher {
  hash(secret: string): Buffer;
  /** The stored secret that this is; constant time per stored one; an expired one is never found. */
  find(secret: string, stored: readonly ClientSecret[], now: Date): ClientSecret | undefined;
}

export function createSecretHasher(masterKey: Buffer): SecretHasher {
  const pepper = Buffer.from(hkdfSync('sha256', masterKey, '', 'segl client secret pepper v1', 32));
  const hash = (secret: string): Buffer => createHmac('sha256', pepper).update(secret, 'utf8').digest();
  return {
    hash,
    find(secret, stored, now) {
      const given = hash(secret);
      let found: ClientSecret | undefined;
      for (const one of stored) {
        if (!one.hash) continue;
        const equal = timingSafeEqual(given, one.hash);
        if (equal && isAlive(one, now)) found ??= one;
      }
      return found;
    },
  };
}

export function isAlive(secret: Pick<ClientSecret, 'expiresAt'>, now: Date): boolean {
  return secret.expiresAt === null || secret.expiresAt > now;
}

/** Hex only: some clients encode secrets twice, others not at all, and only letters and digits survive all of them. */
export function generateClientSecret(): string {
  return randomBytes(32).toString('hex');
}

const CLIENT_ID = /^[tp][0-9a-f]{32}$/;

/** Whether a text can be the id of a client at all; what callers send may be anything. */
export function isClientId(text: string): boolean {
  return CLIENT_ID.test(text);
}

export function generateClientId(environment: 'test' | 'prod'): string {
  return (environment === 'test' ? 't' : 'p') + randomBytes(16).toString('hex');
}
