import { AdesError } from '../ades-error.ts';
import { ObjectParser, PdfSyntaxError } from './object-parser.ts';
import { isName, type PdfDict, PdfStream, type PdfValue } from './objects.ts';
import { decodeStream, type InflationBudget } from './stream-decoder.ts';

/** Where an object is: at a byte offset, inside an object stream, or nowhere (deleted). */
export type CrossReferenceEntry =
  | { readonly kind: 'offset'; readonly offset: number; readonly generation: number }
  | { readonly kind: 'compressed'; readonly stream: number; readonly index: number }
  | { readonly kind: 'free' };

export interface CrossReference {
  readonly entries: Map<number, CrossReferenceEntry>;
  /** Trailer dictionary of the newest section. */
  readonly trailer: PdfDict;
  /** How the newest section is written; an update continues in the same manner. */
  readonly style: 'table' | 'stream';
  /** Byte offset of the newest section, the /Prev of the next. */
  readonly start: number;
  /** Offsets of all main sections, newest first. */
  readonly sections: readonly number[];
}

const MAX_SECTIONS = 4096;
const MAX_ENTRIES = 2_000_000;
/** Entries read, superseded ones included. */
const MAX_ENTRIES_READ = 10_000_000;
const FREE: CrossReferenceEntry = { kind: 'free' };

/** The offset that the last `startxref` names, and the end of the last `%%EOF`. @throws PdfSyntaxError */
export function findStartXref(bytes: Buffer): { start: number; end: number } {
  const at = bytes.lastIndexOf('startxref');
  if (at < 0) throw new PdfSyntaxError('startxref is missing');
  const parser = new ObjectParser(bytes, at + 'startxref'.length);
  const start = parser.tryInteger();
  const eof = bytes.indexOf('%%EOF', parser.position);
  if (start === undefined || eof < 0) throw new PdfSyntaxError('startxref or the end-of-file marker is incomplete');
  return { start, end: eof + 5 };
}

/** Reads the whole chain of cross-reference sections (ISO 32000-2 §7.5.4, §7.5.8). @throws PdfSyntaxError */
export function readCrossReference(bytes: Buffer, start: number, budget: InflationBudget): CrossReference {
  const entries: Entries = { map: new Map(), read: 0 };
  const visited = new Set<number>();
  const sections: number[] = [];
  let trailer: PdfDict | undefined;
  let style: 'table' | 'stream' = 'table';
  let offset: number | undefined = start;
  while (offset !== undefined) {
    if (visited.has(offset)) throw new PdfSyntaxError('the chain of cross-reference sections is a loop');
    visited.add(offset);
    sections.push(offset);
    if (sections.length > MAX_SECTIONS) throw new AdesError('pdf_too_complex', 'too many cross-reference sections');
    const section = readSection(bytes, offset, budget, entries, visited);
    if (!trailer) {
      trailer = section.trailer;
      style = section.style;
    }
    const previous = section.trailer.get('Prev');
    if (previous !== undefined && typeof previous !== 'number') throw new PdfSyntaxError('/Prev is not a number');
    // Some producers write /Prev 0 for "none"; no section can be there.
    offset = previous === 0 ? undefined : previous;
  }
  return { entries: entries.map, trailer: trailer!, style, start, sections };
}

interface Entries {
  readonly map: Map<number, CrossReferenceEntry>;
  read: number;
}

function add(entries: Entries, number: number, entry: CrossReferenceEntry): void {
  if (++entries.read > MAX_ENTRIES_READ) throw new AdesError('pdf_too_complex', 'too many objects');
  if (entries.map.has(number)) return;
  if (entries.map.size >= MAX_ENTRIES) throw new AdesError('pdf_too_complex', 'too many objects');
  entries.map.set(number, entry);
}

