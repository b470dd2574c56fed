import fc from 'fast-check';
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { DateTime, Dictionary, MASK, stringEnum } from '../contract/primitives.ts';
import type { FieldError, SeglError } from '../errors/segl-error.ts';
import { applyMergePatch, mergePatchOf } from './partial-update.ts';

const optional = Type.Optional;
const Settings = Type.Object({
  url: Type.String(),
  secret: optional(Type.String({ 'x-masked': true })),
  retries: optional(Type.Integer({ minimum: 0 })),
});
const Complete = Type.Object({
  name: Type.String({ minLength: 1 }),
  mode: optional(stringEnum(['Fast', 'Slow'])),
  deadline: optional(DateTime()),
  events: Type.Array(Type.String(), { minItems: 1 }),
  tags: optional(Type.Array(Type.String())),
  mergeFields: optional(Dictionary(Type.String())),
  settings: Settings,
});
const Update = Type.Object({
  name: optional(Type.String({ minLength: 1 })),
  mode: optional(stringEnum(['Fast', 'Slow'])),
  deadline: optional(DateTime()),
  events: optional(Type.Array(Type.String())),
  tags: optional(Type.Array(Type.String())),
  mergeFields: optional(Dictionary(Type.String())),
  settings: optional(
    Type.Object({
      url: optional(Type.String()),
      secret: optional(Type.String({ 'x-masked': true })),
      retries: optional(Type.Integer({ minimum: 0 })),
    }),
  ),
});

const STORED = {
  name: 'Lease',
  mode: 'Fast',
  deadline: '2026-03-01T12:00:00.000Z',
  events: ['signed'],
  tags: ['sales', 'no'],
  mergeFields: { city: 'Oslo', street: 'Storgata' },
  settings: { url: 'https://example.org', secret: MASK, retries: 3 },
};

function patched(body: unknown, contentType = 'application/json', stored: object = STORED) {
  const errors: FieldError[] = [];
  const patch = mergePatchOf({ body, contentType }, { given: Update, complete: Complete }, errors);
  if (errors.length > 0) return { errors };
  try {
    return applyMergePatch(stored, patch as object, Complete);
  } catch (error) {
    return { errors: (error as SeglError).errors };
  }
}

const MERGE = 'application/merge-patch+json; charset=utf-8';

describe('application/json', () => {
  it.each([
    ['{}', {}],
    ['null', null],
    ['nothing', undefined],
    ['nulls at every depth', { name: null, tags: null, settings: { secret: null, retries: null }, mergeFields: null }],
    ['empty lists', { tags: [], events: [] }],
    ['empty objects', { settings: {}, mergeFields: {} }],
    ['nulls in a dictionary', { mergeFields: { city: null } }],
    ['what is there already', { name: 'Lease', tags: ['sales', 'no'], settings: { retries: 3 } }],
    ['unknown members', { colour: 'red', settings: { colour: 'red' } }],
  ])('PA-5: %s changes nothing', (_what, body) => {
    expect(patched(body)).toEqual({ updated: STORED, changed: false });
  });

  it('PA-1: merges objects and dictionaries member by member and replaces lists', () => {
    const body = {
      MODE: 'slow',
      deadline: '2026-04-01T12:00Z',
      tags: ['hr'],
      mergeFields: { street: 'Torggata', floor: '2' },
      settings: { retries: '5', secret: null },
    };
    expect(patched(body)).toEqual({
      changed: true,
      updated: {
        ...STORED,
        mode: 'Slow',
        deadline: '2026-04-01T12:00:00.000Z',
        tags: ['hr'],
        mergeFields: { city: 'Oslo', street: 'Torggata', floor: '2' },
        settings: { url: 'https://example.org', secret: MASK, retries: 5 },
      },
    });
  });

  it('PA-1: an untouched list of a client that writes every member as null or [] survives a change of the deadline', () => {
    const untouched = { name: null, mode: null, events: [], tags: [], mergeFields: {}, settings: null };
    expect(patched({ ...untouched, deadline: '2026-05-01T12:00:00Z' })).toEqual({
      updated: { ...STORED, deadline: '2026-05-01T12:00:00.000Z' },
      changed: true,
    });
  });

  it('names what is wrong with the members that are given, and nothing else', () => {
    expect(patched({ name: '', settings: { retries: -1 } })).toEqual({
      errors: [
        { field: 'name', code: 'min_length', message: expect.any(String) },
        { field: 'settings.retries', code: 'min', message: expect.any(String) },
      ],
    });
  });
});

