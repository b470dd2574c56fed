import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import type { ReadDigestAlgorithm } from '../asn1/algorithms.ts';
import { findSignedDataProblem } from '../cms/signed-data-reader.ts';
import { readTimeStampToken } from '../timestamp/time-stamp-verification.ts';
import { readCertificate, sameBytes } from '../x509/certificate-reader.ts';
import type { Evidence } from './evidence.ts';
import { CLOCK_SKEW_MS, judgeCertificate } from './judge-certificate.ts';
import { judgeSignedData } from './judge-signed-data.ts';
import {
  CLAUSE,
  type Conclusion,
  failed,
  indeterminate,
  passed,
  type TimeStampReport,
  worst,
} from './validation-report.ts';

/**
 * Validates a time-stamp (ETSI EN 319 102-1 §5.4) at the time at which it is proven to have existed itself. What it
 * covers is proven to have existed at `generatedAt` only when it passed.
 */
export function judgeTimeStamp(
  bytes: Uint8Array,
  kind: TimeStampReport['kind'],
  imprint: (digest: ReadDigestAlgorithm) => Uint8Array,
  evidence: Evidence,
): TimeStampReport {
  const report = { kind, token: Uint8Array.from(bytes), path: [], statuses: [] };
  try {
    const { token, signedData, content } = readTimeStampToken(bytes);
    const facts = { ...report, generatedAt: token.generatedAt, policy: token.policy };
    if (!sameBytes(token.imprint, imprint(token.digest))) {
      return { ...facts, ...failed('HASH_FAILURE', 'message_imprint', CLAUSE.timeStamp) };
    }
    const problem = findSignedDataProblem(signedData, (digest) => createHash(digest).update(content).digest());
    const integrity = judgeSignedData(signedData, problem);
    const provenAt = evidence.provenAt(bytes);
    const statusAt = evidence.authorityStatus === 'now' ? provenAt : token.generatedAt;
    const certificate = judgeCertificate(
      { certificate: token.signer, certificates: token.certificates, purpose: 'time_stamping', provenAt, statusAt },
      evidence,
    );
    const conclusion = worst([integrity, judgeTimes(token, evidence), certificate, judgeDigest(token.digest)]);
    return { ...facts, ...certificate, ...conclusion };
  } catch (error) {
    if (!(error instanceof AdesError)) throw error;
    return {
      ...report,
      generatedAt: undefined,
      policy: undefined,
      ...failed('FORMAT_FAILURE', error.code, CLAUSE.timeStamp),
    };
  }
}

function judgeTimes({ signer, generatedAt }: { signer: Uint8Array; generatedAt: Date }, { at }: Evidence): Conclusion {
  const { notBefore, notAfter } = readCertificate(signer);
  if (generatedAt < notBefore || generatedAt > notAfter) {
    return indeterminate('OUT_OF_BOUNDS_NO_POE', 'stamped_outside_validity', CLAUSE.timeStamp);
  }
  if (generatedAt.getTime() > at.getTime() + CLOCK_SKEW_MS)
    return indeterminate('SIG_CONSTRAINTS_FAILURE', 'stamped_in_the_future', CLAUSE.timeStamp);
  return passed();
}

const judgeDigest = (digest: ReadDigestAlgorithm): Conclusion =>
  digest === 'sha1' ? indeterminate('CRYPTO_CONSTRAINTS_FAILURE', 'digest_too_weak', CLAUSE.timeStamp) : passed();
