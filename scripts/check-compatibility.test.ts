import { describe, expect, it } from 'vitest';
import { breakingChanges, type ChangeKind } from './check-compatibility.ts';

// biome-ignore lint/suspicious/noExplicitAny: cases reach into every corner of the document
type Json = any;

/** A small contract; every case changes one thing of it. */
function contract(): Json {
  return {
    paths: {
      '/letters/{letterId}': {
        get: {
          security: [{ oauth2: ['read'] }],
          parameters: [
            { name: 'letterId', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'limit', in: 'query', required: false, schema: { type: 'integer', maximum: 100, default: 10 } },
          ],
          responses: {
            200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Letter' } } } },
            404: {},
          },
        },
        post: {
          parameters: [],
          requestBody: {
            required: false,
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['title'],
                  properties: {
                    title: { type: 'string', minLength: 1, maxLength: 300 },
                    color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
                    note: { type: 'string' },
                    pages: { type: 'array', items: { type: 'integer' }, maxItems: 5 },
                  },
                },
              },
            },
          },
          responses: { 204: {} },
        },
      },
    },
    components: {
      schemas: {
        Letter: {
          type: 'object',
          required: ['id', 'state'],
          properties: {
            id: { type: 'string' },
            state: { type: 'string', enum: ['open', 'closed'] },
            reply: { $ref: '#/components/schemas/Letter' },
          },
        },
      },
    },
  };
}

const set = (place: Json, name: string, value: unknown) => Object.assign(place, { [name]: value });
const path = (one: Json) => one.paths['/letters/{letterId}'];
const body = (one: Json) => path(one).post.requestBody.content['application/json'].schema;
const letter = (one: Json) => one.components.schemas.Letter;

function changed(change: (one: Json) => unknown): ChangeKind[] {
  const next = contract();
  change(next);
  return breakingChanges(contract(), next).map(({ kind }) => kind);
}

const BREAKING: [string, ChangeKind, (one: Json) => unknown][] = [
  ['a path is gone', 'path-removed', (one) => void delete one.paths['/letters/{letterId}']],
  ['a verb is gone', 'verb-removed', (one) => void delete path(one).post],
  ['a parameter is gone', 'parameter-removed', (one) => void path(one).get.parameters.pop()],
  ['a parameter is required now', 'parameter-required', (one) => set(path(one).get.parameters[1], 'required', true)],
  [
    'a new parameter is required',
    'parameter-required',
    (one) => void path(one).get.parameters.push({ name: 'page', in: 'query', required: true }),
  ],
  ['the body is gone', 'body-removed', (one) => void delete path(one).post.requestBody],
  ['the body is required now', 'body-required', (one) => set(path(one).post.requestBody, 'required', true)],
  ['a member of the request is gone', 'member-removed', (one) => void delete body(one).properties.note],
  ['a member of the answer is gone', 'member-removed', (one) => void delete letter(one).properties.reply],
  [
    'a member of the answer has another name',
    'member-removed',
    (one) => {
      letter(one).properties.answer = letter(one).properties.reply;
      delete letter(one).properties.reply;
    },
  ],
  ['a member of the request is required now', 'member-required', (one) => void body(one).required.push('note')],
  [
    'a new member of the request is required',
    'member-required',
    (one) => {
      body(one).properties.sender = { type: 'string' };
      body(one).required.push('sender');
    },
  ],
  ['a member of the answer may be missing now', 'member-optional', (one) => void letter(one).required.pop()],
  ['a type of the request changes', 'type-changed', (one) => set(body(one).properties.note, 'type', 'integer')],
  ['a type of the answer changes', 'type-changed', (one) => set(letter(one).properties.id, 'type', 'integer')],
  [
    'a member of the answer may be null now',
    'type-changed',
    (one) => set(letter(one).properties.id, 'type', ['string', 'null']),
  ],
  ['items change their type', 'type-changed', (one) => set(body(one).properties.pages.items, 'type', 'string')],
  ['a limit goes down', 'restriction-narrowed', (one) => set(body(one).properties.title, 'maxLength', 299)],
  ['a least length goes up', 'restriction-narrowed', (one) => set(body(one).properties.title, 'minLength', 2)],
  ['a limit is new', 'restriction-narrowed', (one) => set(body(one).properties.note, 'maxLength', 10)],
  ['a pattern is new', 'restriction-narrowed', (one) => set(body(one).properties.note, 'pattern', '^a')],
  [
    'a parameter has a lower limit',
    'restriction-narrowed',
    (one) => set(path(one).get.parameters[1].schema, 'maximum', 50),
  ],
  ['only listed values are taken', 'restriction-narrowed', (one) => set(body(one).properties.note, 'enum', ['a'])],
  ['unknown members are refused', 'restriction-narrowed', (one) => set(body(one), 'additionalProperties', false)],
  ['a listed value is not taken any more', 'enum-value-removed', (one) => void body(one).properties.color.enum.pop()],
  ['another value is answered', 'enum-value-added', (one) => void letter(one).properties.state.enum.push('lost')],
  ['any value may be answered', 'enum-value-added', (one) => void delete letter(one).properties.state.enum],
  ['a default changes', 'default-changed', (one) => set(body(one).properties.color, 'default', 'blue')],
  [
    'a default of a parameter changes',
    'default-changed',
    (one) => set(path(one).get.parameters[1].schema, 'default', 20),
  ],
  ['a status is gone', 'status-removed', (one) => void delete path(one).get.responses[404]],
  [
    'a media type is gone',
    'media-type-removed',
    (one) => set(path(one).get.responses[200], 'content', { 'text/json': {} }),
  ],
  ['another scope is needed', 'scope-added', (one) => set(path(one).get, 'security', [{ oauth2: ['admin'] }])],
  [
    'a further scope is needed',
    'scope-added',
    (one) => set(path(one).get, 'security', [{ oauth2: ['read', 'audit'] }]),
  ],
  [
    'an operation without a token needs one',
    'scope-added',
    (one) => set(path(one).post, 'security', [{ oauth2: ['read'] }]),
  ],
];

