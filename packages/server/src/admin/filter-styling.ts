import { type CssNode, generate, ident, List, parse, type Rule, type Selector, type WalkContext, walk } from 'css-tree';

/** In both web apps, what everything of the page is inside of. */
const APP_ROOT = 'root';

/** At-rules that only choose when rules hold, or name movements. */
const AT_RULES = ['media', 'supports', 'container', 'layer', 'keyframes', '-webkit-keyframes'];
/** Besides what is no fixed place over the buttons of the page. */
const POSITIONS = ['static', 'relative', 'absolute', 'sticky', 'inherit', 'initial', 'unset'];
/** Functions that load, or that take a text for an address. */
const FUNCTIONS = [
  'url',
  'src',
  'image',
  'image-set',
  '-webkit-image-set',
  'cross-fade',
  'element',
  'paint',
  'expression',
];
const PROPERTIES = ['behavior', '-moz-binding'];
const DATA_IMAGE = /^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/i;
/** What stands for the page as a whole stands for the app instead. */
const WHOLE_PAGE = ['html', 'body'];

/**
 * A style sheet of an account that can reach nothing outside of the app's pages: each selector is below the app's root,
 * and nothing is loaded but images in `data:` and what is under `ownAddress`, whose addresses are answered for the caller
 * to look up. `refused` names what was not taken, with its line; when there is any, `css` is not to be used.
 */
export function filterStyling(
  text: string,
  ownAddress: string,
): { css: string; refused: string[]; addresses: string[] } {
  const refused: string[] = [];
  const addresses: string[] = [];
  const refuse = (node: CssNode, why: string) => refused.push(`line ${node.loc?.start.line ?? 1}: ${why}`);
  const tree = parse(text, {
    positions: true,
    parseCustomProperty: true,
    onParseError: (error) => refused.push(`line ${(error as { line?: number }).line ?? 1}: ${error.message}`),
  });

  walk(tree, {
    enter(this: WalkContext, node: CssNode) {
      if (node.type === 'Atrule') {
        const name = plain(node.name);
        if (!AT_RULES.includes(name)) refuse(node, `@${name} is not taken`);
        else if (this.rule) refuse(node, 'rules inside of rules are not taken');
      } else if (node.type === 'Rule') {
        if (this.rule) refuse(node, 'rules inside of rules are not taken');
      } else if (node.type === 'Declaration') {
        const property = plain(node.property);
        if (PROPERTIES.includes(property)) refuse(node, `${property} is not taken`);
        if (property === 'position' && !POSITIONS.includes(generate(node.value).trim().toLowerCase())) {
          refuse(node, `position: ${generate(node.value)} is not taken`);
        }
      } else if (node.type === 'Function') {
        const name = plain(node.name);
        if (FUNCTIONS.includes(name)) refuse(node, `${name}() is not taken`);
      } else if (node.type === 'Url') {
        if (node.value.startsWith(ownAddress)) addresses.push(node.value);
        else if (!DATA_IMAGE.test(node.value)) {
          refuse(node, `url(${node.value.slice(0, 100)}): only data: images and files of the account`);
        }
      } else if (node.type === 'Raw') {
        refuse(node, `cannot be read: ${node.value.trim().slice(0, 100)}`);
      } else if (node.type === 'NestingSelector') {
        refuse(node, '& is not taken');
      }
    },
  });
  if (refused.length > 0) return { css: '', refused: [...new Set(refused)], addresses };

  walk(tree, {
    visit: 'Rule',
    enter(this: WalkContext, rule: Rule) {
      // The steps of a movement are no selectors.
      if (this.atrule && /keyframes$/i.test(this.atrule.name)) return;
      putBelowRoot(rule);
    },
  });
  return { css: generate(tree), refused, addresses };
}

function putBelowRoot(rule: Rule): void {
  if (rule.prelude.type !== 'SelectorList') return;
  rule.prelude.children.forEach((selector) => {
    if (selector.type === 'Selector') prefix(selector);
  });
}

/** `.a` → `#root .a`; `body .a` → `#root .a`; `:root` → `#root`. */
function prefix(selector: Selector): void {
  const parts = selector.children.toArray();
  let isRootItself = false;
  while (isWholePage(parts[0])) {
    parts.shift();
    isRootItself = true;
    if (parts[0]?.type === 'Combinator' && isWholePage(parts[1])) parts.shift();
  }
  // Only what is inside: a sibling of the root would be outside of the app.
  if (parts[0]?.type === 'Combinator' && parts[0].name !== '>') parts[0] = { type: 'Combinator', name: ' ' };
  if (!isRootItself && parts[0]?.type !== 'Combinator') parts.unshift({ type: 'Combinator', name: ' ' });
  selector.children = new List<CssNode>().fromArray([{ type: 'IdSelector', name: APP_ROOT }, ...parts]);
}

function isWholePage(node: CssNode | undefined): boolean {
  if (node?.type === 'TypeSelector') return WHOLE_PAGE.includes(plain(node.name));
  return node?.type === 'PseudoClassSelector' && plain(node.name) === 'root' && node.children === null;
}

function plain(name: string): string {
  return ident.decode(name).toLowerCase();
}
