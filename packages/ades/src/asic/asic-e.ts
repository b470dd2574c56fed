import { createHash } from 'node:crypto';
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
import { sameBytes } from '../x509/certificate-reader.ts';
import {
  type AsicFile,
  type AsicManifest,
  readAsicManifest,
  writeAsicManifest,
  writeFileList,
} from './asic-manifest.ts';
import { verifyXadesSignatures, writeXadesSignatures } from './xades-signatures.ts';
import { readZip, writeZip, type ZipEntry, type ZipLimits } from './zip.ts';

export const ASIC_E_MIME_TYPE = 'application/vnd.etsi.asic-e+zip';
const MIMETYPE = 'mimetype';
const META = 'META-INF/';
const FILE_LIST = `${META}manifest.xml`;
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
    if (!isDataFile(name)) invalid('a file has a name that the container needs itself');
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
  if (files.length === 0) invalid('the container has no files');
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

const isDataFile = (name: string): boolean => name !== MIMETYPE && !name.toUpperCase().startsWith(META);

function invalid(message: string): never {
  throw new AdesError('asic_invalid', message);
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
  const entries = readZip(bytes, options.limits);
  checkMimetype(bytes, entries[0]);
  const container = new ContainerCheck(entries, options.trustAnchors);
  for (const { name, content } of entries) {
    if (/^META-INF\/ASiCManifest[^/]*\.xml$/.test(name)) {
      await container.check(name, () => container.verifyManifest(content));
    } else if (/^META-INF\/[^/]*signatures[^/]*\.xml$/.test(name)) {
      await container.check(name, () => container.verifyXades(name, content));
    }
  }
  return container.finish();
}

class ContainerCheck {
  private readonly entries: readonly ZipEntry[];
  private readonly trustAnchors: readonly Uint8Array[];
  private readonly byName: ReadonlyMap<string, Uint8Array>;
  private readonly problems: string[] = [];
  private readonly signatures: VerifiedAsicSignature[] = [];
  private readonly mimeTypes = new Map<string, string>();
  private readonly accountedFor = new Set<string>([MIMETYPE, FILE_LIST]);

  constructor(entries: readonly ZipEntry[], trustAnchors: readonly Uint8Array[]) {
    this.entries = entries;
    this.trustAnchors = trustAnchors;
    this.byName = new Map(entries.map(({ name, content }) => [name, content]));
  }

  async check(name: string, verify: () => Promise<void>): Promise<void> {
    this.accountedFor.add(name);
    try {
      await verify();
    } catch (error) {
      if (!(error instanceof AdesError)) throw error;
      this.problems.push(`${name}: ${error.message}`);
    }
  }

  async verifyManifest(content: Uint8Array): Promise<void> {
    const manifest = readAsicManifest(content);
    const { signatureName } = manifest;
    const signature = this.byName.get(signatureName);
    if (!signature || !/^META-INF\/[^/]*signature[^/]*\.p7s$/.test(signatureName)) {
      return invalid('the signature of the manifest is not in the container');
    }
    if (this.accountedFor.has(signatureName)) invalid('two manifests have one signature');
    this.accountedFor.add(signatureName);
    checkFiles(manifest, this.byName);
    const cades = await verifyCades(signature, { trustAnchors: this.trustAnchors, content });
    this.record('cades', signatureName, manifest.files, cades.signatures, cades.problems);
  }

  async verifyXades(name: string, content: Uint8Array): Promise<void> {
    const data = new Map([...this.byName].filter(([file]) => isDataFile(file)));
    const verified = await verifyXadesSignatures(content, data, this.trustAnchors);
    const problems = verified.flatMap((signature) => signature.problems);
    const [first, ...others] = verified.map(({ signed }) => signed.map((file) => ({ ...file, name: file.name! })));
    // A file counts as covered when all signatures of the file of signatures are about it.
    const common = first!.filter((file) => others.every((list) => list.some((other) => other.name === file.name)));
    this.record('xades', name, common, verified, problems);
  }

  private record(
    format: VerifiedAsicSignature['format'],
    name: string,
    files: readonly { name: string; mimeType: string | undefined }[],
    signers: VerifiedSigner[],
    problems: readonly string[],
  ): void {
    this.problems.push(...problems.map((text) => `${name}: ${text}`));
    this.signatures.push({ format, name, covers: files.map((file) => file.name), signers });
    if (problems.length > 0) return;
    for (const file of files) {
      this.accountedFor.add(file.name);
      if (file.mimeType) this.mimeTypes.set(file.name, file.mimeType);
    }
  }

  finish(): AsicEVerification {
    const { problems, signatures, entries } = this;
    if (signatures.length === 0) problems.push('the container has no signature that can be checked');
    for (const { name } of entries) {
      if (!this.accountedFor.has(name)) problems.push(`${name}: no signature is about this file`);
    }
    const valid = problems.length === 0;
    return {
      valid,
      level: valid ? lowestLevel(signatures.flatMap(({ signers }) => signers.map(({ level }) => level))) : undefined,
      files: entries
        .filter(({ name }) => isDataFile(name))
        .map(({ name, content }) => ({ name, mimeType: this.mimeTypes.get(name), content })),
      signatures,
      problems,
    };
  }
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
