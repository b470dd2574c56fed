import type { Queryable, Transaction } from '../db/database.ts';

/** Takes back that the owner uses any file. Answers which files those were; others may use them too. */
export async function releaseFiles(tx: Transaction, ownerId: string): Promise<{ accountId: string; sha256: string }[]> {
  const { rows } = await tx.query<{ accountId: string; sha256: string }>(
    'delete from files where owner_id = $1 returning account_id as "accountId", sha256',
    [ownerId],
  );
  return rows;
}

/** Those of an account's files that nobody uses. */
export async function listUnusedFiles(db: Queryable, accountId: string, sha256s: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ sha256: string }>(
    `select sha256 from unnest($2::text[]) as asked (sha256)
      where not exists (select from files where account_id = $1 and files.sha256 = asked.sha256)`,
    [accountId, sha256s],
  );
  return rows.map((row) => row.sha256);
}
