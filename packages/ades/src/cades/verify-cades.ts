import { AdesError } from '../ades-error.ts';
import { asOid, asTime, childAt } from '../asn1/der-reader.ts';
import { OID } from '../asn1/oids.ts';
import { type BaselineLevel, lowestLevel, type VerifiedSigner } from '../baseline-level.ts';
import { checkSignedData, readSigner, type SignedData } from '../cms/signed-data-reader.ts';
import {
  readRevocationInfos,
  readSignedDataStructure,
  type SignedDataStructure,
  type SignerInfoStructure,
} from '../cms/signed-data-structure.ts';
import { type ContentDigests, type DetachedContent, digestContent, requireDigest } from '../content-digest.ts';
import { namesOfMissingStatus, type TimedPath, type ValidationData } from '../revocation/validation-data.ts';
import { verifySignatureTimeStamp } from '../timestamp/signature-time-stamp.ts';
import type { TimeStampToken } from '../timestamp/time-stamp-verification.ts';
import { buildCertificatePath } from '../x509/certificate-path.ts';
import { sameBytes } from '../x509/certificate-reader.ts';
import {
  archiveDigest,
  listArchiveTimeStamps,
  type VerifiedArchiveTimeStamp,
  verifyArchiveTimeStamp,
} from './archive-time-stamp.ts';

export interface VerifiedCadesSignature extends VerifiedSigner {
  /** Times of the archive time-stamps, oldest first. */
  archivedAt: Date[];
}

export interface CadesVerification {
  valid: boolean;
  /** Highest level that every signature reaches. */
  level: BaselineLevel | undefined;
  /** The content, when the signature holds it. */
  content: Uint8Array | undefined;
  /** In the order of the file. */
  signatures: VerifiedCadesSignature[];
  problems: string[];
}

export interface CadesVerificationOptions {
  trustAnchors: readonly Uint8Array[];
  /** The content of a detached signature. With an enclosing one it must be what is inside. */
  content?: DetachedContent;
}

/**
 * Verifies a CAdES signature of one or several parallel signers (ETSI EN 319 122-1): message digests, signature values,
 * signing-certificate-v2, paths to an anchor, signature and archive time-stamps, completeness of the validation data.
 * It is the check of files that this library makes, not a validation by EN 319 102-1.
 * @throws AdesError `cms_invalid`, `asn1_invalid` when it cannot be read; `content_missing` when it is detached and no
 *   content was given; `content_digest_missing`
 */
export async function verifyCades(bytes: Uint8Array, options: CadesVerificationOptions): Promise<CadesVerification> {
  return verifyCadesStructure(readSignedDataStructure(bytes), options);
}

export async function verifyCadesStructure(
  structure: SignedDataStructure,
  { content, trustAnchors }: CadesVerificationOptions,
): Promise<CadesVerification> {
  if (structure.signerInfos.length === 0) throw new AdesError('cms_invalid', 'nobody has signed');
  const signers = structure.signerInfos.map((signerInfo) => readSigner(structure, signerInfo));
  const archives = structure.signerInfos.flatMap(listArchiveTimeStamps);
  const algorithms = [...signers.map(({ digest }) => digest), ...archives.map(archiveDigest)];
  const signed = structure.content ?? content;
  if (!signed) throw new AdesError('content_missing', 'the signature is detached from its content');
  const digests = await digestContent(signed, algorithms);
  const problems: string[] = [];
  if (structure.content && content) {
    const given = await digestContent(content, algorithms);
    if (algorithms.some((name) => !sameBytes(requireDigest(given, name), requireDigest(digests, name)))) {
      problems.push('the signature holds another content');
    }
  }
  const signatures = structure.signerInfos.map((signerInfo, index) =>
    verifySigner({ structure, signerInfo, signer: signers[index]!, digests, trustAnchors }),
  );
  for (const [index, { problems: own }] of signatures.entries()) {
    problems.push(...own.map((text) => `signature ${index + 1}: ${text}`));
  }
  const valid = problems.length === 0;
  const level = valid ? lowestLevel(signatures.map((signature) => signature.level)) : undefined;
  return { valid, level, content: structure.content, signatures, problems };
}

interface SignerToVerify {
  structure: SignedDataStructure;
  signerInfo: SignerInfoStructure;
  signer: SignedData;
  digests: ContentDigests;
  trustAnchors: readonly Uint8Array[];
}

