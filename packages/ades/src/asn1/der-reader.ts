import { AdesError } from '../ades-error.ts';
import { TAG, tlv } from './der-writer.ts';

const MAX_DEPTH = 40;
const MAX_NODES = 4_000_000;

/** A decoded TLV. `bytes` is the whole encoding, `contents` the value; both are views on the input. */
export interface Asn1Node {
  /** The single identifier byte (class, constructed bit and number); numbers above 30 are refused. */
  readonly tag: number;
  readonly bytes: Uint8Array;
  readonly contents: Uint8Array;
  readonly depth: number;
}

function fail(message: string): never {
  throw new AdesError('asn1_invalid', message);
}

function nodeAt(bytes: Uint8Array, start: number, end: number, depth: number): Asn1Node {
  if (depth > MAX_DEPTH) fail('ASN.1 nesting is too deep');
  if (end - start < 2) fail('ASN.1 value is cut off');
  const tag = bytes[start]!;
  if ((tag & 0x1f) === 0x1f) fail('ASN.1 tag numbers above 30 are not used in these structures');
  const first = bytes[start + 1]!;
  let position = start + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0) fail('indefinite length is not DER');
    if (count > 4) fail('ASN.1 length is too large');
    if (position + count > end) fail('ASN.1 length is cut off');
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + bytes[position++]!;
    if (length < 0x80 || (count > 1 && length < 2 ** (8 * (count - 1)))) fail('ASN.1 length is not minimal');
  }
  if (position + length > end) fail('ASN.1 value runs past its container');
  return {
    tag,
    bytes: bytes.subarray(start, position + length),
    contents: bytes.subarray(position, position + length),
    depth,
  };
}

/** Reads exactly one DER value that fills `bytes`. @throws AdesError `asn1_invalid` */
export function readDer(bytes: Uint8Array, options: { allowTrailing?: boolean } = {}): Asn1Node {
  const node = nodeAt(bytes, 0, bytes.length, 0);
  if (!options.allowTrailing && node.bytes.length !== bytes.length) fail('bytes after the ASN.1 value');
  return node;
}

/** The values inside a constructed node. */
export function children(node: Asn1Node): Asn1Node[] {
  if ((node.tag & 0x20) === 0) fail('ASN.1 value is not constructed');
  const out: Asn1Node[] = [];
  for (let position = 0; position < node.contents.length; ) {
    const child = nodeAt(node.contents, position, node.contents.length, node.depth + 1);
    out.push(child);
    if (out.length > MAX_NODES) fail('too many ASN.1 values');
    position += child.bytes.length;
  }
  return out;
}

/** A cursor over the children of a constructed node, for SEQUENCEs with optional members. */
export class SequenceReader {
  private readonly items: Asn1Node[];
  private index = 0;

  constructor(node: Asn1Node, tag: number = TAG.sequence) {
    expectTag(node, tag);
    this.items = children(node);
  }

  get done(): boolean {
    return this.index >= this.items.length;
  }

  peekTag(): number | undefined {
    return this.items[this.index]?.tag;
  }

  next(tag?: number): Asn1Node {
    const node = this.items[this.index++];
    if (!node) fail('ASN.1 SEQUENCE ends too early');
    if (tag !== undefined) expectTag(node, tag);
    return node;
  }

  /** The next member when it has this tag. */
  optional(tag: number): Asn1Node | undefined {
    return this.peekTag() === tag ? this.next() : undefined;
  }

  end(): void {
    if (!this.done) fail('unexpected member at the end of an ASN.1 SEQUENCE');
  }
}

/** One member of a constructed value. @throws AdesError `asn1_invalid` when there are fewer */
export function childAt(node: Asn1Node, index: number): Asn1Node {
  return children(node)[index] ?? fail('ASN.1 value has too few members');
}

export function expectTag(node: Asn1Node, tag: number): Asn1Node {
  if (node.tag !== tag) fail(`ASN.1 tag 0x${node.tag.toString(16)} where 0x${tag.toString(16)} is due`);
  return node;
}

/** Reads a value under another (implicit) tag as if it had `tag`. */
export function retag(node: Asn1Node, tag: number): Asn1Node {
  return { ...node, tag };
}

/** The only child of an explicitly tagged value. */
export function unwrapExplicit(node: Asn1Node): Asn1Node {
  const [inner, extra] = children(node);
  if (!inner || extra) fail('explicit tag must hold exactly one value');
  return inner;
}

export function asOid(node: Asn1Node): string {
  expectTag(node, TAG.oid);
  const arcs: bigint[] = [];
  let value = 0n;
  let fresh = true;
  for (const byte of node.contents) {
    if (fresh && byte === 0x80) fail('object identifier arc is not minimal');
    value = (value << 7n) | BigInt(byte & 0x7f);
    fresh = (byte & 0x80) === 0;
    if (value > 1n << 128n) fail('object identifier arc is too large');
    if (fresh) {
      arcs.push(value);
      value = 0n;
    }
  }
  const first = arcs.shift();
  if (first === undefined || !fresh) fail('object identifier is cut off');
  const top = first < 40n ? 0n : first < 80n ? 1n : 2n;
  return [top, first - top * 40n, ...arcs].join('.');
}

