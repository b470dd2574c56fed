/** The object types of ISO 32000-2 §7.3. Numbers, booleans, null, arrays and dictionaries are plain JavaScript values. */
export type PdfValue = null | boolean | number | PdfName | PdfString | PdfRef | PdfValue[] | PdfDict | PdfStream;

export type PdfDict = Map<string, PdfValue>;

/** A name object; `value` holds the bytes after `#xx` decoding, one per character. Use `name()` to get one. */
export class PdfName {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}

export class PdfString {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

export class PdfRef {
  readonly number: number;
  readonly generation: number;
  constructor(number: number, generation = 0) {
    this.number = number;
    this.generation = generation;
  }
}

/** A stream; `raw` is the data as stored, filters not undone. */
export class PdfStream {
  readonly dict: PdfDict;
  readonly raw: Uint8Array;
  constructor(dict: PdfDict, raw: Uint8Array) {
    this.dict = dict;
    this.raw = raw;
  }
}

const names = new Map<string, PdfName>();

export function name(value: string): PdfName {
  const known = names.get(value);
  if (known) return known;
  const created = new PdfName(value);
  // Names come from foreign files: the cache must not grow with them.
  if (names.size < 1024) names.set(value, created);
  return created;
}

export function dict(entries: Record<string, PdfValue | undefined>): PdfDict {
  const out: PdfDict = new Map();
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) out.set(key, value);
  return out;
}

export const isDict = (value: PdfValue | undefined): value is PdfDict => value instanceof Map;
export const isName = (value: PdfValue | undefined, expected: string): boolean =>
  value instanceof PdfName && value.value === expected;

/** A text string (ISO 32000-2 §7.9.2.2): UTF-16BE with byte order mark, so that any script survives every reader. */
export function textString(text: string): PdfString {
  return new PdfString(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()]));
}

/** An ASCII string such as a date. */
export const asciiString = (text: string): PdfString => new PdfString(Buffer.from(text, 'latin1'));

/** Reads a text string: UTF-16BE, UTF-8 by mark, Latin-1 for the common part of PDFDocEncoding otherwise. */
export function readTextString(value: PdfString): string {
  const bytes = Buffer.from(value.bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    const body = Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)));
    return body.swap16().toString('utf16le');
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3).toString('utf8');
  return bytes.toString('latin1');
}

/** A date string in UTC (ISO 32000-2 §7.9.4). */
export function pdfDate(at: Date): PdfString {
  return asciiString(`D:${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`);
}
