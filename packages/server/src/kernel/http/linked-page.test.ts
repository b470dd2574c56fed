import fc from 'fast-check';
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { canonicalInput } from './canonical-input.ts';
import { CollectionWithPaging, linkedPage, pagedQuery, pageWindow } from './linked-page.ts';
import { violations } from './validation.ts';

const publicUrl = 'https://sign.example.org';
const path = '/signature/documents/summary';
const Query = pagedQuery({ title: Type.Optional(Type.String()), tags: Type.Optional(Type.String()) }, 100);

function page(size: number, offset: number, limit: number, query: Record<string, unknown> = {}) {
  const data = Array.from({ length: Math.max(0, Math.min(limit, size - offset)) }, (_, index) => offset + index);
  return linkedPage({ publicUrl, path, query, window: { offset, limit }, size, data });
}

const list = `${publicUrl}${path}`;

describe('PG-1: links of a page', () => {
  it('are absolute, keep every filter percent-encoded in canonical spelling, then limit, then offset', () => {
    const query = canonicalInput(Query, { TAGS: 'a,b', Offset: '10', tItLe: 'Låne & leie=100%', limit: '5' }) as object;
    expect(page(100, 10, 5, { ...query }).links).toEqual({
      first: `${list}?tags=a%2Cb&title=L%C3%A5ne%20%26%20leie%3D100%25&limit=5`,
      previous: `${list}?tags=a%2Cb&title=L%C3%A5ne%20%26%20leie%3D100%25&limit=5&offset=5`,
      next: `${list}?tags=a%2Cb&title=L%C3%A5ne%20%26%20leie%3D100%25&limit=5&offset=15`,
      last: `${list}?tags=a%2Cb&title=L%C3%A5ne%20%26%20leie%3D100%25&limit=5&offset=95`,
    });
  });

  it('read back as the same filters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (title) => {
        const { searchParams } = new URL(page(100, 0, 5, { title }).links.next);
        expect([...searchParams]).toEqual([
          ['title', title],
          ['limit', '5'],
          ['offset', '5'],
        ]);
      }),
    );
  });

  it('never contain a credential that came in the query', () => {
    const query = canonicalInput(Query, { title: 'Lease', access_token: 'abc', client_secret: 'def' }) as object;
    expect(JSON.stringify(page(100, 50, 10, { ...query }))).not.toMatch(/abc|def|token|secret/);
  });

  it('leave out filters that are not set', () => {
    expect(page(3, 0, 2, { title: undefined }).links.next).toBe(`${list}?limit=2&offset=2`);
  });
});

describe('PG-2: what a page shows', () => {
  it.each([
    ['the only page', page(2, 0, 2), { previous: '', next: '', last: '' }],
    ['an empty list', page(0, 0, 2), { previous: '', next: '', last: '' }],
    ['the first page', page(5, 0, 2), { previous: '', next: 2, last: 4 }],
    ['a page in the middle', page(5, 2, 2), { previous: 0, next: 4, last: 4 }],
    ['the last page', page(5, 4, 2), { previous: 2, next: '', last: 4 }],
    ['a full last page', page(4, 2, 2), { previous: 0, next: '', last: 2 }],
    ['a page that does not begin at a multiple of its size', page(5, 1, 2), { previous: 0, next: 3, last: 4 }],
    ['beyond the end', page(5, 70, 2), { previous: 4, next: '', last: 4 }],
    ['right at the end', page(4, 4, 2), { previous: 2, next: '', last: 2 }],
    ['beyond the end of what fits on one page', page(2, 9, 5), { previous: 0, next: '', last: '' }],
    ['beyond the end of an empty list', page(0, 9, 5), { previous: 0, next: '', last: '' }],
  ])('links from %s', (_what, { links, limit }, { previous, next, last }) => {
    const at = (offset: number | string) => (offset === '' ? '' : `${list}?limit=${limit}&offset=${offset}`);
    expect(links).toEqual({ first: `${list}?limit=${limit}`, previous: at(previous), next: at(next), last: at(last) });
  });

  it('lowers a limit above the maximum, and has the maximum as default', () => {
    expect(pageWindow({ limit: 5000, offset: 3 }, 100)).toEqual({ limit: 100, offset: 3 });
    expect(pageWindow({}, 100)).toEqual({ limit: 100, offset: 0 });
    expect(pageWindow({ limit: 1 }, 100)).toEqual({ limit: 1, offset: 0 });
  });

  it.each([
    [{ limit: '0' }, 'limit min'],
    [{ limit: '-1' }, 'limit min'],
    [{ offset: '-1' }, 'offset min'],
    [{ limit: '1.5' }, 'limit type'],
    [{ offset: 'ten' }, 'offset type'],
    [{ offset: '99999999999999999999' }, 'offset max'],
  ])('refuses %o', (query, violation) => {
    const found = violations(Query, canonicalInput(Query, query, 'query'));
    expect(found.map(({ field, code }) => `${field} ${code}`)).toContain(violation);
  });

  it('walks by next over everything once, and back by previous', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }), (size, limit) => {
        const seen: number[] = [];
        let current = page(size, 0, limit);
        for (;;) {
          seen.push(...current.data);
          if (current.links.next === '') break;
          current = page(size, Number(new URL(current.links.next).searchParams.get('offset')), limit);
        }
        expect(seen).toEqual(Array.from({ length: size }, (_, index) => index));
        if (current.links.last !== '') expect(current.links.last).toMatch(new RegExp(`&offset=${current.offset}$`));
        while (current.links.previous !== '') {
          current = page(size, Number(new URL(current.links.previous).searchParams.get('offset')), limit);
        }
        expect(current.offset).toBe(0);
      }),
    );
  });

  it('keeps its own contract', () => {
    expect(violations(CollectionWithPaging(Type.Integer()), page(5, 2, 2))).toEqual([]);
  });
});
