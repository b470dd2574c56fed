import { AdesError } from '../ades-error.ts';
import { canonicalizeWith } from './exclusive-c14n.ts';
import type { XmlElement } from './xml-tree.ts';

/** Canonical XML 1.0 without comments, W3C REC-xml-c14n-20010315. */
export const INCLUSIVE_C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';

/**
 * Canonical form of an element where it stands: namespaces that it inherits are declared on it, used or not (§2.3, §2.4).
 * @returns UTF-8
 * @throws AdesError `xml_invalid` when it would inherit an attribute of the prefix `xml`, which is not done here
 */
export function canonicalizeInclusive(element: XmlElement): Buffer {
  for (let above = element.parent; above; above = above.parent) {
    if (above.attributes.some(({ name }) => name.startsWith('xml:'))) {
      throw new AdesError('xml_invalid', 'attributes of the prefix xml are not inherited here');
    }
  }
  return canonicalizeWith((current, rendered) => {
    const inScope = current === element ? namespacesOf(element) : current.declarations;
    return new Map([...inScope].filter(([prefix, uri]) => prefix !== 'xml' && (rendered.get(prefix) ?? '') !== uri));
  }, element);
}

function namespacesOf(element: XmlElement): Map<string, string> {
  const inherited = element.parent ? namespacesOf(element.parent) : new Map<string, string>();
  return new Map([...inherited, ...element.declarations]);
}
