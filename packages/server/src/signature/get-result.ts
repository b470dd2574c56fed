import type { SigningSettings } from '../admin/index.ts';
import type { Queryable } from '../kernel/db/database.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import type { ResultResponse } from './contract/session.ts';
import { hasEvidence } from './evidence-store.ts';
import { packagedFile, signedCopyOf } from './get-file.ts';
import { signerPackage } from './get-signer-file.ts';
import { recordEvidence } from './record-evidence.ts';
import { redirectUrl } from './redirect-token.ts';
import { loadTurn, type SessionContext } from './session-context.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { mainContent } from './signed-content.ts';
import { type DocumentRecord, lockDocumentRow } from './store.ts';
import { MAIN_PART } from './wanted-packages.ts';

/** Whether what the signer waits for is there, whether the signed file can be fetched, and where the sender wants the browser to go. */
export async function getResult(deps: SignatureDeps, context: SessionContext): Promise<OperationResult> {
  const { document, signer } = await loadTurn(deps, context.session, context.now);
  const copy = signedCopyOf(document);
  const signature = document.signatures.find((one) => one.signerId === signer.id);
  const { successAction } = await deps.signingSettings(document.accountId);
  if (signature) await recordReceiptShown(deps, context);
  return {
    status: 200,
    body: {
      successAction: progressOf(successAction, document, signer.id),
      packaged: copy.made !== undefined,
      downloads: copy.made
        ? [{ kind: copy.format, fileName: copy.made.fileName, url: '/app/v1/documents/main/signed' }]
        : [],
      redirect: signature && (await redirectUrl(deps, document, signer, { result: 'signed', signature })),
    },
  };
}

/** How far that has come for which the account lets the signer wait. */
function progressOf(
  action: SigningSettings['successAction'],
  document: DocumentRecord,
  signerId: string,
): ResultResponse['successAction'] {
  if (action === 'none') return 'done';
  const awaited = document.resources.filter((one) => one.signerId === undefined || one.signerId === signerId);
  if (awaited.some(({ status }) => status !== 'Success' && status !== 'NotReady')) return 'failed';
  const isFileMissing = action === 'all' && document.status === 'signed' && !signedCopyOf(document).made;
  return isFileMissing || awaited.some(({ status }) => status === 'NotReady') ? 'waiting' : 'done';
}

/** The first time, as evidence. The app asks again until the file is there. */
async function recordReceiptShown(deps: SignatureDeps, context: SessionContext): Promise<void> {
  const { documentId, signerId } = context.session;
  const isRecorded = (db: Queryable) => hasEvidence(db, documentId, 'receipt_shown', signerId);
  if (await isRecorded(deps.database)) return;
  await deps.database.transaction(async (tx) => {
    await lockDocumentRow(tx, documentId);
    if (await isRecorded(tx)) return;
    await recordEvidence(deps, tx, documentId, { kind: 'receipt_shown', signerId, caller: context });
  });
}

/** The signer's own copy. Throws 404 `file_not_ready` until all have signed and the file is made. */
export async function getSignedCopy(deps: SignatureDeps, context: SessionContext): Promise<OperationResult> {
  const { document } = await loadTurn(deps, context.session, context.now);
  return { status: 200, file: packagedFile(deps, document, MAIN_PART, signedCopyOf(document).format) };
}

/**
 * What this signer has signed, as a sealed PDF of a page, long before the document is complete. Throws 404
 * `file_not_ready` while the signer has not signed or the page is being made.
 */
export async function getReceipt(deps: SignatureDeps, context: SessionContext): Promise<OperationResult> {
  const { document, signer } = await loadTurn(deps, context.session, context.now);
  return { status: 200, file: await signerPackage(deps, document, mainContent(document), signer.id, 'receipt') };
}