/** Non-negative and negative INTEGERs or ENUMERATED as bigint. */
export function asInteger(node: Asn1Node): bigint {
  if (node.tag !== TAG.enumerated) expectTag(node, TAG.integer);
  const { contents } = node;
  if (contents.length === 0) fail('INTEGER has no contents');
  if (
    contents.length > 1 &&
    ((contents[0] === 0 && contents[1]! < 0x80) || (contents[0] === 0xff && contents[1]! >= 0x80))
  )
    fail('INTEGER is not minimal');
  return BigInt.asIntN(contents.length * 8, BigInt(`0x${Buffer.from(contents).toString('hex')}`));
}

export function asSmallInteger(node: Asn1Node): number {
  const value = asInteger(node);
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) fail('INTEGER is too large');
  return Number(value);
}

export function asBoolean(node: Asn1Node): boolean {
  expectTag(node, TAG.boolean);
  const value = node.contents[0];
  if (node.contents.length !== 1 || (value !== 0 && value !== 0xff)) fail('BOOLEAN is not DER');
  return value === 0xff;
}

export const asOctetString = (node: Asn1Node): Uint8Array => expectTag(node, TAG.octetString).contents;

/** BIT STRING contents that must fill whole bytes (signatures, keys). */
export function asBitString(node: Asn1Node): Uint8Array {
  expectTag(node, TAG.bitString);
  if (node.contents[0] !== 0) fail('BIT STRING does not fill whole bytes');
  return node.contents.subarray(1);
}

/** Numbers of the bits that are set in a named bit list. */
export function asNamedBits(node: Asn1Node): Set<number> {
  expectTag(node, TAG.bitString);
  const out = new Set<number>();
  const bytes = node.contents.subarray(1);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    if ((bytes[bit >> 3]! & (0x80 >> (bit & 7))) !== 0) out.add(bit);
  }
  return out;
}

/** UTCTime or GeneralizedTime in UTC (`Z`); fractions of a second down to milliseconds are kept. */
export function asTime(node: Asn1Node): Date {
  const text = Buffer.from(node.contents).toString('latin1');
  let match: RegExpExecArray | null = null;
  let year = '';
  if (node.tag === TAG.utcTime) {
    match = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
    if (match) year = `${Number(match[1]) < 50 ? '20' : '19'}${match[1]}`;
  } else {
    expectTag(node, TAG.generalizedTime);
    match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
    if (match) year = match[1]!;
  }
  if (!match) fail('time is not in the form that DER demands');
  const fraction = match[7] ? `.${match[7].slice(0, 3).padEnd(3, '0')}` : '';
  const at = new Date(`${year}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}${fraction}Z`);
  if (Number.isNaN(at.getTime())) fail('time does not exist in the calendar');
  return at;
}

/**
 * Re-encodes BER as written by other software (indefinite lengths, constructed strings, long-form lengths) with
 * definite minimal lengths, so that the strict reader can take it. Order inside SETs is left as found: digests over
 * signed attributes were made over that order.
 * @throws AdesError `asn1_invalid`
 */
export function transcodeBer(bytes: Uint8Array): Uint8Array {
  const budget = { nodes: 200_000 };
  const [out, end] = transcode(bytes, 0, bytes.length, 0, budget);
  if (bytes.subarray(end).some((byte) => byte !== 0)) fail('bytes after the ASN.1 value');
  return out;
}

function transcode(
  bytes: Uint8Array,
  start: number,
  limit: number,
  depth: number,
  budget: { nodes: number },
): [Uint8Array, number] {
  if (depth > MAX_DEPTH || --budget.nodes < 0) fail('ASN.1 structure is too complex');
  if (limit - start < 2) fail('ASN.1 value is cut off');
  const tag = bytes[start]!;
  if ((tag & 0x1f) === 0x1f) fail('ASN.1 tag numbers above 30 are not used in these structures');
  let position = start + 2;
  let length = bytes[start + 1]!;
  const indefinite = length === 0x80;
  if (length > 0x80) {
    const count = length & 0x7f;
    if (count > 6 || position + count > limit) fail('ASN.1 length is too large');
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + bytes[position++]!;
  }
  if ((tag & 0x20) === 0) {
    if (indefinite || position + length > limit) fail('ASN.1 value runs past its container');
    return [tlv(tag, bytes.subarray(position, position + length)), position + length];
  }
  const end = indefinite ? limit : position + length;
  if (end > limit) fail('ASN.1 value runs past its container');
  const parts: Uint8Array[] = [];
  while (true) {
    if (indefinite) {
      if (position + 2 > end) fail('indefinite length is not closed');
      if (bytes[position] === 0 && bytes[position + 1] === 0) {
        position += 2;
        break;
      }
    } else if (position >= end) {
      break;
    }
    const [part, next] = transcode(bytes, position, end, depth + 1, budget);
    parts.push(part);
    position = next;
  }
  if (tag === (TAG.octetString | 0x20)) {
    return [tlv(TAG.octetString, ...parts.map((part) => asOctetString(readDer(part)))), position];
  }
  return [tlv(tag, ...parts), position];
}
