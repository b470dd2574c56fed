import { AdesError } from '../ades-error.ts';
import type { DigestAlgorithm } from '../asn1/algorithms.ts';
import type { SignatureAlgorithm } from '../ports.ts';
import { ChildReader } from '../xml/child-reader.ts';
import { EXCLUSIVE_C14N } from '../xml/exclusive-c14n.ts';
import { digestFromUri, fromBase64, signatureAlgorithmFromUri, XMLDSIG } from '../xml/xml-algorithms.ts';
import { attributeOf, descendants, elementsOf, textOf, type XmlElement } from '../xml/xml-tree.ts';
import { SIGNED_PROPERTIES_TYPE, XADES, XADES_141 } from './xades-signature.ts';

export interface ReadReference {
  id: string | undefined;
  uri: string;
  transforms: string[];
  digest: DigestAlgorithm;
  value: Uint8Array;
}

/** A XAdES signature taken apart. Every element was found by its place, none by an Id that could stand elsewhere too. */
export interface ReadXades {
  element: XmlElement;
  signedInfo: XmlElement;
  algorithm: SignatureAlgorithm;
  signatureValue: XmlElement;
  /** DER certificates of KeyInfo. */
  certificates: Uint8Array[];
  signedProperties: XmlElement;
  propertiesReference: ReadReference;
  /** References to data objects. */
  references: ReadReference[];
  /** Where among the references that of the signed properties stands. */
  propertiesPosition: number;
  /** Data inside, by Id. */
  objects: Map<string, XmlElement>;
  signingTime: Date;
  certificateDigest: { digest: DigestAlgorithm; value: Uint8Array };
  /** Media types by Id of the Reference. */
  mimeTypes: Map<string, string>;
  timeStamp: Uint8Array | undefined;
  certificateValues: Uint8Array[];
  crls: Uint8Array[];
  ocspResponses: Uint8Array[];
  /** Unsigned properties of the signature, in their order. */
  unsignedProperties: XmlElement[];
  /** Archive time-stamps, oldest first. */
  archiveTimeStamps: ReadArchiveTimeStamp[];
  keyInfo: XmlElement;
}

export interface ReadArchiveTimeStamp {
  token: Uint8Array;
  /** The unsigned properties before it, which it covers. */
  covered: XmlElement[];
}

function invalid(message: string): never {
  throw new AdesError('xades_invalid', message);
}

export const isDs = (element: XmlElement, local: string): boolean => element.uri === XMLDSIG && element.local === local;

const childReader = (parent: XmlElement, namespace: string): ChildReader =>
  new ChildReader(parent, namespace, 'xades_invalid');

/** An algorithm without parameters. */
function algorithmOf(element: XmlElement): string {
  if (elementsOf(element).length > 0) invalid('parameters of algorithms are not read');
  return attributeOf(element, 'Algorithm') ?? invalid('an algorithm is missing');
}

/**
 * Reads a ds:Signature with XAdES properties as this library writes them (EN 319 132-1): exclusive canonicalisation, one
 * QualifyingProperties, data objects in base64.
 * @param root of the document, in which every Id that the signature uses must stand once
 * @throws AdesError `xades_invalid`, `xml_invalid`, `algorithm_unsupported`
 */
