import { asOid, childAt, readDer } from '../asn1/der-reader.ts';
import { OID } from '../asn1/oids.ts';
import { listRevocationStatuses, type RevocationStatus } from '../revocation/revocation-status.ts';
import { findCertificatePath, type PathProblem, type PathPurpose } from '../x509/certificate-path.ts';
import { type Certificate, readCertificate, sameBytes } from '../x509/certificate-reader.ts';
import type { Evidence } from './evidence.ts';
import {
  type CertificateStatusReport,
  CLAUSE,
  type Conclusion,
  failed,
  indeterminate,
  type PathReport,
  passed,
  worst,
} from './validation-report.ts';

/** Tolerated difference between the clocks of time-stamp authorities and of those who issue revocation data. */
export const CLOCK_SKEW_MS = 5 * 60_000;
/** Smallest keys that are accepted (ETSI TS 119 312 §6.2, §6.3). */
const MIN_RSA_BITS = 2048;
const MIN_EC_BITS = 256;

export interface CertificateToJudge {
  certificate: Uint8Array;
  /** Certificates that came with what it signed. */
  certificates: readonly Uint8Array[];
  purpose: PathPurpose;
  /** Earliest time at which what it signed is proven to have existed. */
  provenAt: Date;
  /** Time for which the status must be known; `provenAt` by default. */
  statusAt?: Date;
  /** A time before which it cannot have signed, where one is proven. */
  notBefore?: Date | undefined;
}

/**
 * Judges a certificate at the time at which its signature is proven to have existed: the path to an anchor, its
 * constraints, and the revocation status of each certificate in it (ETSI EN 319 102-1 §5.2.6, §5.5, §5.6.2). Data on
 * revocation must itself have existed while its signer could be trusted: the control time slides back from now to each
 * revocation or expiry on the way down from the anchor (§5.6.2.2), and the signature must not be younger.
 */
export function judgeCertificate(input: CertificateToJudge, evidence: Evidence): Conclusion & PathReport {
  const { certificate, certificates, purpose, provenAt } = input;
  const found = findCertificatePath({
    certificate,
    intermediates: [...certificates, ...evidence.data.certificates],
    trustAnchors: evidence.trustAnchors,
    at: provenAt,
    purpose,
  });
  if ('problems' in found) return { ...withoutPath(input, found.problems, evidence), path: [], statuses: [] };
  const path = found.path.map((bytes) => Uint8Array.from(bytes));
  const { statuses, conclusion } = slide(path, input, evidence);
  return { ...worst([conclusion, judgeStrength(path)]), path, statuses };
}

function withoutPath(
  { certificate, provenAt, notBefore }: CertificateToJudge,
  problems: PathProblem[],
  evidence: Evidence,
) {
  const has = (...wanted: PathProblem[]): boolean => problems.some((problem) => wanted.includes(problem));
  const { notBefore: begins, notAfter: ends } = readCertificate(certificate);
  if (has('key_usage', 'extended_key_usage')) {
    return indeterminate('CHAIN_CONSTRAINTS_FAILURE', problems[0]!, CLAUSE.certificate);
  }
  if (provenAt < begins && provenAt < evidence.at) return failed('NOT_YET_VALID', 'not_yet_valid', CLAUSE.withTime);
  if (notBefore && notBefore > ends) return failed('EXPIRED', 'expired', CLAUSE.withTime);
  if (has('expired', 'not_yet_valid')) {
    return indeterminate('OUT_OF_BOUNDS_NO_POE', has('expired') ? 'expired' : 'not_yet_valid', CLAUSE.certificate);
  }
  const constraint = problems.find((problem) => problem !== 'no_issuer' && problem !== 'signature');
  if (constraint) return indeterminate('CHAIN_CONSTRAINTS_FAILURE', constraint, CLAUSE.certificate);
  return indeterminate('NO_CERTIFICATE_CHAIN_FOUND', problems.at(-1) ?? 'no_issuer', CLAUSE.certificate);
}

const NOT_NEEDED = { status: 'not_needed', source: undefined, issuedAt: undefined, revokedAt: undefined } as const;
const UNKNOWN = { status: 'unknown', source: undefined, issuedAt: undefined, revokedAt: undefined } as const;

