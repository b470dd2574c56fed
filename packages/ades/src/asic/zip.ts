import { crc32, inflateRawSync } from 'node:zlib';
import { AdesError } from '../ades-error.ts';

/** A file of a container. */
export interface ZipEntry {
  name: string;
  content: Uint8Array;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const UTF8_NAME = 0x0800;
/** 1 January 1980, the first that the format knows: the same entries always give the same bytes. */
const DATE = 0x0021;
const LOCAL_SIZE = 30;
const CENTRAL_SIZE = 46;
const END_SIZE = 22;

function invalid(message: string): never {
  throw new AdesError('zip_invalid', message);
}

/**
 * Writes a ZIP file (PKWARE APPNOTE 6.3) with the entries in their order, stored and without extra fields or dates.
 * @throws AdesError `zip_invalid` for names that no reader takes, or more than the format holds without Zip64
 */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array {
  if (entries.length > 0xffff) invalid('a container holds at most 65 535 files');
  checkNames(entries.map(({ name }) => name));
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, content } of entries) {
    const encoded = Buffer.from(name, 'utf8');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(encoded.length === name.length ? 0 : UTF8_NAME, 2);
    common.writeUInt16LE(DATE, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(checkSize(content.length), 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(encoded.length, 22);
    pieces.push(uint32(LOCAL), common, encoded, content);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(uint32(CENTRAL), Buffer.of(20, 0), common, tail, encoded);
    offset = checkSize(offset + LOCAL_SIZE + encoded.length + content.length);
  }
  const directorySize = directory.reduce((sum, piece) => sum + piece.length, 0);
  const end = Buffer.alloc(END_SIZE);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directorySize, 12);
  end.writeUInt32LE(offset, 16);
  const joined = Buffer.concat([...pieces, ...directory, end]);
  return new Uint8Array(joined.buffer, joined.byteOffset, joined.length);
}

function checkSize(size: number): number {
  return size < 0xffffffff ? size : invalid('the container is too large');
}

function uint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}

/** Relative paths of plain segments, each once: nothing that unpacking could put elsewhere or overwrite. */
function checkNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const segments = name.split('/');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const plain = !/[\\:\u0000-\u001f\u007f]/.test(name) && segments.every((part) => part && !/^\.{1,2}$/.test(part));
    if (!plain || name.length > 1000) invalid('a file name in the container is not a plain relative path');
    const folded = name.normalize('NFC').toLowerCase();
    if (seen.has(folded)) invalid('two files of the container have the same name');
    seen.add(folded);
  }
}

export interface ZipLimits {
  /** Bytes of all files together when unpacked, 256 MiB by default. */
  maxBytes?: number;
  /** 1000 by default. */
  maxEntries?: number;
}

/**
 * Reads a ZIP file strictly: the directory and the headers before the files say the same; files are stored or deflated,
 * follow each other without gap or overlap from the first byte to the directory, and match their CRC; nothing comes
 * after the end record. Zip64, encryption, several disks, folders and data descriptors are refused.
 * @throws AdesError `zip_invalid` with the reason
 */
export function readZip(bytes: Uint8Array, limits: ZipLimits = {}): ZipEntry[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.length - END_SIZE;
  if (end < 0 || buffer.readUInt32LE(end) !== END) invalid('it does not end like a ZIP file');
  const count = buffer.readUInt16LE(end + 10);
  const start = buffer.readUInt32LE(end + 16);
  const single = buffer.readUInt32LE(end + 4) === 0 && buffer.readUInt16LE(end + 8) === count;
  if (!single || buffer.readUInt16LE(end + 20) !== 0) invalid('several disks and comments are not read');
  if (start + buffer.readUInt32LE(end + 12) !== end) invalid('the directory is not where the end record says');
  if (count > (limits.maxEntries ?? 1000)) invalid('the container has too many files');
  const entries: ZipEntry[] = [];
  let room = limits.maxBytes ?? 256 << 20;
  let position = start;
  let expected = 0;
  for (let index = 0; index < count; index++) {
    const header = readDirectoryEntry(buffer, position, end);
    if (header.offset !== expected) invalid('files overlap or leave a gap');
    const dataStart = checkLocalHeader(buffer, header, start);
    expected = dataStart + header.packedSize;
    if (expected > start) invalid('a file runs into the directory');
    room -= header.size;
    if (room < 0) invalid('the files are too large');
    const content = unpack(buffer.subarray(dataStart, expected), header);
    entries.push({ name: header.name, content });
    position += CENTRAL_SIZE + header.nameLength + header.extraLength;
  }
  if (position !== end || expected !== start) invalid('there is something between the files');
  checkNames(entries.map(({ name }) => name));
  return entries;
}

interface DirectoryEntry {
  name: string;
  nameLength: number;
  extraLength: number;
  /** Flags to name length as they stand in the directory; the local header must repeat them. */
  common: Buffer;
  method: number;
  crc: number;
  packedSize: number;
  size: number;
  offset: number;
}

function readDirectoryEntry(buffer: Buffer, at: number, end: number): DirectoryEntry {
  if (at + CENTRAL_SIZE > end || buffer.readUInt32LE(at) !== CENTRAL) invalid('the directory is damaged');
  const nameLength = buffer.readUInt16LE(at + 28);
  const extraLength = buffer.readUInt16LE(at + 30);
  if (at + CENTRAL_SIZE + nameLength + extraLength > end) invalid('the directory is damaged');
  if (buffer.readUInt16LE(at + 32) !== 0) invalid('comments are not read');
  const flags = buffer.readUInt16LE(at + 8);
  // Bits 1 and 2 tell how hard the packer tried.
  if ((flags & ~(UTF8_NAME | 6)) !== 0) invalid('encrypted files and data descriptors are not read');
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      buffer.subarray(at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameLength),
    );
  } catch {
    return invalid('a file name is not UTF-8');
  }
  return {
    name,
    nameLength,
    extraLength,
    common: buffer.subarray(at + 8, at + 30),
    method: buffer.readUInt16LE(at + 10),
    crc: buffer.readUInt32LE(at + 16),
    packedSize: buffer.readUInt32LE(at + 20),
    size: buffer.readUInt32LE(at + 24),
    offset: buffer.readUInt32LE(at + 42),
  };
}

/** @returns where the file's data begins */
function checkLocalHeader(buffer: Buffer, header: DirectoryEntry, limit: number): number {
  const at = header.offset;
  if (at + LOCAL_SIZE > limit || buffer.readUInt32LE(at) !== LOCAL) invalid('the header of a file is damaged');
  const dataStart = at + LOCAL_SIZE + header.nameLength + buffer.readUInt16LE(at + 28);
  const nameStart = at + LOCAL_SIZE;
  const same =
    buffer.subarray(at + 6, at + 28).equals(header.common) &&
    buffer.toString('utf8', nameStart, nameStart + header.nameLength) === header.name;
  if (!same || dataStart > limit) invalid('the header of a file contradicts the directory');
  return dataStart;
}

function unpack(packed: Buffer, { method, size, crc }: DirectoryEntry): Uint8Array {
  let content: Uint8Array = packed;
  if (method === 8) {
    try {
      content = inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
    } catch (cause) {
      throw new AdesError('zip_invalid', 'a file cannot be unpacked', { cause });
    }
  } else if (method !== 0) invalid('files are stored or deflated');
  if (content.length !== size || crc32(content) !== crc) invalid('a file is damaged');
  return content;
}
