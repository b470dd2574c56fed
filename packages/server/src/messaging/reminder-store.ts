import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';

/** A document whose schedule has a run that is due. */
export interface DueReminder {
  documentId: string;
  accountId: string;
  environment: Environment;
  schedule: string;
}

const COLUMNS = 'document_id as "documentId", account_id as "accountId", environment, schedule';

/** Those due by `now`, the longest due first. */
export async function listDueReminders(db: Queryable, now: Date, limit: number): Promise<DueReminder[]> {
  const { rows } = await db.query<DueReminder>(
    {
      name: 'messaging_list_due_reminders',
      text: `select ${COLUMNS} from reminder_timers where due_at <= $1 order by due_at limit $2`,
    },
    [now, limit],
  );
  return rows;
}

/** The same for one account whose test environment has a time of its own. */
export async function listDueTestReminders(
  db: Queryable,
  accountId: string,
  now: Date,
  limit: number,
): Promise<DueReminder[]> {
  const { rows } = await db.query<DueReminder>(
    `select ${COLUMNS} from reminder_timers
      where environment = 'test' and account_id = $1 and due_at <= $2 order by due_at limit $3`,
    [accountId, now, limit],
  );
  return rows;
}

/** The timer, for this transaction only; `undefined` when another one has it, and when there is none any more. */
export async function claimReminderTimer(
  tx: Transaction,
  documentId: string,
): Promise<{ schedule: string; dueAt: Date } | undefined> {
  const { rows } = await tx.query<{ schedule: string; dueAt: Date }>(
    'select schedule, due_at as "dueAt" from reminder_timers where document_id = $1 for update skip locked',
    [documentId],
  );
  return rows[0];
}

export async function putReminderTimer(db: Queryable, timer: DueReminder & { dueAt: Date }): Promise<void> {
  await db.query(
    `insert into reminder_timers (document_id, account_id, environment, schedule, due_at) values ($1, $2, $3, $4, $5)
     on conflict (document_id) do update set schedule = excluded.schedule, due_at = excluded.due_at
      where reminder_timers.schedule <> excluded.schedule or reminder_timers.due_at < excluded.due_at`,
    [timer.documentId, timer.accountId, timer.environment, timer.schedule, timer.dueAt],
  );
}

export async function deleteReminderTimer(tx: Transaction, documentId: string): Promise<void> {
  await tx.query('delete from reminder_timers where document_id = $1', [documentId]);
}

export async function deleteReminderTimers(tx: Transaction, documentIds: readonly string[]): Promise<void> {
  await tx.query('delete from reminder_timers where document_id = any($1::uuid[])', [documentIds]);
}
