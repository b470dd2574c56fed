import type { Database, Log } from '../db/database.ts';
import type { ThrottleStore } from './throttle.ts';

/** Every bucket is full long before. */
const FORGET_AFTER = '1 hour';
const FORGET_EVERY_MS = 10 * 60_000;

/** Shares buckets between the processes on one PostgreSQL database: one statement per process and second, by its clock. */
export function createThrottleStore(
  database: Database,
  log: Log,
): ThrottleStore & {
  close(): void;
} {
  const timer = setInterval(() => {
    database
      .query(`delete from throttle_buckets where settled_at < clock_timestamp() - interval '${FORGET_AFTER}'`)
      .catch((err: unknown) => log.warn({ err }, 'rate limits that are over could not be deleted'));
  }, FORGET_EVERY_MS);
  timer.unref();

  return {
    async settle(settlements) {
      const { rows } = await database.query<{ key: Buffer; tokens: number }>({
        name: 'kernel_settle_throttle',
        // In the order of the keys, so that processes that settle the same ones wait for each other in turn.
        text: `insert into throttle_buckets as kept (key, tokens, burst, per_second, settled_at)
          select key, burst - spent, burst, per_second, clock_timestamp()
            from unnest($1::bytea[], $2::float8[], $3::float8[], $4::float8[]) as given (key, spent, burst, per_second)
           order by key
          on conflict (key) do update set
            tokens = least(
                excluded.burst,
                kept.tokens
                  + greatest(0, extract(epoch from excluded.settled_at - kept.settled_at)) * excluded.per_second
              ) - (excluded.burst - excluded.tokens),
            burst = excluded.burst,
            per_second = excluded.per_second,
            settled_at = greatest(kept.settled_at, excluded.settled_at)
          returning key, tokens`,
        values: [
          settlements.map((one) => one.key),
          settlements.map((one) => one.spent),
          settlements.map((one) => one.burst),
          settlements.map((one) => one.perSecond),
        ],
      });
      const tokens = new Map(rows.map((row) => [row.key.toString('hex'), row.tokens]));
      return settlements.map((one) => tokens.get(one.key.toString('hex')) ?? one.burst - one.spent);
    },
    close() {
      clearInterval(timer);
    },
  };
}
