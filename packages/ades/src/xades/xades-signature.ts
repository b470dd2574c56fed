import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { ALGORITHMS, type DigestAlgorithm, verifyWithKey } from '../asn1/algorithms.ts';
import { context, integer, sequence } from '../asn1/der-writer.ts';
import { concatenateEcdsa } from '../asn1/ecdsa-signature.ts';
import { withoutRoots } from '../cms/signed-data-builder.ts';
import type { SignatureProvider } from '../ports.ts';
import type { ValidationData } from '../revocation/validation-data.ts';
import { readCertificate, sameBytes } from '../x509/certificate-reader.ts';
import { canonicalize, EXCLUSIVE_C14N } from '../xml/exclusive-c14n.ts';
import { digestUri, signatureUri, toBase64, XMLDSIG } from '../xml/xml-algorithms.ts';
import { readXml } from '../xml/xml-tree.ts';
import { type XmlMarkup, xml } from '../xml/xml-writer.ts';

export const XADES = 'http://uri.etsi.org/01903/v1.3.2#';
/** Namespace of what came with XAdES 1.4.1: archive time-stamps. */
export const XADES_141 = 'http://uri.etsi.org/01903/v1.4.1#';
export const SIGNED_PROPERTIES_TYPE = 'http://uri.etsi.org/01903#SignedProperties';
const NAMESPACES = { 'xmlns:ds': XMLDSIG, 'xmlns:xades': XADES };

/** One data object of a signature: what its Reference says, and the ds:Object that holds it when it is inside. */
export interface XadesReference {
  uri: string | { object: number };
  mimeType: string;
  transforms: readonly string[];
  digestValue: Uint8Array;
  /** The bytes that the digest is over; what an archive time-stamp needs. */
  content?: Uint8Array;
}

export interface XadesSignatureInput {
  provider: SignatureProvider;
  /** Claimed time; whole seconds are written. */
  signingTime: Date;
  references: readonly XadesReference[];
  /** Contents that go inside, in base64. */
  objects: readonly { mimeType: string; content: Uint8Array }[];
}

/** A signature whose value exists; unsigned properties can still be added. */
export interface XadesSignature {
  id: string;
  /** Canonical SignatureValue: what a signature time-stamp is about. */
  canonicalValue: Uint8Array;
  write(unsigned: UnsignedProperties): XmlMarkup;
}

export interface UnsignedProperties {
  timeStamp?: Uint8Array;
  validationData?: ValidationData;
  archiveTimeStamps?: readonly Uint8Array[];
}

const canonical = ({ markup }: XmlMarkup): Uint8Array => canonicalize(readXml(Buffer.from(markup, 'utf8')).root);

const method = (name: string, algorithm: string): XmlMarkup => xml(name, { Algorithm: algorithm });

/**
 * Signs: SignedInfo over the references and over the signed properties SigningTime, SigningCertificateV2 and
 * DataObjectFormat (ETSI EN 319 132-1 §5.2). Identifiers come from what is signed, so the same input has the same ones.
 * @throws AdesError `certificate_missing`; `signature_invalid` when the provider's answer does not verify
 */
export async function buildXadesSignature(input: XadesSignatureInput): Promise<XadesSignature> {
  const { provider, references } = input;
  const { digest } = ALGORITHMS[provider.algorithm];
  const leaf = provider.certificateChain[0];
  if (!leaf) throw new AdesError('certificate_missing', 'the signature provider has no certificate');
  const id = signatureId(input, leaf);
  const properties = signedProperties(input, id, leaf, digest);
  const signedInfo = xml(
    'ds:SignedInfo',
    { 'xmlns:ds': XMLDSIG },
    method('ds:CanonicalizationMethod', EXCLUSIVE_C14N),
    method('ds:SignatureMethod', signatureUri(provider.algorithm)),
    ...references.map(({ uri, transforms, digestValue }, index) =>
      reference(
        { Id: referenceId(id, index), URI: typeof uri === 'string' ? uri : `#${objectId(id, uri.object)}` },
        transforms,
        digest,
        digestValue,
      ),
    ),
    reference(
      { Type: SIGNED_PROPERTIES_TYPE, URI: `#${id}-properties` },
      [EXCLUSIVE_C14N],
      digest,
      createHash(digest).update(canonical(properties)).digest(),
    ),
  );
  const toSign = canonical(signedInfo);
  const signature = await provider.sign(toSign);
  if (!verifyWithKey(provider.algorithm, readCertificate(leaf).publicKey, toSign, signature)) {
    throw new AdesError('signature_invalid', 'the signature does not verify with the key of its certificate');
  }
  const value = toBase64(concatenateEcdsa(provider.algorithm, signature));
  const signatureValue = xml('ds:SignatureValue', { 'xmlns:ds': XMLDSIG, Id: `${id}-value` }, value);
  const included = withoutRoots(provider.certificateChain);
  const write = (unsigned: UnsignedProperties): XmlMarkup =>
    xml(
      'ds:Signature',
      { ...NAMESPACES, Id: id },
      signedInfo,
      signatureValue,
      xml('ds:KeyInfo', {}, xml('ds:X509Data', {}, ...included.map((der) => encapsulated('ds:X509Certificate', der)))),
      xml(
        'ds:Object',
        {},
        xml('xades:QualifyingProperties', { Target: `#${id}` }, properties, ...unsignedProperties(unsigned, included)),
      ),
      ...input.objects.map(({ mimeType, content }, index) =>
        xml(
          'ds:Object',
          { Id: objectId(id, index), MimeType: mimeType, Encoding: `${XMLDSIG}base64` },
          { markup: toBase64(content) },
        ),
      ),
    );
  return { id, canonicalValue: canonical(signatureValue), write };
}

