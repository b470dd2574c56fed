import type { XmlDocument, XmlElement, XmlNode } from './xml-tree.ts';

/** Exclusive XML Canonicalization 1.0 without comments. */
export const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/**
 * Canonical form of an element with all that is inside, or of a whole document with the processing instructions beside
 * its root: Exclusive XML Canonicalization without comments and with an empty list of inclusive prefixes (W3C
 * REC-xml-exc-c14n-20020718 §3).
 * @param without an element that is left out (the enveloped signature)
 * @returns UTF-8
 */
export function canonicalize(node: XmlElement | XmlDocument, without?: XmlElement): Buffer {
  const out: string[] = [];
  if ('kind' in node) writeElement(node, new Map(), out, without);
  else writeDocument(node, out, without);
  return Buffer.from(out.join(''), 'utf8');
}

/** Which namespaces an element's canonical form declares, given those that output ancestors have, by prefix. */
export type DeclareNamespaces = (element: XmlElement, rendered: ReadonlyMap<string, string>) => Map<string, string>;

/** Canonical form of an element under another rule for its namespaces. @returns UTF-8 */
export function canonicalizeWith(declare: DeclareNamespaces, element: XmlElement): Buffer {
  const out: string[] = [];
  writeElement(element, new Map(), out, undefined, declare);
  return Buffer.from(out.join(''), 'utf8');
}

function writeDocument({ children, root }: XmlDocument, out: string[], without: XmlElement | undefined): void {
  let rootSeen = false;
  for (const node of children) {
    if (node === root) {
      writeElement(root, new Map(), out, without);
      rootSeen = true;
    } else if (node.kind === 'instruction') {
      if (rootSeen) out.push('\n');
      writeNode(node, new Map(), out, without);
      if (!rootSeen) out.push('\n');
    }
  }
}

function writeNode(
  node: XmlNode,
  rendered: ReadonlyMap<string, string>,
  out: string[],
  without: XmlElement | undefined,
  declare?: DeclareNamespaces,
): void {
  if (node.kind === 'element') writeElement(node, rendered, out, without, declare);
  else if (node.kind === 'text') out.push(node.text.replace(/[&<>\r]/g, escapeCharacter));
  else if (node.kind === 'instruction') {
    out.push(`<?${node.target}${node.body ? ` ${node.body.replace(/\r/g, '&#xD;')}` : ''}?>`);
  }
}

/** @param rendered namespaces that output ancestors have declared, by prefix */
function writeElement(
  element: XmlElement,
  rendered: ReadonlyMap<string, string>,
  out: string[],
  without: XmlElement | undefined,
  declare: DeclareNamespaces = declareUsed,
): void {
  if (element === without) return;
  const name = element.prefix ? `${element.prefix}:${element.local}` : element.local;
  out.push('<', name);
  const declared = declare(element, rendered);
  for (const [prefix, uri] of [...declared].sort(([a], [b]) => compareText(a, b))) {
    out.push(prefix ? ` xmlns:${prefix}="` : ' xmlns="', escapeAttribute(uri), '"');
  }
  const attributes = [...element.attributes].sort((a, b) => compareText(a.uri, b.uri) || compareText(a.local, b.local));
  for (const attribute of attributes) out.push(' ', attribute.name, '="', escapeAttribute(attribute.value), '"');
  out.push('>');
  const inside = declared.size > 0 ? new Map([...rendered, ...declared]) : rendered;
  for (const child of element.children) writeNode(child, inside, out, without, declare);
  out.push('</', name, '>');
}

/** Namespaces that this element uses visibly and no output ancestor has declared alike (§3, item 3). */
function declareUsed(element: XmlElement, rendered: ReadonlyMap<string, string>): Map<string, string> {
  const declared = new Map<string, string>();
  const use = (prefix: string, uri: string) => {
    // The prefix xml is never declared; an absent default namespace only where it undoes one.
    if (prefix !== 'xml' && (rendered.get(prefix) ?? '') !== uri) declared.set(prefix, uri);
  };
  use(element.prefix, element.uri);
  for (const { name, uri } of element.attributes) {
    const colon = name.indexOf(':');
    if (colon > 0) use(name.slice(0, colon), uri);
  }
  return declared;
}

/** Order of code points, which is that of UTF-8 and not that of UTF-16. */
const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

const escapeCharacter = (character: string): string => ESCAPES[character]!;

const escapeAttribute = (value: string): string => value.replace(/[&<"\t\n\r]/g, escapeCharacter);
