import { AdesError } from '../ades-error.ts';
import { ALGORITHMS, type DigestAlgorithm, digestAlgorithmIdentifier } from '../asn1/algorithms.ts';
import { time, utf8String } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import { type BaselineServices, reachesLevel, requireServices } from '../baseline-level.ts';
import { attribute, buildSignerInfo, withoutRoots } from '../cms/signed-data-builder.ts';
import { readSigner } from '../cms/signed-data-reader.ts';
import {
  ocspRevocationInfo,
  readSignedDataStructure,
  type SignedDataStructure,
  type SignerInfoStructure,
  writeSignedDataStructure,
} from '../cms/signed-data-structure.ts';
import { type ContentDigests, type DetachedContent, digestContent, requireDigest } from '../content-digest.ts';
import type { SignatureProvider } from '../ports.ts';
import { addUnique, completeValidationData } from '../revocation/validation-data.ts';
import {
  requestSignatureTimeStamp,
  signatureTimeStampAttribute,
  verifySignatureTimeStamp,
} from '../timestamp/signature-time-stamp.ts';
import { sameBytes } from '../x509/certificate-reader.ts';
import { addArchiveTimeStamp, listArchiveTimeStamps, verifyArchiveTimeStamp } from './archive-time-stamp.ts';
import { type CadesVerification, cadesPaths, validationDataOf, verifyCades } from './verify-cades.ts';

/** One signer. Signers of one SignedData are parallel: each signs the content, none the other's signature. */
export interface CadesSigner {
  provider: SignatureProvider;
  /** Claimed time, the signing-time attribute; whole seconds are written. */
  signingTime: Date;
  /** The mime-type attribute (EN 319 122-1 §5.2.5.2), for a content whose kind is told nowhere else. */
  mimeType?: string;
}

export interface CadesRequest extends BaselineServices {
  /** The content inside the signature, or beside it. Chunks are read once, and not kept. */
  content: { enclosed: Uint8Array } | { detached: DetachedContent };
  signers: readonly CadesSigner[];
}

export interface SignedCades {
  /** DER ContentInfo. */
  bytes: Uint8Array;
  /** The self-check that the signature passed before it was given out. */
  verification: CadesVerification;
}

/**
 * Signs a content at a baseline level of CAdES (ETSI EN 319 122-1 §6). Levels are reached or refused, never lowered; the
 * result is verified before it is given out. Levels B-B and B-T are PKCS#7 as well (RFC 2315).
 * @throws AdesError `level_not_possible`, `certificate_missing`, `signature_invalid`, `timestamp_invalid`,
 *   `timestamp_refused`, `validation_data_missing`, `ocsp_invalid`, `crl_invalid`, `certificate_revoked`,
 *   `certificate_path_invalid`, `content_digest_missing`; `output_invalid` when the self-check fails
 */
export async function signCades(request: CadesRequest): Promise<SignedCades> {
  const enclosed = 'enclosed' in request.content ? request.content.enclosed : undefined;
  const structure: SignedDataStructure = {
    version: 1,
    digestAlgorithms: [],
    contentType: OID.data,
    content: enclosed,
    certificates: [],
    revocationInfos: [],
    signerInfos: [],
  };
  const detached = 'detached' in request.content ? request.content.detached : undefined;
  return addSigners(structure, detached, request);
}

/**
 * Adds parallel signers to a CAdES signature; the earlier ones stay as they are.
 * @param request.content the content, when the signature is detached
 * @throws AdesError as `signCades`; `signature_invalid` when an earlier signature does not verify
 */
export async function addCadesSigners(
  request: BaselineServices & { bytes: Uint8Array; content?: DetachedContent; signers: readonly CadesSigner[] },
): Promise<SignedCades> {
  return addSigners(readSignedDataStructure(request.bytes), request.content, request);
}

async function addSigners(
  structure: SignedDataStructure,
  detached: DetachedContent | undefined,
  request: BaselineServices & { signers: readonly CadesSigner[] },
): Promise<SignedCades> {
  requireServices(request);
  if (request.signers.length === 0) throw new AdesError('certificate_missing', 'there is no signer');
  const digests = await digestForSigning(structure, detached, request.signers);
  const added: SignerInfoStructure[] = [];
  for (const { provider, signingTime, mimeType } of request.signers) {
    const { digest } = ALGORITHMS[provider.algorithm];
    const signerInfo = await buildSignerInfo({
      provider,
      contentDigest: requireDigest(digests, digest),
      contentType: structure.contentType,
      signedAttributes: [
        attribute(OID.signingTime, time(signingTime)),
        ...(mimeType ? [attribute(OID.mimeType, utf8String(mimeType))] : []),
      ],
    });
    addUnique(structure.digestAlgorithms, digestAlgorithmIdentifier(digest));
    for (const certificate of withoutRoots(provider.certificateChain)) addUnique(structure.certificates, certificate);
    structure.signerInfos.push(signerInfo);
    added.push(signerInfo);
  }
  const latest = new Date(Math.max(...request.signers.map(({ signingTime }) => signingTime.getTime())));
  await raise(structure, added, digests, request, latest);
  return finish(structure, digests, request, added);
}

