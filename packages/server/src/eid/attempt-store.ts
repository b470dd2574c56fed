import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';

/** Whose session an attempt belongs to. */
export type AttemptOwner = 'signing' | 'identification';

/** One try to log in or sign with one eID, as it is remembered between two requests. */
export interface EidAttempt {
  id: string;
  owner: AttemptOwner;
  sessionId: string;
  accountId: string;
  environment: Environment;
  method: string;
  status: 'started' | 'returned' | 'completing' | 'ended';
  /** Absent for an eID that is polled. */
  callbackKey: string | undefined;
  /** The eID has a window of its own, beside the frame with the session. */
  inWindow: boolean;
  /** What the provider must remember; gone when the attempt has ended. */
  stateSealed: Buffer | undefined;
  /** With which parameters the browser came back, or how a polled eID ended. */
  answerSealed: Buffer | undefined;
  /** SHA-256 of the code that the returning browser was given. */
  returnHash: Buffer | undefined;
  /** When a polled eID was asked last. */
  askedAt: Date | undefined;
}

interface AttemptRow {
  id: string;
  owner: AttemptOwner;
  session_id: string;
  account_id: string;
  environment: Environment;
  method: string;
  status: EidAttempt['status'];
  callback_key: string | null;
  in_window: boolean;
  state_sealed: Buffer | null;
  answer_sealed: Buffer | null;
  return_hash: Buffer | null;
  asked_at: Date | null;
}

/** A claim whose holder died is free again after half a minute. */
const CLAIM_MS = 30_000;

function toAttempt(row: AttemptRow): EidAttempt {
  return {
    id: row.id,
    owner: row.owner,
    sessionId: row.session_id,
    accountId: row.account_id,
    environment: row.environment,
    method: row.method,
    status: row.status,
    callbackKey: row.callback_key ?? undefined,
    inWindow: row.in_window,
    stateSealed: row.state_sealed ?? undefined,
    answerSealed: row.answer_sealed ?? undefined,
    returnHash: row.return_hash ?? undefined,
    askedAt: row.asked_at ?? undefined,
  };
}

/** `answerSealed` is there for a polled eID that has ended at once. */
export async function insertAttempt(
  tx: Transaction,
  attempt: Omit<EidAttempt, 'status' | 'returnHash'>,
  at: Date,
): Promise<void> {
  await tx.query(
    `insert into eid_attempts (id, owner, session_id, account_id, environment, method, status, callback_key, in_window,
                               state_sealed, answer_sealed, asked_at, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)`,
    [
      attempt.id,
      attempt.owner,
      attempt.sessionId,
      attempt.accountId,
      attempt.environment,
      attempt.method,
      attempt.answerSealed ? 'returned' : 'started',
      attempt.callbackKey ?? null,
      attempt.inWindow,
      attempt.stateSealed ?? null,
      attempt.answerSealed ?? null,
      attempt.askedAt ?? null,
      at,
    ],
  );
}

export async function findEidAttempt(db: Queryable, id: string): Promise<EidAttempt | undefined> {
  const { rows } = await db.query<AttemptRow>('select * from eid_attempts where id = $1', [id]);
  return rows[0] && toAttempt(rows[0]);
}

/** The latest of a session. */
export async function findLatestEidAttempt(
  db: Queryable,
  owner: AttemptOwner,
  sessionId: string,
): Promise<EidAttempt | undefined> {
  const { rows } = await db.query<AttemptRow>(
    'select * from eid_attempts where session_id = $1 and owner = $2 order by id desc limit 1',
    [sessionId, owner],
  );
  return rows[0] && toAttempt(rows[0]);
}

export async function findAttemptByCallback(db: Queryable, callbackKey: string): Promise<EidAttempt | undefined> {
  const { rows } = await db.query<AttemptRow>('select * from eid_attempts where callback_key = $1', [callbackKey]);
  return rows[0] && toAttempt(rows[0]);
}

