import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { BrandingKind } from './branding-address.ts';

export interface Branding {
  accountId: string;
  kind: BrandingKind;
  hash: string;
  bytes: Buffer;
}

/** Makes it the current one of its kind. */
export async function putBranding(tx: Transaction, branding: Branding, now: Date): Promise<void> {
  await replaceBranding(tx, branding, now);
  await tx.query(
    `insert into brandings (hash, account_id, kind, bytes, created_at) values ($1, $2, $3, $4, $5)
     on conflict (hash) do update set replaced_at = null`,
    [branding.hash, branding.accountId, branding.kind, branding.bytes, now],
  );
}

/** Whether there was one. */
export async function replaceBranding(
  tx: Transaction,
  { accountId, kind }: Pick<Branding, 'accountId' | 'kind'>,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update brandings set replaced_at = $3 where account_id = $1 and kind = $2 and replaced_at is null',
    [accountId, kind, now],
  );
  return rowCount > 0;
}

export async function findBranding(db: Queryable, hash: string): Promise<Branding | undefined> {
  const { rows } = await db.query<Branding>(
    'select account_id as "accountId", kind, hash, bytes from brandings where hash = $1',
    [hash],
  );
  return rows[0];
}

export async function findCurrentBranding(
  db: Queryable,
  accountId: string,
  kind: BrandingKind,
): Promise<Branding | undefined> {
  const { rows } = await db.query<Branding>(
    `select account_id as "accountId", kind, hash, bytes from brandings
      where account_id = $1 and kind = $2 and replaced_at is null`,
    [accountId, kind],
  );
  return rows[0];
}

/** Of those hashes, the ones that are the account's own. */
export async function listOwnHashes(db: Queryable, accountId: string, hashes: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ hash: string }>(
    'select hash from brandings where account_id = $1 and hash = any ($2::text[])',
    [accountId, hashes],
  );
  return rows.map(({ hash }) => hash);
}

export async function purgeReplacedBrandings(db: Queryable, before: Date): Promise<void> {
  await db.query('delete from brandings where replaced_at < $1', [before]);
}
