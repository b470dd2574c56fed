import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyStore, StoredKey } from '../kernel/keys/key-store.ts';
import type { TokenKey, TokenKeys } from './access-token.ts';

const generate = promisify(generateKeyPair);
const PURPOSE = 'token-signing';

const NEW_KEY = {
  RS256: () => generate('rsa', { modulusLength: 2048 }),
  ES256: () => generate('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generate('ed25519'),
} as const;

/** The instance's token keys: the one of the wanted algorithm signs, those of earlier settings still verify. */
export async function loadTokenKeys(keys: KeyStore, algorithm: TokenKey['algorithm']): Promise<TokenKeys> {
  const current = await keys.getOrCreate(`${PURPOSE}.${algorithm}`, async () => ({
    algorithm,
    privateKey: (await NEW_KEY[algorithm]()).privateKey,
  }));
  const all = await Promise.all(Object.keys(NEW_KEY).map((one) => keys.list(`${PURPOSE}.${one}`)));
  return { current: toTokenKey(current), all: all.flat().map(toTokenKey) };
}

function toTokenKey(key: StoredKey): TokenKey {
  return {
    kid: key.id,
    algorithm: key.algorithm as TokenKey['algorithm'],
    privateKey: key.privateKey,
    publicKey: key.publicKey,
  };
}
