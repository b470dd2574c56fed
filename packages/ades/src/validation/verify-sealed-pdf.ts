import { AdesError } from '../ades-error.ts';
import { OID } from '../asn1/oids.ts';
import type { BaselineLevel } from '../baseline-level.ts';
import { checkSignedData, readSignedData } from '../cms/signed-data-reader.ts';
import { readDocumentSecurityStore } from '../pades/document-security-store.ts';
import {
  checkExistingSignature,
  coveredDigest,
  type FoundSignature,
  isChangedAfter,
  listSignatures,
  trimContents,
} from '../pdf/existing-signatures.ts';
import { PdfString, readTextString } from '../pdf/objects.ts';
import { openPdf, type PdfFile } from '../pdf/pdf-file.ts';
import { namesOfMissingStatus, type ValidationData } from '../revocation/validation-data.ts';
import { verifySignatureTimeStamp } from '../timestamp/signature-time-stamp.ts';
import { type TimeStampToken, verifyTimeStampToken } from '../timestamp/time-stamp-verification.ts';
import { buildCertificatePath } from '../x509/certificate-path.ts';
import { readCertificate, sameBytes } from '../x509/certificate-reader.ts';

export interface VerifiedSignature {
  fieldName: string;
  /** `earlier`: it was in the original already; only its integrity is judged. */
  kind: 'certification' | 'approval' | 'document_time_stamp' | 'earlier';
  /** Subject of the signing certificate, most significant attribute first. */
  subject: { type: string; value: string }[];
  /** Claimed time (/M) of a signature. */
  claimedAt: string | undefined;
  /** Time proven by the signature's or document's time-stamp. */
  stampedAt: Date | undefined;
  /** Certification path, end certificate first; empty when there is none. */
  path: Uint8Array[];
  docMdpPermission: 1 | 2 | 3 | undefined;
  /** End of the bytes that it covers. */
  coveredEnd: number;
  problems: string[];
}

export interface SealVerification {
  valid: boolean;
  /** Highest level that every signature of the sealing reaches; none when something is wrong. */
  level: BaselineLevel | undefined;
  prefixPreserved: boolean;
  signatures: VerifiedSignature[];
  validationData: { certificates: number; ocspResponses: number; crls: number };
  /** Common names of certificates whose status the DSS does not prove. */
  missingStatus: string[];
  problems: string[];
}

/**
 * Verifies a sealed PDF as this library makes them: the original is the beginning of the file; every signature covers
 * a whole revision but its /Contents; digest, CMS signature, ESS certificate hash, path to an anchor, time-stamp
 * tokens; completeness of the DSS; nothing but validation data after the last signature. It is the self-check before a
 * file is given out, not a validation of foreign files by EN 319 102-1.
 * @throws AdesError when the file cannot be read at all
 */
export function verifySealedPdf(
  bytes: Uint8Array,
  options: { trustAnchors: readonly Uint8Array[]; original?: Uint8Array },
): SealVerification {
  const { original, trustAnchors } = options;
  const file = openPdf(bytes);
  const problems: string[] = [];
  const prefixPreserved =
    original === undefined ||
    (original.length <= bytes.length && sameBytes(bytes.subarray(0, original.length), original));
  if (!prefixPreserved) problems.push('the original is not the beginning of the file');
  const found = listSignatures(file);
  if (found.length === 0) problems.push('the file has no signature');
  const data = readDocumentSecurityStore(file);
  const originalLength = original?.length ?? 0;
  const signatures = found.map((signature) => {
    const earlier = signature.coveredEnd <= originalLength;
    const verified = earlier ? verifyEarlier(bytes, signature) : verifyOne(file, signature, trustAnchors, data);
    if (!earlier && !endsRevision(file, signature.coveredEnd)) {
      verified.problems.push('it does not cover a whole revision');
    }
    // Views would drag their whole buffers along when a worker hands the result over.
    verified.path = verified.path.map((certificate) => Uint8Array.from(certificate));
    return verified;
  });
  const last = found.at(-1);
  if (last && isChangedAfter(bytes, file, last.coveredEnd))
    problems.push('the file was changed after the last signature');
  for (const { fieldName, problems: own } of signatures) problems.push(...own.map((text) => `${fieldName}: ${text}`));
  const missing = findMissing(signatures, data);
  return {
    valid: problems.length === 0,
    level: problems.length === 0 ? reachedLevel(signatures, missing) : undefined,
    prefixPreserved,
    signatures,
    validationData: {
      certificates: data.certificates.length,
      ocspResponses: data.ocspResponses.length,
      crls: data.crls.length,
    },
    missingStatus: missing,
    problems,
  };
}

