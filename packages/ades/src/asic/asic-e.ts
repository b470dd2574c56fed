import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { ALGORITHMS } from '../asn1/algorithms.ts';
import { type BaselineLevel, type BaselineServices, lowestLevel } from '../baseline-level.ts';
import { type CadesSigner, signCades } from '../cades/sign-cades.ts';
import { type CadesVerification, verifyCades } from '../cades/verify-cades.ts';
import { sameBytes } from '../x509/certificate-reader.ts';
import { type AsicFile, type AsicManifest, readAsicManifest, writeAsicManifest } from './asic-manifest.ts';
import { readZip, writeZip, type ZipEntry, type ZipLimits } from './zip.ts';

export const ASIC_E_MIME_TYPE = 'application/vnd.etsi.asic-e+zip';
const MIMETYPE = 'mimetype';
const META = 'META-INF/';
const PKCS7_SIGNATURE = 'application/pkcs7-signature';

export interface AsicESigning extends BaselineServices {
  /** Parallel signers of one CAdES object. */
  signers: readonly CadesSigner[];
}

export interface SignedAsicE {
  bytes: Uint8Array;
  /** The self-check that the container passed before it was given out. */
  verification: AsicEVerification;
}

export interface VerifiedAsicSignature {
  manifestName: string;
  signatureName: string;
  /** Names of the files that it is about. */
  covers: string[];
  cades: CadesVerification;
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
 * Signs files in an ASiC-E container with CAdES (ETSI EN 319 162-1 §4.4): an ASiCManifest has the digests of all files,
 * a detached CAdES object signs the manifest. The same files and signatures always give the same container bytes. The
 * container is verified as a whole before it is given out.
 * @throws AdesError `asic_invalid`, `zip_invalid` for names that a container cannot have; else as `signCades`
 */
export async function signAsicE(request: AsicESigning & { files: readonly AsicFile[] }): Promise<SignedAsicE> {
  const entries: ZipEntry[] = [{ name: MIMETYPE, content: Buffer.from(ASIC_E_MIME_TYPE, 'latin1') }];
  for (const { name, content } of request.files) {
    if (!isDataFile(name)) invalid('a file has a name that the container needs itself');
    entries.push({ name, content });
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
  if (files.length === 0) invalid('the container has no files');
  const [manifestName, signatureName] = freeNames(entries);
  const strong = request.signers.some(({ provider }) => ALGORITHMS[provider.algorithm].digest !== 'sha256');
  const manifest = writeAsicManifest(signatureName, PKCS7_SIGNATURE, files, strong ? 'sha512' : 'sha256');
  const { bytes: signature } = await signCades({ ...request, content: { detached: manifest } });
  const bytes = writeZip([
    ...entries,
    { name: manifestName, content: manifest },
    { name: signatureName, content: signature },
  ]);
  const verification = await verifyAsicE(bytes, request);
  if (!verification.valid) throw new AdesError('output_invalid', verification.problems.join('; '));
  return { bytes, verification };
}

function freeNames(entries: readonly ZipEntry[]): [manifest: string, signature: string] {
  for (let number = 1; ; number++) {
    const suffix = String(number).padStart(3, '0');
    const names: [string, string] = [`${META}ASiCManifest${suffix}.xml`, `${META}signature${suffix}.p7s`];
    if (!entries.some(({ name }) => names.includes(name))) return names;
  }
}

const isDataFile = (name: string): boolean => name !== MIMETYPE && !name.toUpperCase().startsWith(META);

function invalid(message: string): never {
  throw new AdesError('asic_invalid', message);
}

/**
 * Verifies an ASiC-E container with CAdES: its form, every manifest, every signature, and that each signature is about
 * a file and no file is without one.
 * @throws AdesError `zip_invalid`, `asic_invalid` when it is no such container
 */
export async function verifyAsicE(
  bytes: Uint8Array,
  options: { trustAnchors: readonly Uint8Array[]; limits?: ZipLimits },
): Promise<AsicEVerification> {
  const entries = readZip(bytes, options.limits);
  checkMimetype(bytes, entries[0]);
  const byName = new Map(entries.map(({ name, content }) => [name, content]));
  const problems: string[] = [];
  const signatures: VerifiedAsicSignature[] = [];
  const mimeTypes = new Map<string, string>();
  const accountedFor = new Set<string>([MIMETYPE]);
  for (const { name, content } of entries.filter((entry) => /^META-INF\/ASiCManifest[^/]*\.xml$/.test(entry.name))) {
    accountedFor.add(name);
    try {
      const manifest = readAsicManifest(content);
      const signature = byName.get(manifest.signatureName);
      if (!signature || !/^META-INF\/[^/]*signature[^/]*\.p7s$/.test(manifest.signatureName)) {
        invalid('the signature of the manifest is not in the container');
      }
      if (accountedFor.has(manifest.signatureName)) invalid('two manifests have one signature');
      accountedFor.add(manifest.signatureName);
      checkFiles(manifest, byName);
      const cades = await verifyCades(signature, { trustAnchors: options.trustAnchors, content });
      problems.push(...cades.problems.map((text) => `${manifest.signatureName}: ${text}`));
      const covers = manifest.files.map((file) => file.name);
      if (cades.valid) for (const covered of covers) accountedFor.add(covered);
      for (const file of manifest.files) if (file.mimeType) mimeTypes.set(file.name, file.mimeType);
      signatures.push({ manifestName: name, signatureName: manifest.signatureName, covers, cades });
    } catch (error) {
      if (!(error instanceof AdesError)) throw error;
      problems.push(`${name}: ${error.message}`);
    }
  }
  if (signatures.length === 0) problems.push('the container has no signature that can be checked');
  for (const { name } of entries)
    if (!accountedFor.has(name)) problems.push(`${name}: no signature is about this file`);
  const valid = problems.length === 0;
  return {
    valid,
    level: valid ? lowestLevel(signatures.map(({ cades }) => cades.level)) : undefined,
    files: entries
      .filter(({ name }) => isDataFile(name))
      .map(({ name, content }) => ({ name, mimeType: mimeTypes.get(name), content })),
    signatures,
    problems,
  };
}

/** EN 319 162-1 §A.1: first, stored, without an extra field, so that it stands at byte 38 of the file. */
function checkMimetype(bytes: Uint8Array, first: ZipEntry | undefined): void {
  const expected = Buffer.from(`${MIMETYPE}${ASIC_E_MIME_TYPE}`, 'latin1');
  if (first?.name !== MIMETYPE || !sameBytes(bytes.subarray(30, 30 + expected.length), expected)) {
    invalid('the container does not begin with its media type');
  }
  if (first.content.length !== ASIC_E_MIME_TYPE.length) invalid('the container is of another media type');
}

function checkFiles(manifest: AsicManifest, byName: ReadonlyMap<string, Uint8Array>): void {
  for (const { name, digest, value } of manifest.files) {
    const content = byName.get(name);
    if (!content || !isDataFile(name)) invalid('a file of the manifest is not in the container');
    if (!sameBytes(createHash(digest).update(content).digest(), value)) invalid(`${name} was changed`);
  }
}
