import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Log } from '../db/database.ts';
import { atMost } from '../memory/at-most.ts';
import type { BucketName, BucketSize, BucketSizes } from './throttle-sizes.ts';

/** State of one bucket after a request was let through or refused. */
export interface ThrottleVerdict {
  allowed: boolean;
  /** Requests per minute. */
  limit: number;
  remaining: number;
  /** Seconds until the bucket is full again. */
  resetSeconds: number;
  /** Seconds until one more request fits. */
  retryAfterSeconds: number;
  /** Filling, from 0 (exhausted) to 1. */
  level: number;
}

/** A bucket and whose it is: a client id, an account id, an address … */
export type Charge = readonly [bucket: BucketName, key: string];

export interface Throttling {
  /**
   * Takes one request out of each bucket, or out of none when one of them is empty. The answer describes the bucket that
   * refuses, or else the one that is closest to exhaustion.
   */
  take(...charges: readonly [Charge, ...Charge[]]): ThrottleVerdict;
  /** The state of a bucket, without taking anything. */
  look(bucket: BucketName, key: string): ThrottleVerdict;
  /** Brings what was taken here to the store, and takes over what other processes took. */
  settle(): Promise<void>;
  /** Stops settling; waits for what is under way. */
  close(): Promise<void>;
}

/** What a process has taken out of a bucket since it last settled. */
export interface Settlement {
  /** 16 bytes. */
  key: Buffer;
  spent: number;
  burst: number;
  perSecond: number;
}

/** Where several processes share their buckets. */
export interface ThrottleStore {
  /** Subtracts what was spent and gives the filling of each bucket, which may be negative, in the order given. */
  settle(settlements: readonly Settlement[]): Promise<number[]>;
}

export interface ThrottlingOptions {
  sizes: BucketSizes;
  /** `false`: nothing is refused, everything is counted. */
  refuse: boolean;
  /** Absent: this process is the only one. */
  store?: ThrottleStore;
  log: Log;
  /** Monotonic milliseconds, which never are those of a test clock. */
  nowMs?: () => number;
}

interface Bucket {
  readonly size: BucketSize;
  tokens: number;
  atMs: number;
  /** Taken here and not settled yet. */
  spent: number;
  settledAtMs: number;
}

/** Per kind of bucket. A bucket that is pushed out is full when it comes back, so nobody is harmed by being forgotten. */
const MAX_KEYS = 20_000;
const SETTLE_EVERY_MS = 1000;
/** A bucket of which little was taken settles less often. */
const SETTLE_QUIET_MS = 5000;
const SETTLE_SOON_MS = 50;
const MAX_SETTLEMENTS = 5000;

/**
 * Token buckets in memory. With a store, each process counts for itself and settles once a second, and sooner for a bucket
 * that runs down fast: no request ever waits for the store, the long-run rate is that of one bucket however many processes
 * there are, and what they let through beyond it at once is repaid before anything more is let through.
 */
