/** Properties that say how text, boxes and tables look. None of them loads, moves, covers or hides anything. */
const PROPERTIES = new RegExp(
  `^(${[
    'color|background|background-color|direction|unicode-bidi',
    'font|font-(family|size|style|variant|weight|stretch)|line-height|letter-spacing|word-spacing',
    'text-(align|decoration|decoration-line|decoration-style|transform)|vertical-align|white-space|word-break',
    'overflow-wrap|word-wrap|hyphens|tab-size|quotes|list-style|list-style-(type|position)',
    'border(-(top|right|bottom|left))?(-(color|style|width))?|border(-[a-z]+)*-radius|border-(collapse|spacing)',
    'padding(-(top|right|bottom|left))?|margin(-(top|right|bottom|left))?',
    'width|min-width|max-width|min-height|display|float|clear|box-sizing',
    'table-layout|caption-side|empty-cells|(page-)?break-(before|after|inside)|orphans|widows',
    'columns|column-(count|gap|width|rule)|gap|row-gap|flex|flex-(basis|direction|flow|grow|shrink|wrap)',
    'align-(content|items|self)|justify-(content|items|self)|grid-template-columns|grid-column|grid-row',
  ].join('|')})$`,
);

const FUNCTIONS = new Set(['rgb', 'rgba', 'hsl', 'hsla', 'calc', 'min', 'max', 'clamp', 'repeat', 'minmax']);

/** Declarations of one property that would hide what is to be signed. */
const HIDING: Record<string, RegExp> = {
  display: /none/i,
  color: /transparent|\/|rgba|hsla/i,
  font: /(^|\s)0/,
  'font-size': /^0/,
  width: /^0/,
  'max-width': /^0/,
};

const SELECTOR = /^[\p{L}\p{N}\s.#*>+~,:()[\]="'_-]+$/u;
const MEDIA = /^@media\s[\w\s():,.-]+$/i;
const VALUE = /^[\p{L}\p{N}\s#%.,()'"+*/_-]*$/u;

/** The rules of a style sheet that are known to be harmless; everything else is left out. */
export function safeStyleSheet(css: string): string {
  return safeRules(css.replace(/\/\*[\s\S]*?(\*\/|$)/g, ' '), 0);
}

function safeRules(css: string, depth: number): string {
  let safe = '';
  for (const { prelude, block } of blocksOf(css)) {
    if (MEDIA.test(prelude) && depth === 0) safe += `${prelude}{${safeRules(block, depth + 1)}}`;
    else if (isSafeSelector(prelude)) safe += `${prelude}{${safeDeclarations(block)}}`;
  }
  return safe;
}

/** `prelude { block }` in turn. Statements such as `@import` have no block and are passed over. */
function* blocksOf(css: string): Generator<{ prelude: string; block: string }> {
  let start = 0;
  let opened = -1;
  let depth = 0;
  let quote = '';
  for (let at = 0; at < css.length; at += 1) {
    const char = css[at]!;
    if (quote) {
      if (char === quote || char === '\n') quote = '';
    } else if (char === '"' || char === "'") {
      quote = char;
    } else if (char === '{') {
      if (depth === 0) opened = at;
      depth += 1;
    } else if (char === '}' && depth > 0) {
      depth -= 1;
      if (depth > 0) continue;
      yield { prelude: css.slice(start, opened).trim(), block: css.slice(opened + 1, at) };
      start = at + 1;
    } else if (char === ';' && depth === 0) {
      start = at + 1;
    }
  }
}

/** `property: value` pairs that are known to be harmless, each ended by a semicolon. */
export function safeDeclarations(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?(\*\/|$)/g, ' ')
    .split(';')
    .map(safeDeclaration)
    .join('');
}

function safeDeclaration(text: string): string {
  const colon = text.indexOf(':');
  const property = text.slice(0, colon).trim().toLowerCase();
  const value = text.slice(colon + 1).trim();
  const important = /!\s*important$/i.test(value);
  const plain = value.replace(/!\s*important$/i, '').trim();
  if (colon < 0 || plain === '' || !PROPERTIES.test(property) || !isSafeValue(property, plain)) return '';
  return `${property}:${plain}${important ? '!important' : ''};`;
}

function isSafeValue(property: string, value: string): boolean {
  if (!VALUE.test(value) || HIDING[property]?.test(value)) return false;
  // A negative margin draws over what stands beside it, or off the page.
  if (property.startsWith('margin') && /(^|[\s(])-/.test(value)) return false;
  const functions = [...value.matchAll(/([\w-]*)\(/g)].map((match) => match[1]!.toLowerCase());
  return isBalanced(value) && functions.every((name) => FUNCTIONS.has(name));
}

function isSafeSelector(selector: string): boolean {
  // A parenthesis belongs to a pseudo-class: `url(` would swallow what follows.
  return SELECTOR.test(selector) && isBalanced(selector) && !/(^|[^\w-]|[^:\w-][\w-]+)\(/.test(selector);
}

function isBalanced(text: string): boolean {
  const count = (char: string) => text.split(char).length - 1;
  return count('"') % 2 === 0 && count("'") % 2 === 0 && count('(') === count(')') && count('[') === count(']');
}
