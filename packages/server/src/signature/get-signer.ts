import { SeglError } from '../kernel/errors/segl-error.ts';
import { entityTag } from '../kernel/http/entity-tag.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import type { SignerPath } from './contract/signer.ts';
import { signerResource } from './document-representation.ts';
import { requireDocument } from './get-document.ts';
import { showNationalNumbers } from './national-number.ts';
import type { SignatureDeps } from './signature-deps.ts';
import type { DocumentRecord, SignerRecord } from './store.ts';

/** Throws 404 `signer_not_found`. */
export function requireSigner(document: Pick<DocumentRecord, 'signers'>, signerId: string): SignerRecord {
  const signer = document.signers.find((one) => one.id === signerId);
  if (!signer) throw new SeglError(404, 'signer_not_found', 'The document has no such signer.');
  return signer;
}

/** The signers of a document in the order of their creation. */
export async function listSigners(
  deps: SignatureDeps,
  context: OperationContext,
  documentId: string,
): Promise<OperationResult> {
  const document = await requireDocument(deps, context, documentId);
  const body = document.signers.map((signer) => signerResource(document, signer, deps));
  await showNationalNumbers(deps, context, document, body);
  return { status: 200, body };
}

export async function getSigner(
  deps: SignatureDeps,
  context: OperationContext,
  path: SignerPath,
): Promise<OperationResult> {
  const document = await requireDocument(deps, context, path.documentId);
  const body = signerResource(document, requireSigner(document, path.signerId), deps);
  const etag = entityTag(body);
  await showNationalNumbers(deps, context, document, [body]);
  return { status: 200, body, headers: { etag } };
}