export function createThrottling(options: ThrottlingOptions): Throttling {
  const { sizes, store, nowMs = () => performance.now() } = options;
  const kinds = new Map<BucketName, LRUCache<string, Bucket>>();
  for (const name of Object.keys(sizes) as BucketName[]) kinds.set(name, new LRUCache(atMost(MAX_KEYS)));
  const unsettled = new Map<Bucket, Charge>();
  let settling: Promise<void> | undefined;
  let soon: NodeJS.Timeout | undefined;
  const timer = store && setInterval(() => void settle(), SETTLE_EVERY_MS);
  timer?.unref();

  function find(name: BucketName, key: string, now: number): Bucket {
    const kind = kinds.get(name)!;
    const kept = kind.get(key);
    if (kept) return refill(kept, now);
    const made = { size: sizes[name], tokens: sizes[name].burst, atMs: now, spent: 0, settledAtMs: Number.NaN };
    kind.set(key, made);
    return made;
  }

  function spend(bucket: Bucket, charge: Charge): void {
    bucket.tokens = options.refuse ? bucket.tokens - 1 : Math.max(0, bucket.tokens - 1);
    if (!store) return;
    bucket.spent += 1;
    unsettled.set(bucket, charge);
    if (bucket.spent > bucket.size.burst / 10 && !soon) {
      soon = setTimeout(() => void settle(), SETTLE_SOON_MS);
      soon.unref();
    }
  }

  function due(now: number): [Bucket, Charge][] {
    const found: [Bucket, Charge][] = [];
    for (const entry of unsettled) {
      const [bucket] = entry;
      const quiet = bucket.spent < bucket.size.burst / 50 && now - bucket.settledAtMs < SETTLE_QUIET_MS;
      if (quiet) continue;
      found.push(entry);
      if (found.length === MAX_SETTLEMENTS) break;
    }
    return found;
  }

  async function settleWith(into: ThrottleStore): Promise<void> {
    const taken = due(nowMs());
    if (taken.length === 0) return;
    const settlements = taken.map(([bucket, [name, key]]) => ({
      key: sharedKey(name, key),
      spent: bucket.spent,
      burst: bucket.size.burst,
      perSecond: bucket.size.perMinute / 60,
    }));
    for (const [bucket] of taken) {
      bucket.spent = 0;
      unsettled.delete(bucket);
    }
    try {
      const levels = await into.settle(settlements);
      const now = nowMs();
      for (const [index, [bucket]] of taken.entries()) {
        bucket.tokens = Math.min(bucket.size.burst, levels[index]! - bucket.spent);
        bucket.atMs = now;
        bucket.settledAtMs = now;
      }
    } catch (err) {
      for (const [index, [bucket, charge]] of taken.entries()) {
        bucket.spent += settlements[index]!.spent;
        unsettled.set(bucket, charge);
      }
      options.log.warn({ err }, 'rate limits could not be shared: each process counts for itself');
    }
  }

  async function settle(): Promise<void> {
    clearTimeout(soon);
    soon = undefined;
    if (!store) return;
    settling ??= settleWith(store).finally(() => {
      settling = undefined;
    });
    await settling;
  }

  return {
    take(...charges) {
      const now = nowMs();
      const found = charges.map(([name, key]) => find(name, key, now));
      const empty = options.refuse ? found.find((bucket) => bucket.tokens < 1) : undefined;
      if (empty) return verdict(empty, false);
      for (const [index, bucket] of found.entries()) spend(bucket, charges[index]!);
      return verdict(
        found.reduce((low, bucket) => (fill(bucket) < fill(low) ? bucket : low)),
        true,
      );
    },
    look(name, key) {
      const now = nowMs();
      const kept = kinds.get(name)!.peek(key);
      if (kept) return verdict(refill(kept, now), !options.refuse || kept.tokens >= 1);
      const size = sizes[name];
      return verdict({ size, tokens: size.burst, atMs: now, spent: 0, settledAtMs: now }, true);
    },
    settle,
    async close() {
      clearInterval(timer);
      clearTimeout(soon);
      await settling;
    },
  };
}

function refill(bucket: Bucket, now: number): Bucket {
  const { burst, perMinute } = bucket.size;
  bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.atMs) * perMinute) / 60_000);
  bucket.atMs = now;
  return bucket;
}

function fill(bucket: Bucket): number {
  return Math.max(0, bucket.tokens) / bucket.size.burst;
}

function verdict(bucket: Bucket, allowed: boolean): ThrottleVerdict {
  const { burst, perMinute } = bucket.size;
  const perSecond = perMinute / 60;
  return {
    allowed,
    limit: perMinute,
    remaining: Math.max(0, Math.floor(bucket.tokens)),
    resetSeconds: Math.ceil((burst - bucket.tokens) / perSecond),
    retryAfterSeconds: Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond)),
    level: fill(bucket),
  };
}

function sharedKey(name: BucketName, key: string): Buffer {
  return createHash('sha256').update(`${name}\0${key}`, 'utf8').digest().subarray(0, 16);
}
