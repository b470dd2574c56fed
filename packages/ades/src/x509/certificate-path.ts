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

/** Why a certificate leads to no path. */
export type PathProblem =
  | 'not_yet_valid'
  | 'expired'
  | 'critical_extension'
  | 'name_constraints'
  | 'issuer_is_no_ca'
  | 'issuer_may_not_certify'
  | 'path_length'
  | 'path_too_long'
  | 'signature'
  | 'no_issuer'
  | 'key_usage'
  | 'extended_key_usage';

const TEXT: Record<PathProblem, string> = {
  not_yet_valid: 'a certificate is not valid yet',
  expired: 'a certificate has expired',
  critical_extension: 'a critical extension is not understood',
  name_constraints: 'name constraints are not processed',
  issuer_is_no_ca: 'the issuer is not a certification authority',
  issuer_may_not_certify: 'the issuer may not sign certificates',
  path_length: 'the path length constraint is exceeded',
  path_too_long: 'the path is too long',
  signature: 'the signature does not verify',
  no_issuer: 'no issuer leads to a trust anchor',
  key_usage: 'the key usage does not allow signatures, or CRLs',
  extended_key_usage:
    'the extended key usage does not allow this: timeStamping, critical and alone, for a TSA (RFC 3161 §2.3), ' +
    'OCSPSigning for an OCSP responder',
};

/** A path as DER, end certificate first, trust anchor last, or everything that stood in the way. */
export type FoundPath = { path: Uint8Array[] } | { problems: PathProblem[] };

/**
 * Builds and checks a certification path to a trust anchor, a subset of RFC 5280 §6: signatures, names, validity at
 * the control time, basic constraints and path length, key usage, extended key usage by purpose. Name and policy
 * constraints and any other critical extension make the path fail, as they are not processed here.
 * @returns the path as DER, end certificate first, trust anchor last
 * @throws AdesError `certificate_path_invalid`, with the last reason found
 */
export function buildCertificatePath(input: PathInput): Uint8Array[] {
  const found = findCertificatePath(input);
  if ('path' in found) return found.path;
  throw new AdesError('certificate_path_invalid', TEXT[found.problems.at(-1) ?? 'no_issuer']);
}

/** As `buildCertificatePath`, with the problems as data. @throws AdesError when a certificate cannot be read */
export function findCertificatePath(input: PathInput): FoundPath {
  const end = readCertificate(input.certificate);
  const unfit = checkEnd(end, input.purpose);
  if (unfit) return { problems: [unfit] };
  const anchors = input.trustAnchors.map(readCertificate);
  const pool = input.intermediates.map(readCertificate);
  const problems: PathProblem[] = [];
  const path = extend([end], pool, anchors, input.at, problems);
  if (path) return { path: path.map((certificate) => certificate.bytes) };
  return { problems: problems.length > 0 ? problems : ['no_issuer'] };
}

function extend(
  path: Certificate[],
  pool: readonly Certificate[],
  anchors: readonly Certificate[],
  at: Date,
  problems: PathProblem[],
): Certificate[] | undefined {
  const last = path.at(-1)!;
  const problem = checkCommon(last, at);
  if (problem) {
    problems.push(problem);
    return undefined;
  }
  if (anchors.some((anchor) => sameBytes(anchor.bytes, last.bytes))) return path;
  if (path.length >= MAX_PATH) {
    problems.push('path_too_long');
    return undefined;
  }
  const candidates = [...anchors, ...pool].filter(
    (candidate) => sameBytes(candidate.subjectBytes, last.issuerBytes) && !path.includes(candidate),
  );
  for (const issuer of candidates) {
    const wrong = checkIssuer(issuer, path) ?? (isSignedBy(last, issuer) ? undefined : 'signature');
    if (wrong) {
      problems.push(wrong);
      continue;
    }
    const found = extend([...path, issuer], pool, anchors, at, problems);
    if (found) return found;
  }
  return undefined;
}

function checkCommon(certificate: Certificate, at: Date): PathProblem | undefined {
  if (at < certificate.notBefore) return 'not_yet_valid';
  if (at > certificate.notAfter) return 'expired';
  for (const [type, { critical }] of certificate.extensions) {
    if (critical && !UNDERSTOOD.has(type)) return 'critical_extension';
  }
  if (certificate.extensions.has(OID.nameConstraints)) return 'name_constraints';
  return undefined;
}

function checkIssuer(issuer: Certificate, below: readonly Certificate[]): PathProblem | undefined {
  if (!issuer.basicConstraints?.ca) return 'issuer_is_no_ca';
  if (issuer.keyUsage && !issuer.keyUsage.has(KEY_USAGE.keyCertSign)) return 'issuer_may_not_certify';
  const limit = issuer.basicConstraints.pathLength;
  // Self-issued certificates do not count against the length, RFC 5280 §6.1.4 (l).
  const between = below.slice(1).filter((certificate) => !certificate.selfIssued).length;
  if (limit !== undefined && between > limit) return 'path_length';
  return undefined;
}

function checkEnd(certificate: Certificate, purpose: PathPurpose): PathProblem | undefined {
  const { keyUsage, extendedKeyUsage, extensions } = certificate;
  const may = (...bits: number[]): boolean => !keyUsage || bits.some((bit) => keyUsage.has(bit));
  if (purpose === 'crl_signing') return may(KEY_USAGE.cRLSign) ? undefined : 'key_usage';
  if (!may(KEY_USAGE.digitalSignature, KEY_USAGE.contentCommitment)) return 'key_usage';
  if (purpose === 'time_stamping') {
    const only = extendedKeyUsage?.size === 1 && extendedKeyUsage.has(OID.timeStamping);
    if (!only || !extensions.get(OID.extendedKeyUsage)?.critical) return 'extended_key_usage';
  }
  if (purpose === 'ocsp_signing' && !extendedKeyUsage?.has(OID.ocspSigning)) return 'extended_key_usage';
  return undefined;
}
