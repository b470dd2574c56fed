import { AdesError } from '../ades-error.ts';
import { ALGORITHMS } from '../asn1/algorithms.ts';
import type { BaselineServices } from '../baseline-level.ts';
import type { CadesSigner } from '../cades/sign-cades.ts';
import { referToFile, signReferences } from '../xades/sign-xades.ts';
import { verifyXadesElement, type XadesVerification } from '../xades/verify-xades.ts';
import { elementsOf, readXml, type XmlDocument, type XmlElement } from '../xml/xml-tree.ts';
import { writeXml, type XmlMarkup, xml } from '../xml/xml-writer.ts';
import { ASIC, type AsicFile } from './asic-manifest.ts';

/**
 * A signature file of XAdES signatures, one per signer, each with a Reference to every file (ETSI EN 319 162-1 §4.4.3,
 * §A.5: XAdESSignatures).
 */
export async function writeXadesSignatures(
  files: readonly AsicFile[],
  signing: BaselineServices & { signers: readonly CadesSigner[] },
): Promise<Buffer> {
  const signatures: XmlMarkup[] = [];
  for (const { provider, signingTime } of signing.signers) {
    const { digest } = ALGORITHMS[provider.algorithm];
    const references = await Promise.all(files.map((file) => referToFile(file, digest)));
    signatures.push(await signReferences({ ...signing, provider, signingTime }, references));
  }
  return writeXml(xml('asic:XAdESSignatures', { 'xmlns:asic': ASIC }, ...signatures));
}

/** The signatures of a file of them. @throws AdesError `xml_invalid`, `asic_invalid` */
export function listXadesSignatures(bytes: Uint8Array): { document: XmlDocument; elements: XmlElement[] } {
  const document = readXml(bytes);
  const { root } = document;
  const elements = elementsOf(root);
  if (root.uri !== ASIC || root.local !== 'XAdESSignatures' || elements.length === 0) {
    throw new AdesError('asic_invalid', 'it is not a file of XAdES signatures');
  }
  return { document, elements };
}

/** @throws AdesError `xml_invalid`, `asic_invalid`, `xades_invalid`, `algorithm_unsupported` */
export async function verifyXadesSignatures(
  bytes: Uint8Array,
  files: ReadonlyMap<string, Uint8Array>,
  trustAnchors: readonly Uint8Array[],
): Promise<XadesVerification[]> {
  const { document, elements } = listXadesSignatures(bytes);
  const verified: XadesVerification[] = [];
  for (const element of elements) {
    const result = await verifyXadesElement(element, document, { trustAnchors, detached: files });
    requireFiles(result.signed);
    verified.push(result);
  }
  return verified;
}

/** @throws AdesError `asic_invalid` when something else than files of the container is signed */
export function requireFiles(signed: readonly { name: string | undefined }[]): void {
  if (signed.some(({ name }) => name === undefined)) {
    throw new AdesError('asic_invalid', 'a signature is about something that is not a file of the container');
  }
}
