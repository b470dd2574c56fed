import { createHash, timingSafeEqual } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { digestFromOid, type ReadDigestAlgorithm, verifySignature } from '../asn1/algorithms.ts';
import {
  type Asn1Node,
  asInteger,
  asOctetString,
  asOid,
  childAt,
  children,
  readDer,
  SequenceReader,
} from '../asn1/der-reader.ts';
import { TAG } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import { type Certificate, readCertificate, sameBytes } from '../x509/certificate-reader.ts';
import {
  readSignedDataStructure,
  type SignedDataStructure,
  type SignerInfoStructure,
} from './signed-data-structure.ts';

/** A SignedData with one of its signers, read. */
export interface SignedData {
  readonly contentType: string;
  /** The encapsulated content, when it is inside. */
  readonly content: Uint8Array | undefined;
  readonly certificates: readonly Uint8Array[];
  readonly digest: ReadDigestAlgorithm;
  readonly signer: Certificate;
  /** Signed attributes by type, first value each; empty when there are none. */
  readonly signedAttributes: ReadonlyMap<string, Asn1Node>;
  /** Unsigned attributes by type, first value of the first one each. */
  readonly unsignedAttributes: ReadonlyMap<string, Asn1Node>;
  readonly signature: Uint8Array;
  /** Exactly what the signature was made over: the attributes as a SET, or nothing when the content is signed directly. */
  readonly signedBytes: Uint8Array | undefined;
  readonly signatureAlgorithm: Asn1Node;
}

function invalid(message: string): never {
  throw new AdesError('cms_invalid', message);
}

/**
 * Reads a CMS SignedData (RFC 5652 §5) with exactly one SignerInfo.
 * @param options.ber accept BER as other software writes it, and zero bytes after the value
 * @throws AdesError `cms_invalid` or `asn1_invalid`
 */
export function readSignedData(bytes: Uint8Array, options: { ber?: boolean } = {}): SignedData {
  const structure = readSignedDataStructure(bytes, options);
  const [signerInfo, second] = structure.signerInfos;
  if (!signerInfo || second) invalid('exactly one signer is expected');
  return readSigner(structure, signerInfo);
}

/** One signer of a SignedData. @throws AdesError `cms_invalid`, `asn1_invalid`, `algorithm_unsupported` */
export function readSigner(structure: SignedDataStructure, signerInfo: SignerInfoStructure): SignedData {
  const certificates = structure.certificates.filter((bytes) => bytes[0] === TAG.sequence);
  const [, sid, digestAlgorithm, ...rest] = signerInfo.core.map((bytes) => readDer(bytes));
  const attributes = rest.length === 3 ? rest.shift() : undefined;
  const [signatureAlgorithm, signature] = rest;
  if (!sid || !digestAlgorithm || !signatureAlgorithm || !signature) return invalid('the signer is incomplete');
  let signedBytes: Uint8Array | undefined;
  if (attributes) {
    signedBytes = Uint8Array.from(attributes.bytes);
    signedBytes[0] = TAG.set;
  }
  return {
    contentType: structure.contentType,
    content: structure.content,
    certificates,
    digest: digestFromOid(asOid(childAt(digestAlgorithm, 0))),
    signer: findSigner(sid, certificates),
    signedAttributes: readSignedAttributes(attributes),
    unsignedAttributes: firstOfEach(signerInfo.unsigned.map(readAttribute)),
    signature: asOctetString(signature),
    signedBytes,
    signatureAlgorithm,
  };
}

/** `Attribute ::= SEQUENCE { attrType, attrValues SET OF }` (RFC 5652 §5.3) */
export function readAttribute(bytes: Uint8Array): { type: string; values: Asn1Node[] } {
  const [type, values, extra] = children(readDer(bytes));
  if (!type || !values || extra) return invalid('an attribute cannot be read');
  return { type: asOid(type), values: children(values) };
}

function readSignedAttributes(node: Asn1Node | undefined): Map<string, Asn1Node> {
  const attributes = node ? children(node).map((item) => readAttribute(item.bytes)) : [];
  const out = firstOfEach(attributes);
  if (new Set(attributes.map(({ type }) => type)).size !== attributes.length) invalid('an attribute appears twice');
  return out;
}

function firstOfEach(attributes: readonly { type: string; values: Asn1Node[] }[]): Map<string, Asn1Node> {
  const out = new Map<string, Asn1Node>();
  for (const { type, values } of attributes) {
    const [value] = values;
    if (value && !out.has(type)) out.set(type, value);
  }
  return out;
}

