/** Markup that is complete in itself. */
export type XmlMarkup = { readonly markup: string };

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;' };

const escapeText = (text: string): string => text.replace(/[&<>"\r]/g, (character) => ESCAPES[character]!);

/** One element. Names come from the caller's code; attribute values and text are escaped. */
export function xml(
  name: string,
  attributes: Record<string, string | undefined>,
  ...children: readonly (XmlMarkup | string)[]
): XmlMarkup {
  let markup = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) markup += ` ${key}="${escapeText(value).replace(/\t/g, '&#x9;').replace(/\n/g, '&#xA;')}"`;
  }
  markup += '>';
  for (const child of children) markup += typeof child === 'string' ? escapeText(child) : child.markup;
  return { markup: `${markup}</${name}>` };
}

/** A document in UTF-8 with its declaration. */
export const writeXml = (root: XmlMarkup): Buffer =>
  Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${root.markup}\n`, 'utf8');
