import { AdesError } from '../ades-error.ts';
import type { IncrementalUpdate } from './incremental-update.ts';
import { dict, isName, name, type PdfDict, PdfRef, type PdfValue, textString } from './objects.ts';
import type { ObjectSource } from './page-tree.ts';

const MAX_ENTRIES = 1_000_000;

/**
 * The structure tree of a file (ISO 32000-2 §14.7), to which elements are added in an update. What is there stays as it
 * is: new elements come first or last, and get keys in the parent tree that no page or annotation has yet.
 */
export class StructureTree {
  readonly rootRef: PdfRef;
  /** What new top-level elements hang from: the one element /Document where there is one, else the root. */
  readonly parentRef: PdfRef;
  private readonly update: IncrementalUpdate;
  private readonly keys: number[];
  private readonly firstKey: number;
  private readonly parents: PdfValue[] = [];

  /** The tree of the file, if it has one. */
  static find(update: IncrementalUpdate): StructureTree | undefined {
    const root = update.resolveDict(update.resolveDict(update.file.rootRef)?.get('StructTreeRoot'));
    return root && new StructureTree(update, root);
  }

  /**
   * The tree of the file, or a new one. A file that had none is not declared a Tagged PDF by it: then readers would take
   * its other pages, which have no structure, for empty.
   */
  static findOrCreate(update: IncrementalUpdate): StructureTree {
    return StructureTree.find(update) ?? new StructureTree(update, dict({ Type: name('StructTreeRoot') }));
  }

  private constructor(update: IncrementalUpdate, root: PdfDict) {
    this.update = update;
    const catalog = update.edit(update.file.rootRef);
    const ref = catalog.get('StructTreeRoot');
    this.rootRef = ref instanceof PdfRef && update.resolveDict(ref) ? ref : update.add(root);
    catalog.set('StructTreeRoot', this.rootRef);
    this.parentRef = this.documentElement(root) ?? this.rootRef;
    const declared = update.resolve(root.get('ParentTreeNextKey'));
    this.keys = [...readNumberTree(update, root.get('ParentTree')).keys()];
    const highest = this.keys.reduce((a, b) => Math.max(a, b), -1);
    this.firstKey = Math.max(typeof declared === 'number' ? declared : 0, highest + 1);
  }

  /** Adds an element behind all others. Its /P must be `parentRef`. */
  append(element: PdfRef): void {
    const parent = this.update.edit(this.parentRef);
    parent.set('K', [...kidsOf(this.update, parent), element]);
  }

  /** Puts elements before all others, in their order. */
  prepend(elements: readonly PdfRef[]): void {
    if (elements.length === 0) return;
    const parent = this.update.edit(this.parentRef);
    parent.set('K', [...elements, ...kidsOf(this.update, parent)]);
  }

  /**
   * Keys for objects that elements refer back from: a page's /StructParents or an annotation's /StructParent.
   * @param value the element, or the page's array of elements
   */
  addParent(value: PdfValue): number {
    this.parents.push(Array.isArray(value) ? this.update.add(value) : value);
    return this.firstKey + this.parents.length - 1;
  }

  /** Gives an annotation an element of its own, with a text for those who do not see it. */
  tagAnnotation(annotation: PdfRef, page: PdfRef, type: 'Annot' | 'Form', text: string): void {
    const element = this.update.add(
      dict({
        Type: name('StructElem'),
        S: name(type),
        P: this.parentRef,
        Pg: page,
        Alt: textString(text),
        K: dict({ Type: name('OBJR'), Obj: annotation, Pg: page }),
      }),
    );
    this.append(element);
    this.update.edit(annotation).set('StructParent', this.addParent(element));
    this.update.edit(page).set('Tabs', name('S'));
  }

  /** Writes the parent tree (a number tree, §7.9.7): what is there becomes one branch, what is new another. */
  finish(): void {
    if (this.parents.length === 0) return;
    const { update } = this;
    const root = update.edit(this.rootRef);
    const added = this.parents.map((value, index) => [this.firstKey + index, value] as const);
    const old = update.resolveDict(root.get('ParentTree')) ?? new Map();
    const kids = update.resolveArray(old.get('Kids')) ?? [];
    const branches = [...kids];
    if (this.keys.length > 0 && kids.length === 0) {
      const limits = [this.keys.reduce((a, b) => Math.min(a, b)), this.keys.reduce((a, b) => Math.max(a, b))];
      branches.push(update.add(dict({ Limits: limits, Nums: old.get('Nums') })));
    }
    const limits = [this.firstKey, this.firstKey + added.length - 1];
    branches.push(update.add(dict({ Limits: limits, Nums: added.flat() })));
    root.set('ParentTree', update.add(dict({ Kids: branches })));
    root.set('ParentTreeNextKey', this.firstKey + added.length);
  }

  private documentElement(root: PdfDict): PdfRef | undefined {
    const kids = kidsOf(this.update, root);
    const [only] = kids;
    if (kids.length !== 1 || !(only instanceof PdfRef)) return undefined;
    return isName(this.update.resolve(this.update.resolveDict(only)?.get('S')), 'Document') ? only : undefined;
  }
}

/** Everything in a number tree (§7.9.7). @throws AdesError `pdf_too_complex` */
export function readNumberTree(source: ObjectSource, tree: PdfValue | undefined): Map<number, PdfValue> {
  const out = new Map<number, PdfValue>();
  const seen = new Set<PdfDict>();
  const stack: PdfValue[] = [tree ?? null];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const node = source.resolveDict(item);
    if (!node || seen.has(node)) continue;
    seen.add(node);
    const numbers = source.resolveArray(node.get('Nums')) ?? [];
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      const key = source.resolve(numbers[i]);
      if (typeof key === 'number') out.set(key, numbers[i + 1]!);
    }
    if (out.size > MAX_ENTRIES || seen.size > MAX_ENTRIES)
      throw new AdesError('pdf_too_complex', 'the structure refers to too many objects');
    for (const kid of source.resolveArray(node.get('Kids')) ?? []) stack.push(kid);
  }
  return out;
}

/** /K of an element or of the root: nothing, one kid or an array. */
export function kidsOf(source: ObjectSource, element: PdfDict): PdfValue[] {
  const kids = element.get('K');
  const resolved = source.resolve(kids);
  if (resolved === null) return [];
  return Array.isArray(resolved) ? resolved : [kids!];
}
