import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant, parseQueryInstant } from './date-input.ts';

const iso = (text: string) => parseInstant(text)?.toISOString();

describe('dates in requests', () => {
  it.each([
    ['2018-05-12T08:50Z', '2018-05-12T08:50:00.000Z'],
    ['2018-05-12T08:50:07Z', '2018-05-12T08:50:07.000Z'],
    ['2018-05-12 08:50', '2018-05-12T08:50:00.000Z'],
    ['2018-05-12', '2018-05-12T00:00:00.000Z'],
    ['2018-05-12T08:50:07.1Z', '2018-05-12T08:50:07.100Z'],
    ['2018-05-12T08:50:07.1239999+02:00', '2018-05-12T06:50:07.123Z'],
    ['2018-05-12T08:50:07.123456789-0330', '2018-05-12T12:20:07.123Z'],
    ['2018-05-12t08:50:07z', '2018-05-12T08:50:07.000Z'],
    ['2020-02-29', '2020-02-29T00:00:00.000Z'],
  ])('DT-2, DT-3: reads %s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it.each([
    '2018-02-30',
    '2019-02-29T00:00Z',
    '2018-13-01',
    '2018-00-10',
    '2018-01-00',
    '2018-01-01T24:00Z',
    '2018-01-01T10:60Z',
    '2018-01-01T10:00:60Z',
    '1899-12-31',
    '0000-01-01',
    '10000-01-01',
    '9999-12-31T23:59-01:00',
    '1900-01-01T00:00+01:00',
    '2018-01-01T10:00:00.1234567890Z',
    '2018-01-01T10:00:00+24:00',
    '2018-01-01T10:00:00+01:60',
    '2018-1-1',
    '12.05.2018',
    '2018-01-01T',
    '2018-01-01Z',
    'tomorrow',
    '',
    '1525943407',
  ])('DT-6: refuses %s', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('DT-2: reads every instant in every offset as itself', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1901-01-01'), max: new Date('9998-12-31'), noInvalidDate: true }),
        fc.integer({ min: -23 * 60, max: 23 * 60 }),
        fc.boolean(),
        (instant, offset, colon) => {
          const local = new Date(instant.getTime() + offset * 60_000).toISOString().slice(0, -1);
          const sign = offset < 0 ? '-' : '+';
          const hours = String(Math.trunc(Math.abs(offset) / 60)).padStart(2, '0');
          const minutes = String(Math.abs(offset) % 60).padStart(2, '0');
          expect(parseInstant(`${local}${sign}${hours}${colon ? ':' : ''}${minutes}`)).toEqual(instant);
        },
      ),
    );
  });

  it('DT-2: never fails on any text, however odd', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => void parseQueryInstant(text)));
  });
});

describe('dates in queries', () => {
  it.each([
    ['636617118070000000', '2018-05-12T08:50:07.000Z'],
    ['3155378975999999999', '9999-12-31T23:59:59.999Z'],
    ['1526292607', '2018-05-14T10:10:07.000Z'],
    ['2018-05-14T12:10:07 02:00', '2018-05-14T10:10:07.000Z'],
    ['2018-05-14T12:10:07.1234567 02:00', '2018-05-14T10:10:07.123Z'],
    ['2018-05-14T12:10:07+02:00', '2018-05-14T10:10:07.000Z'],
    ['2018-05-14 12:10 0200', '2018-05-14T10:10:00.000Z'],
    ['2018-05-14 12:10', '2018-05-14T12:10:00.000Z'],
  ])('DT-4, RT-10: reads %s', (text, expected) => {
    expect(parseQueryInstant(text)?.toISOString()).toBe(expected);
  });

  it.each(['123', '99999999999', '9999999999999999999', '00000000000000001'])('DT-4: refuses %s', (text) => {
    expect(parseQueryInstant(text)).toBeUndefined();
  });
});
