import { SeglError } from '../kernel/errors/segl-error.ts';
import type { FileBody } from '../kernel/http/route.ts';
import { nativeFileName } from './record-package.ts';
import type { SignatureDeps } from './signature-deps.ts';
import type { SignedContent } from './signed-content.ts';
import type { DocumentRecord, PackageRecord, SignatureRecord } from './store.ts';

/** A package as it is downloaded. */
export function madeFile(
  deps: Pick<SignatureDeps, 'files'>,
  document: Pick<DocumentRecord, 'accountId'>,
  made: PackageRecord,
): FileBody {
  return {
    open: (range) => deps.files.stream(document.accountId, made.sha256, range),
    sizeBytes: made.sizeBytes,
    mediaType: made.mediaType,
    fileName: made.fileName,
    sha256: made.sha256,
  };
}

/** Throws 404 `file_not_ready` while the signer has not signed. */
export function requireSignature(
  { signatures }: Pick<SignedContent, 'signatures'>,
  signerId: string | undefined,
): SignatureRecord {
  const signature = signatures.find((one) => one.signerId === signerId);
  if (!signature) throw new SeglError(404, 'file_not_ready', 'The signer has not signed yet.');
  return signature;
}

/** What the eID of a signer produced. Throws 404 `file_not_ready` while the signer has not signed. */
export function nativeFile(
  deps: Pick<SignatureDeps, 'files'>,
  document: Pick<DocumentRecord, 'accountId'>,
  content: Pick<SignedContent, 'fileName' | 'signatures'>,
  signerId: string | undefined,
): FileBody {
  const signature = requireSignature(content, signerId);
  const { native } = signature;
  return {
    open: (range) => deps.files.stream(document.accountId, native.sha256, range),
    sizeBytes: native.sizeBytes,
    mediaType: native.mediaType,
    fileName: nativeFileName(content, signature),
    sha256: native.sha256,
  };
}
