import type { Queryable } from '../kernel/db/database.ts';

export interface FailedAuthentication {
  id: string;
  occurredAt: Date;
  /** `unknown` when what was given has not the form of a client id. */
  clientId: string;
  address: string;
  reason: string;
  requestId: string;
}

export interface LockOutRow {
  addressKey: string;
  /** Empty: every client id. */
  clientId: string;
  lockedUntil: Date;
}

/**
 * Records a failure; answers how many there were since `since`, this one included, from its address: for its client id,
 * and for all.
 */
export async function insertFailure(
  db: Queryable,
  failure: FailedAuthentication & { addressKey: string },
  since: Date,
): Promise<{ ofPair: number; ofAddress: number }> {
  const { rows } = await db.query<{ of_pair: number; of_address: number }>({
    name: 'oauth_insert_failure',
    text: `with added as (
             insert into failed_authentications (id, occurred_at, client_id, address, address_key, reason, request_id)
             values ($1, $2, $3, $4, $5, $6, $7)
           )
           select 1 + count(*) filter (where client_id = $3) as of_pair, 1 + count(*) as of_address
             from failed_authentications where address_key = $5 and occurred_at > $8`,
    values: [
      failure.id,
      failure.occurredAt,
      failure.clientId,
      failure.address,
      failure.addressKey,
      failure.reason,
      failure.requestId,
      since,
    ],
  });
  return { ofPair: rows[0]!.of_pair, ofAddress: rows[0]!.of_address };
}

export async function putLockOut(db: Queryable, lock: LockOutRow): Promise<void> {
  await db.query(
    `insert into lock_outs (address_key, client_id, locked_until) values ($1, $2, $3)
     on conflict (address_key, client_id) do update set locked_until = excluded.locked_until`,
    [lock.addressKey, lock.clientId, lock.lockedUntil],
  );
}

/** Those that last longest first. */
export async function listLockOuts(db: Queryable, now: Date, limit: number): Promise<LockOutRow[]> {
  const { rows } = await db.query<{ address_key: string; client_id: string; locked_until: Date }>({
    name: 'oauth_list_lock_outs',
    text: `select address_key, client_id, locked_until from lock_outs
            where locked_until > $1 order by locked_until desc limit $2`,
    values: [now, limit],
  });
  return rows.map((row) => ({
    addressKey: row.address_key,
    clientId: row.client_id,
    lockedUntil: row.locked_until,
  }));
}

/** Newest first, those before the given id. */
export async function listFailures(
  db: Queryable,
  options: { clientId: string | undefined; beforeId: string | undefined; limit: number },
): Promise<FailedAuthentication[]> {
  const { rows } = await db.query<{
    id: string;
    occurred_at: Date;
    client_id: string;
    address: string;
    reason: string;
    request_id: string;
  }>(
    `select id, occurred_at, client_id, address, reason, request_id from failed_authentications
      where ($1::text is null or client_id = $1) and ($2::uuid is null or id < $2)
      order by id desc limit $3`,
    [options.clientId ?? null, options.beforeId ?? null, options.limit],
  );
  return rows.map((row) => ({
    id: row.id,
    occurredAt: row.occurred_at,
    clientId: row.client_id,
    address: row.address,
    reason: row.reason,
    requestId: row.request_id,
  }));
}

/** Deletes failures older than `before`, all but the newest `keep`, and lock-outs that are over. */
export async function deleteOldFailures(db: Queryable, before: Date, keep: number): Promise<void> {
  await db.query('delete from lock_outs where locked_until < $1', [before]);
  await db.query('delete from failed_authentications where occurred_at < $1', [before]);
  await db.query(
    `delete from failed_authentications
      where id <= (select id from failed_authentications order by id desc offset $1 limit 1)`,
    [keep],
  );
}
