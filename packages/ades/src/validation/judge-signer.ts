import { createHash } from 'node:crypto';
import { OID } from '../asn1/oids.ts';
import type { SignedData } from '../cms/signed-data-reader.ts';
import { namesOfMissingStatus, type ValidationData } from '../revocation/validation-data.ts';
import type { Evidence } from './evidence.ts';
import { judgeCertificate } from './judge-certificate.ts';
import { judgeTimeStamp } from './judge-time-stamp.ts';
import {
  type Conclusion,
  type PathReport,
  type SignatureReport,
  type TimeStampReport,
  worst,
} from './validation-report.ts';

/** Judges the signature time-stamp of a CMS signature; when it passed, the signature existed at its time. */
export function judgeSignatureTimeStamp(data: SignedData, bytes: Uint8Array, evidence: Evidence): TimeStampReport[] {
  const token = data.unsignedAttributes.get(OID.signatureTimeStampToken);
  if (!token) return [];
  const imprint = (digest: string) => createHash(digest).update(data.signature).digest();
  const report = judgeTimeStamp(token.bytes, 'signature_time_stamp', imprint, evidence);
  if (report.indication === 'TOTAL-PASSED' && report.generatedAt) evidence.prove(bytes, report.generatedAt);
  return [report];
}

/**
 * Judges a signature whose integrity is known, at the earliest time at which it is proven to have existed.
 * @param input.bytes what the proofs of existence are about
 */
export function judgeSigner(
  {
    data,
    bytes,
    integrity,
    notBefore,
  }: {
    data: Pick<SignedData, 'signer' | 'certificates'>;
    bytes: Uint8Array;
    integrity: Conclusion;
    notBefore?: Date | undefined;
  },
  evidence: Evidence,
): Conclusion & PathReport & { bestSignatureTime: Date } {
  const bestSignatureTime = evidence.provenAt(bytes);
  const certificate = judgeCertificate(
    {
      certificate: data.signer.bytes,
      certificates: data.certificates,
      purpose: 'signature',
      provenAt: bestSignatureTime,
      notBefore,
    },
    evidence,
  );
  return { ...certificate, ...worst([integrity, certificate]), bestSignatureTime };
}

/**
 * Adds the level that the signature has (clause 6 of EN 319 122-1, 132-1 and 142-1): a sound time-stamp, status data for
 * both paths with it, and a sound time-stamp over that.
 * @param embedded what is with the signature
 */
export function withLevel<T extends SignatureReport>(report: T, embedded: ValidationData, archived: boolean): T {
  if (report.indication !== 'TOTAL-PASSED') return report;
  const stamp = report.timeStamps.find(({ indication }) => indication === 'TOTAL-PASSED');
  if (!stamp?.generatedAt) return { ...report, level: 'B-B' };
  const paths = [
    { path: report.path, at: report.bestSignatureTime },
    { path: stamp.path, at: stamp.generatedAt },
  ];
  if (namesOfMissingStatus(embedded, paths).length > 0) return { ...report, level: 'B-T' };
  return { ...report, level: archived ? 'B-LTA' : 'B-LT' };
}
