import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ClientSecret } from './store.ts';

/**
 * Hash of a client secret. Secrets have full entropy, so a keyed fast hash is enough: a slow one adds nothing and
 * would let anyone load the server by guessing.
 */
export interface SecretHasher {
  hash(secret: string): Buffer;
  /** Constant time per stored secret; an expired one never matches. */
  matches(secret: string, stored: readonly ClientSecret[], now: Date): boolean;
}

export function createSecretHasher(masterKey: Buffer): SecretHasher {
  const pepper = Buffer.from(hkdfSync('sha256', masterKey, '', 'segl client secret pepper v1', 32));
  const hash = (secret: string): Buffer => createHmac('sha256', pepper).update(secret, 'utf8').digest();
  return {
    hash,
    matches(secret, stored, now) {
      const given = hash(secret);
      let found = false;
      for (const one of stored) {
        const equal = timingSafeEqual(given, one.hash);
        const alive = one.expiresAt === null || one.expiresAt > now;
        found = (equal && alive) || found;
      }
      return found;
    },
  };
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
