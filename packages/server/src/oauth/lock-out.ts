import { LRUCache } from 'lru-cache';
import { SeglError } from '../kernel/errors/segl-error.ts';

const WINDOW_MS = 10 * 60_000;
const PER_CLIENT_AND_ADDRESS = 20;
const PER_ADDRESS = 100;

interface Failures {
  count: number;
  sinceMs: number;
}

/**
 * Counts failed authentications per client and address, and per address. A client id alone is never locked: ids are no
 * secret, and anybody could shut a customer out.
 */
export function createLockOut() {
  const failures = new LRUCache<string, Failures>({ max: 50_000, ttl: WINDOW_MS });

  const current = (key: string, nowMs: number): Failures => {
    const kept = failures.get(key);
    return kept && nowMs - kept.sinceMs < WINDOW_MS ? kept : { count: 0, sinceMs: nowMs };
  };

  return {
    /** Throws 429 `too_many_requests` while the pair or the address is locked. */
    requireOpen(clientId: string, address: string, nowMs: number): void {
      const limits = [
        [`${clientId} ${address}`, PER_CLIENT_AND_ADDRESS],
        [address, PER_ADDRESS],
      ] as const;
      for (const [key, limit] of limits) {
        const { count, sinceMs } = current(key, nowMs);
        if (count >= limit) {
          throw new SeglError(429, 'too_many_requests', 'Too many failed authentications: try again later.', {
            retryAfterSeconds: Math.ceil((sinceMs + WINDOW_MS - nowMs) / 1000),
          });
        }
      }
    },

    recordFailure(clientId: string, address: string, nowMs: number): void {
      for (const key of [`${clientId} ${address}`, address]) {
        const { count, sinceMs } = current(key, nowMs);
        failures.set(key, { count: count + 1, sinceMs });
      }
    },
  };
}
