import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { type ComputedStyle, computeStyle, ROOT_STYLE, sizeOf } from './computed-style.ts';
import { readPicture } from './pictures.ts';
import { inlineDeclarations, type StyledElement, StyleSheet } from './style-sheet.ts';
import type { InlineText } from './text-lines.ts';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

/** What a page is set of: boxes inside one another, with text or pictures in the innermost. */
export interface Box {
  tag: string;
  style: ComputedStyle;
  /** Language, where it is another than that around it. */
  language: string | undefined;
  /** Number of the signer whose signature field it is the place of, from 1. */
  signer: number | undefined;
  /** `th`: of its row or its column. */
  scope: 'Row' | 'Column' | undefined;
  columns: number;
  /** Only for looks: a table of this kind is none to those who hear the page. */
  presentational: boolean;
  content:
    | { kind: 'boxes'; boxes: Box[] }
    | { kind: 'text'; texts: InlineText[] }
    | { kind: 'picture'; bytes: Buffer; width: number; height: number; text: string }
    | { kind: 'rule' };
}

/** Thrown for a document whose elements are inside one another deeper than any page needs. */
export class TooDeepError extends Error {}

const MAX_DEPTH = 100;

const BLOCKS = new Set(
  (
    'html body address article aside blockquote center dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 ' +
    'header hr img li main nav ol p pre section summary table caption tbody td tfoot th thead tr ul'
  ).split(' '),
);

const TABLE_PARTS = new Set(['thead', 'tbody', 'tfoot', 'tr', 'td', 'th']);

/** Left out with all that is in them. */
const CUT = new Set(
  (
    'script noscript template object embed applet iframe frame frameset video audio canvas svg math portal form input ' +
    'select textarea button head title style base link meta datalist param source track'
  ).split(' '),
);

/** What a tag looks like where nothing else says so. */
const DEFAULTS = `
  h1 { font-size: 22pt; font-weight: bold; line-height: 1.25; margin: 0 0 6pt }
  h2 { font-size: 13pt; font-weight: bold; line-height: 1.25; margin: 16pt 0 6pt }
  h3 { font-size: 12pt; font-weight: bold; line-height: 1.25; margin: 10pt 0 4pt }
  h4, h5, h6 { font-weight: bold; margin: 8pt 0 4pt }
  p, ul, ol, dl, table, blockquote, pre { margin: 0 0 6pt }
  blockquote, ul, ol, dd { padding-left: 14pt }
  b, strong, th, dt { font-weight: bold }
  th { text-align: left }
  td, th { padding: 2pt 6pt 2pt 0 }
  center { text-align: center }
  pre { white-space: pre }
  small { font-size: 8pt }
  hr { margin: 6pt 0; border-top: 0.75pt solid #e4e6ea }
`;

/**
 * What can be set of an HTML document: text, tables, lists and enclosed pictures, with their static looks. Scripts, forms,
 * frames, links and whatever would be loaded are left out. Throws `TooDeepError`.
 */
export function boxesOf(html: string): Box {
  const document = parse(html, { scriptingEnabled: false });
  const sheet = new StyleSheet();
  sheet.add(DEFAULTS);
  for (const css of stylesIn(document, 0)) sheet.add(css);
  return new Builder(sheet).build(document);
}

function stylesIn(node: Node, depth: number): string[] {
  if (depth > MAX_DEPTH) throw new TooDeepError('elements are nested too deeply');
  if (!('childNodes' in node)) return [];
  if (node.nodeName === 'style') {
    return node.childNodes.flatMap((child) => ('value' in child && child.nodeName === '#text' ? [child.value] : []));
  }
  return node.childNodes.flatMap((child) => stylesIn(child, depth + 1));
}

interface Around {
  element: StyledElement | undefined;
  style: ComputedStyle;
  presentational: boolean;
  depth: number;
}

class Builder {
  readonly #sheet: StyleSheet;

  constructor(sheet: StyleSheet) {
    this.#sheet = sheet;
  }

  build(document: Node): Box {
    const root = blockBox('html', ROOT_STYLE);
    root.content = contentOf(
      this.#children(document, { element: undefined, style: ROOT_STYLE, presentational: false, depth: 0 }),
      ROOT_STYLE,
    );
    return root;
  }