/**
 * Raises all signatures of a CAdES object to a level by adding what they lack. At B-LTA every signature gets one more
 * archive time-stamp, with fresh data on the TSA of the one before: this renews the protection.
 * @param request.now control time for validation data
 * @throws AdesError as `signCades`
 */
export async function extendCades(
  request: BaselineServices & { bytes: Uint8Array; content?: DetachedContent; now: Date },
): Promise<SignedCades> {
  requireServices(request);
  const structure = readSignedDataStructure(request.bytes);
  const digests = await digestForSigning(structure, request.content, []);
  await raise(structure, structure.signerInfos, digests, request, request.now);
  return finish(structure, digests, request, structure.signerInfos);
}

/** Every digest that signing, stamping and checking will ask for, in one pass over the content. */
async function digestForSigning(
  structure: SignedDataStructure,
  detached: DetachedContent | undefined,
  signers: readonly CadesSigner[],
): Promise<ContentDigests> {
  const content = structure.content ?? detached;
  if (!content) throw new AdesError('content_missing', 'the signature is detached from its content');
  const present = structure.signerInfos.map((signerInfo) => readSigner(structure, signerInfo).digest);
  return digestContent(content, [
    ...signers.map(({ provider }) => ALGORITHMS[provider.algorithm].digest),
    ...present,
    ...present.map(stampDigest),
  ]);
}

/** Time-stamps use the digest of the signature, but not a weak one. */
const stampDigest = (digest: string): DigestAlgorithm =>
  digest === 'sha384' || digest === 'sha512' ? digest : 'sha256';

async function raise(
  structure: SignedDataStructure,
  signerInfos: readonly SignerInfoStructure[],
  digests: ContentDigests,
  services: BaselineServices,
  now: Date,
): Promise<void> {
  const { level, tsa, revocation, trustAnchors } = services;
  if (!reachesLevel(level, 'B-T')) return;
  const stamping = { authority: tsa!, trustAnchors };
  for (const signerInfo of signerInfos) {
    const { unsignedAttributes, signature, digest } = readSigner(structure, signerInfo);
    if (unsignedAttributes.has(OID.signatureTimeStampToken)) continue;
    const token = await requestSignatureTimeStamp(signature, stampDigest(digest), stamping);
    signerInfo.unsigned.push(signatureTimeStampAttribute(token));
  }
  if (!reachesLevel(level, 'B-LT')) return;
  const complete = async () => {
    for (const signerInfo of signerInfos) {
      await addValidationData(structure, signerInfo, digests, { revocation: revocation!, trustAnchors, now });
    }
  };
  await complete();
  if (!reachesLevel(level, 'B-LTA')) return;
  for (const signerInfo of signerInfos) {
    const { digest } = readSigner(structure, signerInfo);
    await addArchiveTimeStamp(structure, signerInfo, digests, stampDigest(digest), stamping);
  }
  // A TSA that changed its certificate in between leaves a chain that is not accounted for yet.
  await complete();
}

async function addValidationData(
  structure: SignedDataStructure,
  signerInfo: SignerInfoStructure,
  digests: ContentDigests,
  services: { revocation: NonNullable<BaselineServices['revocation']>; trustAnchors: readonly Uint8Array[]; now: Date },
): Promise<void> {
  const { revocation, trustAnchors, now } = services;
  const signer = readSigner(structure, signerInfo);
  const token = verifySignatureTimeStamp(signer, trustAnchors);
  const archives = listArchiveTimeStamps(signerInfo).map((value) =>
    verifyArchiveTimeStamp(value, structure, signerInfo, digests, trustAnchors),
  );
  const paths = cadesPaths({ signer, token, archives, trustAnchors });
  const data = validationDataOf(structure);
  const latest = new Date(Math.max(now.getTime(), ...paths.map(({ at }) => at.getTime())));
  await completeValidationData(paths, revocation, latest, data);
  for (const certificate of withoutRoots(data.certificates)) addUnique(structure.certificates, certificate);
  for (const crl of data.crls) addUnique(structure.revocationInfos, crl);
  for (const response of data.ocspResponses) addUnique(structure.revocationInfos, ocspRevocationInfo(response));
}

async function finish(
  structure: SignedDataStructure,
  digests: ContentDigests,
  { level, trustAnchors }: BaselineServices,
  raised: readonly SignerInfoStructure[],
): Promise<SignedCades> {
  const bytes = writeSignedDataStructure(structure);
  const content = structure.content ? undefined : { digests };
  const verification = await verifyCades(bytes, { trustAnchors, ...(content && { content }) });
  if (!verification.valid) throw new AdesError('output_invalid', verification.problems.join('; '));
  for (const [index, { core }] of readSignedDataStructure(bytes).signerInfos.entries()) {
    // Writing sorts the SET OF: a signature is found again by its value.
    const own = raised.some((signerInfo) => sameBytes(signerInfo.core.at(-1)!, core.at(-1)!));
    if (own && !reachesLevel(verification.signatures[index]!.level, level)) {
      throw new AdesError('output_invalid', `a signature does not reach ${level}`);
    }
  }
  return { bytes, verification };
}
