import type { Clock } from '../kernel/clock/clock.ts';
import type { Database, Log } from '../kernel/db/database.ts';
import { takeExpiringSecrets } from './client-store.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * Logs a warning for each secret of a usable client that expires within 30 days, and another within 7; each once, by
 * whichever process looks first. One that dies in between may leave a warning to be repeated.
 */
export async function warnOfExpiringSecrets(deps: { database: Database; clock: Clock; log: Log }): Promise<void> {
  const now = deps.clock.now();
  const inDays = (days: number) => new Date(now.getTime() + days * DAY_MS);
  await deps.database.transaction(async (tx) => {
    for (const one of await takeExpiringSecrets(tx, { now, in7Days: inDays(7), in30Days: inDays(30) })) {
      deps.log.warn(one, 'a secret of a client expires soon');
    }
  });
}
