import type { AccountClocks } from '../clock/account-clocks.ts';
import type { Clock } from '../clock/clock.ts';
import type { Database, Queryable } from '../db/database.ts';
import type { Environment } from '../events/events.ts';

/** A row that says when to look at a document next, on the clock of its account. */
export interface DueTimer {
  documentId: string;
  accountId: string;
  environment: Environment;
}

export interface TimerTimes {
  /** Real time; no account's clock is behind it. */
  clock: Clock;
  clocks: Pick<AccountClocks, 'read' | 'listAhead'>;
}

const BATCH = 50;

/**
 * Takes every timer of the table that is due now, the longest due first. `take` does one, in a transaction of its own in
 * which it locks and reads again what decides; it answers `false` for one that somebody else has or that failed, which is
 * left for the next look.
 */
export async function takeDueTimers<Timer extends DueTimer>(
  options: TimerTimes & {
    database: Database;
    table: 'document_timers' | 'reminder_timers';
    /** Of the table, beside those of `DueTimer`. */
    moreColumns?: string;
    take(timer: Timer, now: Date): Promise<boolean>;
  },
  isStopped: () => boolean,
): Promise<void> {
  const { database, clock, clocks, table, moreColumns } = options;
  const select = `select document_id as "documentId", account_id as "accountId", environment${moreColumns ? `, ${moreColumns}` : ''}
    from ${table}`;

  async function takeAll(list: (db: Queryable) => Promise<{ rows: Timer[] }>): Promise<void> {
    let taken: number;
    do {
      taken = 0;
      const { rows } = await list(database);
      for (const timer of rotated(rows)) {
        if (isStopped()) return;
        if (await options.take(timer, await clocks.read(database, timer.accountId, timer.environment))) taken += 1;
      }
      // What others hold or what failed stays due.
    } while (taken === BATCH);
  }

  await takeAll((db) =>
    db.query<Timer>(
      { name: `kernel_list_due_${table}`, text: `${select} where due_at <= $1 order by due_at limit ${BATCH}` },
      [clock.now()],
    ),
  );
  for (const { accountId, now } of await clocks.listAhead()) {
    await takeAll((db) =>
      db.query<Timer>(
        `${select} where environment = 'test' and account_id = $1 and due_at <= $2 order by due_at limit ${BATCH}`,
        [accountId, now],
      ),
    );
  }
}

/** From a place of its own, so that several processes do not queue up for the same row. */
function rotated<T>(list: readonly T[]): T[] {
  const start = Math.floor(Math.random() * list.length);
  return [...list.slice(start), ...list.slice(0, start)];
}
