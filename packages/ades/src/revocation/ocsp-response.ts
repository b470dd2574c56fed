import { AdesError } from '../ades-error.ts';
import { verifySignature } from '../asn1/algorithms.ts';
import {
  type Asn1Node,
  asBitString,
  asOctetString,
  asOid,
  asSmallInteger,
  asTime,
  childAt,
  children,
  readDer,
  SequenceReader,
  unwrapExplicit,
} from '../asn1/der-reader.ts';
import { TAG } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import { buildCertificatePath } from '../x509/certificate-path.ts';
import { type Certificate, keyIdentifier, readCertificate, sameBytes } from '../x509/certificate-reader.ts';
import { reasonFromCode } from './crl.ts';
import { findNonce, isIssuerOf, readCertId } from './ocsp-request.ts';
import type { CertificateStatus } from './ocsp-responder.ts';

export interface VerifiedOcspResponse {
  certificateStatus: CertificateStatus;
  producedAt: Date;
  thisUpdate: Date;
  nextUpdate: Date | undefined;
  /** DER certificate that signed the answer: the issuer or a delegated responder. */
  responder: Uint8Array;
  /** The nonce in the answer, whoever chose it. */
  nonce: Uint8Array | undefined;
}

export interface OcspVerification {
  certificate: Uint8Array;
  issuer: Uint8Array;
  /**
   * Control time: the answer's validity and the responder's certificate are judged at this instant. Without it they are
   * judged at the time when the answer was produced, and how old it may be is left to the caller.
   */
  at?: Date;
  /** The nonce that was sent; the answer must then repeat it. */
  nonce?: Uint8Array;
  /** Accepts an answer made after the control time: what was good later was good before. */
  laterAllowed?: boolean;
  /** Tolerated clock difference, 5 minutes by default. */
  clockSkewMs?: number;
}

function invalid(message: string): never {
  throw new AdesError('ocsp_invalid', message);
}

/**
 * Verifies an OCSP response on one certificate (RFC 6960 §3.2): it is about this certificate, signed by the issuer or
 * by a responder that the issuer certified with OCSPSigning, and its times fit the control time.
 * @throws AdesError `ocsp_invalid` with the reason
 */
export function verifyOcspResponse(bytes: Uint8Array, input: OcspVerification): VerifiedOcspResponse {
  const certificate = readCertificate(input.certificate);
  const issuer = readCertificate(input.issuer);
  const basic = readBasicResponse(bytes);
  // Looked for first: in a list of responses most are about other certificates, and this costs no signature check.
  const single = basic.singles.find((candidate) => {
    const certId = readCertId(childAt(candidate, 0));
    return certId.serialNumber === certificate.serialNumber && isIssuerOf(certId, issuer);
  });
  if (!single) invalid('the OCSP response is about another certificate');
  const responder = findResponder(basic, issuer);
  const controlTime = input.at ?? basic.producedAt;
  if (!sameBytes(responder.bytes, issuer.bytes)) {
    const later = input.laterAllowed && basic.producedAt > controlTime;
    checkDelegation(responder, issuer, later ? basic.producedAt : controlTime);
  }
  const right = verifySignature({
    algorithm: basic.algorithm,
    publicKey: responder.publicKey,
    data: basic.responseData.bytes,
    signature: basic.signature,
  });
  if (!right) invalid('the signature of the OCSP response does not verify');
  const nonce = basic.nonce && readNonce(basic.nonce);
  if (input.nonce && (!nonce || !sameBytes(nonce, input.nonce))) invalid('the nonce differs');
  const reader = new SequenceReader(single);
  reader.next();
  const certificateStatus = readStatus(reader.next());
  const thisUpdate = asTime(reader.next());
  const nextNode = reader.optional(0xa0);
  const nextUpdate = nextNode && asTime(unwrapExplicit(nextNode));
  const skew = input.clockSkewMs ?? 5 * 60_000;
  const at = controlTime.getTime();
  if (!input.laterAllowed && thisUpdate.getTime() > at + skew) invalid('the OCSP response is from the future');
  if (nextUpdate && nextUpdate.getTime() < at - skew) invalid('the OCSP response is out of date');
  return { certificateStatus, producedAt: basic.producedAt, thisUpdate, nextUpdate, responder: responder.bytes, nonce };
}

