import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { ALGORITHMS, verifyWithKey } from '../asn1/algorithms.ts';
import { concatenateEcdsa, ecdsaFromConcatenated } from '../asn1/ecdsa-signature.ts';
import type { SignatureProvider } from '../ports.ts';
import { readCertificate } from '../x509/certificate-reader.ts';
import { ChildReader } from '../xml/child-reader.ts';
import { canonicalize, EXCLUSIVE_C14N } from '../xml/exclusive-c14n.ts';
import { canonicalizeInclusive, INCLUSIVE_C14N } from '../xml/inclusive-c14n.ts';
import {
  digestFromUri,
  digestUri,
  fromBase64,
  signatureAlgorithmFromUri,
  signatureUri,
  toBase64,
  XMLDSIG,
} from '../xml/xml-algorithms.ts';
import { attributeOf, elementsOf, readXml, textOf, type XmlElement, type XmlLimits } from '../xml/xml-tree.ts';
import { writeXml, type XmlMarkup, xml } from '../xml/xml-writer.ts';

export interface EnvelopingSigning {
  provider: SignatureProvider;
  /** One element with an attribute `Id`, which must be `objectId`; it goes into the signature's only Object. */
  object: XmlMarkup;
  objectId: string;
  /** `Type` of the reference to it. */
  objectType?: string;
  /** `Id` of the KeyInfo, which is signed as well. */
  keyInfoId: string;
}

export interface EnvelopingSignature {
  /** The element inside the Object, as it was signed. */
  object: XmlElement;
  /** DER certificates in the KeyInfo, that of the key first. */
  certificates: Uint8Array[];
}

const reference = (attributes: Record<string, string | undefined>, digest: Uint8Array, digestMethod: string) =>
  xml(
    'Reference',
    attributes,
    xml('Transforms', {}, xml('Transform', { Algorithm: INCLUSIVE_C14N })),
    xml('DigestMethod', { Algorithm: digestMethod }),
    xml('DigestValue', {}, toBase64(digest)),
  );

/**
 * Signs one element as an enveloping XML signature (W3C xmldsig-core §2.2) over it and over the KeyInfo with the whole
 * certificate chain, in Canonical XML 1.0. It has no signed properties; `signXades` makes signatures that have them.
 * @returns the document in UTF-8
 * @throws AdesError `certificate_missing`
 */
export async function signEnveloping(input: EnvelopingSigning): Promise<Buffer> {
  const { provider } = input;
  if (provider.certificateChain.length === 0) {
    throw new AdesError('certificate_missing', 'the signature provider has no certificate');
  }
  const { digest } = ALGORITHMS[provider.algorithm];
  const keyInfo = xml(
    'KeyInfo',
    { Id: input.keyInfoId },
    xml('X509Data', {}, ...provider.certificateChain.map((der) => xml('X509Certificate', {}, toBase64(der)))),
  );
  const object = xml('Object', {}, input.object);
  const write = (...parts: XmlMarkup[]): Buffer => writeXml(xml('Signature', { xmlns: XMLDSIG }, ...parts));

  const [keyInfoElement, objectElement] = elementsOf(readXml(write(keyInfo, object)).root);
  const digestOf = (element: XmlElement) => createHash(digest).update(canonicalizeInclusive(element)).digest();
  const signedInfo = xml(
    'SignedInfo',
    {},
    xml('CanonicalizationMethod', { Algorithm: INCLUSIVE_C14N }),
    xml('SignatureMethod', { Algorithm: signatureUri(provider.algorithm) }),
    reference(
      { Type: input.objectType, URI: `#${input.objectId}` },
      digestOf(elementsOf(objectElement!)[0]!),
      digestUri(digest),
    ),
    reference({ URI: `#${input.keyInfoId}` }, digestOf(keyInfoElement!), digestUri(digest)),
  );
  const [signedInfoElement] = elementsOf(readXml(write(signedInfo)).root);
  const signature = await provider.sign(canonicalizeInclusive(signedInfoElement!));
  const value = xml('SignatureValue', {}, toBase64(concatenateEcdsa(provider.algorithm, signature)));
  return write(signedInfo, value, keyInfo, object);
}

