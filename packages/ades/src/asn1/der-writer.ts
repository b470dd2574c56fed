/** Strict DER writer (ITU-T X.690 §10): every function returns one complete TLV. */

const EMPTY = new Uint8Array(0);

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  nullValue: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

/** One TLV with a single-byte identifier and definite, minimal length. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const lengthBytes = countLengthBytes(length);
  const out = new Uint8Array(2 + lengthBytes + length);
  let position = writeHeader(out, tag, length, lengthBytes);
  for (const part of parts) {
    out.set(part, position);
    position += part.length;
  }
  return out;
}

const countLengthBytes = (length: number): number =>
  length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;

function writeHeader(out: Uint8Array, tag: number, length: number, lengthBytes: number): number {
  out[0] = tag;
  let position = 2;
  if (lengthBytes === 0) {
    out[1] = length;
  } else {
    out[1] = 0x80 | lengthBytes;
    for (let i = lengthBytes - 1; i >= 0; i--) out[position++] = (length >>> (8 * i)) & 0xff;
  }
  return position;
}

/** A TLV as pieces that are joined later, so that large contents inside several constructed values are copied once. */
export function tlvPieces(tag: number, ...parts: readonly Uint8Array[]): Uint8Array[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const lengthBytes = countLengthBytes(length);
  const header = new Uint8Array(2 + lengthBytes);
  writeHeader(header, tag, length, lengthBytes);
  return [header, ...parts];
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => tlv(TAG.sequence, ...parts);

/** SET OF: the encodings are put in ascending order as DER demands (X.690 §11.6). */
export function setOf(...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(TAG.set, ...[...parts].sort((a, b) => Buffer.compare(a, b)));
}

/** INTEGER from a number or bigint, in two's complement of minimal length. */
export function integer(value: number | bigint): Uint8Array {
  return tlv(TAG.integer, integerContents(BigInt(value)));
}

function integerContents(value: bigint): Uint8Array {
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length++;
  const out = new Uint8Array(length);
  for (let i = length - 1, rest = value; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 0xffn);
  return out;
}

export const enumerated = (value: number): Uint8Array => tlv(TAG.enumerated, integerContents(BigInt(value)));

const oidCache = new Map<string, Uint8Array>();

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Uint8Array {
  const cached = oidCache.get(dotted);
  if (cached) return cached;
  const arcs = dotted.split('.').map((arc) => BigInt(arc));
  const [first, second, ...rest] = arcs;
  if (first === undefined || second === undefined) throw new RangeError(`not an object identifier: ${dotted}`);
  const bytes: number[] = [];
  for (const arc of [first * 40n + second, ...rest]) {
    const groups = [Number(arc & 0x7fn)];
    for (let value = arc >> 7n; value > 0n; value >>= 7n) groups.unshift(Number(value & 0x7fn) | 0x80);
    bytes.push(...groups);
  }
  const encoded = tlv(TAG.oid, Uint8Array.from(bytes));
  if (oidCache.size < 512) oidCache.set(dotted, encoded);
  return encoded;
}

export const octetString = (bytes: Uint8Array): Uint8Array => tlv(TAG.octetString, bytes);

/** BIT STRING; `unusedBits` counts the trailing bits of the last byte that are not part of the value. */
export const bitString = (bytes: Uint8Array, unusedBits = 0): Uint8Array =>
  tlv(TAG.bitString, Uint8Array.of(unusedBits), bytes);

/** BIT STRING of a named bit list: bit 0 is the first; trailing zero bits are removed (X.690 §11.2.2). */
export function namedBits(bits: readonly number[]): Uint8Array {
  if (bits.length === 0) return bitString(EMPTY);
  const highest = Math.max(...bits);
  const bytes = new Uint8Array(Math.floor(highest / 8) + 1);
  for (const bit of bits) bytes[bit >> 3]! |= 0x80 >> (bit & 7);
  return bitString(bytes, 7 - (highest & 7));
}

export const boolean = (value: boolean): Uint8Array => tlv(TAG.boolean, Uint8Array.of(value ? 0xff : 0));
export const nullValue = (): Uint8Array => tlv(TAG.nullValue);
export const utf8String = (text: string): Uint8Array => tlv(TAG.utf8String, Buffer.from(text, 'utf8'));
export const printableString = (text: string): Uint8Array => tlv(TAG.printableString, Buffer.from(text, 'latin1'));
export const ia5String = (text: string): Uint8Array => tlv(TAG.ia5String, Buffer.from(text, 'latin1'));

/** GeneralizedTime in UTC and whole seconds: NSS calls fractions in OCSP answers malformed. */
export function generalizedTime(at: Date): Uint8Array {
  return tlv(TAG.generalizedTime, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`, 'latin1'));
}

/** `Time ::= CHOICE { utcTime, generalTime }`: UTCTime through 2049, GeneralizedTime after (RFC 5280 §4.1.2.5). */
export function time(at: Date): Uint8Array {
  const year = at.getUTCFullYear();
  if (year < 1950 || year > 2049) return generalizedTime(at);
  return tlv(TAG.utcTime, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`, 'latin1'));
}

/** Explicitly tagged, or implicitly tagged constructed, context-specific value. */
export const context = (number: number, ...parts: readonly Uint8Array[]): Uint8Array => tlv(0xa0 | number, ...parts);

/** Implicitly tagged primitive context-specific value. */
export const contextPrimitive = (number: number, contents: Uint8Array = EMPTY): Uint8Array =>
  tlv(0x80 | number, contents);