export function readXades(element: XmlElement, root: XmlElement): ReadXades {
  const reader = childReader(element, XMLDSIG);
  const signedInfo = reader.next('SignedInfo');
  const signatureValue = reader.next('SignatureValue');
  const keyInfoElement = reader.next('KeyInfo');
  const keyInfo = childReader(keyInfoElement, XMLDSIG);
  const objects = reader.all('Object');
  reader.end();
  const info = childReader(signedInfo, XMLDSIG);
  if (algorithmOf(info.next('CanonicalizationMethod')) !== EXCLUSIVE_C14N) invalid('the canonicalisation is not read');
  const algorithm = signatureAlgorithmFromUri(algorithmOf(info.next('SignatureMethod')));
  const references = info.all('Reference');
  info.end();
  const x509Data = childReader(keyInfo.next('X509Data'), XMLDSIG);
  keyInfo.end();
  const certificates = x509Data.all('X509Certificate').map(bytesOf);
  x509Data.end();
  const qualifying = objects.filter((object) => elementsOf(object).some(({ uri }) => uri === XADES));
  if (qualifying.length !== 1) invalid('there must be one QualifyingProperties');
  const properties = readProperties(qualifying[0]!, element);
  const isProperties = (reference: XmlElement) => attributeOf(reference, 'Type') === SIGNED_PROPERTIES_TYPE;
  const [propertiesReference, second] = references.filter(isProperties).map(readReference);
  if (!propertiesReference || second) return invalid('there must be one Reference to the signed properties');
  const data = references.filter((reference) => !isProperties(reference)).map(readReference);
  if (propertiesReference.uri !== `#${attributeOf(properties.signedProperties, 'Id')}`) {
    invalid('the Reference to the signed properties leads elsewhere');
  }
  const read: ReadXades = {
    element,
    signedInfo,
    algorithm,
    signatureValue,
    certificates,
    keyInfo: keyInfoElement,
    propertiesReference,
    references: data,
    propertiesPosition: references.findIndex(isProperties),
    objects: readObjects(objects.filter((object) => !qualifying.includes(object))),
    ...properties,
  };
  checkIds(read, root);
  return read;
}

function readObjects(objects: readonly XmlElement[]): Map<string, XmlElement> {
  return new Map(
    objects.map((object) => {
      if (elementsOf(object).length > 0) invalid('data inside a signature is read in base64 only');
      return [attributeOf(object, 'Id') ?? invalid('a ds:Object has no Id'), object];
    }),
  );
}

function readReference(element: XmlElement): ReadReference {
  const reader = childReader(element, XMLDSIG);
  const transforms = reader.optional('Transforms');
  const digestMethod = reader.next('DigestMethod');
  const value = bytesOf(reader.next('DigestValue'));
  reader.end();
  const list = transforms ? childReader(transforms, XMLDSIG) : undefined;
  const algorithms = list?.all('Transform').map(algorithmOf) ?? [];
  list?.end();
  const uri = attributeOf(element, 'URI');
  if (uri === undefined) return invalid('a Reference has no URI');
  return {
    id: attributeOf(element, 'Id'),
    uri,
    transforms: algorithms,
    digest: digestFromUri(algorithmOf(digestMethod)),
    value,
  };
}

const bytesOf = (element: XmlElement): Uint8Array => {
  if (elementsOf(element).length > 0) invalid('a value has elements inside');
  return fromBase64(textOf(element));
};

type Properties = Pick<
  ReadXades,
  | 'signedProperties'
  | 'signingTime'
  | 'certificateDigest'
  | 'mimeTypes'
  | 'timeStamp'
  | 'certificateValues'
  | 'crls'
  | 'ocspResponses'
  | 'archiveTimeStamps'
  | 'unsignedProperties'
>;

function readProperties(object: XmlElement, signature: XmlElement): Properties {
  const objectReader = childReader(object, XADES);
  const qualifying = objectReader.next('QualifyingProperties');
  objectReader.end();
  const id = attributeOf(signature, 'Id');
  if (!id || attributeOf(qualifying, 'Target') !== `#${id}`) invalid('the properties are about another signature');
  const reader = childReader(qualifying, XADES);
  const signedProperties = reader.next('SignedProperties');
  const unsigned = reader.optional('UnsignedProperties');
  reader.end();
  const parts = childReader(signedProperties, XADES);
  const ofSignature = childReader(parts.next('SignedSignatureProperties'), XADES);
  const ofData = childReader(parts.next('SignedDataObjectProperties'), XADES);
  parts.end();
  const signingTime = readTime(textOf(ofSignature.next('SigningTime')));
  const [certificate] = elementsOf(ofSignature.next('SigningCertificateV2'));
  if (!certificate) return invalid('SigningCertificateV2 is empty');
  const digest = childReader(childReader(certificate, XADES).next('CertDigest'), XMLDSIG);
  const certificateDigest = {
    digest: digestFromUri(algorithmOf(digest.next('DigestMethod'))),
    value: bytesOf(digest.next('DigestValue')),
  };
  const mimeTypes = new Map<string, string>();
  for (const format of ofData.all('DataObjectFormat')) {
    const mimeType = elementsOf(format).find(({ local, uri }) => local === 'MimeType' && uri === XADES);
    mimeTypes.set(attributeOf(format, 'ObjectReference') ?? '', mimeType ? textOf(mimeType) : '');
  }
  return { signedProperties, signingTime, certificateDigest, mimeTypes, ...readUnsigned(unsigned) };
}

