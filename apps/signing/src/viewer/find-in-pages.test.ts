import { describe, expect, it } from 'vitest';
import { findInPages, type Hit } from './find-in-pages.ts';
import { patternFor } from './find-pattern.ts';
import type { PDFDocumentProxy } from './pdf-document.ts';

describe('what is looked for', () => {
  it.each([
    ['loan', 'The LOAN and the loans', 2],
    ['  two   words ', 'two words, Two\nwords', 2],
    ['Ålesund', 'ålesund', 1],
    ['a.b*c', 'a.b*c aXbbc', 1],
    ['[1] (x) {y} a-b $ ^ | \\', '[1] (x) {y} a-b $ ^ | \\', 1],
  ])('%s is found regardless of case and gaps', (query, text, times) => {
    expect([...text.matchAll(patternFor(query)!)]).toHaveLength(times);
  });

  it('is nothing when nothing is written', () => {
    expect(patternFor('')).toBeNull();
    expect(patternFor('   ')).toBeNull();
  });
});

describe('looking through pages', () => {
  /** Of a document only what is asked of it here: its pages' text, counted. */
  function documentOf(pages: string[][]) {
    let asked = 0;
    const pdf = {
      numPages: pages.length,
      getPage: async (number: number) => ({
        async getTextContent() {
          asked += 1;
          return { items: pages[number - 1]!.map((str) => ({ str, hasEOL: true })) };
        },
      }),
    } as unknown as PDFDocumentProxy;
    return { pdf, asked: () => asked };
  }

  it('tells hits page by page, also across lines, and reads each page once', async () => {
    const { pdf, asked } = documentOf([['a loan', 'and a loan'], ['nothing'], ['the lo', 'an of a loan']]);
    const told: [Hit[], boolean][] = [];
    const look = (query: string) =>
      findInPages(
        pdf,
        patternFor(query)!,
        (hits, done) => told.push([hits, done]),
        () => false,
      );
    await look('loan');
    expect(told.map(([hits, done]) => [hits.length, done])).toEqual([
      [2, false],
      [3, true],
    ]);
    expect(told.at(-1)![0]).toEqual([
      { page: 0, nth: 0 },
      { page: 0, nth: 1 },
      { page: 2, nth: 0 },
    ]);
    await look('loan and');
    expect(told.at(-1)![0]).toEqual([{ page: 0, nth: 0 }]);
    expect(asked()).toBe(3);
  });

  it('stops when the reader looks for something else', async () => {
    const { pdf, asked } = documentOf([['x'], ['x'], ['x']]);
    let told = 0;
    await findInPages(
      pdf,
      patternFor('x')!,
      () => (told += 1),
      () => told === 1,
    );
    expect([told, asked()]).toEqual([1, 2]);
  });
});
