import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from './base64-input.ts';

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

describe('JS-10: base64 in requests', () => {
  it('gives back the bytes, in either alphabet, padded or not, with blanks, as a data URL', () => {
    fc.assert(
      fc.property(
        bytes,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        fc.nat({ max: 10 }),
        (given, url, padded, dataUrl, gap) => {
          let text = given.toString('base64');
          if (url) text = text.replaceAll('+', '-').replaceAll('/', '_');
          if (!padded) text = text.replace(/=+$/, '');
          if (gap > 0) text = text.replace(new RegExp(`.{${gap}}`, 'g'), '$& \r\n\t');
          if (dataUrl) text = `data:application/pdf;name=a.pdf;base64,${text}`;
          expect(decodeBase64(text)).toEqual(given);
        },
      ),
    );
  });

  it.each([
    ['a single character', 'A'],
    ['five characters', 'QUJDR'],
    ['a foreign character', 'QUJD!'],
    ['a quote', 'QUJD"'],
    ['a full stop', 'QU.JD'],
    ['NUL', 'QUJD\0'],
    ['padding in the middle', 'QQ==QQ=='],
    ['padding at the beginning', '==QQ'],
    ['nothing but padding', '='],
    ['one of two pads', 'QQ='],
    ['three pads', 'QQ==='],
    ['a pad too many', 'QUI=='],
    ['a data URL that is not base64', 'data:text/plain,hello'],
    ['hex', '0x4142'.padEnd(5, '4').slice(0, 5)],
    ['an umlaut', 'QUJÄ'],
  ])('refuses %s', (_what, text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });

  it('an empty text is no bytes', () => {
    expect(decodeBase64('')).toEqual(Buffer.alloc(0));
    expect(decodeBase64('data:;base64,')).toEqual(Buffer.alloc(0));
  });

  it('refuses or decodes, but never skips what it does not know', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQgw+/-_= \n!.é') }), (text) => {
        const decoded = decodeBase64(text);
        if (!decoded) return;
        const clean = text.replace(/\s/g, '').replace(/=+$/, '');
        expect(decoded.toString('base64url').length).toBe(clean.length);
      }),
    );
  });

  it('takes 25 MiB at once, and hostile blanks, without going slow', () => {
    const large = Buffer.alloc(25 * 1024 * 1024, 7);
    expect(decodeBase64(large.toString('base64'))?.equals(large)).toBe(true);
    expect(decodeBase64(`${' '.repeat(5_000_000)}=`)).toBeUndefined();
    expect(decodeBase64(`QQ${'='.repeat(2_000_000)}`)).toBeUndefined();
  });
});
