import { AdesError } from '../ades-error.ts';
import { readCertificate } from '../x509/certificate-reader.ts';
import { verifyCrl } from './crl.ts';
import { verifyOcspResponse } from './ocsp-response.ts';
import type { ValidationData } from './validation-data.ts';

/** What one OCSP response or CRL says about one certificate. Its signature is verified; its age is not judged. */
export interface RevocationStatus {
  source: 'ocsp' | 'crl';
  /** DER of the response or list. */
  bytes: Uint8Array;
  status: 'good' | 'revoked' | 'unknown';
  issuedAt: Date;
  nextUpdate: Date | undefined;
  revokedAt: Date | undefined;
  /** DER certificate that signed it. */
  signer: Uint8Array;
}

/** Everything that the data says about a certificate of this issuer, newest first. */
export function listRevocationStatuses(
  { ocspResponses, crls }: Pick<ValidationData, 'ocspResponses' | 'crls'>,
  certificate: Uint8Array,
  issuer: Uint8Array,
): RevocationStatus[] {
  const found = [
    ...ocspResponses.map((bytes) => answerOf(() => fromOcsp(bytes, certificate, issuer))),
    ...crls.map((bytes) => answerOf(() => fromCrl(bytes, certificate, issuer))),
  ];
  return found.filter((status) => status !== undefined).sort((a, b) => b.issuedAt.getTime() - a.issuedAt.getTime());
}

/** Data on other certificates is in the same list; it just does not answer for this one. */
function answerOf(read: () => RevocationStatus): RevocationStatus | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof AdesError) return undefined;
    throw error;
  }
}

function fromOcsp(bytes: Uint8Array, certificate: Uint8Array, issuer: Uint8Array): RevocationStatus {
  const { certificateStatus, thisUpdate, nextUpdate, responder } = verifyOcspResponse(bytes, { certificate, issuer });
  return {
    source: 'ocsp',
    bytes,
    status: certificateStatus.status,
    issuedAt: thisUpdate,
    nextUpdate,
    revokedAt: certificateStatus.status === 'revoked' ? certificateStatus.revokedAt : undefined,
    signer: responder,
  };
}

function fromCrl(bytes: Uint8Array, certificate: Uint8Array, issuer: Uint8Array): RevocationStatus {
  const { revoked, thisUpdate, nextUpdate } = verifyCrl(bytes, issuer);
  const entry = revoked.get(readCertificate(certificate).serialNumber);
  const lifted = entry?.reason === 'remove_from_crl';
  return {
    source: 'crl',
    bytes,
    status: entry && !lifted ? 'revoked' : 'good',
    issuedAt: thisUpdate,
    nextUpdate,
    revokedAt: lifted ? undefined : entry?.revokedAt,
    signer: issuer,
  };
}
