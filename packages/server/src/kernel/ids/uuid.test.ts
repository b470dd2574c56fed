import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGuid, uuidv7 } from './uuid.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const millisecondsOf = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

describe('ids', () => {
  it('ID-1: are UUIDs of version 7 that begin with the time', () => {
    const now = new Date('2031-03-01T12:00:00.123Z');
    const id = uuidv7(now);
    expect(id).toMatch(UUID_V7);
    expect(millisecondsOf(id)).toBe(now.getTime());
  });

  it('ID-1: rise strictly within a millisecond, also when many are made, and never repeat', () => {
    const now = new Date('2031-03-01T13:00:00.000Z');
    const ids = Array.from({ length: 20_000 }, () => uuidv7(now));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  it('rise although the clock is set back a little', () => {
    const now = Date.parse('2031-03-01T14:00:00.000Z');
    const before = uuidv7(new Date(now));
    expect(uuidv7(new Date(now - 5000)) > before).toBe(true);
  });

  it('a clock that runs far ahead elsewhere leaves those of this one in their own time', () => {
    const now = new Date('2031-03-01T15:00:00.000Z');
    uuidv7(new Date('2099-01-01T00:00:00Z'));
    expect(millisecondsOf(uuidv7(now))).toBe(now.getTime());
  });
});

describe('ID-1: GUIDs of callers', () => {
  it('are read in any case, without dashes and in braces', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.boolean(), fc.boolean(), fc.boolean(), (id, upper, dashes, braces) => {
        let text = dashes ? id : id.replaceAll('-', '');
        if (upper) text = text.toUpperCase();
        if (braces) text = `{${text}}`;
        expect(parseGuid(text)).toBe(id);
      }),
    );
  });

  it.each([
    '',
    '{}',
    '{0195a000-0000-7000-8000-00000000000a',
    '0195a000-0000-7000-8000-00000000000a}',
    '0195a000-0000-7000-800000000000000a',
    '0195a000-0000-7000-8000-00000000000',
    '0195a000-0000-7000-8000-00000000000ag',
    '0195a000-0000-7000-8000-00000000000g',
    ' 0195a000-0000-7000-8000-00000000000a',
    '0195a000-0000-7000-8000-00000000000a\n',
  ])('refuses %j', (text) => {
    expect(parseGuid(text)).toBeUndefined();
  });
});
