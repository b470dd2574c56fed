/** Long-run rate, and how many requests may come at once. */
export interface BucketSize {
  perMinute: number;
  burst: number;
}

export type BucketName =
  | 'client'
  | 'account'
  | 'create'
  | 'file'
  | 'token'
  | 'anonymous'
  | 'session'
  | 'signing'
  | 'trust';

export type BucketSizes = Readonly<Record<BucketName, BucketSize>>;

/** What each bucket counts, and its size unless configured otherwise. */
export const BUCKET_SIZES: BucketSizes = {
  /** API calls of one client. */
  client: { perMinute: 3000, burst: 500 },
  /** API calls of all clients of one account. */
  account: { perMinute: 12_000, burst: 2000 },
  /** Documents and sessions that one client creates. */
  create: { perMinute: 1200, burst: 200 },
  /** Files that one client downloads. */
  file: { perMinute: 1200, burst: 1200 },
  /** Tokens that one client gets. */
  token: { perMinute: 300, burst: 300 },
  /** Requests without a valid token, per address. */
  anonymous: { perMinute: 120, burst: 120 },
  /** Calls of one signing session: the page asks every second or two while it waits for an eID. */
  session: { perMinute: 300, burst: 120 },
  /** Sign pages and calls of all signing sessions, per address: a whole office signs from one. */
  signing: { perMinute: 3000, burst: 1000 },
  /** Time-stamps and OCSP answers, per address. */
  trust: { perMinute: 3000, burst: 600 },
};

/**
 * Reads changes to the sizes: `client=6000/1000, token=60` (requests per minute, and at once; as many as a minute's when
 * left out). `mistakes` has one sentence for each part that cannot be read.
 */
export function readBucketSizes(text: string): { sizes: BucketSizes; mistakes: string[] } {
  const sizes: Record<BucketName, BucketSize> = { ...BUCKET_SIZES };
  const mistakes: string[] = [];
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const [, name = '', perMinute, burst = perMinute] = /^([a-z]+)\s*=\s*(\d{1,9})(?:\/(\d{1,9}))?$/.exec(part) ?? [];
    if (!Object.hasOwn(sizes, name) || Number(perMinute) < 1 || Number(burst) < 1) {
      const names = Object.keys(sizes).join(', ');
      mistakes.push(`"${part}" is not <bucket>=<per minute>[/<at once>] with one of the buckets ${names}`);
      continue;
    }
    sizes[name as BucketName] = { perMinute: Number(perMinute), burst: Number(burst) };
  }
  return { sizes, mistakes };
}
