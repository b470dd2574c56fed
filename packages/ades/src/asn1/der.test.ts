import { describe, expect, it } from 'vitest';
import {
  asBoolean,
  asInteger,
  asNamedBits,
  asOctetString,
  asOid,
  asTime,
  children,
  readDer,
  SequenceReader,
  transcodeBer,
} from './der-reader.ts';
import {
  boolean,
  generalizedTime,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  tlv,
} from './der-writer.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Buffer.from(text.replace(/\s/g, ''), 'hex');

describe('DER writer', () => {
  it('writes the examples of X.690 and RFC 5280', () => {
    expect(hex(integer(0))).toBe('020100');
    expect(hex(integer(127))).toBe('02017f');
    expect(hex(integer(128))).toBe('02020080');
    expect(hex(integer(-1))).toBe('0201ff');
    expect(hex(integer(2n ** 64n))).toBe('0209010000000000000000');
    expect(hex(oid('1.2.840.113549.1.7.2'))).toBe('06092a864886f70d010702');
    expect(hex(oid('2.999.3'))).toBe('0603883703');
    expect(hex(namedBits([1]))).toBe('03020640');
    expect(hex(namedBits([5, 6]))).toBe('03020106');
  });

  it('uses the shortest form of a length', () => {
    expect(hex(octetString(new Uint8Array(127)).subarray(0, 2))).toBe('047f');
    expect(hex(octetString(new Uint8Array(128)).subarray(0, 3))).toBe('048180');
    expect(hex(octetString(new Uint8Array(256)).subarray(0, 4))).toBe('04820100');
    expect(hex(octetString(new Uint8Array(65536)).subarray(0, 5))).toBe('0483010000');
  });

  it('orders the members of a SET OF by their encoding', () => {
    const set = setOf(octetString(bytes('ff')), integer(5), octetString(bytes('00')));
    expect(hex(set)).toBe('3109020105' + '040100' + '0401ff');
  });

  it('changes from UTCTime to GeneralizedTime in 2050', () => {
    expect(hex(time(new Date('2049-12-31T23:59:59Z')))).toBe(hex(tlv(0x17, Buffer.from('491231235959Z'))));
    expect(hex(time(new Date('2050-01-01T00:00:00Z')))).toBe(hex(tlv(0x18, Buffer.from('20500101000000Z'))));
  });

  it('writes whole seconds only', () => {
    expect(Buffer.from(generalizedTime(new Date('2026-11-24T08:00:00.987Z'))).toString('latin1')).toContain(
      '20261124080000Z',
    );
  });
});

describe('DER reader', () => {
  it('reads back what the writer writes', () => {
    const at = new Date('2026-11-24T08:00:00Z');
    const node = readDer(sequence(integer(-129), oid('1.3.101.112'), boolean(true), namedBits([0, 8]), time(at)));
    const [number, identifier, flag, bits, when] = children(node);
    expect(asInteger(number!)).toBe(-129n);
    expect(asOid(identifier!)).toBe('1.3.101.112');
    expect(asBoolean(flag!)).toBe(true);
    expect([...asNamedBits(bits!)]).toEqual([0, 8]);
    expect(asTime(when!)).toEqual(at);
  });

  it.each([
    ['bytes after the value', '020100 00'],
    ['a value that is cut off', '0402ff'],
    ['a length that is not minimal', '048101ff'],
    ['a length with a leading zero', '04820001ff'],
    ['an indefinite length', '3080020100 0000'],
    ['a tag above 30', '1f8101 00'],
    ['a length of five bytes', '04850000000001ff'],
  ])('refuses %s', (_what, encoding) => {
    expect(() => readDer(bytes(encoding))).toThrow(expect.objectContaining({ code: 'asn1_invalid' }));
  });

  it.each([
    ['an INTEGER with a superfluous zero', () => asInteger(readDer(bytes('02020001')))],
    ['an INTEGER without contents', () => asInteger(readDer(bytes('0200')))],
    ['a BOOLEAN that is neither 00 nor ff', () => asBoolean(readDer(bytes('010101')))],
    ['an object identifier with a padded arc', () => asOid(readDer(bytes('06032a8001')))],
    ['an object identifier that ends within an arc', () => asOid(readDer(bytes('06022a86')))],
    ['a time without Z', () => asTime(readDer(tlv(0x17, Buffer.from('261124080000+0100'))))],
    ['a day that does not exist', () => asTime(readDer(tlv(0x18, Buffer.from('20261324080000Z'))))],
    ['a member too many', () => new SequenceReader(readDer(sequence(integer(1)))).end()],
  ])('refuses %s', (_what, read) => {
    expect(read).toThrow(expect.objectContaining({ code: 'asn1_invalid' }));
  });

  it('stops at deep nesting instead of overflowing the stack', () => {
    let nested: Uint8Array = integer(1);
    for (let i = 0; i < 100; i++) nested = sequence(nested);
    const walk = (node = readDer(nested)): void => {
      const [first] = children(node);
      if (first && first.tag === 0x30) walk(first);
    };
    expect(walk).toThrow(expect.objectContaining({ code: 'asn1_invalid' }));
    expect(() => transcodeBer(nested)).toThrow(expect.objectContaining({ code: 'asn1_invalid' }));
  });
});

describe('BER transcoder', () => {
  it('turns indefinite lengths and constructed strings into DER', () => {
    const ber = bytes('3080 2480 040101 04820001 02 0000 810103 0000');
    const [string, tagged] = children(readDer(transcodeBer(ber)));
    expect(hex(asOctetString(string!))).toBe('0102');
    expect(hex(tagged!.bytes)).toBe('810103');
  });

  it('ignores the zeros that fill a signature’s room, and nothing else', () => {
    expect(hex(transcodeBer(bytes('020105 000000')))).toBe('020105');
    expect(() => transcodeBer(bytes('020105 0001'))).toThrow(expect.objectContaining({ code: 'asn1_invalid' }));
  });

  it('refuses an indefinite length that is never closed', () => {
    expect(() => transcodeBer(bytes('3080020105'))).toThrow(expect.objectContaining({ code: 'asn1_invalid' }));
  });
});
