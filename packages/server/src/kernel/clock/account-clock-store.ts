import type { Queryable, Transaction } from '../db/database.ts';
import type { Environment } from '../events/events.ts';

export interface MovedClock {
  accountId: string;
  aheadMs: number;
}

/** The clocks that are ahead of real time. */
export async function listMovedClocks(db: Queryable): Promise<MovedClock[]> {
  const { rows } = await db.query<MovedClock>({
    name: 'kernel_list_moved_clocks',
    text: 'select account_id as "accountId", ahead_ms as "aheadMs" from account_clocks where ahead_ms > 0',
  });
  return rows;
}

export async function readAccountNow(
  db: Queryable,
  accountId: string,
  environment: Environment,
  realNow: Date,
): Promise<Date> {
  const { rows } = await db.query<{ now: Date }>({
    name: 'kernel_read_account_now',
    text: 'select account_now($1, $2, $3) as now',
    values: [accountId, environment, realNow],
  });
  return rows[0]!.now;
}

/** How far the account's clock is ahead; nobody else can move it before the transaction ends. */
export async function lockClock(tx: Transaction, accountId: string, realNow: Date): Promise<number> {
  await tx.query(
    'insert into account_clocks (account_id, ahead_ms, moved_at) values ($1, 0, $2) on conflict (account_id) do nothing',
    [accountId, realNow],
  );
  const { rows } = await tx.query<{ aheadMs: number }>(
    'select ahead_ms as "aheadMs" from account_clocks where account_id = $1 for update',
    [accountId],
  );
  return rows[0]!.aheadMs;
}

export async function setClock(tx: Transaction, clock: MovedClock, realNow: Date): Promise<void> {
  await tx.query('update account_clocks set ahead_ms = $2, moved_at = $3 where account_id = $1', [
    clock.accountId,
    clock.aheadMs,
    realNow,
  ]);
}
