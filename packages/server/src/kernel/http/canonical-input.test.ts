import fc from 'fast-check';
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { DateTime, Dictionary, Guid, stringEnum } from '../contract/primitives.ts';
import type { SeglError } from '../errors/segl-error.ts';
import { canonicalInput } from './canonical-input.ts';

const Schema = Type.Object({
  convertToPDF: Type.Boolean(),
  mode: stringEnum(['donot_redirect', 'Gray'], { aliases: { Grey: 'Gray' } }),
  count: Type.Integer(),
  at: DateTime(),
  id: Guid(),
  tags: Type.Array(Type.String()),
  fields: Dictionary(Type.String()),
  signers: Dictionary(Type.Union([Type.Null(), Type.Object({})])),
  nested: Type.Array(Type.Object({ firstName: Type.String() })),
});
const canonical = (value: unknown, place?: 'query') => canonicalInput(Schema, value, place);

describe('the canonical form of input', () => {
  it('JS-2: matches names without regard to case', () => {
    expect(canonical({ CONVERTTOPDF: true, Nested: [{ FIRSTNAME: 'Kari' }] })).toEqual({
      convertToPDF: true,
      nested: [{ firstName: 'Kari' }],
    });
  });

  it.each([[{ Count: 1, count: 1 }], [{ unknown: 1, UNKNOWN: 2 }], [{ nested: [{ firstname: 'a', firstName: 'b' }] }]])(
    'JS-2: refuses two names that differ only in case: %j',
    (value) => {
      expect(() => canonical(value)).toThrow(expect.objectContaining<Partial<SeglError>>({ code: 'invalid_json' }));
    },
  );

  it('JS-3, JS-4: drops unknown members and null', () => {
    expect(canonical({ count: null, other: { deep: 1 }, convertToPDF: false })).toEqual({ convertToPDF: false });
  });

  it('JS-4: keeps a key without a value only in a dictionary that has such keys', () => {
    expect(canonical({ fields: { a: 'x', b: null }, signers: { kari: null } })).toEqual({
      fields: { a: 'x' },
      signers: { kari: null },
    });
  });

  it.each([
    ['DONOT_REDIRECT', 'donot_redirect'],
    [' gray ', 'Gray'],
    ['grey', 'Gray'],
    ['blue', 'blue'],
    [1, 1],
    ['__proto__', '__proto__'],
  ])('JS-6: brings the enum %j into its canonical spelling, or leaves it for validation', (given, expected) => {
    expect(canonical({ mode: given })).toEqual({ mode: expected });
  });

  it.each([
    ['5', 5],
    ['1.0', 1],
    [' -7 ', -7],
    ['', ''],
    ['0x10', '0x10'],
    ['1e3', '1e3'],
    ['5 5', '5 5'],
  ])('JS-9: takes numbers as text: %j', (given, expected) => {
    expect(canonical({ count: given })).toEqual({ count: expected });
  });

  it('JS-9, RT-12: takes booleans as text, and 1 and 0 in queries only', () => {
    expect(canonical({ convertToPDF: 'True' })).toEqual({ convertToPDF: true });
    expect(canonical({ convertToPDF: '1' })).toEqual({ convertToPDF: '1' });
    expect(canonical({ convertToPDF: '1' }, 'query')).toEqual({ convertToPDF: true });
    expect(canonical({ convertToPDF: 'FALSE' }, 'query')).toEqual({ convertToPDF: false });
  });

  it('CT-6: takes a single value as the list that is asked for', () => {
    expect(canonical({ tags: 'a', nested: { firstName: 'Kari' } })).toEqual({
      tags: ['a'],
      nested: [{ firstName: 'Kari' }],
    });
  });

  it.each([
    '{0195A000-0000-7000-8000-00000000000A}',
    '0195a00000007000800000000000000a',
    '0195A000-0000-7000-8000-00000000000A',
  ])('ID-1: brings the GUID %s into lower case with dashes', (given) => {
    expect(canonical({ id: given })).toEqual({ id: '0195a000-0000-7000-8000-00000000000a' });
  });

  it('DT-1: brings dates into UTC, and reads ticks in queries only', () => {
    expect(canonical({ at: '2026-03-01T13:00+01:00' })).toEqual({ at: '2026-03-01T12:00:00.000Z' });
    expect(canonical({ at: '636617118070000000' })).toEqual({ at: '636617118070000000' });
    expect(canonical({ at: '636617118070000000' }, 'query')).toEqual({ at: '2018-05-12T08:50:07.000Z' });
  });

  it('never lets a member reach the prototype of anything', () => {
    const hostile = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"fields":{"__proto__":"x","constructor":"y"}}',
    );
    const result = canonical(hostile) as { fields: Record<string, string> };
    expect(Object.keys(result)).toEqual(['fields']);
    expect(Object.entries(result.fields)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('changes nothing that is canonical already', () => {
    const value = fc.record(
      {
        convertToPDF: fc.boolean(),
        mode: fc.constantFrom('donot_redirect', 'Gray'),
        count: fc.integer(),
        at: fc
          .date({ min: new Date('1900-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
          .map((date) => date.toISOString()),
        id: fc.uuid(),
        tags: fc.array(fc.string()),
        fields: fc.dictionary(fc.string(), fc.string()),
        nested: fc.array(fc.record({ firstName: fc.string() })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(value, (given) => {
        expect(canonical(given)).toEqual(given);
        expect(canonical(canonical(given))).toEqual(canonical(given));
      }),
    );
  });

  it('takes any JSON without failing on anything but doubled names', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (given) => {
        try {
          canonical({ ...(given as object), nested: given, fields: given });
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_json' });
        }
      }),
    );
  });
});
