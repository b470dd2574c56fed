import { AdesError } from '../ades-error.ts';
import { ALGORITHMS } from '../asn1/algorithms.ts';
import {
  type BaselineLevel,
  type BaselineServices,
  lowestLevel,
  reachesLevel,
  type VerifiedSigner,
} from '../baseline-level.ts';
import { type CadesSigner, signCades } from '../cades/sign-cades.ts';
import { verifyCades } from '../cades/verify-cades.ts';
import {
  ASIC_E_MIME_TYPE,
  type AsicContainer,
  type AsicSignatureFile,
  type CoveredFile,
  checkFiles,
  commonFiles,
  FILE_LIST,
  isDataFile,
  META,
  MIMETYPE,
  openAsicE,
} from './asic-container.ts';
import { type AsicFile, writeAsicManifest, writeFileList } from './asic-manifest.ts';
import { verifyXadesSignatures, writeXadesSignatures } from './xades-signatures.ts';
import { readZip, writeZip, type ZipEntry, type ZipLimits } from './zip.ts';

const PKCS7_SIGNATURE = 'application/pkcs7-signature';

export interface AsicESigning extends BaselineServices {
  /** Parallel signers: in one CAdES object, or each with a XAdES signature in one file. */
  signers: readonly CadesSigner[];
  /** `cades` by default. */
  format?: 'cades' | 'xades';
}

export interface SignedAsicE {
  bytes: Uint8Array;
  /** The self-check that the container passed before it was given out. */
  verification: AsicEVerification;
}

/** A signature file. */
export interface VerifiedAsicSignature {
  format: 'cades' | 'xades';
  name: string;
  /** Names of the files that it is about. */
  covers: string[];
  signers: VerifiedSigner[];
}

export interface AsicEVerification {
  valid: boolean;
  /** Highest level that every signature reaches. */
  level: BaselineLevel | undefined;
  /** Data files in the order of the container. */
  files: { name: string; mimeType: string | undefined; content: Uint8Array }[];
  signatures: VerifiedAsicSignature[];
  problems: string[];
}

/**
 * Signs files in an ASiC-E container (ETSI EN 319 162-1 §4.4). With CAdES an ASiCManifest has the digests of all files
 * and a detached CAdES object signs the manifest; with XAdES every signature has them itself. The same files and signatures always give the same container bytes. The
 * container is verified as a whole before it is given out.
 * @throws AdesError `asic_invalid`, `zip_invalid` for names that a container cannot have; else as `signCades` and
 *   `signXades`
 */
export async function signAsicE(request: AsicESigning & { files: readonly AsicFile[] }): Promise<SignedAsicE> {
  const entries: ZipEntry[] = [{ name: MIMETYPE, content: Buffer.from(ASIC_E_MIME_TYPE, 'latin1') }];
  for (const { name, content } of request.files) {
    if (!isDataFile(name)) throw new AdesError('asic_invalid', 'a file has a name that the container needs itself');
    entries.push({ name, content });
  }
  if (request.format === 'xades') {
    entries.push({ name: FILE_LIST, content: writeFileList(request.files, ASIC_E_MIME_TYPE) });
  }
  return addSignature(entries, request.files, request);
}

/**
 * Adds one more signature over all files of a container; what is there stays byte for byte.
 * @throws AdesError as `signAsicE`; `signature_invalid` when the container does not verify as it is
 */
export async function addAsicESignature(request: AsicESigning & { bytes: Uint8Array }): Promise<SignedAsicE> {
  const before = await verifyAsicE(request.bytes, request);
  if (!before.valid) throw new AdesError('signature_invalid', before.problems.join('; '));
  const files = before.files.map(({ mimeType, ...file }) => ({
    ...file,
    mimeType: mimeType ?? 'application/octet-stream',
  }));
  return addSignature(readZip(request.bytes), files, request);
}

