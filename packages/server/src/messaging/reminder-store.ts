import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { DueTimer } from '../kernel/schedule/due-timers.ts';

/** A document whose schedule has a run that is due. */
export interface DueReminder extends DueTimer {
  documentId: string;
  schedule: string;
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
