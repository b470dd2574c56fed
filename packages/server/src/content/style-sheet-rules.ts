import { elementsOf, type XmlDocument, type XmlElement } from '@segl/ades/xml';

const XSLT = 'http://www.w3.org/1999/XSL/Transform';

/** XSLT 1.0 without `import`, `include` and what goes with them: a style sheet stands alone. */
const INSTRUCTIONS = new Set([
  ...['apply-templates', 'attribute', 'attribute-set', 'call-template', 'choose', 'comment', 'copy', 'copy-of'],
  ...['decimal-format', 'element', 'fallback', 'for-each', 'if', 'key', 'message', 'namespace-alias', 'number'],
  ...['otherwise', 'output', 'param', 'preserve-space', 'processing-instruction', 'sort', 'strip-space', 'stylesheet'],
  ...['template', 'text', 'transform', 'value-of', 'variable', 'when', 'with-param'],
]);

/**
 * Why a style sheet is not applied: it is no XSLT 1.0, loads something, brings script or uses extensions. `undefined` for
 * one that only says how its document looks.
 */
export function styleSheetFault({ root }: XmlDocument): string | undefined {
  if (root.uri !== XSLT || (root.local !== 'stylesheet' && root.local !== 'transform')) {
    return 'The style sheet is not XSLT.';
  }
  if (root.attributes.find(({ uri, local }) => uri === '' && local === 'version')?.value.trim() !== '1.0') {
    return 'The style sheet is not XSLT 1.0.';
  }
  return firstFault(root);
}

function firstFault(element: XmlElement): string | undefined {
  const fault = faultOf(element);
  if (fault) return fault;
  for (const child of elementsOf(element)) {
    const below = firstFault(child);
    if (below) return below;
  }
  return undefined;
}

function faultOf(element: XmlElement): string | undefined {
  const isInstruction = element.uri === XSLT;
  if (element.local.toLowerCase() === 'script') return 'The style sheet brings script.';
  if (isInstruction && !INSTRUCTIONS.has(element.local)) return `The style sheet uses xsl:${element.local}.`;
  for (const { uri, local, value } of element.attributes) {
    if (local === 'extension-element-prefixes' && (isInstruction || uri === XSLT)) {
      return 'The style sheet uses extension elements.';
    }
    const fault = expressionFault(isInstruction ? value : templatesOf(value));
    if (fault) return fault;
  }
  return undefined;
}

/** What stands in braces in an attribute of a literal element (XSLT 1.0 §7.6.2). */
function templatesOf(value: string): string {
  return [...value.matchAll(/\{([^}]*)\}?/g)].map((match) => match[1]).join(' ');
}

function expressionFault(expression: string): string | undefined {
  const outsideOfStrings = expression.replace(/'[^']*'|"[^"]*"/g, "''");
  if (/(^|[^\w.:-])document\s*\(/.test(outsideOfStrings)) return 'The style sheet loads documents.';
  if (/[\w.-]+:[\w.-]+\s*\(/.test(outsideOfStrings)) return 'The style sheet uses extension functions.';
  return undefined;
}
