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
  transcodeBer,
  unwrapExplicit,
} from '../asn1/der-reader.ts';
import { TAG } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import { type Certificate, readCertificate, sameBytes } from '../x509/certificate-reader.ts';

/** A SignedData with exactly one signer, read. */
export interface SignedData {
  readonly contentType: string;
  /** The encapsulated content, when it is inside. */
  readonly content: Uint8Array | undefined;
  readonly certificates: readonly Uint8Array[];
  readonly digest: ReadDigestAlgorithm;
  readonly signer: Certificate;
  /** Signed attributes by type, first value each; empty when there are none. */
  readonly signedAttributes: ReadonlyMap<string, Asn1Node>;
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
  const contentInfo = new SequenceReader(readDer(options.ber ? transcodeBer(bytes) : bytes));
  if (asOid(contentInfo.next()) !== OID.signedData) invalid('not a CMS SignedData');
  const signedData = new SequenceReader(unwrapExplicit(contentInfo.next(0xa0)));
  signedData.next(TAG.integer);
  signedData.next(TAG.set);
  const encapsulated = new SequenceReader(signedData.next());
  const contentType = asOid(encapsulated.next());
  const contentNode = encapsulated.optional(0xa0);
  const certificatesNode = signedData.optional(0xa0);
  signedData.optional(0xa1);
  const [signerInfoNode, second] = children(signedData.next(TAG.set));
  if (!signerInfoNode || second) invalid('exactly one signer is expected');
  const certificates = certificatesNode
    ? children(certificatesNode)
        .filter((node) => node.tag === TAG.sequence)
        .map((node) => node.bytes)
    : [];

  const signerInfo = new SequenceReader(signerInfoNode);
  signerInfo.next(TAG.integer);
  const sid = signerInfo.next();
  const digest = digestFromOid(asOid(childAt(signerInfo.next(TAG.sequence), 0)));
  const attributes = signerInfo.optional(0xa0);
  const signatureAlgorithm = signerInfo.next(TAG.sequence);
  const signature = asOctetString(signerInfo.next());
  const unsigned = signerInfo.optional(0xa1);
  let signedBytes: Uint8Array | undefined;
  if (attributes) {
    signedBytes = Uint8Array.from(attributes.bytes);
    signedBytes[0] = TAG.set;
  }
  return {
    contentType,
    content: contentNode && asOctetString(unwrapExplicit(contentNode)),
    certificates,
    digest,
    signer: findSigner(sid, certificates),
    signedAttributes: readAttributes(attributes),
    unsignedAttributes: readAttributes(unsigned),
    signature,
    signedBytes,
    signatureAlgorithm,
  };
}

function readAttributes(node: Asn1Node | undefined): Map<string, Asn1Node> {
  const out = new Map<string, Asn1Node>();
  if (!node) return out;
  for (const item of children(node)) {
    const [type, values] = children(item);
    const value = values && children(values)[0];
    if (!type || !value) continue;
    const dotted = asOid(type);
    if (out.has(dotted)) invalid('an attribute appears twice');
    out.set(dotted, value);
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
  return invalid('the signing certificate is not in the SignedData');
}

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
  const { signer, signatureAlgorithm, signature, digest } = data;
  if (!data.signedBytes) {
    const content = contentForDirectSignature?.();
    if (!content) return 'the signature has no signed attributes';
    const right = verifySignature({
      algorithm: signatureAlgorithm,
      digestHint: digest,
      publicKey: signer.publicKey,
      data: content,
      signature,
    });
    return right ? undefined : 'the signature value does not verify';
  }
  const messageDigest = data.signedAttributes.get(OID.messageDigest);
  if (!messageDigest) return 'there is no message digest';
  const expected = digestOfContent(digest);
  const found = asOctetString(messageDigest);
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) return 'the message digest differs';
  const contentType = data.signedAttributes.get(OID.contentType);
  if (!contentType || asOid(contentType) !== data.contentType) return 'the content type differs';
  const right = verifySignature({
    algorithm: signatureAlgorithm,
    digestHint: digest,
    publicKey: signer.publicKey,
    data: data.signedBytes,
    signature,
  });
  if (!right) return 'the signature value does not verify';
  return checkEssCertificate(data);
}

/** Whether the signed attributes name the signing certificate by hash (ESS, RFC 5035 or RFC 2634), and rightly. */
function checkEssCertificate(data: SignedData): string | undefined {
  const v2 = data.signedAttributes.get(OID.signingCertificateV2);
  const v1 = data.signedAttributes.get(OID.signingCertificate);
  const attribute = v2 ?? v1;
  if (!attribute) return undefined;
  const first = children(childAt(attribute, 0))[0];
  if (!first) return 'the signing-certificate attribute is empty';
  const reader = new SequenceReader(first);
  const algorithm = v2 ? reader.optional(TAG.sequence) : undefined;
  const digest = algorithm ? digestFromOid(asOid(childAt(algorithm, 0))) : v2 ? 'sha256' : 'sha1';
  const hash = asOctetString(reader.next());
  const actual = createHash(digest).update(data.signer.bytes).digest();
  return sameBytes(hash, actual) ? undefined : 'the signing-certificate attribute names another certificate';
}
