import type { Database, Log, Queryable, Transaction } from '../db/database.ts';
import { SeglError } from '../errors/segl-error.ts';
import type { Environment } from '../events/events.ts';
import { listMovedClocks, lockClock, readAccountNow, setClock } from './account-clock-store.ts';
import type { Clock } from './clock.ts';

/**
 * The time of an account's data: real time, unless the account has moved the clock of its test environment. For
 * everything that an account sees and waits for; what protects and proves (tokens, throttling, certificates,
 * time-stamps, request log, audit) takes a `Clock`.
 */
export interface AccountTime {
  now(accountId: string, environment: Environment): Date;
}

/** Where a clock is moved to: by a duration, or to an instant on it. */
export type ClockMove = { byMs: number } | { to: Date };

/** The clocks of all accounts. `now` asks nobody: after a move in another process it may be behind for a moment. */
export interface AccountClocks extends AccountTime {
  /** As the database has it: never behind. For what is decided once, such as whether something is due. */
  read(db: Queryable, accountId: string, environment: Environment): Promise<Date>;
  /**
   * Moves the clock of the account's test environment when the transaction commits, and answers the new time. Throws 422
   * `clock_cannot_go_back`, and 422 `clock_too_far` for more than ten years ahead of real time.
   */
  move(tx: Transaction, accountId: string, move: ClockMove): Promise<Date>;
  /** Loads the clocks and keeps up with other processes. */
  start(): Promise<void>;
  close(): void;
}

/** Sent after a move. Work that waits for a time of an account looks at once whether it is due. */
export const ACCOUNT_CLOCK_MOVED = 'account_clock_moved';

const MAX_AHEAD_MS = 10 * 366 * 24 * 3_600_000;
/** Signals may be lost. */
const LOOK_EVERY_MS = 2000;

export function createAccountClocks(deps: { database: Database; clock: Clock; log: Log }): AccountClocks {
  const { database, clock, log } = deps;
  const aheadMs = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let stopListening = () => {};

  /** What is read may be older than what a move of this process has noted, and no clock goes back. */
  function note(accountId: string, ms: number): void {
    aheadMs.set(accountId, Math.max(ms, aheadMs.get(accountId) ?? 0));
  }

  async function look(): Promise<void> {
    for (const moved of await listMovedClocks(database)) note(moved.accountId, moved.aheadMs);
  }

  const lookAgain = () => void look().catch((err: unknown) => log.warn({ err }, 'account clocks could not be read'));

  return {
    now(accountId, environment) {
      const real = clock.now();
      const ahead = environment === 'test' ? aheadMs.get(accountId) : undefined;
      return ahead ? new Date(real.getTime() + ahead) : real;
    },

    async read(db, accountId, environment) {
      return environment === 'test' ? readAccountNow(db, accountId, environment, clock.now()) : clock.now();
    },

    async move(tx, accountId, move) {
      const real = clock.now();
      const from = await lockClock(tx, accountId, real);
      const ahead = 'to' in move ? move.to.getTime() - real.getTime() : from + move.byMs;
      if (ahead < from) {
        const now = new Date(real.getTime() + from).toISOString();
        throw new SeglError(422, 'clock_cannot_go_back', `The clock stands at ${now} and moves forward only.`);
      }
      if (ahead > MAX_AHEAD_MS) {
        throw new SeglError(422, 'clock_too_far', 'The clock can be at most ten years ahead of real time.');
      }
      await setClock(tx, { accountId, aheadMs: ahead }, real);
      tx.afterCommit(() => {
        note(accountId, ahead);
        database.signals.send(ACCOUNT_CLOCK_MOVED);
      });
      return new Date(real.getTime() + ahead);
    },

    async start() {
      // The embedded database has one process, which knows of its own moves.
      if (database.kind === 'postgresql') {
        stopListening = database.signals.on(ACCOUNT_CLOCK_MOVED, lookAgain);
        timer = setInterval(lookAgain, LOOK_EVERY_MS);
        timer.unref();
      }
      await look();
    },

    close() {
      stopListening();
      clearInterval(timer);
    },
  };
}
