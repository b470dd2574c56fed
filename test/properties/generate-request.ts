import fc from 'fast-check';
import type { Place, Schema } from './contract.ts';

export interface GeneratedRequest {
  operationId: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

export interface Known {
  /** Values that exist on the server, by the name of a path parameter. */
  ids: Record<string, readonly string[]>;
  /** A document that can be signed, in base64. */
  document: string;
}

/** What no schema asks for. Put in the place of any value, or sent as it is. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  2 ** 53,
  -(2 ** 63),
  '',
  ' ',
  '\0',
  '\ud800',
  '\u202e',
  '💩'.repeat(300),
  'x'.repeat(5000),
  "'; drop table documents; --",
  '<script>alert(1)</script>',
  '../../etc/passwd',
  'http://169.254.169.254/latest',
  'http://[::1]:1/',
  '2026-02-30T00:00:00Z',
  '9999-12-31T23:59:59.999999999+14:00',
  '-271821-04-20T00:00:00Z',
  [],
  [[]],
  [null],
  {},
  { __proto__x: 1 },
  Array(200).fill({}),
];
const hostile = fc.constantFrom(...HOSTILE);

const text = fc.oneof(
  { weight: 5, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
);
const FORMATS: Record<string, fc.Arbitrary<string>> = {
  'date-time': fc.oneof(
    fc
      .date({ noInvalidDate: true, min: new Date('1970-01-01'), max: new Date('2100-01-01') })
      .map((one) => one.toISOString()),
    fc.constantFrom('2030-01-01', '2030-01-01T12:00', '2030-01-01T12:00:00.1234567+02:00', '/Date(1893456000000)/'),
  ),
  uuid: fc.oneof(
    fc.uuid(),
    fc.uuid().map((one) => `{${one.toUpperCase()}}`),
  ),
  email: fc.oneof(fc.emailAddress(), fc.constant('kari@nordbank.example')),
  'http-url': fc.constantFrom('http://127.0.0.1:9/hook', 'https://nordbank.example/a?b=c#d', 'http://localhost/'),
  uri: fc.constantFrom('https://nordbank.example/', 'urn:a:b'),
};

/** Values that fit a schema, as far as one schema alone can say. */
export function valueFor(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  // Where null is a value too, it is not the one to try.
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return objectOf(schema, known);
    case 'array': {
      const least = schema.minItems ?? 0;
      const most = Math.min(schema.maxItems ?? 3, Math.max(3, least));
      return fc.array(valueFor(schema.items ?? {}, known), { minLength: least, maxLength: most });
    }
    case 'integer':
      return fc.integer({
        min: Math.max(schema.minimum ?? -5, -(2 ** 31)),
        max: Math.min(schema.maximum ?? 1000, 2 ** 31),
      });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'string':
      return textOf(schema, known);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectOf(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  if (!schema.properties) {
    const values = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
    return fc.dictionary(fc.string({ maxLength: 10 }), valueFor(values, known), { maxKeys: 3 });
  }
  const members = Object.entries(schema.properties).map(([name, member]) => [name, valueFor(member, known)] as const);
  const required = (schema.required ?? []).filter((name) => name in schema.properties!);
  const optional = members.map(([name]) => name).filter((name) => !required.includes(name));
  const all = fc.record(Object.fromEntries(members), { requiredKeys: required });
  const least = fc.record(Object.fromEntries(members.filter(([name]) => !optional.includes(name))));
  return fc.oneof({ weight: 1, arbitrary: all }, { weight: 1, arbitrary: least });
}

function textOf(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  if (schema.contentEncoding === 'base64') {
    return fc.oneof(
      { weight: 3, arbitrary: fc.constant(known.document) },
      { weight: 1, arbitrary: fc.base64String({ maxLength: 100 }) },
    );
  }
  if (schema.format && FORMATS[schema.format]) return FORMATS[schema.format]!;
  if (schema.pattern) return fc.oneof(fc.constantFrom('#fff', '#A0b1C2', 'lease'), text);
  const least = schema.minLength ?? 0;
  const most = Math.min(schema.maxLength ?? 60, Math.max(60, least));
  return fc.oneof(
    { weight: 3, arbitrary: fc.stringMatching(/^[a-z0-9]{4,30}$/).map((one) => one.padEnd(least, 'x').slice(0, most)) },
    { weight: 1, arbitrary: fc.constantFrom('sample-contract.pdf', 'letter.txt', 'page.xml') },
    { weight: 1, arbitrary: text },
  );
}

/** Replaces, drops, adds or renames something somewhere in a JSON value. */
function mutated(value: unknown, path: readonly number[], what: number, other: unknown): unknown {
  if (typeof value !== 'object' || value === null || path.length === 0) return other;
  const names = Object.keys(value);
  if (names.length === 0) return other;
  const name = names[path[0]! % names.length]!;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  if (path.length > 1 && typeof copy[name] === 'object' && copy[name] !== null) {
    copy[name] = mutated(copy[name], path.slice(1), what, other);
  } else if (what === 0) delete copy[name];
  else if (what === 1) copy[name.toUpperCase()] = copy[name];
  else copy[name] = other;
  return copy;
}

function bodyOf(schema: Schema, known: Known): fc.Arbitrary<string | undefined> {
  const valid = valueFor(schema, known);
  const json = (value: unknown) => JSON.stringify(value);
  return fc.oneof(
    { weight: 4, arbitrary: valid.map(json) },
    {
      weight: 6,
      arbitrary: fc
        .tuple(valid, fc.array(fc.nat(30), { minLength: 1, maxLength: 5 }), fc.nat(4), hostile)
        .map(([value, path, what, other]) => json(mutated(value, path, what, other))),
    },
    { weight: 1, arbitrary: fc.tuple(valid, fc.nat(500)).map(([value, at]) => json(value).slice(0, at)) },
    { weight: 1, arbitrary: fc.oneof(fc.json({ maxDepth: 4 }), hostile.map(json), fc.constant(undefined)) },
  );
}

function pathValue(name: string, schema: Schema, known: Known): fc.Arbitrary<string> {
  const ids = known.ids[name] ?? [];
  return fc.oneof(
    ...(ids.length > 0 ? [{ weight: 6, arbitrary: fc.constantFrom(...ids) }] : []),
    { weight: 2, arbitrary: valueFor(schema, known).map(segment) },
    { weight: 1, arbitrary: hostile.map(segment) },
  );
}

/** Empty and dotted segments would be another address. */
const segment = (value: unknown) => encodeURIComponent(wellFormed(value).replace(/^\.{0,2}$/, ' '));

const wellFormed = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed();

/** Requests for an operation out of its own contract: many that are right, more that are wrong in one place. */
export function requestFor({ method, path, operation }: Place, known: Known): fc.Arbitrary<GeneratedRequest> {
  const inPath = operation.parameters.filter((one) => one.in === 'path');
  const inQuery = operation.parameters.filter((one) => one.in === 'query');
  const query = fc.tuple(
    ...inQuery.map((one) =>
      fc.tuple(
        fc.constant(one.name),
        fc.oneof(
          { weight: one.required ? 8 : 2, arbitrary: valueFor(one.schema, known) },
          { weight: 1, arbitrary: hostile },
          { weight: one.required ? 1 : 6, arbitrary: fc.constant(undefined) },
        ),
      ),
    ),
  );
  const schema = operation.requestBody?.content['application/json'].schema;
  return fc
    .record({
      values: fc.tuple(...inPath.map((one) => pathValue(one.name, one.schema, known))),
      query,
      body: schema ? bodyOf(schema, known) : fc.constant(undefined),
      headers: fc.record(
        {
          'idempotency-key': fc.constantFrom('', 'a', 'k-1', 'x'.repeat(256), 'blåbær'),
          'if-match': fc.constantFrom('*', '"a"', 'W/"a"', 'a', ''),
          'if-none-match': fc.constantFrom('*', '"a"', '"a", "b"'),
          range: fc.constantFrom('bytes=0-3', 'bytes=-1', 'bytes=9999999-', 'bytes=0-1,3-4', 'lines=1-2'),
          accept: fc.constantFrom('text/html', '*/*', 'nonsense'),
          'content-type': fc.constantFrom(
            'application/json',
            'application/merge-patch+json',
            'text/plain',
            'application/json; charset=latin1',
          ),
        },
        { requiredKeys: [] },
      ),
      plain: fc.nat(3),
    })
    .map(({ values, query: pairs, body, headers, plain }) => {
      const search = new URLSearchParams();
      for (const [name, value] of pairs as [string, unknown][]) {
        if (value !== undefined) search.append(name, wellFormed(value));
      }
      const filled = inPath.reduce((rest, one, at) => rest.replace(`{${one.name}}`, () => values[at]!), path);
      return {
        operationId: operation.operationId,
        method,
        path: `${filled}${search.size > 0 ? `?${search}` : ''}`,
        // Most requests have no odd headers, or few would get past them.
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(plain === 0 ? latin1(headers) : {}),
        },
        body,
      };
    });
}

function latin1(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}
