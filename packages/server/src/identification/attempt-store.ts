import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { ProviderName } from './contract/providers.ts';

/** One run of an eID in a session. It lives as long as nothing has come of it. */
export interface Attempt {
  id: string;
  sessionId: string;
  accountId: string;
  provider: ProviderName;
  callbackKey: string;
  status: 'started' | 'returned' | 'completing';
  /** The eID has a window of its own, beside the frame with the session. */
  inWindow: boolean;
  stateSealed: Buffer;
  callbackSealed: Buffer | undefined;
  /** SHA-256 of the code that the returning browser was given. */
  returnHash: Buffer | undefined;
}

interface AttemptRow {
  id: string;
  session_id: string;
  account_id: string;
  provider: ProviderName;
  callback_key: string;
  status: Attempt['status'];
  in_window: boolean;
  state_sealed: Buffer;
  callback_sealed: Buffer | null;
  return_hash: Buffer | null;
}

function toAttempt(row: AttemptRow): Attempt {
  return {
    id: row.id,
    sessionId: row.session_id,
    accountId: row.account_id,
    provider: row.provider,
    callbackKey: row.callback_key,
    status: row.status,
    inWindow: row.in_window,
    stateSealed: row.state_sealed,
    callbackSealed: row.callback_sealed ?? undefined,
    returnHash: row.return_hash ?? undefined,
  };
}

/** The only one of its session: whoever starts anew has turned away from what was before. */
export async function replaceAttempt(
  tx: Transaction,
  attempt: Omit<Attempt, 'status' | 'callbackSealed' | 'returnHash'>,
  at: Date,
): Promise<void> {
  await deleteAttempts(tx, attempt.sessionId);
  await tx.query(
    `insert into identification_attempts
       (id, session_id, account_id, provider, callback_key, status, in_window, state_sealed, created_at, updated_at)
     values ($1, $2, $3, $4, $5, 'started', $6, $7, $8, $8)`,
    [
      attempt.id,
      attempt.sessionId,
      attempt.accountId,
      attempt.provider,
      attempt.callbackKey,
      attempt.inWindow,
      attempt.stateSealed,
      at,
    ],
  );
}

export async function findAttempt(db: Queryable, id: string): Promise<Attempt | undefined> {
  const { rows } = await db.query<AttemptRow>('select * from identification_attempts where id = $1', [id]);
  return rows[0] && toAttempt(rows[0]);
}

export async function findAttemptOf(db: Queryable, sessionId: string): Promise<Attempt | undefined> {
  const { rows } = await db.query<AttemptRow>(
    'select * from identification_attempts where session_id = $1 order by id desc limit 1',
    [sessionId],
  );
  return rows[0] && toAttempt(rows[0]);
}

export async function findAttemptByCallback(db: Queryable, callbackKey: string): Promise<Attempt | undefined> {
  const { rows } = await db.query<AttemptRow>('select * from identification_attempts where callback_key = $1', [
    callbackKey,
  ]);
  return rows[0] && toAttempt(rows[0]);
}

/** Keeps what the browser came back with. `false` when one came back before: only the first return counts. */
export async function recordReturn(
  db: Queryable,
  id: string,
  back: { callbackSealed: Buffer; returnHash: Buffer; at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update identification_attempts set status = 'returned', callback_sealed = $2, return_hash = $3, updated_at = $4
      where id = $1 and status = 'started'`,
    [id, back.callbackSealed, back.returnHash, back.at],
  );
  return rowCount === 1;
}

/**
 * Takes the attempt for completion. `false` when another request has it: an eID's answer can be used once only, so two
 * must not try. A claim whose holder died is free again after half a minute.
 */
export async function claimAttempt(db: Queryable, id: string, at: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update identification_attempts set status = 'completing', updated_at = $2
      where id = $1 and (status = 'returned' or (status = 'completing' and updated_at < $3))`,
    [id, at, new Date(at.getTime() - 30_000)],
  );
  return rowCount === 1;
}

/** Gives a claimed attempt back, so that completing can be tried again, for example when the eID could not be reached. */
export async function releaseAttempt(db: Queryable, id: string, at: Date): Promise<void> {
  await db.query(
    `update identification_attempts set status = 'returned', updated_at = $2 where id = $1 and status = 'completing'`,
    [id, at],
  );
}

/** Ends an attempt that nobody is completing; `false` when it is being completed or gone. */
export async function abandonAttempt(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `delete from identification_attempts where id = $1 and status in ('started', 'returned')`,
    [id],
  );
  return rowCount === 1;
}

export async function deleteAttempts(tx: Transaction, sessionId: string): Promise<void> {
  await tx.query('delete from identification_attempts where session_id = $1', [sessionId]);
}