describe('application/merge-patch+json', () => {
  it('PA-2: null removes and [] empties, at every depth', () => {
    const body = { mode: null, tags: [], mergeFields: { city: null }, settings: { secret: null } };
    expect(patched(body, MERGE)).toEqual({
      changed: true,
      updated: {
        name: 'Lease',
        deadline: STORED.deadline,
        events: ['signed'],
        tags: [],
        mergeFields: { street: 'Storgata' },
        settings: { url: 'https://example.org', retries: 3 },
      },
    });
  });

  it('PA-2: refuses by name to remove or empty what must be there', () => {
    const answer = patched({ name: null, events: [], settings: { url: null } }, MERGE);
    expect((answer as { errors: FieldError[] }).errors.map(({ field, code }) => [field, code]).sort()).toEqual([
      ['events', 'min_length'],
      ['name', 'required'],
      ['settings.url', 'required'],
    ]);
    expect(patched({ settings: null }, MERGE)).toEqual({
      errors: [{ field: 'settings', code: 'required', message: 'Required.' }],
    });
  });

  it.each([[{}], [null], [undefined]])('PA-5: %j changes nothing', (body) => {
    expect(patched(body, MERGE)).toEqual({ updated: STORED, changed: false });
  });

  it('RFC 7396: gives what was asked for, however it is nested, and never touches a prototype', () => {
    const key = fc.constantFrom('city', 'street', '__proto__', 'constructor', 'a');
    const dictionary = fc.dictionary(key, fc.string({ maxLength: 5 }), { noNullPrototype: false });
    const patches = fc.dictionary(key, fc.option(fc.stringMatching(/^[a-z]{0,5}$/)), { noNullPrototype: false });
    fc.assert(
      fc.property(dictionary, patches, (before, patch) => {
        const body = JSON.parse(JSON.stringify({ mergeFields: patch }));
        const result = patched(body, MERGE, { ...STORED, mergeFields: before });
        const after = (result as unknown as { updated: { mergeFields?: object } }).updated.mergeFields ?? {};
        const given = Object.entries(body.mergeFields);
        const expected = new Map(Object.entries(before));
        for (const [name, value] of given) value === null ? expected.delete(name) : expected.set(name, value as string);
        expect(new Map(Object.entries(after))).toEqual(expected);
        expect(Object.getPrototypeOf({})).toBe(Object.prototype);
        expect(({} as Record<string, unknown>).a).toBeUndefined();
      }),
    );
  });
});

describe('masks', () => {
  it.each(['application/json', MERGE])('PA-4: the mask sent back keeps the secret (%s)', (contentType) => {
    expect(patched(STORED, contentType)).toEqual({ updated: STORED, changed: false });
    expect(patched({ settings: { secret: 'new' } }, contentType)).toMatchObject({
      changed: true,
      updated: { settings: { secret: 'new' } },
    });
  });

  it('PA-4: the mask is refused where there is no secret, and is plain text anywhere else', () => {
    const open = { ...STORED, settings: { url: 'https://example.org' } };
    expect(patched({ settings: { secret: MASK } }, 'application/json', open)).toMatchObject({
      errors: [{ field: 'settings.secret', code: 'format' }],
    });
    expect(patched({ name: MASK })).toMatchObject({ changed: true, updated: { name: MASK } });
  });
});
