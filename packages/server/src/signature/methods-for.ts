import { formatsToSign } from './attachment-acceptance.ts';
import { usableMethods } from './document-request.ts';
import { methodOffer, type SignatureDeps } from './signature-deps.ts';
import type { DocumentRecord, SignerRecord } from './store.ts';

/** The methods with which a signer may sign the document, and all that is to be signed along with it. */
export function methodsFor(
  deps: Pick<SignatureDeps, 'eids'>,
  document: DocumentRecord,
  signer: SignerRecord,
): string[] {
  return usableMethods(signer.request, methodOffer(deps, document.environment), formatsToSign(document, signer.id));
}
