import { ExpiringStore } from './expiring-store.ts';

/** Token bucket per address: `perSecond` requests on average, ten seconds' worth at once. Returns whether one more may pass. */
export function createRateLimit(perSecond: number, nowMs: () => number = Date.now): (address: string) => boolean {
  const burst = perSecond * 10;
  const buckets = new ExpiringStore<{ tokens: number; atMs: number }>(10_000, nowMs);
  return (address) => {
    const now = nowMs();
    let bucket = buckets.get(address);
    if (!bucket) {
      bucket = { tokens: burst, atMs: now };
      buckets.set(address, bucket, 3600);
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.atMs) / 1000) * perSecond);
    bucket.atMs = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