function verifySigner(input: SignerToVerify): VerifiedCadesSignature {
  const { structure, signerInfo, signer, digests, trustAnchors } = input;
  const signingTime = signer.signedAttributes.get(OID.signingTime);
  const verified: VerifiedCadesSignature = {
    subject: [...signer.signer.subject],
    claimedAt: signingTime && asTime(signingTime),
    stampedAt: undefined,
    archivedAt: [],
    path: [],
    level: undefined,
    missingStatus: [],
    problems: [],
  };
  // §6.3: both are mandatory at every level.
  if (!signingTime) verified.problems.push('the signing-time attribute is missing');
  if (!signer.signedAttributes.has(OID.signingCertificateV2)) {
    verified.problems.push('the signing-certificate-v2 attribute is missing');
  }
  // Collisions can be made: whoever chose the content could have chosen two.
  if (usesSha1(signer)) verified.problems.push('SHA-1 is not accepted');
  try {
    const reason = checkSignedData(signer, (digest) => requireDigest(digests, digest));
    if (reason) verified.problems.push(reason);
    const token = verifySignatureTimeStamp(signer, trustAnchors);
    verified.stampedAt = token?.generatedAt;
    const archives = listArchiveTimeStamps(signerInfo)
      .map((value) => verifyArchiveTimeStamp(value, structure, signerInfo, digests, trustAnchors))
      .sort((a, b) => a.token.generatedAt.getTime() - b.token.generatedAt.getTime());
    verified.archivedAt = archives.map((archive) => archive.token.generatedAt);
    const paths = cadesPaths({ signer, token, archives, trustAnchors });
    verified.path = [...paths[0]!.path];
    const data = validationDataOf(structure);
    verified.missingStatus = namesOfMissingStatus(data, paths);
    if (verified.problems.length === 0) verified.level = reachedLevel(verified, token, paths, archives);
  } catch (error) {
    if (!(error instanceof AdesError)) throw error;
    verified.problems.push(error.message);
  }
  return verified;
}

function usesSha1({ digest, signatureAlgorithm }: SignedData): boolean {
  const algorithm = asOid(childAt(signatureAlgorithm, 0));
  return digest === 'sha1' || algorithm === OID.sha1WithRsa || algorithm === OID.ecdsaWithSha1;
}

/** Paths of the signer, of the signature time-stamp's TSA and of the archive time-stamps' TSAs, in this order. */
export function cadesPaths(input: {
  signer: SignedData;
  token: TimeStampToken | undefined;
  archives: readonly VerifiedArchiveTimeStamp[];
  trustAnchors: readonly Uint8Array[];
}): TimedPath[] {
  const { signer, token, archives, trustAnchors } = input;
  const signingTime = signer.signedAttributes.get(OID.signingTime);
  const at = token?.generatedAt ?? (signingTime ? asTime(signingTime) : signer.signer.notBefore);
  const { certificates } = signer;
  const ofSigner = buildCertificatePath({
    certificate: signer.signer.bytes,
    intermediates: certificates,
    trustAnchors,
    at,
    purpose: 'signature',
  });
  const ofToken = ({ signer: certificate, certificates: own, generatedAt }: TimeStampToken) => ({
    path: buildCertificatePath({
      certificate,
      intermediates: [...own, ...certificates],
      trustAnchors,
      at: generatedAt,
      purpose: 'time_stamping',
    }),
    at: generatedAt,
  });
  const tokens = [...(token ? [token] : []), ...archives.map((archive) => archive.token)];
  return [{ path: ofSigner, at }, ...tokens.map(ofToken)];
}

export function validationDataOf({
  certificates,
  revocationInfos,
}: Pick<SignedDataStructure, 'certificates' | 'revocationInfos'>): ValidationData {
  return { certificates: [...certificates], ...readRevocationInfos(revocationInfos) };
}

function reachedLevel(
  { missingStatus }: VerifiedCadesSignature,
  token: TimeStampToken | undefined,
  paths: readonly TimedPath[],
  archives: readonly VerifiedArchiveTimeStamp[],
): BaselineLevel {
  if (!token) return 'B-B';
  if (missingStatus.length > 0) return 'B-T';
  // Data that no archive time-stamp covers may have been put there at any time.
  const archived = archives.some(
    ({ covered }) =>
      covered.unsigned.some((bytes) => Buffer.from(bytes).includes(token.bytes)) &&
      namesOfMissingStatus(validationDataOf(covered), paths.slice(0, 2)).length === 0,
  );
  return archived ? 'B-LTA' : 'B-LT';
}
