import type { Queryable, Transaction } from '../db/database.ts';
import type { Environment } from '../events/events.ts';

/** A job that waits for a time on an account's clock. */
export interface DelayedAccountJob {
  id: string;
  accountId: string;
  environment: Environment;
  queue: string;
  data: object;
  singletonKey: string | undefined;
  startAfter: Date;
}

export type DueJob = Pick<DelayedAccountJob, 'queue' | 'data'> & { singletonKey: string | null };

/** Any number, the same in every replica. */
const LOCK = 5_349_175;
const BATCH_SIZE = 500;

/** No clock is behind real time, so that what is due in real time is due for every account. */
const IN_REAL_TIME = 'select id from delayed_account_jobs where start_after <= $1 and queue = any($2)';
const ON_MOVED_CLOCKS = `
  select d.id from account_clocks c join delayed_account_jobs d on d.account_id = c.account_id
   where c.ahead_ms > 0 and d.environment = 'test' and d.queue = any($2)
     and d.start_after <= $1::timestamptz + c.ahead_ms * interval '1 millisecond'`;

export async function insertDelayed(db: Queryable, jobs: readonly DelayedAccountJob[]): Promise<void> {
  await db.query(
    `insert into delayed_account_jobs (id, account_id, environment, queue, data, singleton_key, start_after)
     select id, "accountId", environment, queue, data, "singletonKey", "startAfter"
       from jsonb_to_recordset($1::jsonb)
         as given (id uuid, "accountId" uuid, environment text, queue text, data jsonb, "singletonKey" text,
                   "startAfter" timestamptz)`,
    [JSON.stringify(jobs)],
  );
}

/** Whether any job of these queues is due at a real instant, each by its account's clock as it is now. */
export async function anyDue(db: Queryable, queues: readonly string[], realNow: Date): Promise<boolean> {
  const { rows } = await db.query<{ due: boolean }>({
    name: 'kernel_any_delayed_job_due',
    text: `select exists (${IN_REAL_TIME}) or exists (${ON_MOVED_CLOCKS}) as due`,
    values: [realNow, queues],
  });
  return rows[0]!.due;
}

/** Takes due jobs out, a batch at most; none while another process does. */
export async function takeDue(tx: Transaction, queues: readonly string[], realNow: Date): Promise<DueJob[]> {
  const { rows: locks } = await tx.query<{ locked: boolean }>('select pg_try_advisory_xact_lock($1) as locked', [LOCK]);
  if (!locks[0]!.locked) return [];
  const { rows } = await tx.query<DueJob>(
    `delete from delayed_account_jobs where id = any(array(
       (${IN_REAL_TIME} limit ${BATCH_SIZE}) union (${ON_MOVED_CLOCKS} limit ${BATCH_SIZE})))
     returning queue, data, singleton_key as "singletonKey"`,
    [realNow, queues],
  );
  return rows;
}