function readSection(
  bytes: Buffer,
  offset: number,
  budget: InflationBudget,
  entries: Entries,
  visited: Set<number>,
): { trailer: PdfDict; style: 'table' | 'stream' } {
  if (!Number.isInteger(offset) || offset <= 0 || offset >= bytes.length) {
    throw new PdfSyntaxError('a cross-reference offset is outside the file');
  }
  const parser = new ObjectParser(bytes, offset);
  if (!parser.tryKeyword('xref')) return { trailer: readXrefStream(parser, budget, entries), style: 'stream' };
  const free = readTable(parser, entries);
  const trailer = parser.parseObject();
  if (!(trailer instanceof Map)) throw new PdfSyntaxError('the trailer is not a dictionary');
  const hybrid = trailer.get('XRefStm');
  if (typeof hybrid === 'number') {
    if (visited.has(hybrid)) throw new PdfSyntaxError('the chain of cross-reference sections is a loop');
    visited.add(hybrid);
    if (hybrid <= 0 || hybrid >= bytes.length) throw new PdfSyntaxError('/XRefStm is outside the file');
    // Objects that only the stream lists are marked free in the table, so it comes before the table's free entries.
    readXrefStream(new ObjectParser(bytes, hybrid), budget, entries);
  }
  for (const number of free) add(entries, number, FREE);
  return { trailer, style: 'table' };
}

/** Reads the subsections after `xref`, stops behind `trailer`. @returns numbers of the free entries */
function readTable(parser: ObjectParser, entries: Entries): number[] {
  const free: number[] = [];
  const { bytes } = parser;
  while (!parser.tryKeyword('trailer')) {
    const first = parser.tryInteger();
    const count = parser.tryInteger();
    if (first === undefined || count === undefined) throw new PdfSyntaxError('cross-reference table is malformed');
    if (count > MAX_ENTRIES || count * 18 > bytes.length) throw new PdfSyntaxError('cross-reference table is too long');
    for (let i = 0; i < count; i++) {
      const offset = parser.tryInteger();
      const generation = parser.tryInteger();
      if (offset === undefined || generation === undefined)
        throw new PdfSyntaxError('cross-reference entry is malformed');
      // An in-use entry at offset 0 is a habit of Skia and Quartz for objects that do not exist.
      if (parser.tryKeyword('n')) {
        add(entries, first + i, offset === 0 ? FREE : { kind: 'offset', offset, generation });
      } else if (parser.tryKeyword('f')) {
        free.push(first + i);
      } else {
        throw new PdfSyntaxError('cross-reference entry is malformed');
      }
    }
  }
  return free;
}

function readXrefStream(parser: ObjectParser, budget: InflationBudget, entries: Entries): PdfDict {
  const { value } = parser.parseIndirectObject(() => undefined);
  if (!(value instanceof PdfStream) || !isName(value.dict.get('Type'), 'XRef')) {
    throw new PdfSyntaxError('there is no cross-reference section at the given offset');
  }
  const data = decodeStream(value, budget, (item) => item ?? null);
  const widths = integers(value.dict.get('W'));
  const [w1, w2, w3] = widths;
  if (w1 === undefined || w2 === undefined || w3 === undefined || widths.some((w) => w > 8)) {
    throw new PdfSyntaxError('/W of a cross-reference stream is malformed');
  }
  const size = value.dict.get('Size');
  const index = value.dict.has('Index') ? integers(value.dict.get('Index')) : [0, typeof size === 'number' ? size : 0];
  const field = (at: number, width: number): number => {
    let out = 0;
    for (let i = 0; i < width; i++) out = out * 256 + data[at + i]!;
    return out;
  };
  let position = 0;
  const entrySize = w1 + w2 + w3;
  if (entrySize === 0) throw new PdfSyntaxError('/W of a cross-reference stream is malformed');
  for (let i = 0; i + 1 < index.length; i += 2) {
    const first = index[i]!;
    const count = index[i + 1]!;
    for (let n = 0; n < count; n++, position += entrySize) {
      if (position + entrySize > data.length) throw new PdfSyntaxError('a cross-reference stream is too short');
      const type = w1 === 0 ? 1 : field(position, w1);
      const second = field(position + w1, w2);
      const third = field(position + w1 + w2, w3);
      if (type === 0) add(entries, first + n, FREE);
      else if (type === 1) {
        add(entries, first + n, second === 0 ? FREE : { kind: 'offset', offset: second, generation: third });
      } else if (type === 2) add(entries, first + n, { kind: 'compressed', stream: second, index: third });
    }
  }
  return value.dict;
}

function integers(value: PdfValue | undefined): number[] {
  if (
    !Array.isArray(value) ||
    !value.every((item) => typeof item === 'number' && Number.isInteger(item) && item >= 0)
  ) {
    throw new PdfSyntaxError('an array of integers is malformed');
  }
  return value as number[];
}