/** RFC 8954 has the nonce in an OCTET STRING of its own; responders of before put its bytes there as they are. */
function readNonce(value: Uint8Array): Uint8Array {
  try {
    return asOctetString(readDer(value));
  } catch (error) {
    if (error instanceof AdesError) return value;
    throw error;
  }
}

/** Certificates inside an OCSP response; empty when it holds none. @throws AdesError `ocsp_invalid` */
export function ocspResponseCertificates(bytes: Uint8Array): Uint8Array[] {
  return readBasicResponse(bytes).certificates;
}

/** The DER BasicOCSPResponse inside an OCSPResponse. @throws AdesError `ocsp_invalid` */
export function unwrapOcspResponse(bytes: Uint8Array): Uint8Array {
  const outer = new SequenceReader(readDer(bytes));
  const status = asSmallInteger(outer.next(TAG.enumerated));
  if (status !== 0) invalid(`the responder refused with status ${status}`);
  const responseBytes = new SequenceReader(unwrapExplicit(outer.next(0xa0)));
  if (asOid(responseBytes.next()) !== OID.ocspBasic) invalid('not a basic OCSP response');
  return asOctetString(responseBytes.next());
}

interface BasicResponse {
  responseData: Asn1Node;
  algorithm: Asn1Node;
  signature: Uint8Array;
  certificates: Uint8Array[];
  responderId: Asn1Node;
  producedAt: Date;
  singles: Asn1Node[];
  nonce: Uint8Array | undefined;
}

function readBasicResponse(bytes: Uint8Array): BasicResponse {
  const basic = new SequenceReader(readDer(unwrapOcspResponse(bytes)));
  const responseData = basic.next(TAG.sequence);
  const algorithm = basic.next(TAG.sequence);
  const signature = asBitString(basic.next());
  const certificatesNode = basic.optional(0xa0);
  const data = new SequenceReader(responseData);
  data.optional(0xa0);
  const responderId = data.next();
  const producedAt = asTime(data.next());
  const singles = children(data.next(TAG.sequence));
  const extensions = data.optional(0xa1);
  return {
    responseData,
    algorithm,
    signature,
    certificates: certificatesNode ? children(unwrapExplicit(certificatesNode)).map((node) => node.bytes) : [],
    responderId,
    producedAt,
    singles,
    nonce: extensions && findNonce(extensions),
  };
}

/** `ResponderID ::= CHOICE { byName [1] Name, byKey [2] KeyHash }` */
function findResponder(basic: BasicResponse, issuer: Certificate): Certificate {
  const { responderId } = basic;
  const inner = unwrapExplicit(responderId);
  for (const candidate of [issuer, ...basic.certificates.map(readCertificate)]) {
    if (responderId.tag === 0xa1 && sameBytes(candidate.subjectBytes, inner.bytes)) return candidate;
    if (responderId.tag === 0xa2 && sameBytes(keyIdentifier(candidate.spki), asOctetString(inner))) return candidate;
  }
  return invalid('the certificate of the OCSP responder is missing');
}

function checkDelegation(responder: Certificate, issuer: Certificate, at: Date): void {
  try {
    // The issuer is the anchor here: delegation must come from the very CA that issued the certificate (§4.2.2.2).
    buildCertificatePath({
      certificate: responder.bytes,
      intermediates: [],
      trustAnchors: [issuer.bytes],
      at,
      purpose: 'ocsp_signing',
    });
  } catch (error) {
    if (error instanceof AdesError) invalid(`the OCSP responder is not authorised: ${error.message}`);
    throw error;
  }
}

function readStatus(node: Asn1Node): CertificateStatus {
  if (node.tag === 0x80) return { status: 'good' };
  if (node.tag === 0x82) return { status: 'unknown' };
  if (node.tag !== 0xa1) invalid('the certificate status cannot be read');
  const [revokedAt, reason] = children(node);
  if (!revokedAt) invalid('the certificate status cannot be read');
  return {
    status: 'revoked',
    revokedAt: asTime(revokedAt),
    ...(reason && { reason: reasonFromCode(asSmallInteger(unwrapExplicit(reason))) }),
  };
}
