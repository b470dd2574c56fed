import type { Database, Queryable } from '../db/database.ts';
import type { Environment } from '../events/events.ts';

/** One use of a key: the same key of another client, or for another operation, is another key. */
export interface IdempotencySlot {
  accountId: string;
  environment: Environment;
  clientId: string;
  operationId: string;
  key: string;
}

export interface SlotState {
  fingerprint: Buffer;
  /** `null` while somebody works under the key. */
  status: number | null;
  answerSealed: Buffer | null;
}

const SLOT = 'account_id = $1 and environment = $2 and client_id = $3 and operation_id = $4 and key = $5';

function slotValues(slot: IdempotencySlot): unknown[] {
  return [slot.accountId, slot.environment, slot.clientId, slot.operationId, slot.key];
}

/** Takes the key when nobody has it, when its day is over, or when whoever had it died. */
export async function claimSlot(
  db: Queryable,
  slot: IdempotencySlot,
  claim: { id: string; fingerprint: Buffer; leaseSeconds: number; now: Date; expiresAt: Date },
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'http_claim_idempotency_key',
    text: `insert into idempotency_keys as k (account_id, environment, client_id, operation_id, key, fingerprint,
                                              claim_id, leased_until, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + $8 * interval '1 second', $9)
           on conflict (account_id, environment, client_id, operation_id, key) do update
              set fingerprint = excluded.fingerprint, claim_id = excluded.claim_id, status = null, answer_sealed = null,
                  leased_until = excluded.leased_until, expires_at = excluded.expires_at
            where k.expires_at <= $10 or (k.status is null and k.leased_until < clock_timestamp())
           returning claim_id`,
    values: [...slotValues(slot), claim.fingerprint, claim.id, claim.leaseSeconds, claim.expiresAt, claim.now],
  });
  return rowCount === 1;
}

export async function findSlot(db: Queryable, slot: IdempotencySlot): Promise<SlotState | undefined> {
  const { rows } = await db.query<{ fingerprint: Buffer; status: number | null; answer_sealed: Buffer | null }>({
    name: 'http_find_idempotency_key',
    text: `select fingerprint, status, answer_sealed from idempotency_keys where ${SLOT}`,
    values: slotValues(slot),
  });
  const [row] = rows;
  return row && { fingerprint: row.fingerprint, status: row.status, answerSealed: row.answer_sealed };
}

/** Tells the others that whoever has the claim is alive. */
export async function renewLease(
  db: Queryable,
  slot: IdempotencySlot,
  claimId: string,
  leaseSeconds: number,
): Promise<void> {
  await db.query(
    `update idempotency_keys set leased_until = clock_timestamp() + $7 * interval '1 second'
      where ${SLOT} and claim_id = $6 and status is null`,
    [...slotValues(slot), claimId, leaseSeconds],
  );
}

/** Whether the claim still held: another one may have taken over from a process that stood still. */
export async function putAnswer(
  db: Queryable,
  slot: IdempotencySlot,
  claimId: string,
  answer: { status: number; sealed: Buffer },
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'http_put_idempotent_answer',
    text: `update idempotency_keys set status = $7, answer_sealed = $8
            where ${SLOT} and claim_id = $6 and status is null`,
    values: [...slotValues(slot), claimId, answer.status, answer.sealed],
  });
  return rowCount === 1;
}

/** Gives a key back under which nothing happened. */
export async function releaseSlot(db: Queryable, slot: IdempotencySlot, claimId: string): Promise<void> {
  await db.query(`delete from idempotency_keys where ${SLOT} and claim_id = $6 and status is null`, [
    ...slotValues(slot),
    claimId,
  ]);
}

const BATCH = 5_000;

/** Removes the keys whose day is over, in small transactions. Returns how many there were. */
export async function deleteExpiredKeys(db: Database, now: Date): Promise<number> {
  let deleted = 0;
  for (;;) {
    const { rowCount } = await db.query(
      `delete from idempotency_keys where ctid = any(array(
         select ctid from idempotency_keys where expires_at <= $1 order by expires_at limit ${BATCH} for update skip locked
       ))`,
      [now],
    );
    deleted += rowCount;
    if (rowCount < BATCH) return deleted;
  }
}