const HARMLESS: [string, (one: Json) => unknown][] = [
  ['nothing changes', () => {}],
  ['an operation is new', (one) => set(one.paths, '/stamps', { get: { responses: {} } })],
  [
    'an optional parameter is new',
    (one) => void path(one).get.parameters.push({ name: 'sort', in: 'query', schema: { type: 'string' } }),
  ],
  [
    'the path parameter has another name',
    (one) => {
      one.paths['/letters/{id}'] = path(one);
      delete one.paths['/letters/{letterId}'];
      one.paths['/letters/{id}'].get.parameters[0].name = 'id';
    },
  ],
  ['an optional member of the request is new', (one) => set(body(one).properties, 'tag', { type: 'string' })],
  ['a member of the answer is new', (one) => set(letter(one).properties, 'size', { type: 'integer' })],
  ['a member of the answer is always there now', (one) => void letter(one).required.push('reply')],
  ['a member of the request is optional now', (one) => set(body(one), 'required', [])],
  ['a limit goes up', (one) => set(body(one).properties.title, 'maxLength', 1000)],
  ['the request takes another listed value', (one) => void body(one).properties.color.enum.push('green')],
  ['the request takes another type too', (one) => set(body(one).properties.note, 'type', ['string', 'null'])],
  ['an answer has fewer listed values', (one) => void letter(one).properties.state.enum.pop()],
  ['a status is new', (one) => set(path(one).get.responses, '410', {})],
  ['a further scope is enough', (one) => void path(one).get.security.push({ oauth2: ['admin'] })],
];

describe('the compatibility guard (CP-1, CP-2)', () => {
  it.each(BREAKING)('notices that %s', (_what, kind, change) => {
    expect(changed(change)).toEqual([kind]);
  });

  it.each(HARMLESS)('lets pass that %s', (_what, change) => {
    expect(changed(change)).toEqual([]);
  });

  it('lets an operation go only after its announced sunset', () => {
    const before = contract();
    Object.assign(path(before).post, { deprecated: true, 'x-sunset': '2027-06-01T00:00:00Z' });
    const after = contract();
    delete path(after).post;
    const at = (now: string) => breakingChanges(before, after, new Date(now));
    expect(at('2027-05-31T23:59:59Z').map(({ kind }) => kind)).toEqual(['verb-removed']);
    expect(at('2027-06-01T00:00:00Z')).toEqual([]);
  });

  it('says where the change is', () => {
    const next = contract();
    body(next).properties.pages.items.type = 'string';
    expect(breakingChanges(contract(), next)).toEqual([
      {
        kind: 'type-changed',
        where: 'POST /letters/{letterId}, request pages[]',
        what: 'integer became string',
      },
    ]);
  });
});
