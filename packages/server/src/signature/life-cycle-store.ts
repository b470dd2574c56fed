import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { DocumentStatus } from './contract/document.ts';
import type { LifeCycle } from './document-timer.ts';

/** Whose document it is. */
export interface DocumentOwner {
  accountId: string;
  environment: Environment;
}

/**
 * Takes the document's row lock if it is free, and reads what decides about its timer. `undefined` when somebody else
 * has the lock, and when there is no such document any more.
 */
export async function claimLifeCycle(tx: Transaction, documentId: string): Promise<LifeCycle | undefined> {
  // The lock comes first and alone: what is read after it is the newest state.
  const { rowCount } = await tx.query('select 1 from documents where id = $1 for update skip locked', [documentId]);
  return rowCount === 1 ? findLifeCycle(tx, documentId) : undefined;
}

export async function findLifeCycle(db: Queryable, documentId: string): Promise<LifeCycle | undefined> {
  const { rows } = await db.query<{
    status: DocumentStatus;
    deadline: Date;
    ended_at: Date | null;
    announced_at: Date | null;
    delete_after_hours: number;
    packaged: boolean;
  }>(
    `select status, deadline, coalesce(closed_at, signed_at) as ended_at, deletion_announced_at as announced_at,
            (request #>> '{advanced,timeToLive,deleteAfterHours}')::integer as delete_after_hours,
            packages_complete_at is not null as packaged
       from documents where id = $1 and erased_at is null`,
    [documentId],
  );
  const [row] = rows;
  return (
    row && {
      status: row.status,
      deadline: row.deadline,
      endedAt: row.ended_at ?? undefined,
      packaged: row.packaged,
      deleteAfterHours: row.delete_after_hours,
      announcedAt: row.announced_at ?? undefined,
    }
  );
}

/** When to look at the document next; absent: not by time. */
export async function putTimer(
  tx: Transaction,
  documentId: string,
  owner: DocumentOwner,
  dueAt: Date | undefined,
): Promise<void> {
  if (!dueAt) {
    await tx.query('delete from document_timers where document_id = $1', [documentId]);
    return;
  }
  await tx.query(
    `insert into document_timers (document_id, account_id, environment, due_at) values ($1, $2, $3, $4)
     on conflict (document_id) do update set due_at = excluded.due_at`,
    [documentId, owner.accountId, owner.environment, dueAt],
  );
}

/** Puts a look at the document off that failed. Nothing when somebody has looked at it meanwhile. */
export async function postponeTimer(db: Queryable, documentId: string, now: Date, dueAt: Date): Promise<void> {
  await db.query('update document_timers set due_at = $3 where document_id = $1 and due_at <= $2', [
    documentId,
    now,
    dueAt,
  ]);
}

/** Whether a signer is with an eID, since before `deadline`. */
export async function isSomebodyAtEid(db: Queryable, documentId: string, deadline: Date): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `select exists (
       select from signing_sessions s join sign_attempts a on a.session_id = s.id
        where s.document_id = $1 and a.status = 'started' and a.created_at < $2
     ) as found`,
    [documentId, deadline],
  );
  return rows[0]!.found;
}

export async function closeDocumentRow(
  tx: Transaction,
  documentId: string,
  end: { status: 'canceled'; reason: string | undefined } | { status: 'expired' },
  now: Date,
): Promise<void> {
  const reason = end.status === 'canceled' ? end.reason : undefined;
  await tx.query(
    'update documents set status = $2, closed_at = $3, updated_at = $3, cancel_reason = $4 where id = $1',
    [documentId, end.status, now, reason ?? null],
  );
}

/** Sessions of the document end at `at` at the latest, whatever is done in them. */
export async function endSessionsBy(tx: Transaction, documentId: string, at: Date): Promise<void> {
  await tx.query(
    `update signing_sessions set ends_at = $2, expires_at = least(expires_at, $2)
      where document_id = $1 and ends_at > $2`,
    [documentId, at],
  );
}

/** Absent: it is to be announced again. */
export async function putDeletionAnnounced(tx: Transaction, documentId: string, at: Date | undefined): Promise<void> {
  await tx.query('update documents set deletion_announced_at = $2 where id = $1', [documentId, at ?? null]);
}
