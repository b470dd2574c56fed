import type { Transaction } from '../kernel/db/database.ts';
import type { DocumentRecord } from './store.ts';

/** Stores what an update has changed of a document and of the ends of its links, under the row lock. */
export async function updateDocumentRequest(tx: Transaction, document: DocumentRecord): Promise<void> {
  const { signers: _signers, ...request } = document.request;
  await tx.query(
    `update documents set request = $2, required_signatures = $3, deadline = $4, status = $5, updated_at = $6
      where id = $1`,
    [
      document.id,
      JSON.stringify(request),
      document.requiredSignatures,
      document.deadline,
      document.status,
      document.updatedAt,
    ],
  );
  await tx.query(
    `update signers set request = jsonb_set(request, '{signUrlExpires}', to_jsonb($2::text))
      where document_id = $1 and (request ->> 'signUrlExpires')::timestamptz > $2::text::timestamptz`,
    [document.id, document.deadline.toISOString()],
  );
}
