import { readFileSync } from 'node:fs';
import Mustache from 'mustache';

const kept = new Map<string, string>();

/** One of our own pieces of HTML, which refers to others as `<!-- name -->`. */
function piece(name: string): string {
  let html = kept.get(name);
  if (html === undefined) {
    html = readFileSync(new URL(`../../assets/evidence/${name}.html`, import.meta.url), 'utf8').replace(
      /<!-- (\w+) -->\n/g,
      (_, inner: string) => piece(inner),
    );
    kept.set(name, html);
  }
  return html;
}

/** What is shown of the document and its signers where an account has nothing else. */
export const coverHtml = (): string => piece('style') + piece('cover');

/** What is shown of how they signed. */
export const detailsHtml = (): string => piece('style') + piece('details');

/** Both, one behind the other. */
export const evidenceHtml = (): string => piece('style') + piece('cover') + piece('details');

export const receiptHtml = (): string => piece('style') + piece('receipt');

/** The HTML with the data in its tags; `{{…}}` is escaped, and nothing is run or loaded. */
export function fillIn(html: string, data: object): string {
  return Mustache.render(html, data);
}
