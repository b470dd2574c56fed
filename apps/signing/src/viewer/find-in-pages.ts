import type { PDFDocumentProxy } from './pdf-document.ts';

/** One place where the words are: the page, and which of the hits on it. Both count from 0. */
export type Hit = { page: number; nth: number };

const texts = new WeakMap<PDFDocumentProxy, Map<number, string>>();

async function textOf(pdf: PDFDocumentProxy, page: number): Promise<string> {
  const known = texts.get(pdf) ?? new Map<number, string>();
  texts.set(pdf, known);
  let text = known.get(page);
  if (text === undefined) {
    const { items } = await (await pdf.getPage(page + 1)).getTextContent();
    text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? ' ' : '') : '')).join('');
    known.set(page, text);
  }
  return text;
}

/** Looks through one page after the other, from the first; tells after each. Stops when `isOver` says so. */
export async function findInPages(
  pdf: PDFDocumentProxy,
  pattern: RegExp,
  tell: (hits: Hit[], done: boolean) => void,
  isOver: () => boolean,
): Promise<void> {
  const hits: Hit[] = [];
  for (let page = 0; page < pdf.numPages; page += 1) {
    const text = await textOf(pdf, page);
    if (isOver()) return;
    const found = [...text.matchAll(pattern)];
    hits.push(...found.map((_, nth) => ({ page, nth })));
    const done = page === pdf.numPages - 1;
    if (found.length > 0 || done) tell([...hits], done);
  }
}

/** The text of a laid page as it stands in the page's HTML, with where each character is. */
function laidText(layer: Element): { text: string; places: { node: Text; from: number }[] } {
  const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  let text = '';
  const places: { node: Text; from: number }[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Text) {
      places.push({ node, from: text.length });
      text += node.data;
    } else if (node.nodeName === 'BR') text += ' ';
  }
  return { text, places };
}

function rangeOf(places: { node: Text; from: number }[], from: number, to: number): Range {
  const placeOf = (at: number) => places.findLast((place) => place.from <= at)!;
  const [first, last] = [placeOf(from), placeOf(to - 1)];
  const range = document.createRange();
  range.setStart(first.node, Math.min(from - first.from, first.node.length));
  range.setEnd(last.node, Math.min(to - last.from, last.node.length));
  return range;
}

/**
 * Marks the hits on the pages that are laid out, without touching their text. Answers where the current one is, when it
 * is among them. Browsers without highlights show no marks and still go to the page.
 */
export function markHits(root: Element, pattern: RegExp | null, current: Hit | undefined): Range | null {
  const others: Range[] = [];
  let now: Range | null = null;
  for (const page of pattern ? root.querySelectorAll<HTMLElement>('.pdf-page') : []) {
    const { text, places } = laidText(page.querySelector('.textLayer')!);
    [...text.matchAll(pattern!)].forEach((found, nth) => {
      const range = rangeOf(places, found.index, found.index + found[0].length);
      const isNow = current?.nth === nth && current.page === Number(page.dataset.page) - 1;
      if (isNow) now = range;
      else others.push(range);
    });
  }
  if ('highlights' in CSS) {
    CSS.highlights.set('found', new Highlight(...others));
    CSS.highlights.set('found-now', new Highlight(...(now ? [now] : [])));
  }
  return now;
}
