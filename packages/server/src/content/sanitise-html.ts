import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { safeDeclarations, safeStyleSheet } from './sanitise-css.ts';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

/** Where the nonce of the page's policy is put that shows the copy. */
export const NONCE_MARK = '__SEGL_NONCE__';

const MAX_DEPTH = 300;

/** Elements that hold text or arrange it. What is in others is shown without them. */
const KEPT = new Set(
  (
    'a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn dir ' +
    'div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i ins kbd legend li main mark menu nav ' +
    'ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr ' +
    'tt u ul var wbr'
  ).split(' '),
);

/** Left out with all that is in them, and something is missing then. */
const CUT = new Set(
  'script object embed applet iframe frame frameset video audio canvas svg math template portal'.split(' '),
);

/** Say nothing to a reader. */
const SILENT = new Set('head title style base link meta datalist param source track'.split(' '));

const VOID = new Set(['br', 'col', 'hr', 'wbr']);

const ATTRIBUTES = new Set(
  (
    'abbr align bgcolor border cellpadding cellspacing class color colspan datetime dir face headers id lang noshade ' +
    'nowrap reversed rowspan scope size span start title type valign value width'
  ).split(' '),
);

const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,[a-z0-9+/=\s]+$/i;

/** Thrown for a document whose elements are inside one another deeper than any reader needs. */
export class TooDeepError extends Error {}

/**
 * A copy of an HTML document that shows its text and its static looks, and can do nothing: no script, no handler, no form,
 * no link, no address of anything outside of it. Text that style would hide is shown; filled-in form fields are shown as
 * text. `reduced` tells that something of the document cannot be shown so. Throws `TooDeepError`.
 */
export function sanitiseHtml(html: string): { html: string; reduced: boolean } {
  const copy = new SafeCopy();
  const body = copy.childrenOf(parse(html, { scriptingEnabled: false }), 0);
  return { html: page(copy.styles(), body, copy.language), reduced: copy.reduced };
}

/** Plain text as a document of the same kind. */
export function textAsHtml(text: string): string {
  return page('', `<pre>${escapeText(text)}</pre>`, '');
}

function page(styles: string, body: string, language: string): string {
  const lang = language ? ` lang="${escapeAttribute(language)}"` : '';
  return (
    `<!doctype html><html${lang}><head><meta charset="utf-8">` +
    `<style nonce="${NONCE_MARK}">${BASE_STYLE}</style>` +
    `${styles ? `<style nonce="${NONCE_MARK}">${styles}</style>` : ''}</head><body>${body}</body></html>`
  );
}

const BASE_STYLE =
  'html{background:#fff;color:#16181d;font:16px/1.5 system-ui,sans-serif}body{margin:0;padding:24px;' +
  'overflow-wrap:anywhere}pre{white-space:pre-wrap}img{max-width:100%;height:auto}td,th{vertical-align:top}' +
  '.segl-field{border-bottom:1px solid #767676}';

class SafeCopy {
  reduced = false;
  language = '';
  #sheets = '';
  readonly #inline = new Map<string, number>();

  /** Own styles of elements become rules: a page whose policy has no inline style would drop them. */
  styles(): string {
    const own = [...this.#inline].map(([declarations, number]) => `:root .segl-style-${number}{${declarations}}`);
    return this.#sheets + own.join('');
  }

  childrenOf(node: Node, depth: number): string {
    if (depth > MAX_DEPTH) throw new TooDeepError('elements are nested too deeply');
    let copy = '';
    for (const child of 'childNodes' in node ? node.childNodes : []) copy += this.#copy(child, depth + 1);
    return copy;
  }

  #copy(node: Node, depth: number): string {
    if (node.nodeName === '#text') return escapeText((node as DefaultTreeAdapterTypes.TextNode).value);
    if (!('tagName' in node)) return '';
    const name = node.tagName;
    if (name === 'html') this.language = attribute(node, 'lang') ?? '';
    if (name === 'style') this.#sheets += safeStyleSheet(textIn(node));
    if (name === 'head') for (const child of node.childNodes) this.#copy(child, depth);
    if (CUT.has(name)) this.reduced = true;
    if (name === 'link' && /stylesheet/i.test(attribute(node, 'rel') ?? '')) this.reduced = true;
    if (CUT.has(name) || SILENT.has(name)) return '';
    if (name === 'img') return this.#picture(node);
    if (name in FIELDS) return field(FIELDS[name]!(node));
    const inner = this.childrenOf(node, depth);
    if (!KEPT.has(name)) return inner;
    return VOID.has(name)
      ? `<${name}${this.#attributes(node)}>`
      : `<${name}${this.#attributes(node)}>${inner}</${name}>`;
  }

  #picture(node: Element): string {
    const source = attribute(node, 'src') ?? '';
    const text = attribute(node, 'alt') ?? '';
    if (!PICTURE.test(source)) {
      this.reduced = true;
      return text ? `[${escapeText(text)}]` : '';
    }
    return `<img src="${escapeAttribute(source)}" alt="${escapeAttribute(text)}"${this.#attributes(node)}>`;
  }

  #attributes(node: Element): string {
    const own = safeDeclarations(attribute(node, 'style') ?? '');
    let copy = '';
    for (const { name, value } of node.attrs) {
      if (!ATTRIBUTES.has(name) || (name === 'class' && own)) continue;
      copy += ` ${name}="${escapeAttribute(value)}"`;
    }
    if (own) copy += ` class="${escapeAttribute(`${attribute(node, 'class') ?? ''} ${this.#classOf(own)}`.trim())}"`;
    return node.tagName === 'details' ? `${copy} open` : copy;
  }

  #classOf(declarations: string): string {
    const important = declarations.replaceAll('!important', '').replaceAll(';', '!important;');
    const number = this.#inline.get(important) ?? this.#inline.size + 1;
    this.#inline.set(important, number);
    return `segl-style-${number}`;
  }
}

/** Form fields by what stands in them: a form does nothing here, but what is filled in is part of the document. */
const FIELDS: Record<string, (node: Element) => string> = {
  input: (node) => {
    const type = (attribute(node, 'type') ?? 'text').toLowerCase();
    if (type === 'hidden') return '';
    if (type === 'checkbox' || type === 'radio') return attribute(node, 'checked') === undefined ? '☐' : '☑';
    return attribute(node, 'value') ?? '';
  },
  textarea: (node) => textIn(node),
  select: (node) => {
    const options = optionsIn(node);
    const chosen = options.filter((option) => attribute(option, 'selected') !== undefined);
    return (chosen.length > 0 ? chosen : options.slice(0, 1)).map(textIn).join(', ');
  },
  button: (node) => textIn(node),
};

function field(text: string): string {
  return text ? `<span class="segl-field">${escapeText(text)}</span>` : '';
}

function optionsIn(node: Element): Element[] {
  return node.childNodes.flatMap((child) => {
    if (!('tagName' in child)) return [];
    return child.tagName === 'option' ? [child] : optionsIn(child);
  });
}

function textIn(node: Node, depth = 0): string {
  if (depth > MAX_DEPTH) throw new TooDeepError('elements are nested too deeply');
  if (node.nodeName === '#text') return (node as DefaultTreeAdapterTypes.TextNode).value;
  if ('tagName' in node && depth > 0 && CUT.has(node.tagName)) return '';
  return 'childNodes' in node ? node.childNodes.map((child) => textIn(child, depth + 1)).join('') : '';
}

function attribute(node: Element, name: string): string | undefined {
  return node.attrs.find((one) => one.name === name && !one.prefix)?.value;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;');
}
