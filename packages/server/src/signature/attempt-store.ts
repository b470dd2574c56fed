import { endEidAttempt } from '../eid/index.ts';
import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { AttachmentToSign } from './attachment-acceptance.ts';

export type AttemptStatus = 'started' | 'signed' | 'identified' | 'canceled' | 'failed';

/** `identify`: to prove who is there before the document is shown. */
export type AttemptPurpose = 'sign' | 'identify';

/** Why an attempt failed, in the app's words and the provider's. */
export interface AttemptFailure {
  errorCode: string;
  eidErrorCode?: string;
  eidErrorMessage?: string;
}

/** What one try with an eID means for the document; how it runs is in the attempt of the same id at the eID. */
export interface SignAttempt {
  id: string;
  sessionId: string;
  accountId: string;
  purpose: AttemptPurpose;
  method: string;
  status: AttemptStatus;
  /** What the eID was told to sign along with the document. */
  attachments: AttachmentToSign[];
  failure: AttemptFailure | undefined;
  /** On the account's clock. */
  createdAt: Date;
}

interface AttemptRow {
  id: string;
  session_id: string;
  account_id: string;
  purpose: AttemptPurpose;
  method: string;
  status: AttemptStatus;
  attachments: AttachmentToSign[];
  failure: AttemptFailure | null;
  created_at: Date;
}

function toAttempt(row: AttemptRow): SignAttempt {
  return {
    id: row.id,
    sessionId: row.session_id,
    accountId: row.account_id,
    purpose: row.purpose,
    method: row.method,
    status: row.status,
    attachments: row.attachments,
    failure: row.failure ?? undefined,
    createdAt: row.created_at,
  };
}

export async function insertAttempt(tx: Transaction, attempt: Omit<SignAttempt, 'status' | 'failure'>): Promise<void> {
  await tx.query(
    `insert into sign_attempts (id, session_id, account_id, method, status, created_at, updated_at, attachments, purpose)
     values ($1, $2, $3, $4, 'started', $5, $5, $6, $7)`,
    [
      attempt.id,
      attempt.sessionId,
      attempt.accountId,
      attempt.method,
      attempt.createdAt,
      JSON.stringify(attempt.attachments),
      attempt.purpose,
    ],
  );
}

export async function findAttempt(db: Queryable, id: string): Promise<SignAttempt | undefined> {
  const { rows } = await db.query<AttemptRow>('select * from sign_attempts where id = $1', [id]);
  return rows[0] && toAttempt(rows[0]);
}

/** The latest attempt of a session of which nothing has come yet. */
export async function findOpenAttempt(db: Queryable, sessionId: string): Promise<SignAttempt | undefined> {
  const { rows } = await db.query<AttemptRow>(
    `select * from sign_attempts where session_id = $1 and status = 'started' order by id desc limit 1`,
    [sessionId],
  );
  return rows[0] && toAttempt(rows[0]);
}

/**
 * Ends an attempt, here and as a try with the eID. A signature always counts; anything else only while the attempt is
 * claimed, so that a slower request cannot overwrite what a faster one has reached.
 */
export async function finishAttempt(
  tx: Transaction,
  id: string,
  status: 'signed' | 'identified' | 'canceled' | 'failed',
  at: Date,
  failure?: AttemptFailure,
): Promise<void> {
  if ((await endEidAttempt(tx, id, at)) || status === 'signed') await recordEnd(tx, id, status, at, failure);
}

/** The person has turned away. */
export async function recordTurnedAway(tx: Transaction, id: string, at: Date): Promise<void> {
  await recordEnd(tx, id, 'canceled', at);
}

async function recordEnd(
  tx: Transaction,
  id: string,
  status: AttemptStatus,
  at: Date,
  failure?: AttemptFailure,
): Promise<void> {
  await tx.query('update sign_attempts set status = $2, updated_at = $3, failure = $4 where id = $1', [
    id,
    status,
    at,
    failure ? JSON.stringify(failure) : null,
  ]);
}
