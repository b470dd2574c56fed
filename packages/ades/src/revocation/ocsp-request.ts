import { createHash } from 'node:crypto';
import { digestAlgorithmIdentifier, digestFromOid, type ReadDigestAlgorithm } from '../asn1/algorithms.ts';
import {
  type Asn1Node,
  asInteger,
  asOctetString,
  asOid,
  childAt,
  children,
  readDer,
  SequenceReader,
  unwrapExplicit,
} from '../asn1/der-reader.ts';
import { context, integer, octetString, sequence, TAG } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import { extension } from '../x509/certificate-builder.ts';
import { type Certificate, keyIdentifier, readCertificate, sameBytes } from '../x509/certificate-reader.ts';

/** Which certificate an OCSP question or answer is about (`CertID`, RFC 6960 §4.1.1). */
export interface OcspCertId {
  readonly digest: ReadDigestAlgorithm;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  readonly serialNumber: bigint;
  /** The DER as found, to be echoed unchanged. */
  readonly bytes: Uint8Array;
}

/*
 * CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash OCTET STRING, issuerKeyHash OCTET STRING, serialNumber }
 * SHA-1 names the certificate here and protects nothing; it is the one digest that every responder takes.
 */
function buildCertId(certificate: Certificate, issuer: Certificate, digest: 'sha1' | 'sha256'): Uint8Array {
  return sequence(
    digestAlgorithmIdentifier(digest),
    octetString(createHash(digest).update(issuer.subjectBytes).digest()),
    octetString(keyIdentifier(issuer.spki, digest)),
    integer(certificate.serialNumber),
  );
}

/**
 * Builds an OCSP request for one certificate.
 *
 * OCSPRequest ::= SEQUENCE { tbsRequest SEQUENCE { requestList SEQUENCE OF SEQUENCE { reqCert CertID },
 *   requestExtensions [2] EXPLICIT OPTIONAL } }     (RFC 6960 §4.1.1)
 * @param options.nonce 1 to 32 bytes (RFC 8954); none by default, as answers are then cacheable
 */
export function buildOcspRequest(
  certificate: Uint8Array,
  issuer: Uint8Array,
  options: { nonce?: Uint8Array; digest?: 'sha1' | 'sha256' } = {},
): Uint8Array {
  const certId = buildCertId(readCertificate(certificate), readCertificate(issuer), options.digest ?? 'sha1');
  const extensions = options.nonce
    ? [context(2, sequence(extension(OID.ocspNonce, false, octetString(options.nonce))))]
    : [];
  return sequence(sequence(sequence(sequence(certId)), ...extensions));
}

export interface OcspRequest {
  readonly certIds: readonly OcspCertId[];
  /** The `extnValue` contents of the nonce extension, to be echoed unchanged. */
  readonly nonce: Uint8Array | undefined;
}

/** Reads an OCSP request. @throws AdesError `asn1_invalid`, `algorithm_unsupported` */
export function readOcspRequest(bytes: Uint8Array): OcspRequest {
  const [tbs] = children(readDer(bytes));
  const reader = new SequenceReader(tbs ?? readDer(bytes));
  reader.optional(0xa0);
  reader.optional(0xa1);
  const certIds = children(reader.next(TAG.sequence)).map((request) => readCertId(children(request)[0] ?? request));
  const extensions = reader.optional(0xa2);
  return { certIds, nonce: extensions && findNonce(extensions) };
}

export function findNonce(explicitExtensions: Asn1Node): Uint8Array | undefined {
  for (const node of children(unwrapExplicit(explicitExtensions))) {
    const reader = new SequenceReader(node);
    if (asOid(reader.next()) !== OID.ocspNonce) continue;
    reader.optional(TAG.boolean);
    return asOctetString(reader.next());
  }
  return undefined;
}

export function readCertId(node: Asn1Node): OcspCertId {
  const reader = new SequenceReader(node);
  const algorithm = reader.next(TAG.sequence);
  return {
    digest: digestFromOid(asOid(childAt(algorithm, 0))),
    issuerNameHash: asOctetString(reader.next()),
    issuerKeyHash: asOctetString(reader.next()),
    serialNumber: asInteger(reader.next()),
    bytes: node.bytes,
  };
}

/** Whether the identifier's issuer hashes are those of `issuer`. */
export function isIssuerOf(certId: OcspCertId, issuer: Certificate): boolean {
  const nameHash = createHash(certId.digest).update(issuer.subjectBytes).digest();
  return (
    sameBytes(certId.issuerNameHash, nameHash) &&
    sameBytes(certId.issuerKeyHash, keyIdentifier(issuer.spki, certId.digest))
  );
}
