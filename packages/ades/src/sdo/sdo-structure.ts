import { AdesError } from '../ades-error.ts';
import type { ReadDigestAlgorithm } from '../asn1/algorithms.ts';
import { wrapOcspResponse } from '../revocation/ocsp-responder.ts';
import { unwrapOcspResponse } from '../revocation/ocsp-response.ts';
import { sameBytes } from '../x509/certificate-reader.ts';
import { ChildReader } from '../xml/child-reader.ts';
import { canonicalize } from '../xml/exclusive-c14n.ts';
import { fromBase64, toBase64, XMLDSIG } from '../xml/xml-algorithms.ts';
import { attributeOf, elementsOf, readXml, textOf, type XmlElement, type XmlLimits } from '../xml/xml-tree.ts';
import { type XmlMarkup, xml } from '../xml/xml-writer.ts';

/*
 * SEID-SDO 1.0, the Norwegian container for signatures made with BankID and Buypass. Its schema is not published any more;
 * the structure is that of the examples in the public documentation of those who make and take it: Kartverket (electronic
 * registration), BankID (B2B signing), Nets (E-Signing).
 */

const SDO = 'http://www.npt.no/seid/xmlskjema/SDO_v1.0';
/** The namespace of XAdES that the format is fixed to. */
const XADES_122 = 'http://uri.etsi.org/01903/v1.2.2#';
const NAMESPACES = {
  xmlns: SDO,
  'xmlns:XAdES': XADES_122,
  'xmlns:ds': XMLDSIG,
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
};

const VERSION = '1.0';
export const SDO_PROFILE = 'SEID-SDO-Basic-V';
export const SDO_POLICY = 'urn:oid:2.16.578.1.16.4.1';

/** Digests by the names that the format has for them. */
const DIGESTS: Record<string, ReadDigestAlgorithm> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** One signature as it stands in an SDO. */
export interface SdoSignature {
  /** Media type of what was signed: `text/plain`, `application/pdf` or `text/BIDXML`. */
  mimeType: string;
  digest: ReadDigestAlgorithm;
  /** Digest of what was signed, as the container states it. */
  hashedData: Uint8Array;
  /** CMS SignedData, detached; DER or BER. */
  cms: Uint8Array;
  /** DER OCSPResponses; the container holds the BasicOCSPResponse alone. */
  ocspResponses: Uint8Array[];
  /** DER CRLs, which newer containers have instead. */
  crls: Uint8Array[];
}

export interface Sdo {
  signatures: SdoSignature[];
  /** Signature of whoever put the container together, over `sealedBytes`. */
  seal: SdoSignature | undefined;
  /** The bytes of the data part as they stand in the file, from its start tag to its end tag. */
  sealedBytes: Uint8Array;
  /** Names and values; `MerchantDesc` describes the document. */
  metadata: { name: string; value: string }[];
  /** What was signed, when the container holds it. It is outside the seal: only its digest is in. */
  document: Uint8Array | undefined;
}

function invalid(message: string): never {
  throw new AdesError('sdo_invalid', message);
}

/** The data part: what the seal is over, byte for byte. Names of namespaces are declared outside of it. */
export function writeSdoDataPart(signatures: readonly SdoSignature[]): XmlMarkup {
  return xml(
    'SDODataPart',
    {},
    ...signatures.map((signature) => xml('SignatureElement', {}, writeSignatureElement(signature))),
  );
}

/** The container as UTF-8 without white space between elements, so that the data part stays as it was sealed. */
export function writeSdo(
  dataPart: XmlMarkup,
  seal: SdoSignature,
  { metadata, document }: Pick<Sdo, 'metadata' | 'document'>,
): Uint8Array {
  const sdo = xml(
    'SDO',
    {},
    xml('SEIDSDOVersion', {}, VERSION),
    dataPart,
    xml('SDOSeal', {}, xml('SDOSignature', {}, writeSignatureElement(seal))),
    xml(
      'Metadata',
      {},
      ...metadata.map(({ name, value }) => xml('ValuePair', {}, xml('Name', {}, name), xml('Value', {}, value))),
    ),
    ...(document ? [xml('SignedObject', {}, xml('SignersDocument', {}, { markup: toBase64(document) }))] : []),
  );
  const { markup } = xml('SDOList', NAMESPACES, sdo);
  return new TextEncoder().encode(`<?xml version="1.0" encoding="utf-8"?>${markup}`);
}

function writeSignatureElement({ mimeType, digest, hashedData, cms, ocspResponses, crls }: SdoSignature): XmlMarkup {
  const algorithm = Object.keys(DIGESTS).find((name) => DIGESTS[name] === digest)!;
  const list = (name: string, item: string, values: readonly Uint8Array[]) =>
    values.length > 0 ? [xml(name, {}, ...values.map((bytes) => xml(item, {}, toBase64(bytes))))] : [];
  return xml(
    'CMSSignatureElement',
    {},
    xml('SDOProfile', {}, SDO_PROFILE),
    xml(
      'SignaturePolicyIdentifier',
      {},
      xml('SignaturePolicyId', {}, xml('SigPolicyId', {}, xml('XAdES:Identifier', {}, SDO_POLICY))),
    ),
    xml('SignersDocumentFormat', {}, xml('MimeType', {}, mimeType)),
    xml(
      'HashedData',
      {},
      xml('ds:DigestMethod', { Algorithm: algorithm }),
      xml('ds:DigestValue', {}, toBase64(hashedData)),
    ),
    xml('CMSSignature', {}, toBase64(cms)),
    xml(
      'UserCertificateAndRevocationData',
      {},
      xml(
        'RevocationValues',
        {},
        ...list('XAdES:CRLValues', 'XAdES:EncapsulatedCRLValue', crls),
        ...list('XAdES:OCSPValues', 'XAdES:EncapsulatedOCSPValue', ocspResponses.map(unwrapOcspResponse)),
      ),
    ),
  );
}