function readTime(text: string): Date {
  const at = new Date(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text) ? text : Number.NaN);
  return Number.isNaN(at.getTime()) ? invalid('SigningTime cannot be read') : at;
}

function readUnsigned(
  unsigned: XmlElement | undefined,
): Pick<
  Properties,
  'timeStamp' | 'certificateValues' | 'crls' | 'ocspResponses' | 'archiveTimeStamps' | 'unsignedProperties'
> {
  const found: ReturnType<typeof readUnsigned> = {
    timeStamp: undefined,
    certificateValues: [],
    crls: [],
    ocspResponses: [],
    archiveTimeStamps: [],
    unsignedProperties: [],
  };
  if (!unsigned) return found;
  const reader = childReader(unsigned, XADES);
  const container = reader.next('UnsignedSignatureProperties');
  const properties = childReader(container, XADES);
  reader.end();
  const stamp = properties.optional('SignatureTimeStamp');
  if (stamp) found.timeStamp = readTimeStamp(stamp);
  const values = (parent: XmlElement | undefined, item: string): Uint8Array[] => {
    if (!parent) return [];
    const items = childReader(parent, XADES);
    const bytes = items.all(item).map(bytesOf);
    items.end();
    return bytes;
  };
  found.certificateValues = values(properties.optional('CertificateValues'), 'EncapsulatedX509Certificate');
  const revocation = properties.optional('RevocationValues');
  if (revocation) {
    const lists = childReader(revocation, XADES);
    found.crls = values(lists.optional('CRLValues'), 'EncapsulatedCRLValue');
    found.ocspResponses = values(lists.optional('OCSPValues'), 'EncapsulatedOCSPValue');
    lists.end();
  }
  const all = elementsOf(container);
  found.unsignedProperties = all;
  for (const archive of properties.all('ArchiveTimeStamp', XADES_141)) {
    found.archiveTimeStamps.push({ token: readTimeStamp(archive), covered: all.slice(0, all.indexOf(archive)) });
  }
  properties.end();
  return found;
}

function readTimeStamp(element: XmlElement): Uint8Array {
  const parts = childReader(element, XADES);
  if (algorithmOf(parts.next('CanonicalizationMethod', XMLDSIG)) !== EXCLUSIVE_C14N) {
    invalid('the canonicalisation of the time-stamp is not read');
  }
  const token = bytesOf(parts.next('EncapsulatedTimeStamp'));
  parts.end();
  return token;
}

/**
 * An Id that stands twice could mean one element to this reader and another to the next: wrapping. Attributes that any
 * reader might take for an Id count.
 */
function checkIds({ element, references, propertiesReference }: ReadXades, root: XmlElement): void {
  const used = [...references, propertiesReference]
    .filter(({ uri }) => uri.startsWith('#'))
    .map(({ uri }) => uri.slice(1));
  const counted = new Map([...used, attributeOf(element, 'Id') ?? ''].map((id) => [id, 0]));
  for (const { attributes } of descendants(root)) {
    for (const { local, value } of attributes) {
      const count = counted.get(value);
      if (count !== undefined && local.toLowerCase() === 'id') counted.set(value, count + 1);
    }
  }
  if ([...counted.values()].some((count) => count !== 1)) invalid('an Id of the signature is missing or stands twice');
}
