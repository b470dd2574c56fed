import type { Queryable } from '../kernel/db/database.ts';

/** Those of the documents of which at least one signer wants to be told when it is their turn. */
export async function listDocumentsWithRequests(db: Queryable, documentIds: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    {
      name: 'signature_list_documents_with_requests',
      text: `select distinct document_id as id from signers
              where document_id = any($1::uuid[])
                and coalesce(request -> 'notifications' -> 'setup' ->> 'request', 'off') <> 'off'`,
    },
    [documentIds],
  );
  return rows.map((row) => row.id);
}
