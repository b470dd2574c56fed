import { SeglError } from '../kernel/errors/segl-error.ts';
import type { FileBody } from '../kernel/http/route.ts';
import { raiseNatives } from './raise-native.ts';
import { nativeFileName } from './record-package.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { awaitsTimeStamp, type SignedContent } from './signed-content.ts';
import {
  type DocumentRecord,
  findDocument,
  type NativeRecord,
  type PackageRecord,
  type SignatureRecord,
} from './store.ts';

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

/**
 * What the eID of a signer produced. What was sealed without a time-stamp gets one first. Throws 404 `file_not_ready` while
 * the signer has not signed, and while no time-stamp is to be had.
 */
export async function nativeFile(
  deps: Parameters<typeof raiseNatives>[0],
  document: DocumentRecord,
  content: Pick<SignedContent, 'fileName' | 'signatures'>,
  signerId: string | undefined,
): Promise<FileBody> {
  const signature = requireSignature(content, signerId);
  const native = awaitsTimeStamp(signature.native)
    ? await timeStamped(deps, document, signature.signerId)
    : signature.native;
  return {
    open: (range) => deps.files.stream(document.accountId, native.sha256, range),
    sizeBytes: native.sizeBytes,
    mediaType: native.mediaType,
    fileName: nativeFileName(content, signature),
    sha256: native.sha256,
  };
}

async function timeStamped(
  deps: Parameters<typeof raiseNatives>[0],
  document: DocumentRecord,
  signerId: string,
): Promise<NativeRecord> {
  await raiseNatives(deps, document).catch((cause: unknown) => {
    if (!(cause instanceof SeglError)) throw cause;
    throw new SeglError(404, 'file_not_ready', 'The signature waits for its time-stamp.', {
      cause,
      retryAfterSeconds: 60,
    });
  });
  const now = await findDocument(deps.database, document.id);
  return requireSignature({ signatures: now?.signatures ?? [] }, signerId).native;
}