/** `SignerIdentifier ::= CHOICE { issuerAndSerialNumber, subjectKeyIdentifier [0] }` */
function findSigner(sid: Asn1Node, certificates: readonly Uint8Array[]): Certificate {
  for (const bytes of certificates) {
    const certificate = readCertificate(bytes);
    if (sid.tag === TAG.sequence) {
      const [issuer, serial] = children(sid);
      if (!issuer || !serial) invalid('signer identifier is incomplete');
      if (sameBytes(certificate.issuerBytes, issuer.bytes) && certificate.serialNumber === asInteger(serial)) {
        return certificate;
      }
    } else if (certificate.subjectKeyIdentifier && sameBytes(certificate.subjectKeyIdentifier, sid.contents)) {
      return certificate;
    }
  }
  throw new AdesError('certificate_missing', 'the signing certificate is not in the SignedData');
}

/** What can be wrong with a signature itself. */
export type SignedDataProblem =
  | 'signed_attributes_missing'
  | 'message_digest_missing'
  | 'message_digest'
  | 'content_type'
  | 'signature_value'
  | 'signing_certificate';

const TEXT: Record<SignedDataProblem, string> = {
  signed_attributes_missing: 'the signature has no signed attributes',
  message_digest_missing: 'there is no message digest',
  message_digest: 'the message digest differs',
  content_type: 'the content type differs',
  signature_value: 'the signature value does not verify',
  signing_certificate: 'the signing-certificate attribute names another certificate',
};

/**
 * Checks the signature itself: message digest, content type, signature value under the signer's public key and, when
 * present, the ESS certificate hash. Trust in the certificate is not judged.
 * @param digestOfContent computes the digest of the (detached or encapsulated) content
 * @returns the reason why it is broken, or nothing
 */
export function checkSignedData(
  data: SignedData,
  digestOfContent: (digest: ReadDigestAlgorithm) => Uint8Array,
  contentForDirectSignature?: () => Uint8Array,
): string | undefined {
  const problem = findSignedDataProblem(data, digestOfContent, contentForDirectSignature);
  return problem && TEXT[problem];
}

/** As `checkSignedData`, with the problem as data. */
export function findSignedDataProblem(
  data: SignedData,
  digestOfContent: (digest: ReadDigestAlgorithm) => Uint8Array,
  contentForDirectSignature?: () => Uint8Array,
): SignedDataProblem | undefined {
  const { signer, signatureAlgorithm, signature, digest } = data;
  if (!data.signedBytes) {
    const content = contentForDirectSignature?.();
    if (!content) return 'signed_attributes_missing';
    const right = verifySignature({
      algorithm: signatureAlgorithm,
      digestHint: digest,
      publicKey: signer.publicKey,
      data: content,
      signature,
    });
    return right ? undefined : 'signature_value';
  }
  const messageDigest = data.signedAttributes.get(OID.messageDigest);
  if (!messageDigest) return 'message_digest_missing';
  const expected = digestOfContent(digest);
  const found = asOctetString(messageDigest);
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) return 'message_digest';
  const contentType = data.signedAttributes.get(OID.contentType);
  if (!contentType || asOid(contentType) !== data.contentType) return 'content_type';
  const right = verifySignature({
    algorithm: signatureAlgorithm,
    digestHint: digest,
    publicKey: signer.publicKey,
    data: data.signedBytes,
    signature,
  });
  if (!right) return 'signature_value';
  return namesItsSigner(data) ? undefined : 'signing_certificate';
}

/**
 * Whether the signed attributes, where they name the signing certificate by hash, do so rightly: RFC 5035, RFC 2634, or
 * other-signing-certificate of ETSI TS 101 733 §5.7.3.3, which older national profiles have.
 */
function namesItsSigner(data: SignedData): boolean {
  const { signedAttributes } = data;
  const v2 = signedAttributes.get(OID.signingCertificateV2);
  const attribute =
    v2 ?? signedAttributes.get(OID.signingCertificate) ?? signedAttributes.get(OID.otherSigningCertificate);
  if (!attribute) return true;
  const first = children(childAt(attribute, 0))[0];
  if (!first) return false;
  const reader = new SequenceReader(first);
  // OtherHash ::= CHOICE { sha1Hash OCTET STRING, otherHash SEQUENCE { hashAlgorithm, hashValue } }
  const hashed =
    attribute === signedAttributes.get(OID.otherSigningCertificate) ? reader.optional(TAG.sequence) : undefined;
  const inner = hashed ? new SequenceReader(hashed) : reader;
  const algorithm = v2 || hashed ? inner.optional(TAG.sequence) : undefined;
  const digest = algorithm ? digestFromOid(asOid(childAt(algorithm, 0))) : v2 ? 'sha256' : 'sha1';
  return sameBytes(asOctetString(inner.next()), createHash(digest).update(data.signer.bytes).digest());
}
