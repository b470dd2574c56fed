import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { exportJWK, type JWK } from 'jose';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database, Log } from '../kernel/db/database.ts';
import type { KeyStore, StoredKey } from '../kernel/keys/key-store.ts';
import { claimKeyRotation } from './token-store.ts';

export interface TokenKey {
  kid: string;
  algorithm: 'RS256' | 'ES256' | 'EdDSA';
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** From when it signs. */
  activatesAt: Date;
}

/** The keys that sign tokens, the same in every process. */
export interface TokenKeys {
  /** The key that signs now. */
  signing(): TokenKey;
  /** A key whose tokens may still be about. */
  find(kid: string): TokenKey | undefined;
  /** Public keys to check tokens with; the next one too, a day before it signs. */
  jwks(): { keys: JWK[] };
  /** Makes the next key, unless one is waiting already; answers the one that will sign next. */
  rotate(): Promise<TokenKey>;
  /** Keeps up with other processes, and replaces a key that has reached its age. */
  start(): void;
  close(): void;
}

export interface TokenKeysOptions {
  keys: KeyStore;
  database: Database;
  clock: Clock;
  log: Log;
  algorithm: TokenKey['algorithm'];
  /** How long a key signs before the next one takes over. */
  maxAgeMs: number;
}

const generate = promisify(generateKeyPair);
const PURPOSE = 'token-signing';
const SIGNAL = 'token_keys';
const DAY_MS = 24 * 3_600_000;
/** Checkers keep the list of keys for an hour, some for longer. */
const PUBLISHED_BEFORE_MS = DAY_MS;
/** The longest lifetime of a token, and a day more. */
const PUBLISHED_AFTER_MS = DAY_MS + DAY_MS;
const LOOK_EVERY_MS = 20_000;

const NEW_KEY = {
  RS256: () => generate('rsa', { modulusLength: 2048 }),
  ES256: () => generate('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generate('ed25519'),
} as const;

const purposeOf = (algorithm: TokenKey['algorithm']) => `${PURPOSE}.${algorithm}`;

/**
 * Loads the keys; a new instance gets its first one, which signs at once. Another algorithm than that of the newest key
 * is a rotation: its key is published now and signs a day later.
 */
export async function loadTokenKeys(options: TokenKeysOptions): Promise<TokenKeys> {
  const { keys, database, clock, log, algorithm, maxAgeMs } = options;
  const newKey = async () => ({ algorithm, privateKey: (await NEW_KEY[algorithm]()).privateKey });
  /** Newest first. */
  let known: (TokenKey & { jwk: JWK })[] = await list();
  let timer: NodeJS.Timeout | undefined;
  let stopListening = () => {};

  if (known.length === 0) {
    await keys.getOrCreate(purposeOf(algorithm), newKey);
    known = await list();
  }
  if (known[0]!.algorithm !== algorithm) await succeed(known[0]!);

  async function list(): Promise<(TokenKey & { jwk: JWK })[]> {
    const algorithms = Object.keys(NEW_KEY) as TokenKey['algorithm'][];
    const stored = await Promise.all(algorithms.map((one) => keys.list(purposeOf(one))));
    const now = clock.now();
    const alive = stored.flat().filter(({ retiresAt }) => !(retiresAt && retiresAt <= now));
    return await Promise.all(
      alive.sort(newestFirst).map(async (one) => ({ ...tokenKey(one), jwk: await publicJwk(one) })),
    );
  }

  /** The key that follows on `key`, made by whichever process asks first. */
  async function succeed(key: TokenKey): Promise<void> {
    if (await claimKeyRotation(database, key.kid, clock.now())) {
      const activatesAt = new Date(clock.now().getTime() + PUBLISHED_BEFORE_MS);
      const made = await keys.put(purposeOf(algorithm), { ...(await newKey()), activatesAt });
      log.info({ kid: made.id, activatesAt }, 'the next token key is published');
      database.signals.send(SIGNAL);
    }
    known = await list();
  }

  async function look(): Promise<void> {
    known = await list();
    const newest = known[0]!;
    const due = newest.activatesAt.getTime() + maxAgeMs - PUBLISHED_BEFORE_MS;
    if (clock.now().getTime() >= due) await succeed(newest);
  }

  function signing(): TokenKey & { jwk: JWK } {
    const now = clock.now();
    const key = known.find(({ activatesAt }) => activatesAt <= now) ?? known.at(-1);
    if (!key) throw new Error('there is no key that signs tokens');
    return key;
  }

  /** Those that wait, the one that signs, and those before it whose last token has not long expired. */
  function published(): (TokenKey & { jwk: JWK })[] {
    const nowMs = clock.now().getTime();
    return known.filter((_key, index) => {
      const successor = known[index - 1];
      return !successor || nowMs < successor.activatesAt.getTime() + PUBLISHED_AFTER_MS;
    });
  }

  const lookLater = () => void look().catch((err: unknown) => log.warn({ err }, 'token keys could not be read'));

  return {
    signing,
    find: (kid) => published().find((key) => key.kid === kid),
    jwks: () => ({ keys: published().map(({ jwk }) => jwk) }),
    async rotate() {
      const newest = known[0]!;
      if (newest.activatesAt <= clock.now()) await succeed(newest);
      return known[0]!;
    },
    start() {
      stopListening = database.signals.on(SIGNAL, lookLater);
      timer = setInterval(lookLater, LOOK_EVERY_MS);
      timer.unref();
      lookLater();
    },
    close() {
      stopListening();
      clearInterval(timer);
    },
  };
}

function newestFirst(a: StoredKey, b: StoredKey): number {
  return b.activatesAt.getTime() - a.activatesAt.getTime() || (a.id < b.id ? 1 : -1);
}

function tokenKey(key: StoredKey): TokenKey {
  return {
    kid: key.id,
    algorithm: key.algorithm as TokenKey['algorithm'],
    privateKey: key.privateKey,
    publicKey: key.publicKey,
    activatesAt: key.activatesAt,
  };
}

async function publicJwk(key: StoredKey): Promise<JWK> {
  return { ...(await exportJWK(key.publicKey)), kid: key.id, alg: key.algorithm, use: 'sig' };
}
