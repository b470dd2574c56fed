import { createHash, type Hash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import type { DigestAlgorithm } from '../asn1/algorithms.ts';
import { dict, isDict, name, type PdfDict, PdfRef, PdfStream, PdfString, type PdfValue } from './objects.ts';
import type { PdfFile } from './pdf-file.ts';
import { hex, serialize, serializeIndirectObject } from './serializer.ts';

/** A signature dictionary that has been written with room for its /Contents. */
export interface WrittenSignature {
  /** Offsets and lengths as in the file: everything but the hexadecimal string with its angle brackets. */
  readonly byteRange: readonly [0, number, number, number];
  /** Bytes of room for the CMS object. */
  readonly contentsSize: number;
  /** Index of the chunk that holds the revision. */
  readonly chunk: number;
  readonly chunkStart: number;
}

/** Digits reserved for each number of /ByteRange: files up to 9.9 GB. */
const RANGE_WIDTH = 10;

/**
 * Appends revisions to a file (ISO 32000-2 §7.5.6). The bytes that are there already are never copied or changed until
 * `finish`; objects set since the last revision are written by `commit`. Digests over the growing file go on from where
 * the last one stopped.
 */
export class IncrementalUpdate {
  readonly file: PdfFile;
  private readonly chunks: Buffer[];
  private length: number;
  private lastXref: number;
  private nextNumber: number;
  private trailer: PdfDict;
  private readonly current = new Map<number, PdfValue>();
  private readonly pending = new Map<number, PdfRef>();
  private readonly running = new Map<DigestAlgorithm, { hash: Hash; chunks: number }>();

  constructor(file: PdfFile) {
    this.file = file;
    this.chunks = [file.bytes];
    this.length = file.bytes.length;
    this.lastXref = file.crossReference.start;
    this.nextNumber = file.nextObjectNumber;
    this.trailer = new Map([...file.trailer].filter(([key]) => !NOT_CARRIED_OVER.has(key)));
  }

  get(ref: PdfRef): PdfValue {
    const own = this.current.get(ref.number);
    return own !== undefined ? own : this.file.get(ref);
  }

  resolve(value: PdfValue | undefined): PdfValue {
    let current = value ?? null;
    for (let hops = 0; current instanceof PdfRef && hops < 32; hops++) current = this.get(current);
    return current instanceof PdfRef ? null : current;
  }

  resolveDict(value: PdfValue | undefined): PdfDict | undefined {
    const resolved = this.resolve(value);
    return isDict(resolved) ? resolved : undefined;
  }

  resolveArray(value: PdfValue | undefined): PdfValue[] | undefined {
    const resolved = this.resolve(value);
    return Array.isArray(resolved) ? resolved : undefined;
  }

  allocate(): PdfRef {
    return new PdfRef(this.nextNumber++);
  }

  /** Sets an object of the next revision. */
  put(ref: PdfRef, value: PdfValue): void {
    this.current.set(ref.number, value);
    this.pending.set(ref.number, ref);
  }

  /** Adds a new object to the next revision. */
  add(value: PdfValue): PdfRef {
    const ref = this.allocate();
    this.put(ref, value);
    return ref;
  }

  /** A copy of a dictionary object that may be changed and is written in the next revision. */
  edit(ref: PdfRef): PdfDict {
    const existing = this.get(ref);
    if (!isDict(existing)) throw new AdesError('pdf_unreadable', `object ${ref.number} is not a dictionary`);
    if (this.pending.has(ref.number)) return existing;
    const copy: PdfDict = new Map(existing);
    this.put(ref, copy);
    return copy;
  }

  get size(): number {
    return this.length;
  }

  /**
   * Writes everything set so far as one revision.
   * @param signature a signature dictionary to be written with room for `contentsSize` bytes of CMS
   */
  commit(signature?: { ref: PdfRef; entries: PdfDict; contentsSize: number }): WrittenSignature | undefined {
    const start = this.length;
    const parts: Buffer[] = [];
    let position = start;
    const offsets: [PdfRef, number][] = [];
    const push = (part: Buffer): void => {
      parts.push(part);
      position += part.length;
    };
    const lastByte = this.chunks.at(-1)!.at(-1);
    if (lastByte !== 0x0a && lastByte !== 0x0d) push(Buffer.from('\n'));
    for (const ref of this.pending.values()) {
      offsets.push([ref, position]);
      for (const part of serializeIndirectObject(ref, this.current.get(ref.number)!)) push(part);
    }
    let rangeAt = 0;
    let contentsAt = 0;
    if (signature) {
      offsets.push([signature.ref, position]);
      const text = serialize(signature.entries);
      push(Buffer.from(`${signature.ref.number} 0 obj\n${text.slice(0, -2)}/ByteRange`, 'latin1'));
      rangeAt = position - start;
      push(Buffer.alloc(6 + 3 * RANGE_WIDTH, ' '));
      push(Buffer.from('/Contents', 'latin1'));
      contentsAt = position;
      push(Buffer.alloc(2 + 2 * signature.contentsSize, '0'));
      push(Buffer.from('>>\nendobj\n', 'latin1'));
      this.current.set(signature.ref.number, signature.entries);
    }
    const xrefAt = position;
    for (const part of this.buildCrossReference(offsets, xrefAt)) push(part);
    const chunk = Buffer.concat(parts);
    this.chunks.push(chunk);
    this.length = position;
    this.lastXref = xrefAt;
    this.pending.clear();
    if (!signature) return undefined;

    const contentsEnd = contentsAt + 2 + 2 * signature.contentsSize;
    chunk[contentsAt - start] = 0x3c;
    chunk[contentsEnd - 1 - start] = 0x3e;
    const byteRange = [0, contentsAt, contentsEnd, this.length - contentsEnd] as const;
    chunk.write(`[${byteRange.join(' ')}]`, rangeAt, 'latin1');
    return { byteRange, contentsSize: signature.contentsSize, chunk: this.chunks.length - 1, chunkStart: start };
  }

  /** Digest over the two ranges that a signature of the newest revision covers. */
  digest(signature: WrittenSignature, algorithm: DigestAlgorithm): Buffer {
    const hash = this.hashBefore(signature.chunk, algorithm).copy();
    const chunk = this.chunks[signature.chunk]!;
    const [, contentsAt, contentsEnd] = signature.byteRange;
    hash.update(chunk.subarray(0, contentsAt - signature.chunkStart));
    hash.update(chunk.subarray(contentsEnd - signature.chunkStart));
    return hash.digest();
  }

  /** The running hash over the first `count` chunks. Chunks before the newest are final. */
  private hashBefore(count: number, algorithm: DigestAlgorithm): Hash {
    let state = this.running.get(algorithm);
    if (!state) {
      state = { hash: createHash(algorithm), chunks: 0 };
      this.running.set(algorithm, state);
    }
    while (state.chunks < count) state.hash.update(this.chunks[state.chunks++]!);
    return state.hash;
  }

  /** Puts the CMS object into the room left for it. @throws AdesError `contents_too_small` */
  fill(signature: WrittenSignature, cms: Uint8Array): void {
    writeContents(
      this.chunks[signature.chunk]!,
      signature.byteRange[1] - signature.chunkStart,
      signature.contentsSize,
      cms,
    );
  }

  /** The whole file; its first bytes are those of the file that was opened. */
  finish(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.length);
    let position = 0;
    for (const chunk of this.chunks) {
      out.set(chunk, position);
      position += chunk.length;
    }
    return out;
  }

  private buildCrossReference(offsets: [PdfRef, number][], xrefAt: number): Buffer[] {
    const { file } = this;
    const asStream = file.crossReference.style === 'stream';
    const ownRef = asStream ? this.allocate() : undefined;
    if (ownRef) offsets.push([ownRef, xrefAt]);
    offsets.sort(([a], [b]) => a.number - b.number);
    const trailer: PdfDict = new Map(this.trailer);
    trailer.set('Size', this.nextNumber);
    trailer.set('Prev', this.lastXref);
    trailer.set('ID', this.updatedId(offsets, xrefAt));
    const tail = Buffer.from(`startxref\n${xrefAt}\n%%EOF\n`, 'latin1');
    const subsections = groupConsecutive(offsets);
    if (!ownRef) {
      let table = 'xref\n';
      for (const group of subsections) {
        table += `${group[0]![0].number} ${group.length}\n`;
        for (const [ref, offset] of group) {
          table += `${String(offset).padStart(10, '0')} ${String(ref.generation).padStart(5, '0')} n\r\n`;
        }
      }
      return [Buffer.from(`${table}trailer\n${serialize(trailer)}\n`, 'latin1'), tail];
    }
    const data = Buffer.alloc(offsets.length * 8);
    for (const [index, [ref, offset]] of offsets.entries()) {
      data[index * 8] = 1;
      data.writeUIntBE(offset, index * 8 + 1, 5);
      data.writeUInt16BE(ref.generation, index * 8 + 6);
    }
    const entries = dict({
      Type: name('XRef'),
      W: [1, 5, 2],
      Index: subsections.flatMap((group) => [group[0]![0].number, group.length]),
    });
    for (const [key, value] of trailer) entries.set(key, value);
    return [...serializeIndirectObject(ownRef, new PdfStream(entries, data)), tail];
  }

  /** File identifier: the first string stays, the second changes with every revision (ISO 32000-2 §14.4). */
  private updatedId(offsets: [PdfRef, number][], xrefAt: number): PdfValue {
    const old = this.resolveArray(this.trailer.get('ID'));
    const hash = createHash('sha256').update(`${xrefAt} ${offsets.map(([ref]) => ref.number).join(' ')}`);
    for (const part of old ?? []) if (part instanceof PdfString) hash.update(part.bytes);
    const fresh = new PdfString(hash.digest().subarray(0, 16));
    const first = old?.[0] instanceof PdfString ? old[0] : fresh;
    const id = [first, fresh];
    this.trailer.set('ID', id);
    return id;
  }
}

/** Trailer entries that belong to one section, or to the encoding of a cross-reference stream. */
const NOT_CARRIED_OVER = new Set([
  'Prev',
  'Size',
  'XRefStm',
  'Type',
  'W',
  'Index',
  'Length',
  'Filter',
  'DecodeParms',
  'DocChecksum',
]);

function groupConsecutive(offsets: [PdfRef, number][]): [PdfRef, number][][] {
  const groups: [PdfRef, number][][] = [];
  for (const item of offsets) {
    const group = groups.at(-1);
    if (group && group.at(-1)![0].number + 1 === item[0].number) group.push(item);
    else groups.push([item]);
  }
  return groups;
}

/** Writes `cms` in hexadecimal behind the angle bracket at `at`; the rest of the room keeps its zeros. */
export function writeContents(target: Buffer, at: number, size: number, cms: Uint8Array): void {
  if (cms.length > size) {
    throw new AdesError('contents_too_small', `the CMS object has ${cms.length} bytes, the room is ${size}`);
  }
  target.write(hex(cms), at + 1, 'latin1');
}
