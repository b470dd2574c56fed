import { LRUCache } from 'lru-cache';

export interface ThrottleVerdict {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Seconds until the bucket is full again. */
  resetSeconds: number;
  /** Seconds until one more request fits. */
  retryAfterSeconds: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** A token bucket per key: `perMinute` requests in the long run, `burst` at once. Bounded memory. */
export function createThrottle(perMinute: number, burst: number, options: { maxKeys?: number } = {}) {
  const buckets = new LRUCache<string, Bucket>({ max: options.maxKeys ?? 50_000 });
  const perMs = perMinute / 60_000;

  return {
    take(key: string, nowMs: number): ThrottleVerdict {
      const bucket = buckets.get(key) ?? { tokens: burst, atMs: nowMs };
      const tokens = Math.min(burst, bucket.tokens + Math.max(0, nowMs - bucket.atMs) * perMs);
      const allowed = tokens >= 1;
      const left = allowed ? tokens - 1 : tokens;
      buckets.set(key, { tokens: left, atMs: nowMs });
      return {
        allowed,
        limit: perMinute,
        remaining: Math.floor(left),
        resetSeconds: Math.ceil((burst - left) / perMs / 1000),
        retryAfterSeconds: Math.max(1, Math.ceil((1 - left) / perMs / 1000)),
      };
    },
  };
}

export type Throttle = ReturnType<typeof createThrottle>;
