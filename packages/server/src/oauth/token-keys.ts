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
  /** A key whose tokens may still be about, and which was not retired. */
  find(kid: string): TokenKey | undefined;
  /** Public keys to check tokens with; the next one too, a day before it signs. */
  jwks(): { keys: JWK[] };
  /** Makes the next key, unless one is waiting already; answers the one that will sign next. */
  rotate(): Promise<TokenKey>;
  /**
   * For a key that somebody else may have: from now on it neither signs nor is published, and its tokens are refused. When
   * it was the one that signs, a new one does so at once. Answers the key that signs. Throws for a `kid` that no key has.
   */
  retire(kid: string): Promise<TokenKey>;
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

type KnownKey = TokenKey & { jwk: JWK; retiresAt: Date | undefined };

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
  /** Newest first, retired ones among them. */
  let known: KnownKey[] = await list();
  let timer: NodeJS.Timeout | undefined;
  let stopListening = () => {};

  if (!known.some(isAlive)) {
    await keys.getOrCreate(purposeOf(algorithm), newKey);
    known = await list();
  }
  if (newest().algorithm !== algorithm) await succeed(newest());

  async function list(): Promise<KnownKey[]> {
    const algorithms = Object.keys(NEW_KEY) as TokenKey['algorithm'][];
    const stored = await Promise.all(algorithms.map((one) => keys.list(purposeOf(one))));
    return await Promise.all(
      stored
        .flat()
        .sort(newestFirst)
        .map(async (one) => ({ ...tokenKey(one), jwk: await publicJwk(one), retiresAt: one.retiresAt })),
    );
  }

  function isAlive({ retiresAt }: KnownKey): boolean {
    return !(retiresAt && retiresAt <= clock.now());
  }

  function newest(): KnownKey {
    const key = known.find(isAlive);
    if (!key) throw new Error('there is no key that signs tokens');
    return key;
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
    const due = newest().activatesAt.getTime() + maxAgeMs - PUBLISHED_BEFORE_MS;
    if (clock.now().getTime() >= due) await succeed(newest());
  }

  function signing(): KnownKey {
    const now = clock.now();
    const alive = known.filter(isAlive);
    return alive.find(({ activatesAt }) => activatesAt <= now) ?? alive.at(-1) ?? newest();
  }

  /** One that waits, signs, or signed before the one that does and whose last token has not long expired. */
  function isPublished(key: KnownKey): boolean {
    if (!isAlive(key)) return false;
    // One that was retired before its time never took over.
    const successor = known
      .slice(0, known.indexOf(key))
      .findLast(({ retiresAt, activatesAt }) => !(retiresAt && retiresAt <= activatesAt));
    return !successor || clock.now().getTime() < successor.activatesAt.getTime() + PUBLISHED_AFTER_MS;
  }

  const lookLater = () => void look().catch((err: unknown) => log.warn({ err }, 'token keys could not be read'));

  return {
    signing,
    find(kid) {
      const key = known.find((one) => one.kid === kid);
      return key && isPublished(key) ? key : undefined;
    },
    jwks: () => ({ keys: known.filter(isPublished).map(({ jwk }) => jwk) }),
    async rotate() {
      if (newest().activatesAt <= clock.now()) await succeed(newest());
      return newest();
    },
    async retire(kid) {
      known = await list();
      if (!known.some((key) => key.kid === kid)) throw new Error(`There is no token key ${kid}.`);
      const current = signing();
      // In its place in time too, so that the next rotation comes when it would have, and no clock is too slow for it.
      const successor =
        current.kid === kid
          ? { purpose: purposeOf(algorithm), key: { ...(await newKey()), activatesAt: current.activatesAt } }
          : undefined;
      if (await keys.retire(kid, successor)) database.signals.send(SIGNAL);
      known = await list();
      return signing();
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