function slide(
  path: readonly Uint8Array[],
  { provenAt, statusAt = provenAt, notBefore }: CertificateToJudge,
  evidence: Evidence,
): { statuses: CertificateStatusReport[]; conclusion: Conclusion } {
  const statuses: CertificateStatusReport[] = [{ certificate: path.at(-1)!, ...NOT_NEEDED }];
  const conclusions = [passed()];
  let control = earlier(evidence.at, readCertificate(path.at(-1)!).notAfter);
  for (let index = path.length - 2; index >= 0; index--) {
    const certificate = path[index]!;
    const { extensions, notAfter } = readCertificate(certificate);
    if (extensions.has(OID.ocspNocheck)) {
      statuses.unshift({ certificate, ...NOT_NEEDED });
    } else {
      const answers = listRevocationStatuses(evidence.data, certificate, path[index + 1]!);
      // A revocation counts without proof of when it was told.
      const revoked = answers.filter(({ status }) => status === 'revoked').sort(byRevocation)[0];
      const usable = answers.filter((answer) => isUsable(answer, notAfter, path[index + 1]!, control, evidence));
      const good = usable.find((answer) => isFresh(answer, statusAt));
      const decisive = revoked ?? good;
      statuses.unshift({ certificate, ...(decisive ? describe(decisive) : UNKNOWN) });
      if (revoked?.revokedAt) {
        control = earlier(control, revoked.revokedAt);
        if (provenAt >= revoked.revokedAt) conclusions.push(revokedBefore(index, revoked.revokedAt, notBefore));
      } else if (!good) {
        conclusions.push(
          usable.length === 0 && answers.length > 0
            ? indeterminate('NO_POE', 'revocation_data_without_proof', CLAUSE.past)
            : indeterminate(
                'TRY_LATER',
                answers.length > 0 ? 'revocation_data_not_fresh' : 'revocation_data_missing',
                CLAUSE.freshness,
              ),
        );
      }
    }
    control = earlier(control, notAfter);
  }
  return { statuses, conclusion: worst(conclusions) };
}

const earlier = (a: Date, b: Date): Date => (a < b ? a : b);
const byRevocation = (a: RevocationStatus, b: RevocationStatus): number =>
  (a.revokedAt?.getTime() ?? 0) - (b.revokedAt?.getTime() ?? 0);

function describe({ status, source, issuedAt, revokedAt }: RevocationStatus) {
  return { status, source, issuedAt, revokedAt };
}

function revokedBefore(index: number, revokedAt: Date, notBefore: Date | undefined): Conclusion {
  if (index > 0) return indeterminate('REVOKED_CA_NO_POE', 'authority_revoked', CLAUSE.certificate);
  if (notBefore && notBefore > revokedAt) return failed('REVOKED', 'certificate_revoked', CLAUSE.withTime);
  return indeterminate('REVOKED_NO_POE', 'certificate_revoked', CLAUSE.certificate);
}

/**
 * A good answer that existed, provably, while its signer was certified and the authority above not revoked. Authorities
 * drop expired certificates from their lists, so data of after the expiry says nothing.
 */
function isUsable(
  { bytes, signer, issuedAt, status }: RevocationStatus,
  notAfter: Date,
  issuer: Uint8Array,
  control: Date,
  evidence: Evidence,
): boolean {
  const existed = evidence.provenAt(bytes);
  return (
    status === 'good' &&
    issuedAt <= notAfter &&
    issuedAt.getTime() <= evidence.at.getTime() + CLOCK_SKEW_MS &&
    existed <= control &&
    (sameBytes(signer, issuer) || isSoundResponder(readCertificate(signer), issuer, existed, evidence))
  );
}

/** A delegated responder: certified when its answer existed, and exempt from checks or known to be good. */
function isSoundResponder(responder: Certificate, issuer: Uint8Array, existed: Date, evidence: Evidence): boolean {
  if (existed > responder.notAfter) return false;
  if (responder.extensions.has(OID.ocspNocheck)) return true;
  return listRevocationStatuses(evidence.data, responder.bytes, issuer).some(
    (answer) => answer.status === 'good' && sameBytes(answer.signer, issuer) && isFresh(answer, existed),
  );
}

/** §5.2.5 with the data's own term as the longest accepted age. */
function isFresh({ issuedAt, nextUpdate }: RevocationStatus, at: Date): boolean {
  const oldest = at.getTime() - CLOCK_SKEW_MS;
  return issuedAt.getTime() >= oldest || (nextUpdate !== undefined && nextUpdate.getTime() >= oldest);
}

/** Algorithms and key sizes of the path; an anchor's own signature is not relied on (§5.2.6.3). */
function judgeStrength(path: readonly Uint8Array[]): Conclusion {
  for (const [index, bytes] of path.entries()) {
    const certificate = readCertificate(bytes);
    if (!isStrongKey(certificate))
      return indeterminate('CRYPTO_CONSTRAINTS_FAILURE', 'key_too_small', CLAUSE.certificate);
    if (index === path.length - 1) break;
    const algorithm = asOid(childAt(childAt(readDer(bytes), 1), 0));
    if (algorithm === OID.sha1WithRsa || algorithm === OID.ecdsaWithSha1) {
      return indeterminate('CRYPTO_CONSTRAINTS_FAILURE', 'digest_too_weak', CLAUSE.certificate);
    }
  }
  return passed();
}

function isStrongKey({ publicKey }: Certificate): boolean {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined) return modulusLength >= MIN_RSA_BITS;
  const bits = /(\d{3})/.exec(namedCurve ?? '')?.[1];
  return bits === undefined || Number(bits) >= MIN_EC_BITS;
}
