import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { sameBytes } from '../x509/certificate-reader.ts';
import { type AsicManifest, readAsicManifest } from './asic-manifest.ts';
import { readZip, type ZipEntry, type ZipLimits } from './zip.ts';

export const ASIC_E_MIME_TYPE = 'application/vnd.etsi.asic-e+zip';
export const MIMETYPE = 'mimetype';
export const META = 'META-INF/';
export const FILE_LIST = `${META}manifest.xml`;

/** A file of signatures, with what says which files it is about. */
export type AsicSignatureFile =
  | { format: 'cades'; name: string; content: Uint8Array; manifest: Uint8Array; files: AsicManifest['files'] }
  | { format: 'xades'; name: string; content: Uint8Array };

export interface CoveredFile {
  name: string;
  mimeType: string | undefined;
}

export const isDataFile = (name: string): boolean => name !== MIMETYPE && !name.toUpperCase().startsWith(META);

function invalid(message: string): never {
  throw new AdesError('asic_invalid', message);
}

/** An ASiC-E container taken apart; which of its files are signed is told to it. */
export class AsicContainer {
  readonly signatureFiles: AsicSignatureFile[] = [];
  /** Manifests that cannot be used. */
  readonly faults: { name: string; message: string }[] = [];
  readonly byName: ReadonlyMap<string, Uint8Array>;
  private readonly entries: readonly ZipEntry[];
  private readonly accountedFor = new Set<string>([MIMETYPE, FILE_LIST]);
  private readonly mimeTypes = new Map<string, string>();

  constructor(entries: readonly ZipEntry[]) {
    this.entries = entries;
    this.byName = new Map(entries.map(({ name, content }) => [name, content]));
    for (const { name, content } of entries) {
      const isManifest = /^META-INF\/ASiCManifest[^/]*\.xml$/.test(name);
      if (!isManifest && !/^META-INF\/[^/]*signatures[^/]*\.xml$/.test(name)) continue;
      this.accountedFor.add(name);
      try {
        this.signatureFiles.push(isManifest ? this.openManifest(content) : { format: 'xades', name, content });
      } catch (error) {
        if (!(error instanceof AdesError)) throw error;
        this.faults.push({ name, message: error.message });
      }
    }
  }

  private openManifest(manifest: Uint8Array): AsicSignatureFile {
    const { signatureName: name, files } = readAsicManifest(manifest);
    const content = this.byName.get(name);
    if (!content || !/^META-INF\/[^/]*signature[^/]*\.p7s$/.test(name)) {
      return invalid('the signature of the manifest is not in the container');
    }
    if (this.accountedFor.has(name)) invalid('two manifests have one signature');
    this.accountedFor.add(name);
    return { format: 'cades', name, content, manifest, files };
  }

  /** Sound signatures are about these files. */
  cover(files: readonly CoveredFile[]): void {
    for (const { name, mimeType } of files) {
      this.accountedFor.add(name);
      if (mimeType) this.mimeTypes.set(name, mimeType);
    }
  }

  /** Names of files that nothing sound is about. */
  uncovered(): string[] {
    return this.entries.map(({ name }) => name).filter((name) => !this.accountedFor.has(name));
  }

  dataFiles(): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.byName].filter(([name]) => isDataFile(name)));
  }

  /** Data files in the order of the container. */
  files(): { name: string; mimeType: string | undefined; content: Uint8Array }[] {
    return this.entries
      .filter(({ name }) => isDataFile(name))
      .map(({ name, content }) => ({ name, mimeType: this.mimeTypes.get(name), content }));
  }
}

/**
 * Opens an ASiC-E container (ETSI EN 319 162-1 §4.4). Signatures are not verified.
 * @throws AdesError `zip_invalid`, `asic_invalid` when it is no such container
 */
export function openAsicE(bytes: Uint8Array, limits?: ZipLimits): AsicContainer {
  const entries = readZip(bytes, limits);
  checkMimetype(bytes, entries[0]);
  return new AsicContainer(entries);
}

/** EN 319 162-1 §A.1: first, stored, without an extra field, so that it stands at byte 38 of the file. */
function checkMimetype(bytes: Uint8Array, first: ZipEntry | undefined): void {
  const expected = Buffer.from(`${MIMETYPE}${ASIC_E_MIME_TYPE}`, 'latin1');
  if (first?.name !== MIMETYPE || !sameBytes(bytes.subarray(30, 30 + expected.length), expected)) {
    invalid('the container does not begin with its media type');
  }
  if (first.content.length !== ASIC_E_MIME_TYPE.length) invalid('the container is of another media type');
}

/** @throws AdesError `asic_invalid` when a file is missing or not the one that was signed */
export function checkFiles(files: AsicManifest['files'], byName: ReadonlyMap<string, Uint8Array>): void {
  for (const { name, digest, value } of files) {
    const content = byName.get(name);
    if (!content || !isDataFile(name)) invalid('a file of the manifest is not in the container');
    if (!sameBytes(createHash(digest).update(content).digest(), value)) invalid(`${name} was changed`);
  }
}

/** Files that all signatures of one file of signatures are about. */
export function commonFiles(
  signatures: readonly { signed: readonly { name: string | undefined; mimeType: string | undefined }[] }[],
): CoveredFile[] {
  const [first = [], ...others] = signatures.map(({ signed }) =>
    signed.flatMap(({ name, mimeType }) => (name === undefined ? [] : [{ name, mimeType }])),
  );
  return first.filter((file) => others.every((list) => list.some((other) => other.name === file.name)));
}