  #children(node: Node, around: Around): (Box | InlineText)[] {
    if (around.depth > MAX_DEPTH) throw new TooDeepError('elements are nested too deeply');
    const list = attribute(node, 'start');
    let number = Number(list ?? 1);
    return ('childNodes' in node ? node.childNodes : []).flatMap((child) => {
      const mark = child.nodeName !== 'li' ? '' : node.nodeName === 'ol' ? `${number++}.` : '•';
      return this.#one(child, around, mark);
    });
  }

  #one(node: Node, around: Around, mark: string): (Box | InlineText)[] {
    if (node.nodeName === '#text') {
      return [{ text: (node as DefaultTreeAdapterTypes.TextNode).value, style: around.style }];
    }
    if (!('tagName' in node) || CUT.has(node.tagName)) return [];
    const tag = node.tagName;
    if (tag === 'br') return ['break'];
    const element: StyledElement = {
      tag,
      id: attribute(node, 'id'),
      classes: (attribute(node, 'class') ?? '').split(/\s+/).filter(Boolean),
      parent: around.element,
    };
    const own = attribute(node, 'style');
    const style = computeStyle(around.style, [
      ...this.#sheet.declarationsFor(element),
      ...(own ? [inlineDeclarations(own)] : []),
    ]);
    if (style.hidden) return [];
    if (tag === 'img') return pictureBox(node, style);
    const presentational =
      tag === 'table' ? attribute(node, 'role') === 'presentation' : around.presentational && TABLE_PARTS.has(tag);
    const inner = this.#children(node, { element, style, presentational, depth: around.depth + 1 });
    if (style.display === 'inline' || (style.display === undefined && !BLOCKS.has(tag))) return inner;
    const box = blockBox(tag, style);
    box.presentational = presentational;
    box.language = attribute(node, 'lang');
    box.signer = Number(attribute(node, 'data-signer')) || undefined;
    box.columns = Math.min(Math.max(Number(attribute(node, 'colspan')) || 1, 1), 100);
    if (tag === 'th') box.scope = attribute(node, 'scope') === 'row' ? 'Row' : 'Column';
    style.width ??= sizeOf(attribute(node, 'width') ?? '', style.fontSize);
    box.content = tag === 'hr' ? { kind: 'rule' } : contentOf(mark ? listed(mark, inner, style) : inner, style);
    return [box];
  }
}

function listed(mark: string, inner: (Box | InlineText)[], style: ComputedStyle): (Box | InlineText)[] {
  return [{ text: `${mark} `, style }, ...inner];
}

function blockBox(tag: string, style: ComputedStyle): Box {
  return {
    tag,
    style,
    language: undefined,
    signer: undefined,
    scope: undefined,
    columns: 1,
    presentational: false,
    content: { kind: 'boxes', boxes: [] },
  };
}

/** Text alone, or boxes, among which text becomes paragraphs. */
function contentOf(parts: readonly (Box | InlineText)[], style: ComputedStyle): Box['content'] {
  const plain = { ...ROOT_STYLE, ...inheritedOf(style) };
  const boxes: Box[] = [];
  let texts: InlineText[] = [];
  const end = () => {
    if (texts.some((one) => one !== 'break' && one.text.trim() !== '')) {
      boxes.push({ ...blockBox('p', plain), content: { kind: 'text', texts } });
    }
    texts = [];
  };
  for (const part of parts) {
    if (part !== 'break' && 'tag' in part) {
      end();
      boxes.push(part);
    } else texts.push(part);
  }
  if (boxes.length === 0) return { kind: 'text', texts };
  end();
  return { kind: 'boxes', boxes };
}

function inheritedOf(style: ComputedStyle): Partial<ComputedStyle> {
  const { fontSize, bold, color, lineHeight, align, preformatted, uppercase } = style;
  return { fontSize, bold, color, lineHeight, align, preformatted, uppercase };
}

function pictureBox(node: Element, style: ComputedStyle): (Box | InlineText)[] {
  const text = attribute(node, 'alt') ?? '';
  const picture = readPicture(attribute(node, 'src') ?? '');
  if (!picture) return text ? [{ text: `[${text}]`, style }] : [];
  style.width ??= sizeOf(attribute(node, 'width') ?? '', style.fontSize);
  style.height ??= sizeOf(attribute(node, 'height') ?? '', style.fontSize);
  return [{ ...blockBox('img', style), content: { kind: 'picture', ...picture, text } }];
}

function attribute(node: Node, name: string): string | undefined {
  return 'attrs' in node ? node.attrs.find((one) => one.name === name && !one.prefix)?.value : undefined;
}