const referenceId = (id: string, index: number): string => `${id}-reference-${index + 1}`;
const objectId = (id: string, index: number): string => `${id}-object-${index + 1}`;

function signatureId({ signingTime, references }: XadesSignatureInput, leaf: Uint8Array): string {
  const hash = createHash('sha256').update(leaf).update(signingTime.toISOString());
  for (const { digestValue } of references) hash.update(digestValue);
  return `signature-${hash.digest('hex').slice(0, 32)}`;
}

function reference(
  attributes: Record<string, string>,
  transforms: readonly string[],
  digest: DigestAlgorithm,
  value: Uint8Array,
): XmlMarkup {
  const list = transforms.map((algorithm) => method('ds:Transform', algorithm));
  return xml(
    'ds:Reference',
    attributes,
    ...(list.length > 0 ? [xml('ds:Transforms', {}, ...list)] : []),
    ...digestAndValue(digest, value),
  );
}

const digestAndValue = (digest: DigestAlgorithm, value: Uint8Array): XmlMarkup[] => [
  method('ds:DigestMethod', digestUri(digest)),
  xml('ds:DigestValue', {}, toBase64(value)),
];

/** SignedProperties: §5.2.1 SigningTime, §5.2.2 SigningCertificateV2, §5.2.4 DataObjectFormat. */
function signedProperties(
  { signingTime, references }: XadesSignatureInput,
  id: string,
  leaf: Uint8Array,
  digest: DigestAlgorithm,
): XmlMarkup {
  const { issuerBytes, serialNumber } = readCertificate(leaf);
  // IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber }, RFC 5035 §5
  const issuerSerial = sequence(sequence(context(4, issuerBytes)), integer(serialNumber));
  return xml(
    'xades:SignedProperties',
    { ...NAMESPACES, Id: `${id}-properties` },
    xml(
      'xades:SignedSignatureProperties',
      {},
      xml('xades:SigningTime', {}, `${signingTime.toISOString().slice(0, 19)}Z`),
      xml(
        'xades:SigningCertificateV2',
        {},
        xml(
          'xades:Cert',
          {},
          xml('xades:CertDigest', {}, ...digestAndValue(digest, createHash(digest).update(leaf).digest())),
          xml('xades:IssuerSerialV2', {}, toBase64(issuerSerial)),
        ),
      ),
    ),
    xml(
      'xades:SignedDataObjectProperties',
      {},
      ...references.map(({ mimeType }, index) =>
        xml(
          'xades:DataObjectFormat',
          { ObjectReference: `#${referenceId(id, index)}` },
          xml('xades:MimeType', {}, mimeType),
        ),
      ),
    ),
  );
}

/**
 * UnsignedProperties: §5.3 SignatureTimeStamp, §5.4.1 CertificateValues, §5.4.2 RevocationValues, §5.5.2
 * ArchiveTimeStamp.
 */
export function unsignedProperties(
  { timeStamp, validationData, archiveTimeStamps = [] }: UnsignedProperties,
  inKeyInfo: readonly Uint8Array[],
): XmlMarkup[] {
  const properties: XmlMarkup[] = [];
  if (timeStamp) {
    properties.push(timeStampProperty('xades:SignatureTimeStamp', {}, timeStamp));
  }
  if (validationData) {
    const certificates = withoutRoots(validationData.certificates).filter(
      (certificate) => !inKeyInfo.some((known) => sameBytes(known, certificate)),
    );
    properties.push(
      list('xades:CertificateValues', 'xades:EncapsulatedX509Certificate', certificates),
      xml(
        'xades:RevocationValues',
        {},
        ...(validationData.crls.length > 0
          ? [list('xades:CRLValues', 'xades:EncapsulatedCRLValue', validationData.crls)]
          : []),
        ...(validationData.ocspResponses.length > 0
          ? [list('xades:OCSPValues', 'xades:EncapsulatedOCSPValue', validationData.ocspResponses)]
          : []),
      ),
    );
  }
  for (const token of archiveTimeStamps) {
    properties.push(timeStampProperty('xades141:ArchiveTimeStamp', { 'xmlns:xades141': XADES_141 }, token));
  }
  if (properties.length === 0) return [];
  return [xml('xades:UnsignedProperties', {}, xml('xades:UnsignedSignatureProperties', {}, ...properties))];
}

const timeStampProperty = (name: string, attributes: Record<string, string>, token: Uint8Array): XmlMarkup =>
  xml(
    name,
    attributes,
    method('ds:CanonicalizationMethod', EXCLUSIVE_C14N),
    encapsulated('xades:EncapsulatedTimeStamp', token),
  );

const encapsulated = (name: string, bytes: Uint8Array): XmlMarkup => xml(name, {}, toBase64(bytes));

const list = (name: string, item: string, values: readonly Uint8Array[]): XmlMarkup =>
  xml(name, {}, ...values.map((bytes) => encapsulated(item, bytes)));
