import { type CssNode, generate, type List, parse, walk } from 'css-tree';

export type Declarations = ReadonlyMap<string, string>;

/** What a selector is held against: an element with those around it. */
export interface StyledElement {
  tag: string;
  id: string | undefined;
  classes: readonly string[];
  parent: StyledElement | undefined;
}

interface Compound {
  tag: string | undefined;
  id: string | undefined;
  classes: string[];
  /** Whether the next compound is for the parent itself, not for any ancestor. */
  child: boolean;
}

interface Rule {
  /** From the element outwards. */
  compounds: Compound[];
  specificity: number;
  declarations: Declarations;
}

/** Rules of CSS with tags, classes, ids, descendants and children; others are passed over, as is whatever loads something. */
export class StyleSheet {
  readonly #rules: Rule[] = [];

  add(css: string): void {
    const tree = parse(css, { parseValue: false });
    walk(tree, {
      visit: 'Rule',
      enter: (node) => {
        if (node.prelude.type !== 'SelectorList') return;
        const declarations = declarationsIn(node.block.children);
        for (const selector of node.prelude.children) {
          const compounds = selector.type === 'Selector' ? compoundsOf(selector.children) : undefined;
          if (compounds) this.#rules.push({ compounds, specificity: specificityOf(compounds), declarations });
        }
      },
    });
  }

  /** Declarations for an element, the strongest last. */
  declarationsFor(element: StyledElement): Declarations[] {
    return this.#rules
      .filter((rule) => matches(rule.compounds, element))
      .sort((a, b) => a.specificity - b.specificity)
      .map((rule) => rule.declarations);
  }
}

/** What stands in an attribute `style`. */
export function inlineDeclarations(css: string): Declarations {
  const tree = parse(css, { context: 'declarationList', parseValue: false });
  return tree.type === 'DeclarationList' ? declarationsIn(tree.children) : new Map();
}

function declarationsIn(children: List<CssNode>): Declarations {
  const declarations = new Map<string, string>();
  for (const node of children) {
    if (node.type === 'Declaration') declarations.set(node.property.toLowerCase(), generate(node.value).trim());
  }
  return declarations;
}

function compoundsOf(nodes: List<CssNode>): Compound[] | undefined {
  const compounds: Compound[] = [];
  let current: Compound = { tag: undefined, id: undefined, classes: [], child: false };
  for (const node of nodes) {
    if (node.type === 'TypeSelector') current.tag = node.name === '*' ? undefined : node.name.toLowerCase();
    else if (node.type === 'ClassSelector') current.classes.push(node.name);
    else if (node.type === 'IdSelector') current.id = node.name;
    else if (node.type === 'Combinator' && (node.name === ' ' || node.name === '>')) {
      compounds.unshift(current);
      current = { tag: undefined, id: undefined, classes: [], child: node.name === '>' };
    } else return undefined;
  }
  return [current, ...compounds];
}

function specificityOf(compounds: readonly Compound[]): number {
  return compounds.reduce(
    (sum, { tag, id, classes }) => sum + (id ? 10_000 : 0) + classes.length * 100 + (tag ? 1 : 0),
    0,
  );
}

function matches([first, ...rest]: readonly Compound[], element: StyledElement | undefined): boolean {
  if (!first) return true;
  if (!element || !isOne(first, element)) return false;
  if (rest.length === 0) return true;
  if (first.child) return matches(rest, element.parent);
  for (let above = element.parent; above; above = above.parent) if (matches(rest, above)) return true;
  return false;
}

function isOne({ tag, id, classes }: Compound, element: StyledElement): boolean {
  return (
    (tag === undefined || tag === element.tag) &&
    (id === undefined || id === element.id) &&
    classes.every((one) => element.classes.includes(one))
  );
}