async function addSignature(
  entries: readonly ZipEntry[],
  files: readonly AsicFile[],
  request: AsicESigning,
): Promise<SignedAsicE> {
  if (files.length === 0) throw new AdesError('asic_invalid', 'the container has no files');
  const number = freeNumber(entries);
  const added =
    request.format === 'xades' ? xadesEntries(number, files, request) : cadesEntries(number, files, request);
  const bytes = writeZip([...entries, ...(await added)]);
  const verification = await verifyAsicE(bytes, request);
  if (!verification.valid) throw new AdesError('output_invalid', verification.problems.join('; '));
  const own = verification.signatures.find(
    ({ name }) => name.includes(`signature${number}.`) || name.includes(`signatures${number}.`),
  );
  if (!own?.signers.every(({ level }) => reachesLevel(level, request.level))) {
    throw new AdesError('output_invalid', `a signature does not reach ${request.level}`);
  }
  return { bytes, verification };
}

async function cadesEntries(number: string, files: readonly AsicFile[], request: AsicESigning): Promise<ZipEntry[]> {
  const name = `${META}signature${number}.p7s`;
  const strong = request.signers.some(({ provider }) => ALGORITHMS[provider.algorithm].digest !== 'sha256');
  const manifest = writeAsicManifest(name, PKCS7_SIGNATURE, files, strong ? 'sha512' : 'sha256');
  const { bytes } = await signCades({ ...request, content: { detached: manifest } });
  return [
    { name: `${META}ASiCManifest${number}.xml`, content: manifest },
    { name, content: bytes },
  ];
}

async function xadesEntries(number: string, files: readonly AsicFile[], request: AsicESigning): Promise<ZipEntry[]> {
  return [{ name: `${META}signatures${number}.xml`, content: await writeXadesSignatures(files, request) }];
}

function freeNumber(entries: readonly ZipEntry[]): string {
  for (let number = 1; ; number++) {
    const padded = String(number).padStart(3, '0');
    if (!entries.some(({ name }) => name.startsWith(META) && name.includes(padded))) return padded;
  }
}

/**
 * Verifies an ASiC-E container: its form, every manifest, every signature, and that each signature is about files of the
 * container and no file is without one.
 * @throws AdesError `zip_invalid`, `asic_invalid` when it is no such container
 */
export async function verifyAsicE(
  bytes: Uint8Array,
  options: { trustAnchors: readonly Uint8Array[]; limits?: ZipLimits },
): Promise<AsicEVerification> {
  const { trustAnchors } = options;
  const container = openAsicE(bytes, options.limits);
  const problems = container.faults.map(({ name, message }) => `${name}: ${message}`);
  const signatures: VerifiedAsicSignature[] = [];
  for (const file of container.signatureFiles) {
    try {
      const { covers, signers, problems: own } = await verifyFile(file, container, trustAnchors);
      problems.push(...own.map((text) => `${file.name}: ${text}`));
      signatures.push({ format: file.format, name: file.name, covers: covers.map(({ name }) => name), signers });
      if (own.length === 0) container.cover(covers);
    } catch (error) {
      if (!(error instanceof AdesError)) throw error;
      problems.push(`${file.name}: ${error.message}`);
    }
  }
  if (signatures.length === 0) problems.push('the container has no signature that can be checked');
  for (const name of container.uncovered()) problems.push(`${name}: no signature is about this file`);
  const valid = problems.length === 0;
  return {
    valid,
    level: valid ? lowestLevel(signatures.flatMap(({ signers }) => signers.map(({ level }) => level))) : undefined,
    files: container.files(),
    signatures,
    problems,
  };
}

async function verifyFile(
  file: AsicSignatureFile,
  container: AsicContainer,
  trustAnchors: readonly Uint8Array[],
): Promise<{ covers: readonly CoveredFile[]; signers: VerifiedSigner[]; problems: string[] }> {
  if (file.format === 'cades') {
    checkFiles(file.files, container.byName);
    const { signatures, problems } = await verifyCades(file.content, { trustAnchors, content: file.manifest });
    return { covers: file.files, signers: signatures, problems };
  }
  const verified = await verifyXadesSignatures(file.content, container.dataFiles(), trustAnchors);
  return {
    covers: commonFiles(verified),
    signers: verified,
    problems: verified.flatMap((signature) => signature.problems),
  };
}
