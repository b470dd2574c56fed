import type { Queryable } from '../kernel/db/database.ts';

export interface ReferenceToken {
  /** Its `jti`. */
  id: string;
  clientId: string;
  secretId: string;
  scope: string;
  issuedAt: Date;
  expiresAt: Date;
}

export async function insertReferenceToken(db: Queryable, hash: Buffer, token: ReferenceToken): Promise<void> {
  await db.query({
    name: 'oauth_insert_reference_token',
    text: `insert into reference_tokens (hash, id, client_id, secret_id, scope, issued_at, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [hash, token.id, token.clientId, token.secretId, token.scope, token.issuedAt, token.expiresAt],
  });
}

export async function findReferenceToken(db: Queryable, hash: Buffer): Promise<ReferenceToken | undefined> {
  const { rows } = await db.query<{
    id: string;
    client_id: string;
    secret_id: string;
    scope: string;
    issued_at: Date;
    expires_at: Date;
  }>({
    name: 'oauth_find_reference_token',
    text: 'select id, client_id, secret_id, scope, issued_at, expires_at from reference_tokens where hash = $1',
    values: [hash],
  });
  const [row] = rows;
  return (
    row && {
      id: row.id,
      clientId: row.client_id,
      secretId: row.secret_id,
      scope: row.scope,
      issuedAt: row.issued_at,
      expiresAt: row.expires_at,
    }
  );
}

export async function deleteReferenceToken(db: Queryable, hash: Buffer, clientId: string): Promise<void> {
  await db.query('delete from reference_tokens where hash = $1 and client_id = $2', [hash, clientId]);
}

export async function insertRevokedToken(
  db: Queryable,
  token: { jti: string; expiresAt: Date; revokedAt: Date },
): Promise<void> {
  await db.query(
    'insert into revoked_tokens (jti, expires_at, revoked_at) values ($1, $2, $3) on conflict (jti) do nothing',
    [token.jti, token.expiresAt, token.revokedAt],
  );
}

/** Those that were revoked since, and would not have expired anyway. */
export async function listRevokedTokens(
  db: Queryable,
  revokedSince: Date,
  now: Date,
): Promise<{ jti: string; expiresAt: Date }[]> {
  const { rows } = await db.query<{ jti: string; expires_at: Date }>(
    'select jti, expires_at from revoked_tokens where revoked_at >= $1 and expires_at > $2',
    [revokedSince, now],
  );
  return rows.map((row) => ({ jti: row.jti, expiresAt: row.expires_at }));
}

/** Whether this is the first use of the assertion. */
export async function insertUsedAssertion(
  db: Queryable,
  assertion: { clientId: string; jtiHash: Buffer; expiresAt: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(
    'insert into used_assertions (client_id, jti_hash, expires_at) values ($1, $2, $3) on conflict do nothing',
    [assertion.clientId, assertion.jtiHash, assertion.expiresAt],
  );
  return rowCount === 1;
}

/** Removes what has expired before `before`. */
export async function deleteExpired(db: Queryable, before: Date): Promise<void> {
  await db.query('delete from reference_tokens where expires_at < $1', [before]);
  await db.query('delete from revoked_tokens where expires_at < $1', [before]);
  await db.query('delete from used_assertions where expires_at < $1', [before]);
}

/**
 * Whether this process is to make the key that follows on another: one process is, and when that one died in between,
 * the next that asks ten minutes later.
 */
export async function claimKeyRotation(db: Queryable, afterKeyId: string, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into token_key_rotations (after_key_id, claimed_at) values ($1, $2)
     on conflict (after_key_id) do update set claimed_at = excluded.claimed_at
      where token_key_rotations.claimed_at < excluded.claimed_at - interval '10 minutes'`,
    [afterKeyId, now],
  );
  return rowCount === 1;
}