/**
 * Reads an enveloping XML signature and verifies it with the first certificate in its KeyInfo. Both the element in its only
 * Object and the KeyInfo must be signed, by exactly one reference each; nothing else may be referred to. Whether the
 * certificate can be trusted, `buildCertificatePath` says.
 * @throws AdesError `xml_invalid`, `xmldsig_invalid`, `algorithm_unsupported`; `signature_invalid` when it does not verify
 */
export function readEnvelopingSignature(bytes: Uint8Array, limits?: XmlLimits): EnvelopingSignature {
  const { root } = readXml(bytes, limits);
  if (root.uri !== XMLDSIG || root.local !== 'Signature') invalid('the root is not a signature');
  const parts = new ChildReader(root, XMLDSIG, CODE);
  const signedInfo = parts.next('SignedInfo');
  const value = parts.next('SignatureValue');
  const keyInfo = parts.next('KeyInfo');
  const [object, ...others] = elementsOf(parts.next('Object'));
  parts.end();
  if (!object || others.length > 0) invalid('the Object must hold one element');

  const certificates = readCertificates(keyInfo);
  const info = new ChildReader(signedInfo, XMLDSIG, CODE);
  const canonical = canonicalizer(info.next('CanonicalizationMethod'))(signedInfo);
  const algorithm = signatureAlgorithmFromUri(attributeOf(info.next('SignatureMethod'), 'Algorithm'));
  const left = new Set([object, keyInfo]);
  for (const element of info.all('Reference')) checkReference(element, left);
  info.end();
  if (left.size > 0) invalid('a part is not signed');

  const signature = ecdsaFromConcatenated(algorithm, fromBase64(textOf(value)));
  if (!signature || !verifyWithKey(algorithm, readCertificate(certificates[0]!).publicKey, canonical, signature)) {
    throw new AdesError('signature_invalid', 'the signature does not verify with the key of its certificate');
  }
  return { object, certificates };
}

const CODE = 'xmldsig_invalid';

function invalid(message: string): never {
  throw new AdesError(CODE, message);
}

/** Targets are found among the parts themselves and not by a search for an Id, so that nothing can stand in for them. */
function checkReference(element: XmlElement, left: Set<XmlElement>): void {
  const uri = attributeOf(element, 'URI');
  const target = [...left].find((part) => uri !== undefined && uri === `#${attributeOf(part, 'Id')}`);
  if (!target) invalid('a reference leads nowhere');
  left.delete(target);
  const parts = new ChildReader(element, XMLDSIG, CODE);
  const transforms = parts.optional('Transforms');
  const [transform, ...others] = transforms ? elementsOf(transforms) : [];
  if (others.length > 0) invalid('only a canonicalisation is read as a transform');
  const digest = digestFromUri(attributeOf(parts.next('DigestMethod'), 'Algorithm'));
  const expected = fromBase64(textOf(parts.next('DigestValue')));
  const content = transform ? canonicalizer(transform)(target) : canonicalizeInclusive(target);
  if (!createHash(digest).update(content).digest().equals(expected)) {
    throw new AdesError('signature_invalid', 'the content is not what was signed');
  }
}

function canonicalizer(element: XmlElement): (element: XmlElement) => Buffer {
  const algorithm = attributeOf(element, 'Algorithm');
  if (elementsOf(element).length === 0 && algorithm === INCLUSIVE_C14N) return canonicalizeInclusive;
  if (elementsOf(element).length === 0 && algorithm === EXCLUSIVE_C14N) return (node) => canonicalize(node);
  throw new AdesError('algorithm_unsupported', 'a transform of an XML signature is not supported');
}

function readCertificates(keyInfo: XmlElement): Uint8Array[] {
  const data = new ChildReader(keyInfo, XMLDSIG, CODE).next('X509Data');
  const certificates = new ChildReader(data, XMLDSIG, CODE).all('X509Certificate');
  if (certificates.length === 0) invalid('the signature has no certificate');
  return certificates.map((certificate) => fromBase64(textOf(certificate)));
}
