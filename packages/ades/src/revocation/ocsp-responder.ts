import { AdesError } from '../ades-error.ts';
import { ALGORITHMS } from '../asn1/algorithms.ts';
import {
  bitString,
  context,
  contextPrimitive,
  enumerated,
  generalizedTime,
  octetString,
  oid,
  sequence,
  tlv,
} from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import type { SignatureProvider } from '../ports.ts';
import { extension } from '../x509/certificate-builder.ts';
import { keyIdentifier, readCertificate } from '../x509/certificate-reader.ts';
import { REVOCATION_REASONS, type RevocationReason } from './crl.ts';
import { isIssuerOf, type OcspRequest, readOcspRequest } from './ocsp-request.ts';

export type CertificateStatus =
  | { status: 'good' }
  | { status: 'revoked'; revokedAt: Date; reason?: RevocationReason }
  | { status: 'unknown' };

/** `OCSPResponseStatus` other than successful (RFC 6960 §4.2.1). */
const RESPONSE_STATUS = { malformed_request: 1, internal_error: 2, try_later: 3, unauthorized: 6 } as const;

/** An unsigned error answer. */
export function buildOcspError(status: keyof typeof RESPONSE_STATUS): Uint8Array {
  return sequence(enumerated(RESPONSE_STATUS[status]));
}

export interface OcspResponderInput {
  /** DER OCSPRequest. */
  request: Uint8Array;
  /** The issuer itself or a delegated responder with OCSPSigning, issued by the issuer. */
  responder: SignatureProvider;
  /** DER certificate of the CA whose certificates are asked about. */
  issuer: Uint8Array;
  /** Asked with the serial number of each certificate of this issuer. */
  status: (serialNumber: bigint) => CertificateStatus | Promise<CertificateStatus>;
  producedAt: Date;
  /** When the status was known to be right; `producedAt` by default. */
  thisUpdate?: Date;
  nextUpdate?: Date;
}

/**
 * Answers an OCSP request with a signed basic response that names the responder by key and echoes a nonce. A request
 * that cannot be read gets `malformedRequest`; certificates of other issuers get the status unknown.
 *
 * BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature BIT STRING, certs [0] EXPLICIT }
 * ResponseData ::= SEQUENCE { responderID [2] KeyHash, producedAt, responses SEQUENCE OF SingleResponse,
 *   responseExtensions [1] EXPLICIT OPTIONAL }     (RFC 6960 §4.2.1)
 * @returns the DER OCSPResponse
 */
export async function buildOcspResponse(input: OcspResponderInput): Promise<Uint8Array> {
  let request: OcspRequest;
  try {
    request = readOcspRequest(input.request);
  } catch (error) {
    if (error instanceof AdesError) return buildOcspError('malformed_request');
    throw error;
  }
  const responderBytes = input.responder.certificateChain[0];
  if (!responderBytes) throw new AdesError('certificate_missing', 'the OCSP responder has no certificate');
  const responder = readCertificate(responderBytes);
  const issuer = readCertificate(input.issuer);
  const responses: Uint8Array[] = [];
  for (const certId of request.certIds) {
    const status: CertificateStatus = isIssuerOf(certId, issuer)
      ? await input.status(certId.serialNumber)
      : { status: 'unknown' };
    responses.push(
      sequence(
        certId.bytes,
        encodeStatus(status),
        generalizedTime(input.thisUpdate ?? input.producedAt),
        ...(input.nextUpdate ? [context(0, generalizedTime(input.nextUpdate))] : []),
      ),
    );
  }
  const nonce = request.nonce && context(1, sequence(extension(OID.ocspNonce, false, request.nonce)));
  const responseData = sequence(
    context(2, octetString(keyIdentifier(responder.spki))),
    generalizedTime(input.producedAt),
    sequence(...responses),
    ...(nonce ? [nonce] : []),
  );
  const delegated = !(responder.selfIssued || Buffer.compare(responderBytes, input.issuer) === 0);
  const basic = sequence(
    responseData,
    ALGORITHMS[input.responder.algorithm].x509,
    bitString(await input.responder.sign(responseData)),
    ...(delegated ? [context(0, sequence(responderBytes))] : []),
  );
  return wrapOcspResponse(basic);
}

/**
 * The OCSPResponse that holds a BasicOCSPResponse.
 *
 * OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED, responseBytes [0] EXPLICIT SEQUENCE { responseType, response
 *   OCTET STRING } }     (RFC 6960 §4.2.1)
 */
export const wrapOcspResponse = (basic: Uint8Array): Uint8Array =>
  sequence(enumerated(0), context(0, sequence(oid(OID.ocspBasic), octetString(basic))));

/*
 * CertStatus ::= CHOICE { good [0] IMPLICIT NULL, revoked [1] IMPLICIT RevokedInfo, unknown [2] IMPLICIT NULL }
 * RevokedInfo ::= SEQUENCE { revocationTime GeneralizedTime, revocationReason [0] EXPLICIT CRLReason OPTIONAL }
 */
function encodeStatus(status: CertificateStatus): Uint8Array {
  if (status.status === 'good') return contextPrimitive(0);
  if (status.status === 'unknown') return contextPrimitive(2);
  const reason = status.reason ? [context(0, enumerated(REVOCATION_REASONS[status.reason]))] : [];
  return tlv(0xa1, generalizedTime(status.revokedAt), ...reason);
}
