import type { Transaction } from '../kernel/db/database.ts';
import { armTimer } from './arm-timer.ts';
import { isPackaged } from './document-timer.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { insertPackage, lockDocument, type PackageRecord, updateDocument } from './store.ts';

/**
 * Adds a finished package to a signed document, in the caller's transaction. The first one of a format stays: a job that
 * runs twice changes nothing. Raises `document_packaged` when all requested formats are there. Answers whether this
 * package is the one that was kept.
 */
export async function recordPackage(
  deps: Pick<SignatureDeps, 'events'>,
  tx: Transaction,
  documentId: string,
  made: PackageRecord,
  now: Date,
): Promise<boolean> {
  const document = await lockDocument(tx, documentId);
  if (document?.status !== 'signed') return false;
  if (!(await insertPackage(tx, document, made, now))) return false;
  const evidence = { sequence: document.evidenceSequence, hash: document.evidenceHash };
  await updateDocument(tx, document.id, { packagedAt: now, updatedAt: now, evidence });
  const formats = [...document.packages.map((one) => one.format), made.format];
  if (isPackaged(document.request.dataToSign.packaging?.signaturePackageFormats, formats)) {
    await armTimer(tx, document);
    await deps.events.append(tx, {
      accountId: document.accountId,
      environment: document.environment,
      type: 'document_packaged',
      documentId: document.id,
      payload: { documentId: document.id, externalDocumentId: document.request.externalId },
      tags: document.request.advanced.tags,
    });
  }
  return true;
}