/** Keeps what the browser came back with. `false` when one came back before: only the first return counts. */
export async function recordReturn(
  db: Queryable,
  id: string,
  back: { answerSealed: Buffer; returnHash: Buffer; at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update eid_attempts set status = 'returned', answer_sealed = $2, return_hash = $3, updated_at = $4
      where id = $1 and status = 'started'`,
    [id, back.answerSealed, back.returnHash, back.at],
  );
  return rowCount === 1;
}

/**
 * Takes the right to ask a polled eID, which one request at a time may. `undefined` when another one is asking, when it was
 * asked after `askedBefore`, or when there is nothing to ask any more.
 */
export async function leasePoll(
  db: Queryable,
  id: string,
  { at, until, askedBefore }: { at: Date; until: Date; askedBefore: Date },
): Promise<EidAttempt | undefined> {
  const { rows } = await db.query<AttemptRow>(
    `update eid_attempts set leased_until = $3, updated_at = $2
      where id = $1 and status = 'started' and asked_at <= $4 and (leased_until is null or leased_until < $2)
      returning *`,
    [id, at, until, askedBefore],
  );
  return rows[0] && toAttempt(rows[0]);
}

/** Ends a lease with what the eID said: a new state, or (`answerSealed`) its end; with neither nothing was learned. */
export async function recordPoll(
  db: Queryable,
  id: string,
  answer: { stateSealed?: Buffer; answerSealed?: Buffer; at: Date },
): Promise<void> {
  await db.query(
    `update eid_attempts
        set leased_until = null, updated_at = $2, asked_at = $2, state_sealed = coalesce($3, state_sealed), answer_sealed = $4,
            status = case when $4::bytea is null then status else 'returned' end
      where id = $1 and status = 'started'`,
    [id, answer.at, answer.stateSealed ?? null, answer.answerSealed ?? null],
  );
}

/**
 * Takes the attempt for completion. `undefined` when another request has it: an eID's answer can be used once only, so two
 * must not try.
 */
export async function claimAttempt(db: Queryable, id: string, at: Date): Promise<EidAttempt | undefined> {
  const { rows } = await db.query<AttemptRow>(
    `update eid_attempts set status = 'completing', updated_at = $2
      where id = $1 and (status = 'returned' or (status = 'completing' and updated_at < $3))
      returning *`,
    [id, at, new Date(at.getTime() - CLAIM_MS)],
  );
  return rows[0] && toAttempt(rows[0]);
}

/** Gives a claimed attempt back, so that completing can be tried again, for example when the eID could not be reached. */
export async function releaseAttempt(db: Queryable, id: string, at: Date): Promise<void> {
  await db.query(
    `update eid_attempts set status = 'returned', updated_at = $2 where id = $1 and status = 'completing'`,
    [id, at],
  );
}

/** Ends an attempt for good and forgets its secrets; `false` when nobody had claimed it. */
export async function endEidAttempt(tx: Transaction, id: string, at: Date): Promise<boolean> {
  return end(tx, id, at, `status = 'completing'`);
}

/** Ends an attempt that nobody is completing; `false` when it is being completed or has ended. */
export async function endUnclaimedAttempt(tx: Transaction, id: string, at: Date): Promise<boolean> {
  return end(tx, id, at, `status in ('started', 'returned')`);
}

async function end(tx: Transaction, id: string, at: Date, condition: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update eid_attempts set status = 'ended', state_sealed = null, answer_sealed = null, leased_until = null, updated_at = $2
      where id = $1 and ${condition}`,
    [id, at],
  );
  return rowCount === 1;
}

export async function deleteEidAttempts(
  tx: Transaction,
  owner: AttemptOwner,
  sessionIds: readonly string[],
): Promise<void> {
  await tx.query('delete from eid_attempts where session_id = any($1) and owner = $2', [sessionIds, owner]);
}
