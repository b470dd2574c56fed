import { setTimeout as pause } from 'node:timers/promises';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { FileBody, OperationContext, OperationResult } from '../kernel/http/route.ts';
import type { SignerFileFormat, SignerFilePath } from './contract/signer-file.ts';
import { requireDocument } from './get-document.ts';
import { requireSigner } from './get-signer.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { mainContent, type SignedContent } from './signed-content.ts';
import { type DocumentRecord, findDocument, type PackageRecord } from './store.ts';
import { madeFile, nativeFile, requireSignature } from './stored-file.ts';
import { partName, type SignerPackageFormat } from './wanted-packages.ts';

/** Long enough for all but the largest files, so that callers who do not ask again get them too. */
const WAIT_FOR_PACKAGE_MS = 8_000;
const LOOK_EVERY_MS = 200;

/**
 * A file of one signer, from the moment of that signature on. Throws 404 `signer_not_found`, and `file_not_ready` while
 * the signer has not signed or the file is being made.
 */
export async function getSignerFile(
  deps: SignatureDeps,
  context: OperationContext,
  path: SignerFilePath,
  format: SignerFileFormat,
): Promise<OperationResult> {
  const document = await requireDocument(deps, context, path.documentId);
  requireSigner(document, path.signerId);
  return { status: 200, file: await signerFile(deps, document, mainContent(document), path.signerId, format) };
}

/** The same of what is signed, whichever file that is. Throws 404 `file_not_ready`. */
export async function signerFile(
  deps: SignatureDeps,
  document: DocumentRecord,
  content: SignedContent,
  signerId: string,
  format: SignerFileFormat,
): Promise<FileBody> {
  return format === 'native'
    ? nativeFile(deps, document, content, signerId)
    : signerPackage(deps, document, content, signerId, 'packaged');
}

/**
 * One signer's signature with what was signed, or its receipt, as one sealed file. It is made when it is first asked for,
 * and kept: hardly anybody fetches it, and it costs as much as the package of the whole document. Throws 404
 * `file_not_ready`.
 */
export async function signerPackage(
  deps: SignatureDeps,
  document: DocumentRecord,
  content: SignedContent,
  signerId: string,
  format: SignerPackageFormat,
): Promise<FileBody> {
  requireSignature(content, signerId);
  const part = partName({ attachmentId: content.attachmentId, signerId });
  let made = packageOf(document, part, format);
  if (!made) await deps.makePackage({ documentId: document.id, part, format });
  for (let waitedMs = 0; !made && waitedMs < WAIT_FOR_PACKAGE_MS; waitedMs += LOOK_EVERY_MS) {
    await pause(LOOK_EVERY_MS);
    const now = await findDocument(deps.database, document.id);
    made = now && packageOf(now, part, format);
  }
  if (made) return madeFile(deps, document, made);
  throw new SeglError(404, 'file_not_ready', 'The file is being made.', { retryAfterSeconds: 2 });
}

function packageOf(document: DocumentRecord, part: string, format: SignerPackageFormat): PackageRecord | undefined {
  return document.packages.find((one) => one.part === part && one.format === format);
}
