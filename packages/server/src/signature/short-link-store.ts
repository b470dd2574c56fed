import type { Queryable } from '../kernel/db/database.ts';
import type { SignLink } from './sign-link.ts';

/** Without effect when the code is known. */
export async function putShortLink(db: Queryable, codeHash: Buffer, link: SignLink): Promise<void> {
  await db.query(
    `insert into short_links (code_hash, document_id, signer_id, account_id, rotation) values ($1, $2, $3, $4, $5)
     on conflict (code_hash) do nothing`,
    [codeHash, link.documentId, link.signerId, link.accountId, link.rotation],
  );
}

export async function findShortLink(db: Queryable, codeHash: Buffer): Promise<SignLink | undefined> {
  const { rows } = await db.query<SignLink>(
    `select document_id as "documentId", signer_id as "signerId", account_id as "accountId", rotation
       from short_links where code_hash = $1`,
    [codeHash],
  );
  return rows[0];
}
