import { createHash } from 'node:crypto';
import type { Transaction } from '../kernel/db/database.ts';
import { type AuditRecord, eraseDocumentRows } from './erasure-store.ts';
import { putDeletionAnnounced } from './life-cycle-store.ts';
import type { SignatureDeps } from './signature-deps.ts';
import type { DocumentRecord } from './store.ts';

type Deps = Pick<SignatureDeps, 'events' | 'releaseFiles'>;

/** Raises `document_before_deleted`. Under the document's row lock. */
export async function announceDeletion(
  deps: Pick<SignatureDeps, 'events'>,
  tx: Transaction,
  document: DocumentRecord,
  now: Date,
): Promise<void> {
  await putDeletionAnnounced(tx, document.id, now);
  await deps.events.append(tx, { ...eventOf(document), type: 'document_before_deleted' });
}

/**
 * Erases a final document under its row lock, with everything that says something about a person: signers, signatures,
 * evidence, sessions, texts, the payloads of its events, and files that nobody else uses. What stays is in `AuditRecord`.
 * Raises `document_deleted`, with which other capabilities erase what they have of it. The external id is free again.
 */
export async function eraseDocument(
  deps: Deps,
  tx: Transaction,
  document: DocumentRecord,
  { now, message }: { now: Date; message: string | undefined },
): Promise<void> {
  await eraseDocumentRows(tx, document, auditRecord(document), now);
  await deps.releaseFiles(tx, document.id);
  await deps.events.cutToIds(tx, document.id);
  const event = eventOf(document);
  await deps.events.append(tx, {
    ...event,
    type: 'document_deleted',
    payload: { ...event.payload, ...(message === undefined ? {} : { message }) },
  });
}

function eventOf(document: DocumentRecord) {
  return {
    accountId: document.accountId,
    environment: document.environment,
    documentId: document.id,
    payload: { documentId: document.id, externalDocumentId: document.request.externalId },
    tags: document.request.advanced.tags,
  };
}

function auditRecord(document: DocumentRecord): AuditRecord {
  return {
    externalIdSha256: createHash('sha256').update(document.request.externalId, 'utf8').digest('hex'),
    departmentId: document.request.advanced.departmentId,
    signerCount: document.signers.length,
    signatures: document.signatures.map((signature) => ({
      method: signature.method,
      mechanism: signature.mechanism,
      signedAt: signature.signedAt.toISOString(),
      nativeSha256: signature.native.sha256,
    })),
    packages: document.packages.map((made) => ({ part: made.part, format: made.format, sha256: made.sha256 })),
    attachmentSignatureCount: document.attachments.reduce((sum, { signatures }) => sum + signatures.length, 0),
    evidenceSha256: document.evidenceHash.toString('hex'),
  };
}
