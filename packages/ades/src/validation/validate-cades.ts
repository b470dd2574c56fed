import { AdesError } from '../ades-error.ts';
import { type Asn1Node, asOctetString, asTime, readDer } from '../asn1/der-reader.ts';
import { OID } from '../asn1/oids.ts';
import { archiveDigest, listArchiveTimeStamps, readArchiveTimeStamp } from '../cades/archive-time-stamp.ts';
import { validationDataOf } from '../cades/verify-cades.ts';
import { findSignedDataProblem, readAttribute, readSigner, type SignedData } from '../cms/signed-data-reader.ts';
import {
  readSignedDataStructure,
  type SignedDataStructure,
  type SignerInfoStructure,
} from '../cms/signed-data-structure.ts';
import { type ContentDigests, type DetachedContent, digestContent, requireDigest } from '../content-digest.ts';
import { namesOfMissingStatus } from '../revocation/validation-data.ts';
import { readTimeStampToken } from '../timestamp/time-stamp-verification.ts';
import { sameBytes } from '../x509/certificate-reader.ts';
import { Evidence, type ValidationOptions } from './evidence.ts';
import { judgeSignedData } from './judge-signed-data.ts';
import { judgeSignatureTimeStamp, judgeSigner, withLevel } from './judge-signer.ts';
import { judgeTimeStamp } from './judge-time-stamp.ts';
import {
  CLAUSE,
  type Conclusion,
  emptySignatureReport,
  failed,
  type Indication,
  indeterminate,
  overallIndication,
  passed,
  type SignatureReport,
  type TimeStampReport,
  unreadableSignature,
  worst,
} from './validation-report.ts';

export interface ValidationReport {
  /** The worst of all signatures. */
  indication: Indication | undefined;
  validatedAt: Date;
  signatures: SignatureReport[];
}

/**
 * Validates a CAdES signature or other CMS SignedData of one or several parallel signers (ETSI EN 319 102-1 §5.6.3, EN
 * 319 122-1), DER or BER. Archive time-stamps are taken from the outermost inwards; each proves what its index names.
 * @param options.content the content of a detached signature; with an enclosing one it must be what is inside
 * @throws AdesError `cms_invalid`, `asn1_invalid` when it is no SignedData; `content_digest_missing`
 */
export async function validateCades(
  bytes: Uint8Array,
  options: ValidationOptions & { content?: DetachedContent },
): Promise<ValidationReport> {
  const structure = readSignedDataStructure(bytes, { ber: true });
  const evidence = new Evidence(options);
  evidence.add(validationDataOf(structure));
  const signers = structure.signerInfos.map((signerInfo) => readOrReport(structure, signerInfo));
  const algorithms = [
    ...signers.flatMap((signer) => ('digest' in signer ? [signer.digest] : [])),
    ...structure.signerInfos.flatMap(archiveDigests),
  ];
  const content = structure.content ?? options.content;
  const digests = content && (await digestContent(content, algorithms));
  let conclusion: Conclusion = passed();
  if (digests && structure.content && options.content) {
    const given = await digestContent(options.content, algorithms);
    const same = algorithms.every((name) => sameBytes(requireDigest(given, name), requireDigest(digests, name)));
    if (!same) conclusion = failed('HASH_FAILURE', 'content', CLAUSE.cryptography);
  }
  const archives = judgeArchives(structure, digests ?? {}, evidence);
  const signatures = structure.signerInfos.map((signerInfo, index): SignatureReport => {
    const report = emptySignatureReport(String(index + 1), 'cades', evidence.at);
    const signer = signers[index]!;
    if (!('digest' in signer)) return { ...report, ...signer };
    const own = archives.filter((archive) => archive.signerInfo === signerInfo);
    return judge({ report, signer, digests, conclusion, archives: own, structure }, evidence);
  });
  return { indication: overallIndication(signatures), validatedAt: evidence.at, signatures };
}

function readOrReport(structure: SignedDataStructure, signerInfo: SignerInfoStructure): SignedData | Conclusion {
  try {
    return readSigner(structure, signerInfo);
  } catch (error) {
    if (error instanceof AdesError) return unreadableSignature(error);
    throw error;
  }
}

function archiveDigests(signerInfo: SignerInfoStructure) {
  return listArchiveTimeStamps(signerInfo).flatMap((value) => {
    try {
      return [archiveDigest(value)];
    } catch (error) {
      // It is reported when it is judged.
      if (error instanceof AdesError) return [];
      throw error;
    }
  });
}

interface JudgedArchive {
  signerInfo: SignerInfoStructure;
  report: TimeStampReport;
  /** What its index names; nothing when it cannot be read. */
  covered: { unsigned: Uint8Array[]; certificates: Uint8Array[]; revocationInfos: Uint8Array[] } | undefined;
}

