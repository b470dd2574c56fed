import { SeglError } from '../kernel/errors/segl-error.ts';
import type { FileBody, OperationContext, OperationResult } from '../kernel/http/route.ts';
import type { PackageFormat } from './contract/document.ts';
import { contentFileName, mediaTypeOf } from './document-format.ts';
import { requireDocument } from './get-document.ts';
import { nativeFile } from './get-signer-file.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { mainContent } from './signed-content.ts';
import type { DocumentRecord } from './store.ts';

/** A file of the document. Throws 404 `file_not_ready` (with `Retry-After` while packaging runs) or `file_format_not_available`. */
export async function getFile(
  deps: SignatureDeps,
  context: OperationContext,
  documentId: string,
  format: PackageFormat,
): Promise<OperationResult> {
  const document = await requireDocument(deps, context, documentId);
  if (format === 'unsigned') return { status: 200, file: unsignedFile(deps, document) };
  // What several eIDs produced is no one file: each is fetched for its signer.
  const [signer, another] = document.signers;
  if (format === 'native' && !another) {
    return { status: 200, file: nativeFile(deps, document, mainContent(document), signer?.id) };
  }
  return { status: 200, file: packagedFile(deps, document, format) };
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

/** Throws 404 `file_format_not_available` or `file_not_ready`. */
export function packagedFile(
  deps: Pick<SignatureDeps, 'files'>,
  document: DocumentRecord,
  format: PackageFormat,
): FileBody {
  const formats: readonly string[] = document.request.dataToSign.packaging?.signaturePackageFormats ?? [];
  if (!formats.includes(format)) {
    throw new SeglError(404, 'file_format_not_available', `The document is not packaged as ${format}.`);
  }
  const made = document.packages.find((one) => one.format === format);
  if (!made) {
    const packaging = document.status === 'signed';
    const message = packaging ? 'The signed file is being made.' : 'The document is not signed yet.';
    throw new SeglError(404, 'file_not_ready', message, packaging ? { retryAfterSeconds: 2 } : {});
  }
  return {
    open: (range) => deps.files.stream(document.accountId, made.sha256, range),
    sizeBytes: made.sizeBytes,
    mediaType: made.mediaType,
    fileName: made.fileName,
    sha256: made.sha256,
  };
}
