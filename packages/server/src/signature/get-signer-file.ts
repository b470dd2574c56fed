import { SeglError } from '../kernel/errors/segl-error.ts';
import type { FileBody, OperationContext, OperationResult } from '../kernel/http/route.ts';
import type { SignerFileFormat, SignerFilePath } from './contract/signer-file.ts';
import { requireDocument } from './get-document.ts';
import { requireSigner } from './get-signer.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { mainContent, type SignedContent } from './signed-content.ts';
import type { DocumentRecord, SignatureRecord } from './store.ts';

/**
 * A file of one signer, from the moment of that signature on. Throws 404 `signer_not_found`, `file_not_ready` while the
 * signer has not signed, or `file_format_not_available`.
 */
export async function getSignerFile(
  deps: SignatureDeps,
  context: OperationContext,
  path: SignerFilePath,
  format: SignerFileFormat,
): Promise<OperationResult> {
  const document = await requireDocument(deps, context, path.documentId);
  requireSigner(document, path.signerId);
  refusePackaged(format);
  return { status: 200, file: nativeFile(deps, document, mainContent(document), path.signerId) };
}

export function refusePackaged(format: SignerFileFormat): void {
  if (format !== 'packaged') return;
  throw new SeglError(404, 'file_format_not_available', 'The signatures are not packaged one by one.');
}

/** What the eID of a signer produced. Throws 404 `file_not_ready` while the signer has not signed. */
export function nativeFile(
  deps: Pick<SignatureDeps, 'files'>,
  document: Pick<DocumentRecord, 'accountId'>,
  content: Pick<SignedContent, 'fileName' | 'signatures'>,
  signerId: string | undefined,
): FileBody {
  const signature = content.signatures.find((one) => one.signerId === signerId);
  if (!signature) throw new SeglError(404, 'file_not_ready', 'The signer has not signed yet.');
  const { native } = signature;
  return {
    open: (range) => deps.files.stream(document.accountId, native.sha256, range),
    sizeBytes: native.sizeBytes,
    mediaType: native.mediaType,
    fileName: nativeFileName(content, signature),
    sha256: native.sha256,
  };
}

/** `lease.pdf` and `id-token.jwt` → `lease-signed.jwt`. */
function nativeFileName({ fileName }: Pick<SignedContent, 'fileName'>, { native }: SignatureRecord): string {
  const base = fileName.replace(/\.[^.]*$/, '');
  return `${base}-signed${/\.[^.]*$/.exec(native.fileName)?.[0] ?? ''}`;
}