/** Latest first, by the time that each claims; whatever passed proves what it covers. */
function judgeArchives(structure: SignedDataStructure, digests: ContentDigests, evidence: Evidence): JudgedArchive[] {
  const found = structure.signerInfos.flatMap((signerInfo) =>
    listArchiveTimeStamps(signerInfo).map((value, position) => ({ signerInfo, value, position })),
  );
  const dated = found.map((archive) => ({ ...archive, claimed: claimedTime(archive.value) }));
  dated.sort((a, b) => b.claimed - a.claimed || b.position - a.position);
  return dated.map(({ signerInfo, value }): JudgedArchive => {
    try {
      const { imprint, covered } = readArchiveTimeStamp(value, structure, signerInfo, digests);
      const report = judgeTimeStamp(value.bytes, 'archive_time_stamp', imprint, evidence);
      if (report.indication === 'TOTAL-PASSED' && report.generatedAt)
        prove(covered, signerInfo, report.generatedAt, evidence);
      return { signerInfo, report, covered };
    } catch (error) {
      if (!(error instanceof AdesError)) throw error;
      const report = judgeTimeStamp(value.bytes, 'archive_time_stamp', () => new Uint8Array(0), evidence);
      return {
        signerInfo,
        report: { ...report, ...failed('FORMAT_FAILURE', error.code, CLAUSE.timeStamp) },
        covered: undefined,
      };
    }
  });
}

function claimedTime(value: Asn1Node): number {
  try {
    return readTimeStampToken(value.bytes).token.generatedAt.getTime();
  } catch (error) {
    if (error instanceof AdesError) return 0;
    throw error;
  }
}

function prove(
  covered: { unsigned: Uint8Array[]; certificates: Uint8Array[]; revocationInfos: Uint8Array[] },
  { core }: SignerInfoStructure,
  at: Date,
  evidence: Evidence,
): void {
  const { certificates, ocspResponses, crls } = validationDataOf(covered);
  for (const bytes of [...certificates, ...ocspResponses, ...crls]) evidence.prove(bytes, at);
  for (const attribute of covered.unsigned) {
    for (const { bytes } of readAttribute(attribute).values) evidence.prove(bytes, at);
  }
  evidence.prove(core.at(-1)!, at);
}

interface SignerToJudge {
  report: SignatureReport;
  signer: SignedData;
  digests: ContentDigests | undefined;
  conclusion: Conclusion;
  archives: readonly JudgedArchive[];
  structure: SignedDataStructure;
}

function judge(input: SignerToJudge, evidence: Evidence): SignatureReport {
  const { report, signer, digests, conclusion, archives, structure } = input;
  const signingTime = signer.signedAttributes.get(OID.signingTime);
  const facts: SignatureReport = {
    ...report,
    signer: Uint8Array.from(signer.signer.bytes),
    subject: [...signer.signer.subject],
    claimedAt: signingTime && asTime(signingTime),
  };
  if (!digests) {
    return { ...facts, ...indeterminate('SIGNED_DATA_NOT_FOUND', 'content_missing', CLAUSE.cryptography) };
  }
  const problem = findSignedDataProblem(signer, (digest) => requireDigest(digests, digest));
  const integrity = worst([conclusion, judgeSignedData(signer, problem), judgeReference(signer)]);
  // The core of a SignerInfo ends with the signature value: what proofs of existence are about.
  const value = structure.signerInfos
    .find(({ core }) => sameBytes(readValue(core.at(-1)!), signer.signature))!
    .core.at(-1)!;
  const stamps = judgeSignatureTimeStamp(signer, value, evidence);
  const judged = judgeSigner({ data: signer, bytes: value, integrity }, evidence);
  const complete: SignatureReport = {
    ...facts,
    ...judged,
    timeStamps: [...stamps, ...archives.map((archive) => archive.report)],
  };
  const paths = [complete, ...stamps].map(({ path }) => ({ path, at: judged.bestSignatureTime }));
  const archived = archives.some(
    ({ report: { indication }, covered }) =>
      indication === 'TOTAL-PASSED' && covered && namesOfMissingStatus(validationDataOf(covered), paths).length === 0,
  );
  return withLevel(complete, validationDataOf(structure), archived);
}

/** Contents of the OCTET STRING. */
const readValue = (bytes: Uint8Array): Uint8Array => asOctetString(readDer(bytes));

function judgeReference({ signedAttributes }: SignedData): Conclusion {
  const named = [OID.signingCertificateV2, OID.signingCertificate, OID.otherSigningCertificate];
  return named.some((type) => signedAttributes.has(type))
    ? passed()
    : indeterminate('SIG_CONSTRAINTS_FAILURE', 'signing_certificate_attribute_missing', CLAUSE.acceptance);
}
