import { SeglError } from '../kernel/errors/segl-error.ts';
import type { FileBody, OperationContext, OperationResult } from '../kernel/http/route.ts';
import type { PackageFormat } from './contract/document.ts';
import { contentFileName, mediaTypeOf } from './document-format.ts';
import { requireDocument } from './get-document.ts';
import { wantedOf } from './record-package.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { mainContent, type SignedContent } from './signed-content.ts';
import type { DocumentRecord, PackageRecord, SignerRecord } from './store.ts';
import { madeFile, nativeFile } from './stored-file.ts';
import { MAIN_PART, type MadeFormat, partName } from './wanted-packages.ts';

/** A file of the document. Throws 404 `file_not_ready` (with `Retry-After` while packaging runs) or `file_format_not_available`. */
export async function getFile(
  deps: SignatureDeps,
  context: OperationContext,
  documentId: string,
  format: PackageFormat,
): Promise<OperationResult> {
  const document = await requireDocument(deps, context, documentId);
  if (format === 'unsigned') return { status: 200, file: unsignedFile(deps, document) };
  return { status: 200, file: await signedFile(deps, document, mainContent(document), document.signers, format) };
}

/** The bytes to be signed. */
export function unsignedFile(deps: Pick<SignatureDeps, 'files'>, document: DocumentRecord): FileBody {
  return {
    open: (range) => deps.files.stream(document.accountId, document.contentSha256, range),
    sizeBytes: document.contentSizeBytes,
    mediaType: mediaTypeOf(document.format),
    fileName: contentFileName(document.request.dataToSign.fileName, document.format),
    sha256: document.contentSha256,
  };
}

/** The copy that is shown in place of the bytes. Throws 404 `file_format_not_available` where those are shown themselves. */
export function displayFile(deps: Pick<SignatureDeps, 'files'>, document: DocumentRecord): FileBody {
  const display = document.presentation?.display;
  if (!display) throw new SeglError(404, 'file_format_not_available', 'The document is shown as it is.');
  return {
    open: (range) => deps.files.stream(document.accountId, display.sha256, range),
    sizeBytes: display.sizeBytes,
    // Not a page: the app puts it into a frame that can do nothing.
    mediaType: mediaTypeOf('txt'),
    fileName: 'display.txt',
    sha256: display.sha256,
  };
}

/** A signed file of the document or of an attachment that these signers get. Throws 404 as `getFile`. */
export async function signedFile(
  deps: SignatureDeps,
  document: DocumentRecord,
  content: SignedContent,
  signers: readonly SignerRecord[],
  format: Exclude<PackageFormat, 'unsigned'>,
): Promise<FileBody> {
  if (format !== 'native') return packagedFile(deps, document, partName(content), format);
  // What several eIDs produced is no one file: each is fetched for its signer.
  const [signer, another] = signers;
  if (!another) return nativeFile(deps, document, content, signer?.id);
  const message = 'There are several signers: what their eIDs produced is fetched for each of them.';
  throw new SeglError(404, 'file_format_not_available', message);
}

/** Throws 404 `file_format_not_available` or `file_not_ready`. */
export function packagedFile(
  deps: Pick<SignatureDeps, 'files'>,
  document: DocumentRecord,
  part: string,
  format: Exclude<PackageFormat, 'unsigned'>,
): FileBody {
  const { wanted, made } = findPackage(document, part, format);
  const packaging = document.status === 'signed';
  // Of an attachment it is known when all have signed whether anybody signed it.
  if (!wanted && (packaging || part === MAIN_PART)) {
    throw new SeglError(404, 'file_format_not_available', `There is no package of the format ${format}.`);
  }
  if (!made) {
    const message = packaging ? 'The signed file is being made.' : 'The document is not signed yet.';
    throw new SeglError(404, 'file_not_ready', message, packaging ? { retryAfterSeconds: 2 } : {});
  }
  return madeFile(deps, document, made);
}

/** Of the two kinds of PAdES, the one that was asked for. */
function findPackage(
  document: Pick<DocumentRecord, 'request' | 'attachments' | 'packages'>,
  part: string,
  format: MadeFormat,
): { wanted: boolean; made: PackageRecord | undefined } {
  const wanted = wantedOf(document).filter((one) => one.part === part);
  const isWanted = (kind: MadeFormat) => wanted.some((one) => one.format === kind);
  const kind = format === 'pades' && !isWanted('pades') ? 'no_bankid_pades' : format;
  const made = document.packages.find((one) => one.part === part && one.format === kind);
  return { wanted: isWanted(kind), made };
}

/** The file that signers and recipients get: the signed PDF, or the standard package of what is none. */
export function signedCopyOf(document: Pick<DocumentRecord, 'request' | 'attachments' | 'packages'>): {
  format: 'pades' | 'standard_packaging';
  made: PackageRecord | undefined;
} {
  const pades = findPackage(document, MAIN_PART, 'pades');
  if (pades.wanted) return { format: 'pades', made: pades.made };
  return { format: 'standard_packaging', made: findPackage(document, MAIN_PART, 'standard_packaging').made };
}
