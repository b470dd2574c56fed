import type { AccountClocks } from '../clock/account-clocks.ts';
import type { Clock } from '../clock/clock.ts';
import type { Database } from '../db/database.ts';
import type { Environment } from '../events/events.ts';

/** A row that says when to look at something next, on the clock of its account. */
export interface DueTimer {
  accountId: string;
  environment: Environment;
}

export interface TimerTimes {
  /** Real time; no account's clock is behind it. */
  clock: Clock;
  clocks: Pick<AccountClocks, 'read'>;
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
    table: 'document_timers' | 'reminder_timers' | 'identification_timers';
    /** Those beside the ones of `DueTimer`, under their names in `Timer`. */
    columns: readonly string[];
    take(timer: Timer, now: Date): Promise<boolean>;
  },
  isStopped: () => boolean,
): Promise<void> {
  const { database, clock, clocks, table } = options;
  const columns = [...options.columns, 'account_id as "accountId"', 'environment'];
  const select = `select ${columns.map((column) => `timer.${column}`).join(', ')}`;

  let taken: number;
  do {
    taken = 0;
    // No clock is behind real time, so that what is due in real time is due for every account.
    const { rows } = await database.query<Timer>(
      {
        name: `kernel_list_due_${table}`,
        text: `(${select} from ${table} timer where timer.due_at <= $1 order by timer.due_at limit ${BATCH})
               union all
               (${select} from account_clocks moved join ${table} timer on timer.account_id = moved.account_id
                 where moved.ahead_ms > 0 and timer.environment = 'test' and timer.due_at > $1
                   and timer.due_at <= $1::timestamptz + moved.ahead_ms * interval '1 millisecond'
                 order by timer.due_at limit ${BATCH})`,
      },
      [clock.now()],
    );
    for (const timer of rotated(rows)) {
      if (isStopped()) return;
      if (await options.take(timer, await clocks.read(database, timer.accountId, timer.environment))) taken += 1;
    }
    // What others hold or what failed stays due.
  } while (taken >= BATCH);
}

/** From a place of its own, so that several processes do not queue up for the same row. */
function rotated<T>(list: readonly T[]): T[] {
  const start = Math.floor(Math.random() * list.length);
  return [...list.slice(start), ...list.slice(0, start)];
}
