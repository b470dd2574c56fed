import { AdesError } from '../ades-error.ts';
import { OID } from '../asn1/oids.ts';
import { type Certificate, isSignedBy, KEY_USAGE, readCertificate, sameBytes } from './certificate-reader.ts';

/** What the end certificate is used for in the path. */
export type PathPurpose = 'signature' | 'time_stamping' | 'ocsp_signing' | 'crl_signing';

const MAX_PATH = 8;
const UNDERSTOOD = new Set<string>([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extendedKeyUsage,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
  OID.certificatePolicies,
  OID.subjectAltName,
  OID.crlDistributionPoints,
  OID.authorityInfoAccess,
  OID.qcStatements,
  OID.ocspNocheck,
]);

export interface PathInput {
  certificate: Uint8Array;
  /** Certificates that may stand between; order does not matter. */
  intermediates: readonly Uint8Array[];
  trustAnchors: readonly Uint8Array[];
  /** Control time: every certificate must be valid at this instant. */
  at: Date;
  purpose: PathPurpose;
}

/**
 * Builds and checks a certification path to a trust anchor, a subset of RFC 5280 §6: signatures, names, validity at
 * the control time, basic constraints and path length, key usage, extended key usage by purpose. Name and policy
 * constraints and any other critical extension make the path fail, as they are not processed here.
 * @returns the path as DER, end certificate first, trust anchor last
 * @throws AdesError `certificate_path_invalid`, with the last reason found
 */
export function buildCertificatePath(input: PathInput): Uint8Array[] {
  const end = readCertificate(input.certificate);
  checkEnd(end, input.purpose);
  const anchors = input.trustAnchors.map(readCertificate);
  const pool = input.intermediates.map(readCertificate);
  const reasons: string[] = [];
  const path = extend([end], pool, anchors, input.at, reasons);
  if (!path) throw invalid(reasons.at(-1) ?? 'no issuer leads to a trust anchor');
  return path.map((certificate) => certificate.bytes);
}

function invalid(message: string): AdesError {
  return new AdesError('certificate_path_invalid', message);
}

function extend(
  path: Certificate[],
  pool: readonly Certificate[],
  anchors: readonly Certificate[],
  at: Date,
  reasons: string[],
): Certificate[] | undefined {
  const last = path.at(-1)!;
  const problem = checkCommon(last, at);
  if (problem) {
    reasons.push(problem);
    return undefined;
  }
  if (anchors.some((anchor) => sameBytes(anchor.bytes, last.bytes))) return path;
  if (path.length >= MAX_PATH) {
    reasons.push('the path is too long');
    return undefined;
  }
  const candidates = [...anchors, ...pool].filter(
    (candidate) => sameBytes(candidate.subjectBytes, last.issuerBytes) && !path.includes(candidate),
  );
  for (const issuer of candidates) {
    const wrong = checkIssuer(issuer, path) ?? (isSignedBy(last, issuer) ? undefined : 'the signature does not verify');
    if (wrong) {
      reasons.push(wrong);
      continue;
    }
    const found = extend([...path, issuer], pool, anchors, at, reasons);
    if (found) return found;
  }
  return undefined;
}

function checkCommon(certificate: Certificate, at: Date): string | undefined {
  if (at < certificate.notBefore) return 'a certificate is not valid yet';
  if (at > certificate.notAfter) return 'a certificate has expired';
  for (const [type, { critical }] of certificate.extensions) {
    if (critical && !UNDERSTOOD.has(type)) return `critical extension ${type} is not understood`;
  }
  if (certificate.extensions.has(OID.nameConstraints)) return 'name constraints are not processed';
  return undefined;
}

function checkIssuer(issuer: Certificate, below: readonly Certificate[]): string | undefined {
  if (!issuer.basicConstraints?.ca) return 'the issuer is not a certification authority';
  if (issuer.keyUsage && !issuer.keyUsage.has(KEY_USAGE.keyCertSign)) return 'the issuer may not sign certificates';
  const limit = issuer.basicConstraints.pathLength;
  // Self-issued certificates do not count against the length, RFC 5280 §6.1.4 (l).
  const between = below.slice(1).filter((certificate) => !certificate.selfIssued).length;
  if (limit !== undefined && between > limit) return 'the path length constraint is exceeded';
  return undefined;
}

function checkEnd(certificate: Certificate, purpose: PathPurpose): void {
  const { keyUsage, extendedKeyUsage, extensions } = certificate;
  const may = (...bits: number[]): boolean => !keyUsage || bits.some((bit) => keyUsage.has(bit));
  if (purpose === 'crl_signing') {
    if (!may(KEY_USAGE.cRLSign)) throw invalid('the certificate may not sign CRLs');
    return;
  }
  if (!may(KEY_USAGE.digitalSignature, KEY_USAGE.contentCommitment)) {
    throw invalid('the key usage does not allow signatures');
  }
  if (purpose === 'time_stamping') {
    const only = extendedKeyUsage?.size === 1 && extendedKeyUsage.has(OID.timeStamping);
    if (!only || !extensions.get(OID.extendedKeyUsage)?.critical) {
      throw invalid(
        'a TSA certificate needs the critical extended key usage timeStamping and no other (RFC 3161 §2.3)',
      );
    }
  }
  if (purpose === 'ocsp_signing' && !extendedKeyUsage?.has(OID.ocspSigning)) {
    throw invalid('an OCSP responder needs the extended key usage OCSPSigning');
  }
}