function verifyEarlier(bytes: Uint8Array, signature: FoundSignature): VerifiedSignature {
  const verified = blank(signature, 'earlier');
  try {
    checkExistingSignature(bytes, signature);
  } catch (error) {
    record(verified, error);
  }
  return verified;
}

function blank(signature: FoundSignature, kind: VerifiedSignature['kind']): VerifiedSignature {
  const claimed = signature.dict.get('M');
  return {
    fieldName: signature.fieldName,
    kind,
    subject: [],
    claimedAt: claimed instanceof PdfString ? readTextString(claimed) : undefined,
    stampedAt: undefined,
    path: [],
    docMdpPermission: signature.docMdp,
    coveredEnd: signature.coveredEnd,
    problems: [],
  };
}

function verifyOne(
  file: PdfFile,
  signature: FoundSignature,
  trustAnchors: readonly Uint8Array[],
  data: ValidationData,
): VerifiedSignature {
  const kind = signature.isTimeStamp ? 'document_time_stamp' : signature.docMdp ? 'certification' : 'approval';
  const verified = blank(signature, kind);
  try {
    const cms = trimContents(signature.contents);
    if (signature.isTimeStamp) {
      const token = verifyTimeStampToken(cms, {
        imprint: (digest) => coveredDigest(file.bytes, signature, digest),
        trustAnchors,
      });
      describeStamp(verified, token, trustAnchors, data);
      return verified;
    }
    const signedData = readSignedData(cms);
    verified.subject = [...signedData.signer.subject];
    if (!signedData.signedAttributes.has(OID.signingCertificateV2)) {
      verified.problems.push('the signing-certificate-v2 attribute is missing');
    }
    if (signedData.signedAttributes.has(OID.signingTime)) {
      verified.problems.push('a signing-time attribute is not allowed in PAdES');
    }
    const reason = checkSignedData(signedData, (digest) => coveredDigest(file.bytes, signature, digest));
    if (reason) verified.problems.push(reason);
    const token = verifySignatureTimeStamp(signedData, trustAnchors);
    verified.stampedAt = token?.generatedAt;
    verified.path = buildCertificatePath({
      certificate: signedData.signer.bytes,
      intermediates: [...signedData.certificates, ...data.certificates],
      trustAnchors,
      at: token?.generatedAt ?? claimedTime(verified.claimedAt) ?? signedData.signer.notBefore,
      purpose: 'signature',
    });
  } catch (error) {
    record(verified, error);
  }
  return verified;
}

function describeStamp(
  verified: VerifiedSignature,
  token: TimeStampToken,
  trustAnchors: readonly Uint8Array[],
  data: ValidationData,
): void {
  verified.stampedAt = token.generatedAt;
  verified.subject = [...readCertificate(token.signer).subject];
  verified.path = buildCertificatePath({
    certificate: token.signer,
    intermediates: [...token.certificates, ...data.certificates],
    trustAnchors,
    at: token.generatedAt,
    purpose: 'time_stamping',
  });
}

function claimedTime(text: string | undefined): Date | undefined {
  const match = /^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '');
  return match ? new Date(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`) : undefined;
}

/** The covered bytes end with an end-of-file marker, and the next revision begins right there. */
function endsRevision(file: PdfFile, end: number): boolean {
  return /%%EOF\s*$/.test(file.bytes.toString('latin1', Math.max(0, end - 8), end));
}

function record(verified: VerifiedSignature, error: unknown): void {
  if (!(error instanceof AdesError)) throw error;
  verified.problems.push(error.message);
}

/** Control time of each path is the proven time of its own signature. */
function findMissing(signatures: readonly VerifiedSignature[], data: ValidationData): string[] {
  return namesOfMissingStatus(
    data,
    signatures.flatMap(({ kind, path, stampedAt }) =>
      kind === 'earlier' || !stampedAt ? [] : [{ path, at: stampedAt }],
    ),
  );
}

function reachedLevel(signatures: readonly VerifiedSignature[], missing: readonly string[]): BaselineLevel {
  const own = signatures.filter(({ kind }) => kind === 'certification' || kind === 'approval');
  if (own.length === 0 || own.some(({ stampedAt }) => !stampedAt)) return 'B-B';
  if (missing.length > 0) return 'B-T';
  return signatures.at(-1)?.kind === 'document_time_stamp' ? 'B-LTA' : 'B-LT';
}
