import { AdesError } from '../ades-error.ts';
import { ALGORITHMS } from '../asn1/algorithms.ts';
import { type BaselineServices, requireServices } from '../baseline-level.ts';
import { canonicalize } from '../xml/exclusive-c14n.ts';
import { elementsOf, readXml } from '../xml/xml-tree.ts';
import { isDs, readXades } from './read-xades.ts';
import { checkOutput, gatherUnsignedProperties, type SignedXades } from './sign-xades.ts';
import { checkSignatureValue, findSigner } from './verify-xades.ts';
import { unsignedProperties } from './xades-signature.ts';

const END_OF_PROPERTIES = '</xades:QualifyingProperties>';

/**
 * Raises a signature that `signXades` put into an enveloping document at B-B: adds the time-stamp, and for B-LT what proves
 * all certificates. Every byte that is there stays. The result is verified before it is given out.
 * @throws AdesError `xades_invalid` for another signature, and one that has unsigned properties already; otherwise as
 *   `signXades`
 */
export async function extendXades(
  bytes: Uint8Array,
  services: BaselineServices & { level: 'B-T' | 'B-LT' },
): Promise<SignedXades> {
  requireServices(services);
  const { text, root } = readXml(bytes);
  const element = elementsOf(root).at(-1);
  if (!element || !isDs(element, 'Signature')) throw new AdesError('xades_invalid', 'the document has no signature');
  const read = readXades(element, root);
  if (read.unsignedProperties.length > 0) throw new AdesError('xades_invalid', 'the signature is raised already');
  const signer = findSigner(read);
  // What is not sound is not worth a time-stamp.
  checkSignatureValue(read, signer);
  const unsigned = await gatherUnsignedProperties(
    {
      canonicalValue: canonicalize(read.signatureValue),
      certificates: [signer.bytes, ...read.certificates],
      signingTime: read.signingTime,
      digest: ALGORITHMS[read.algorithm].digest,
    },
    services,
  );
  const at = text.lastIndexOf(END_OF_PROPERTIES);
  const added = unsignedProperties(unsigned, read.certificates).map(({ markup }) => markup);
  if (at < 0) throw new AdesError('xades_invalid', 'the signature was not made here');
  return checkOutput(Buffer.from(text.slice(0, at) + added.join('') + text.slice(at), 'utf8'), services);
}
