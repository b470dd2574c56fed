import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';

/** The code that was sent last in a session. */
export interface SentCode {
  sessionId: string;
  codeHash: Buffer;
  numberHash: Buffer;
  /** In this session so far. */
  sends: number;
  triesLeft: number;
  sentAt: Date;
  expiresAt: Date;
}

export async function findSentCode(db: Queryable, sessionId: string): Promise<SentCode | undefined> {
  const { rows } = await db.query<SentCode>(
    `select session_id as "sessionId", code_hash as "codeHash", number_hash as "numberHash", sends::integer as sends,
            tries_left::integer as "triesLeft", sent_at as "sentAt", expires_at as "expiresAt"
       from one_time_codes where session_id = $1`,
    [sessionId],
  );
  return rows[0];
}

export async function putSentCode(tx: Transaction, code: SentCode): Promise<void> {
  await tx.query(
    `insert into one_time_codes (session_id, code_hash, number_hash, sends, tries_left, sent_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (session_id) do update
       set code_hash = excluded.code_hash, number_hash = excluded.number_hash, sends = excluded.sends,
           tries_left = excluded.tries_left, sent_at = excluded.sent_at, expires_at = excluded.expires_at`,
    [code.sessionId, code.codeHash, code.numberHash, code.sends, code.triesLeft, code.sentAt, code.expiresAt],
  );
}

/** Uses one try up; of two requests at once each uses its own. `undefined` when none is left. */
export async function takeTry(tx: Transaction, sessionId: string): Promise<number | undefined> {
  const { rows } = await tx.query<{ left: number }>(
    `update one_time_codes set tries_left = tries_left - 1 where session_id = $1 and tries_left > 0
     returning tries_left::integer as left`,
    [sessionId],
  );
  return rows[0]?.left;
}

/** A code works once. */
export async function deleteSentCode(tx: Transaction, sessionId: string): Promise<void> {
  await tx.query('delete from one_time_codes where session_id = $1', [sessionId]);
}

/** Counts one more code for the number on this day (UTC); `false` when it has got as many as it may. */
export async function countSend(
  tx: Transaction,
  to: { numberHash: Buffer; environment: Environment; at: Date; most: number },
): Promise<boolean> {
  const day = to.at.toISOString().slice(0, 10);
  await tx.query('delete from code_sends where day < $1::date - 1', [day]);
  const { rowCount } = await tx.query(
    `insert into code_sends (number_hash, environment, day, sends) values ($1, $2, $3, 1)
     on conflict (number_hash, environment, day) do update set sends = code_sends.sends + 1
       where code_sends.sends < $4`,
    [to.numberHash, to.environment, day, to.most],
  );
  return rowCount === 1;
}
