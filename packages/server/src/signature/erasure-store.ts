import { deleteEidAttempts } from '../eid/index.ts';
import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { DocumentOwner } from './life-cycle-store.ts';
import { eraseResources } from './resource-store.ts';

/**
 * What stays of an erased document, beside the columns of its row: ids, times, final status, number of signatures, hash
 * of the content. No names.
 */
export interface AuditRecord {
  externalIdSha256: string;
  departmentId: string | undefined;
  signerCount: number;
  signatures: { method: string; mechanism: string; signedAt: string; nativeSha256: string }[];
  packages: { part: string; format: string; sha256: string }[];
  /** How many signatures there were on attachments. */
  attachmentSignatureCount: number;
  /** Last hash of the evidence: proves a copy that the account kept. */
  evidenceSha256: string;
}

/** Tables whose rows of a document go with it, found by `document_id`. */
const ERASED_TABLES = [
  'signers',
  'signatures',
  'document_packages',
  'packaging_failures',
  'evidence_entries',
  'attachments',
  'attachment_acceptances',
  'attachment_signatures',
  'signing_sessions',
  'document_timers',
  'short_links',
] as const;

export async function eraseDocumentRows(
  tx: Transaction,
  document: DocumentOwner & { id: string; request: { externalId: string } },
  record: AuditRecord,
  now: Date,
): Promise<void> {
  await eraseResources(tx, document.id, now);
  const { rows: sessions } = await tx.query<{ id: string }>('select id from signing_sessions where document_id = $1', [
    document.id,
  ]);
  await deleteEidAttempts(
    tx,
    'signing',
    sessions.map(({ id }) => id),
  );
  for (const table of ERASED_TABLES) await tx.query(`delete from ${table} where document_id = $1`, [document.id]);
  for (const table of ['document_external_ids', 'former_external_ids']) {
    await tx.query(
      `delete from ${table}
        where account_id = $1 and environment = $2 and external_id = $3 and document_id = $4`,
      [document.accountId, document.environment, document.request.externalId, document.id],
    );
  }
  await tx.query(
    `update documents
        set erased_at = $2, external_id = $3, request = '{}', cancel_reason = null, audit_record = $4
      where id = $1`,
    [document.id, now, record.externalIdSha256, JSON.stringify(record)],
  );
}

/** When the document was erased, and whose it was. */
export async function findErasure(
  db: Queryable,
  documentId: string,
): Promise<(DocumentOwner & { erasedAt: Date }) | undefined> {
  const { rows } = await db.query<DocumentOwner & { erasedAt: Date }>(
    `select account_id as "accountId", environment, erased_at as "erasedAt"
       from documents where id = $1 and erased_at is not null`,
    [documentId],
  );
  return rows[0];
}
