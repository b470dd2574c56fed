import type { Transaction } from '../kernel/db/database.ts';
import { armTimer } from './arm-timer.ts';
import { isFor } from './attachment-acceptance.ts';
import { insertPackage, putPackaged } from './package-store.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { attachmentContent, awaitsTimeStamp, mainContent } from './signed-content.ts';
import { type DocumentRecord, findDocument, lockDocument, type PackageRecord, type SignatureRecord } from './store.ts';
import { isPackaged, partName, partOfName, type WantedPackage, wantedPackages } from './wanted-packages.ts';

/**
 * Adds a finished package to a document, in the caller's transaction: when all have signed, or of one signature at any
 * time after it. The first one of a part and format stays: a job that runs twice changes nothing. Raises
 * `document_packaged` when all that are wanted are there. Answers whether this package is the one that was kept.
 */
export async function recordPackage(
  deps: Pick<SignatureDeps, 'events'>,
  tx: Transaction,
  documentId: string,
  made: PackageRecord,
  now: Date,
): Promise<boolean> {
  const document = await lockDocument(tx, documentId);
  if (!document) return false;
  if (partOfName(made.part).signerId !== undefined) return insertPackage(tx, document, made, now);
  if (document.status !== 'signed' || !(await insertPackage(tx, document, made, now))) return false;
  const complete = isPackaged(wantedOf(document), [...document.packages, made]);
  await putPackaged(tx, document.id, now, complete);
  if (!complete) return true;
  await armTimer(tx, document);
  await deps.events.append(tx, {
    accountId: document.accountId,
    environment: document.environment,
    type: 'document_packaged',
    documentId: document.id,
    payload: { documentId: document.id, externalDocumentId: document.request.externalId },
    tags: document.request.advanced.tags,
  });
  return true;
}

/** The packages that are made of a document. */
export function wantedOf(document: Pick<DocumentRecord, 'request' | 'attachments'>): WantedPackage[] {
  const signed = document.attachments.filter(({ signatures }) => signatures.length > 0);
  return wantedPackages(
    document.request.dataToSign.packaging?.signaturePackageFormats,
    signed.map(({ id }) => id),
  );
}

/** With the completing signature: what the eID produced is the `native` of all where there is one signer. */
export async function recordOnlyNatives(tx: Transaction, documentId: string, now: Date): Promise<void> {
  const document = await findDocument(tx, documentId);
  if (!document) return;
  const contents = [
    { content: mainContent(document), signerCount: document.signers.length },
    ...document.attachments.map((attachment) => ({
      content: attachmentContent(document, attachment),
      signerCount: document.signers.filter(({ id }) => isFor(attachment, id)).length,
    })),
  ];
  for (const { content, signerCount } of contents) {
    const [signature, another] = content.signatures;
    if (!signature || another || signerCount > 1 || awaitsTimeStamp(signature.native)) continue;
    const { sha256, sizeBytes, mediaType } = signature.native;
    const made: PackageRecord = {
      part: partName(content),
      format: 'native',
      sha256,
      sizeBytes,
      fileName: nativeFileName(content, signature),
      mediaType,
      level: undefined,
    };
    if (await insertPackage(tx, document, made, now)) await putPackaged(tx, document.id, now, false);
  }
}

/** `lease.pdf` and `id-token.jwt` → `lease-signed.jwt`. */
export function nativeFileName(
  { fileName }: { fileName: string },
  { native }: Pick<SignatureRecord, 'native'>,
): string {
  return signedFileName(fileName, /\.[^.]*$/.exec(native.fileName)?.[0] ?? '');
}

export const RECEIPT_EXTENSION = '-receipt.pdf';

/** `lease.pdf` → `lease-signed.xml`. */
export function signedFileName(fileName: string, extension: string): string {
  return `${fileName.replace(/\.[^.]*$/, '')}-signed${extension}`;
}
