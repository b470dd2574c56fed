import { SaxesParser, type SaxesTagNS } from 'saxes';
import { AdesError } from '../ades-error.ts';

export interface XmlElement {
  readonly kind: 'element';
  readonly prefix: string;
  readonly local: string;
  /** Namespace; empty for none. */
  readonly uri: string;
  readonly attributes: readonly XmlAttribute[];
  /** Namespaces declared on this element, by prefix; the default one has an empty prefix. */
  readonly declarations: ReadonlyMap<string, string>;
  readonly children: XmlNode[];
  readonly parent: XmlElement | undefined;
}

export interface XmlAttribute {
  readonly name: string;
  readonly local: string;
  readonly uri: string;
  readonly value: string;
}

export type XmlNode =
  | XmlElement
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'instruction'; readonly target: string; readonly body: string };

export interface XmlDocument {
  /** The document's text, without a byte order mark. */
  readonly text: string;
  readonly root: XmlElement;
  /** The root with the comments and processing instructions beside it. */
  readonly children: XmlNode[];
  /** Where the end tag of the root begins in `text`; nothing when the root is one empty-element tag. */
  readonly rootEnd: number | undefined;
  /** Where the root ends in `text`. */
  readonly rootLimit: number;
}

export interface XmlLimits {
  /** 40 MiB by default. */
  maxBytes?: number;
  /** Elements inside one another, 200 by default. */
  maxDepth?: number;
  /** Elements, attributes and other nodes, 1 000 000 by default. */
  maxNodes?: number;
}

const XMLNS = 'http://www.w3.org/2000/xmlns/';

function invalid(message: string, cause?: unknown): never {
  throw new AdesError('xml_invalid', message, { cause });
}

/**
 * Reads a namespace-well-formed XML 1.0 document in UTF-8. Document type declarations are refused, and with them
 * entities and default attributes; so is what exceeds the limits.
 * @throws AdesError `xml_invalid` with the reason
 */
export function readXml(bytes: Uint8Array, limits: XmlLimits = {}): XmlDocument {
  if (bytes.length > (limits.maxBytes ?? 40 << 20)) invalid('the document is too large');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    return invalid('the document is not UTF-8', cause);
  }
  return new TreeBuilder(text, limits.maxDepth ?? 200, limits.maxNodes ?? 1_000_000).build();
}

class TreeBuilder {
  private readonly text: string;
  private readonly maxDepth: number;
  private nodesLeft: number;
  private readonly children: XmlNode[] = [];
  private readonly open: XmlElement[] = [];
  private rootLimit = 0;

  constructor(text: string, maxDepth: number, maxNodes: number) {
    this.text = text;
    this.maxDepth = maxDepth;
    this.nodesLeft = maxNodes;
  }

  build(): XmlDocument {
    const parser = new SaxesParser({ xmlns: true, position: true });
    parser.on('xmldecl', ({ version, encoding }) => {
      if (version !== '1.0') invalid('only XML 1.0 is read');
      if (encoding && !/^(utf-?8|us-ascii)$/i.test(encoding)) invalid('only UTF-8 is read');
    });
    parser.on('doctype', () => invalid('document type declarations are not read'));
    parser.on('opentag', (tag) => this.openElement(tag));
    parser.on('closetag', () => {
      this.open.pop();
      if (this.open.length === 0) this.rootLimit = parser.position;
    });
    parser.on('text', (text) => {
      if (this.open.length > 0) this.append({ kind: 'text', text });
    });
    parser.on('cdata', (text) => this.append({ kind: 'text', text }));
    parser.on('comment', (text) => this.append({ kind: 'comment', text }));
    parser.on('processinginstruction', ({ target, body }) => this.append({ kind: 'instruction', target, body }));
    try {
      parser.write(this.text).close();
    } catch (error) {
      if (error instanceof AdesError) throw error;
      // The parser's messages quote the document; they stay in the cause.
      invalid(`the document is not well-formed XML (line ${parser.line})`, error);
    }
    const root = this.children.find((node) => node.kind === 'element');
    if (!root) return invalid('the document has no element');
    return { text: this.text, root, children: this.children, ...this.findRootEnd() };
  }

  private openElement(tag: SaxesTagNS): void {
    if (this.open.length >= this.maxDepth) invalid('elements are nested too deeply');
    const declarations = new Map<string, string>();
    const attributes: XmlAttribute[] = [];
    for (const { name, prefix, local, uri, value } of Object.values(tag.attributes)) {
      this.count();
      if (uri === XMLNS) declarations.set(prefix === 'xmlns' ? local : '', value);
      else attributes.push({ name, local, uri, value });
    }
    const { prefix, local, uri } = tag;
    const parent = this.open.at(-1);
    const element: XmlElement = { kind: 'element', prefix, local, uri, attributes, declarations, children: [], parent };
    this.append(element);
    this.open.push(element);
  }

  private append(node: XmlNode): void {
    this.count();
    (this.open.at(-1)?.children ?? this.children).push(node);
  }

  private count(): void {
    if (--this.nodesLeft < 0) invalid('the document has too many nodes');
  }

  private findRootEnd(): Pick<XmlDocument, 'rootEnd' | 'rootLimit'> {
    const { text, rootLimit } = this;
    if (text[rootLimit - 1] !== '>') invalid('the end of the root cannot be found');
    if (text[rootLimit - 2] === '/') return { rootEnd: undefined, rootLimit };
    return { rootEnd: text.lastIndexOf('</', rootLimit - 1), rootLimit };
  }
}

/** Child elements, in order. */
export const elementsOf = (parent: XmlElement): XmlElement[] =>
  parent.children.filter((node): node is XmlElement => node.kind === 'element');

/** All text inside, comments and processing instructions left out. */
export function textOf(parent: XmlElement): string {
  return parent.children
    .map((node) => (node.kind === 'text' ? node.text : node.kind === 'element' ? textOf(node) : ''))
    .join('');
}

/** The value of an attribute without a namespace. */
export const attributeOf = (element: XmlElement, local: string): string | undefined =>
  element.attributes.find((attribute) => attribute.uri === '' && attribute.local === local)?.value;

/** An element and every element inside, in document order. */
export function* descendants(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of elementsOf(element)) yield* descendants(child);
}