const reader = (parent: XmlElement, namespace = SDO): ChildReader => new ChildReader(parent, namespace, 'sdo_invalid');

/**
 * Reads an SDO with one document. Nothing is verified.
 * @throws AdesError `xml_invalid`, `sdo_invalid`; `sdo_unsupported` for another version or profile
 */
export function readSdo(bytes: Uint8Array, limits?: XmlLimits): Sdo {
  const { root } = readXml(bytes, limits);
  if (root.uri !== SDO || root.local !== 'SDOList') invalid('it is no list of signed data objects');
  const list = reader(root);
  const parts = reader(list.next('SDO'));
  list.end();
  if (textOf(parts.next('SEIDSDOVersion')).trim() !== VERSION) unsupported('the version of the SDO is not read');
  const dataPart = parts.next('SDODataPart');
  const data = reader(dataPart);
  const signatures = data.all('SignatureElement').map(readSignatureElement);
  data.end();
  const sealElement = parts.optional('SDOSeal');
  const metadata = parts.optional('Metadata');
  const signedObject = parts.optional('SignedObject');
  const document = signedObject && reader(signedObject).optional('SignersDocument');
  return {
    signatures,
    seal: sealElement && readSignatureElement(reader(sealElement).next('SDOSignature')),
    sealedBytes: sliceDataPart(bytes, dataPart),
    metadata: metadata ? reader(metadata).all('ValuePair').map(readPair) : [],
    document: document && fromBase64(textOf(document)),
  };
}

function unsupported(message: string): never {
  throw new AdesError('sdo_unsupported', message);
}

function readPair(element: XmlElement): { name: string; value: string } {
  const pair = reader(element);
  return { name: textOf(pair.next('Name')), value: textOf(pair.next('Value')) };
}

function readSignatureElement(parent: XmlElement): SdoSignature {
  const element = reader(reader(parent).next('CMSSignatureElement'));
  const profile = textOf(element.next('SDOProfile')).trim();
  if (!profile.startsWith('SEID-SDO-Basic')) unsupported('the profile of the SDO is not read');
  element.optional('SignaturePolicyIdentifier');
  const mimeType = textOf(reader(element.next('SignersDocumentFormat')).next('MimeType')).trim();
  const hashed = reader(element.next('HashedData'), XMLDSIG);
  const digest = DIGESTS[attributeOf(hashed.next('DigestMethod'), 'Algorithm') ?? ''];
  if (!digest) return unsupported('the digest algorithm of the SDO is not read');
  const hashedData = fromBase64(textOf(hashed.next('DigestValue')));
  const cms = fromBase64(textOf(element.next('CMSSignature')));
  const user = element.optional('UserCertificateAndRevocationData');
  const values = user && elementsOf(user).find(({ local, uri }) => local === 'RevocationValues' && uri === SDO);
  const items = (container: string, item: string): Uint8Array[] =>
    (values ? elementsOf(values) : [])
      .filter(({ local, uri }) => local === container && uri === XADES_122)
      .flatMap((element) => reader(element, XADES_122).all(item))
      .map((element) => fromBase64(textOf(element)));
  return {
    mimeType,
    digest,
    hashedData,
    cms,
    ocspResponses: items('OCSPValues', 'EncapsulatedOCSPValue').map(wrapOcspResponse),
    crls: items('CRLValues', 'EncapsulatedCRLValue'),
  };
}

/**
 * The bytes from `<SDODataPart>` to `</SDODataPart>`. They are found as text, as whoever sealed them took them, so it is
 * made sure that this text is the very element that was read: it could stand in a comment, or be spelled differently.
 */
function sliceDataPart(bytes: Uint8Array, element: XmlElement): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [open, close] = ['<SDODataPart>', '</SDODataPart>'];
  const start = buffer.indexOf(open);
  const end = buffer.indexOf(close);
  const single = start >= 0 && start < end && buffer.lastIndexOf(open) === start && buffer.lastIndexOf(close) === end;
  if (!single) invalid('the data part is not there once');
  const slice = buffer.subarray(start, end + close.length);
  const declarations = Object.entries(NAMESPACES).map(([name, uri]) => ` ${name}="${uri}"`);
  const alone = readXml(Buffer.concat([Buffer.from(`<SDO${declarations.join('')}>`), slice, Buffer.from('</SDO>')]));
  const [again] = elementsOf(alone.root);
  if (!again || !sameBytes(canonicalize(again), canonicalize(element))) invalid('the data part is not what it seems');
  return slice;
}
