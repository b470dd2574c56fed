import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeglError } from '../errors/segl-error.ts';
import { parseJsonBody } from './json-body.ts';

function refusal(text: string | Buffer): { code: string; message: string } {
  try {
    parseJsonBody(Buffer.from(text as string));
  } catch (error) {
    if (error instanceof SeglError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('it was accepted');
}

const parse = (text: string) => parseJsonBody(Buffer.from(text));

describe('CT-4: encoding of a body', () => {
  it('takes a byte-order mark', () => {
    expect(parse('\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  it.each([
    ['a lone continuation byte', Buffer.from([0x7b, 0x80, 0x7d])],
    ['a cut character', Buffer.from([0x22, 0xc3, 0x22])],
    ['UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le')],
    ['an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('refuses bytes that are not UTF-8: %s', (_what, bytes) => {
    expect(refusal(bytes).code).toBe('invalid_encoding');
  });
});

describe('CT-5: the JSON of a body', () => {
  it.each([
    ['{"a":1,}', { a: 1 }],
    ['[1,2 , ]', [1, 2]],
    ['{"a":[{"b":1,},],}', { a: [{ b: 1 }] }],
    ['{"a":"x,}",}', { a: 'x,}' }],
    ['{"a":"\\",]",}', { a: '",]' }],
  ])('tolerates one comma before a closing bracket: %s', (text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each(['[1,,]', '[,]', '{,}', '{"a":1,,}', '[,1]', '{"a":,}', '1,', '{"a",}'])(
    'refuses any other comma too many: %s',
    (text) => {
      expect(refusal(text).code).toBe('invalid_json');
    },
  );

  it.each(['{/* a */}', '{} // a', '{"a":1 /*,*/}', '# a\n{}'])('refuses comments: %s', (text) => {
    expect(refusal(text).code).toBe('invalid_json');
  });

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '[{"b":{"x":1,"y":2,"x":3}}]',
    '{"__proto__":1,"__proto__":2}',
    '{"a":{"a":1},"b":[],"a":2}',
  ])('refuses a member name that is given twice in one object: %s', (text) => {
    expect(refusal(text).message).toContain('twice');
  });

  it('takes the same name in different objects, and as a value', () => {
    expect(parse('{"a":{"a":"a"},"b":[{"a":"a"},{"a":"a"}]}')).toEqual({ a: { a: 'a' }, b: [{ a: 'a' }, { a: 'a' }] });
  });

  it('takes 32 levels of nesting and refuses 33', () => {
    expect(() => parse('['.repeat(32) + ']'.repeat(32))).not.toThrow();
    expect(refusal('['.repeat(33) + ']'.repeat(33)).message).toBe(
      'The request body is nested deeper than 32 (line 1, column 33).',
    );
    expect(refusal('['.repeat(5_000_000)).code).toBe('invalid_json');
  });

  it('refuses more values than any request has, before they take memory', () => {
    expect(refusal(`[${'0,'.repeat(1_000_000)}0]`).message).toContain('more than 50000 values');
    expect(refusal(`[${'{}'.repeat(1_000_000)}]`).code).toBe('invalid_json');
    expect(parse(`[${'0,'.repeat(40_000)}0]`)).toHaveLength(40_001);
  });

  it.each([
    ['abc', 'line 1, column 1'],
    ['{"a":tru}', 'line 1, column 6'],
    ['{"secret": hunter2}', 'line 1, column 12'],
    ['{"a": 1', 'line 1, column 8'],
    ['{"a": "x', 'line 1, column 9'],
    ['{\n  "a": 1,\n  b: 2\n}', 'line 3, column 3'],
    ['{"a":"x\ny"}', 'line 1, column 8'],
    ['"\\q"', 'line 1, column 2'],
    ['{} x', 'line 1, column 4'],
    ['[1,\n2,,\n]', 'line 2, column 3'],
    ['{"a" 1}', 'line 1, column 6'],
    ['{"a":1 "b":2}', 'line 1, column 8'],
    ['[01]', 'line 1, column 3'],
    ['[1}', 'line 1, column 3'],
    ['{"a":1]', 'line 1, column 7'],
    ["{'a':1}", 'line 1, column 2'],
    ['[NaN]', 'line 1, column 2'],
    ['[1,]]', 'line 1, column 5'],
  ])('says where the fault is, and nothing of the content: %s', (text, place) => {
    expect(refusal(text)).toEqual({ code: 'invalid_json', message: `The request body is not valid JSON (${place}).` });
  });

  it('gives back whatever JSON it is given', () => {
    const names = fc.string({ unit: 'binary' }).filter((name) => name !== '__proto__');
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, false),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
        fc.string({ unit: 'binary' }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).value;
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('accepts a text only when JSON.parse does, once its tolerated commas are gone', () => {
    const token = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"b\\""', '1', 'null', ' ', '"', '\\');
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const text = tokens.join('');
        let accepted = true;
        try {
          parse(text);
        } catch (error) {
          expect((error as SeglError).code).toBe('invalid_json');
          accepted = false;
        }
        if (accepted && text.trim() !== '') {
          expect(() => JSON.parse(text.replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[\]}])/g, '$1'))).not.toThrow();
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('CT-6: no value', () => {
  it.each(['', '  \n', 'null', ' null ', '\ufeff'])('an empty body and null are no value: %j', (text) => {
    expect(parse(text)).toBeNull();
  });
});
