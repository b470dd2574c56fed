import { AdesError } from '../ades-error.ts';
import { type CrossReference, findStartXref, readCrossReference } from './cross-reference.ts';
import { ObjectParser, PdfSyntaxError } from './object-parser.ts';
import { isDict, isName, type PdfDict, PdfName, PdfRef, PdfStream, type PdfValue } from './objects.ts';
import { decodeStream, InflationBudget } from './stream-decoder.ts';

/** Correct files hold each byte in one object; overlapping objects could make reading quadratic. */
const OVERLAP_FACTOR = 20;

interface ObjectStream {
  parser: ObjectParser;
  /** Absolute positions in the decoded data by index, with object numbers. */
  numbers: number[];
  positions: number[];
}

/**
 * A PDF read strictly and lazily: the cross-reference chain at once, objects when asked for. Everything that a correct
 * file may contain is taken; anything that needs guessing throws PdfSyntaxError and is left to the repair.
 */
export class PdfFile {
  readonly bytes: Buffer;
  readonly crossReference: CrossReference;
  readonly trailer: PdfDict;
  readonly budget: InflationBudget;
  /** One more than the highest object number in use. */
  readonly nextObjectNumber: number;
  private readonly objects = new Map<number, PdfValue>();
  private readonly objectStreams = new Map<number, ObjectStream>();
  private readonly loading = new Set<number>();
  private parsable: number;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.budget = new InflationBudget(bytes.length);
    this.parsable = 16 * 1024 * 1024 + OVERLAP_FACTOR * bytes.length;
    const { start, end } = findStartXref(this.bytes);
    if (this.bytes.subarray(end).some((byte) => byte > 32))
      throw new PdfSyntaxError('there is junk after the end of the file');
    this.crossReference = readCrossReference(this.bytes, start, this.budget);
    this.trailer = this.crossReference.trailer;
    const size = this.trailer.get('Size');
    let highest = typeof size === 'number' && size < 10_000_000 ? size - 1 : 0;
    for (const number of this.crossReference.entries.keys()) if (number > highest) highest = number;
    this.nextObjectNumber = highest + 1;
  }

  /** The value of an indirect object; null when it does not exist. @throws PdfSyntaxError when it is damaged */
  get(ref: PdfRef): PdfValue {
    const known = this.objects.get(ref.number);
    const entry = this.crossReference.entries.get(ref.number);
    if (!entry || entry.kind === 'free') return null;
    if ((entry.kind === 'offset' ? entry.generation : 0) !== ref.generation) return null;
    if (known !== undefined) return known;
    if (this.loading.has(ref.number)) throw new PdfSyntaxError('an object needs itself to be read');
    this.loading.add(ref.number);
    try {
      const value = entry.kind === 'offset' ? this.readAt(ref, entry.offset) : this.readCompressed(ref.number, entry);
      this.objects.set(ref.number, value);
      return value;
    } finally {
      this.loading.delete(ref.number);
    }
  }

  private readAt(ref: PdfRef, offset: number): PdfValue {
    const parser = new ObjectParser(this.bytes, offset);
    const found = parser.parseIndirectObject((length) => {
      const value = this.get(length);
      return typeof value === 'number' ? value : undefined;
    });
    this.account(parser.position - offset);
    if (found.number !== ref.number || found.generation !== ref.generation) {
      throw new PdfSyntaxError(`object ${ref.number} is not where the cross-reference says`);
    }
    return found.value;
  }

  private readCompressed(number: number, entry: { stream: number; index: number }): PdfValue {
    const container = this.objectStreams.get(entry.stream) ?? this.openObjectStream(entry.stream);
    const index = container.numbers[entry.index] === number ? entry.index : container.numbers.indexOf(number);
    const position = container.positions[index];
    if (position === undefined) throw new PdfSyntaxError(`object ${number} is not in its object stream`);
    container.parser.position = position;
    const value = container.parser.parseObject();
    this.account(container.parser.position - position);
    return value;
  }

  private account(parsed: number): void {
    this.parsable -= parsed;
    if (this.parsable < 0) throw new AdesError('pdf_too_complex', 'objects overlap each other');
  }

  private openObjectStream(number: number): ObjectStream {
    const entry = this.crossReference.entries.get(number);
    const stream = entry?.kind === 'offset' ? this.get(new PdfRef(number, entry.generation)) : null;
    if (!(stream instanceof PdfStream)) throw new PdfSyntaxError(`object stream ${number} is missing`);
    const parser = new ObjectParser(decodeStream(stream, this.budget, (value) => this.resolve(value)));
    const count = this.resolve(stream.dict.get('N'));
    const first = this.resolve(stream.dict.get('First'));
    if (typeof count !== 'number' || typeof first !== 'number') {
      throw new PdfSyntaxError(`object stream ${number} is malformed`);
    }
    const opened: ObjectStream = { parser, numbers: [], positions: [] };
    for (let i = 0; i < count; i++) {
      const member = parser.tryInteger();
      const position = parser.tryInteger();
      if (member === undefined || position === undefined) {
        throw new PdfSyntaxError(`object stream ${number} is malformed`);
      }
      opened.numbers.push(member);
      opened.positions.push(first + position);
    }
    this.objectStreams.set(number, opened);
    return opened;
  }

  /** Follows references until a direct value is reached. */
  resolve(value: PdfValue | undefined): PdfValue {
    let current = value ?? null;
    for (let hops = 0; current instanceof PdfRef; hops++) {
      if (hops > 32) throw new PdfSyntaxError('references lead in a circle');
      current = this.get(current);
    }
    return current;
  }

  resolveDict(value: PdfValue | undefined): PdfDict | undefined {
    const resolved = this.resolve(value);
    return isDict(resolved) ? resolved : undefined;
  }

  resolveArray(value: PdfValue | undefined): PdfValue[] | undefined {
    const resolved = this.resolve(value);
    return Array.isArray(resolved) ? resolved : undefined;
  }

  get rootRef(): PdfRef {
    const root = this.trailer.get('Root');
    if (!(root instanceof PdfRef)) throw new PdfSyntaxError('the trailer has no /Root');
    return root;
  }

  get catalog(): PdfDict {
    const catalog = this.resolveDict(this.rootRef);
    if (!catalog) throw new PdfSyntaxError('the catalog is missing');
    return catalog;
  }

  /** The version that counts: the catalog's /Version when it is later than the header's. */
  get version(): string {
    const header = /^%PDF-(\d\.\d)/.exec(this.bytes.toString('latin1', 0, 12))?.[1] ?? '1.4';
    const catalogVersion = this.resolve(this.catalog.get('Version'));
    return catalogVersion instanceof PdfName && catalogVersion.value > header ? catalogVersion.value : header;
  }
}

/** Opens a file that is known to be accepted. @throws AdesError `pdf_unreadable` when it is not */
export function openPdf(bytes: Uint8Array): PdfFile {
  try {
    const file = new PdfFile(bytes);
    if (file.trailer.has('Encrypt')) throw new AdesError('pdf_encrypted', 'the file is encrypted');
    if (!isName(file.resolve(file.catalog.get('Type')), 'Catalog')) throw new PdfSyntaxError('the catalog is missing');
    return file;
  } catch (error) {
    if (error instanceof PdfSyntaxError) throw new AdesError('pdf_unreadable', error.message, { cause: error });
    throw error;
  }
}
