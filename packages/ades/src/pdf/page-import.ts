import { AdesError } from '../ades-error.ts';
import type { IncrementalUpdate } from './incremental-update.ts';
import { dict, isDict, isName, name, type PdfDict, PdfRef, PdfStream, type PdfValue } from './objects.ts';
import { isPageTreeNode, type PageNode, pageGeometry, walkPages } from './page-tree.ts';
import type { PdfFile } from './pdf-file.ts';
import { decodeStream } from './stream-decoder.ts';
import { kidsOf, readNumberTree, StructureTree } from './structure-tree.ts';

/** Copies objects of one file into an update on another, each source object once. */
class ObjectCopier {
  private readonly update: IncrementalUpdate;
  private readonly source: PdfFile;
  private readonly copied = new Map<number, PdfRef>();
  private readonly queue: [PdfRef, PdfValue][] = [];

  constructor(update: IncrementalUpdate, source: PdfFile) {
    this.update = update;
    this.source = source;
  }

  /** References to the source's object become references to the target's. */
  replace(source: PdfRef, target: PdfRef): void {
    this.copied.set(source.number, target);
  }

  copy(value: PdfValue): PdfValue {
    const copied = this.translate(value);
    for (let next = this.queue.pop(); next; next = this.queue.pop()) this.update.put(next[0], this.translate(next[1]));
    return copied;
  }

  private translate(value: PdfValue): PdfValue {
    if (value instanceof PdfRef) return this.translateRef(value);
    if (Array.isArray(value)) return value.map((item) => this.translate(item));
    if (value instanceof PdfStream) return new PdfStream(this.translateDict(value.dict), value.raw);
    if (isDict(value) && isName(value.get('Type'), 'OBJR')) return null;
    return isDict(value) ? this.translateDict(value) : value;
  }

  private translateDict(source: PdfDict): PdfDict {
    const out: PdfDict = new Map();
    for (const [key, value] of source) if (key !== 'Length') out.set(key, this.translate(value));
    return out;
  }

  private translateRef(ref: PdfRef): PdfValue {
    const known = this.copied.get(ref.number);
    if (known) return known;
    const value = this.source.get(ref);
    // Pages refer to each other through parents and destinations; following them would import the whole file.
    if (value === null || isPageTreeNode(value)) return null;
    const target = this.update.allocate();
    this.copied.set(ref.number, target);
    this.queue.push([target, value]);
    return target;
  }
}

/**
 * Adds all pages of `source`, with their structure: the first `inFront` of them before the first page, the others behind
 * the last. Annotations and threads stay behind; attributes that the page would inherit are written into it, so that
 * those of the target's page tree cannot reach it.
 * @returns the references of the new pages in the order of `source`
 */
export function addPages(update: IncrementalUpdate, source: PdfFile, inFront: number): PdfRef[] {
  const pagesRef = update.file.catalog.get('Pages');
  if (!(pagesRef instanceof PdfRef)) throw new AdesError('pdf_page_tree', 'the page tree is not an indirect object');
  const copier = new ObjectCopier(update, source);
  const pages = [...walkPages(source, source.catalog)];
  const added = pages.map((page) => {
    const { box, rotation, userUnit } = pageGeometry(source, page);
    const entries = dict({
      Type: name('Page'),
      Parent: pagesRef,
      MediaBox: [...box],
      CropBox: [...box],
      Rotate: rotation,
      Resources: copier.copy(page.attribute('Resources')) ?? new Map(),
      Contents: copier.copy(page.dict.get('Contents') ?? null),
      Group: copier.copy(page.dict.get('Group') ?? null),
      UserUnit: userUnit === 1 ? undefined : userUnit,
    });
    if (entries.get('Contents') === null) entries.delete('Contents');
    if (entries.get('Group') === null) entries.delete('Group');
    const ref = update.add(entries);
    copier.replace(page.ref, ref);
    return ref;
  });
  const front = added.slice(0, inFront);
  addStructure(update, source, copier, new Map(pages.map((page, index) => [page, added[index]!])), front);
  shiftPageLabels(update, front.length);
  const root = update.edit(pagesRef);
  const kids = update.resolveArray(root.get('Kids')) ?? [];
  const count = update.resolve(root.get('Count'));
  root.set('Kids', [...front, ...kids, ...added.slice(front.length)]);
  root.set('Count', (typeof count === 'number' ? count : kids.length) + added.length);
  return added;
}

/** Labels go by the number of the page in the file (ISO 32000-2 §12.4.2); pages in front get none. */
function shiftPageLabels(update: IncrementalUpdate, by: number): void {
  const labels = update.file.catalog.get('PageLabels');
  if (by === 0 || !update.resolveDict(labels)) return;
  const ranges = [...readNumberTree(update, labels)].sort(([a], [b]) => a - b);
  const shifted = ranges.flatMap(([page, label]) => [page + by, label]);
  update.edit(update.file.rootRef).set('PageLabels', update.add(dict({ Nums: [0, new Map(), ...shifted] })));
}

/** What the pages of `source` say by marked content, as first or last part of the structure of the file. */
function addStructure(
  update: IncrementalUpdate,
  source: PdfFile,
  copier: ObjectCopier,
  pages: ReadonlyMap<PageNode, PdfRef>,
  front: readonly PdfRef[],
): void {
  const sourceRoot = source.catalog.get('StructTreeRoot');
  const root = source.resolveDict(sourceRoot);
  if (!root || !(sourceRoot instanceof PdfRef)) return;
  const tree = StructureTree.findOrCreate(update);
  copier.replace(sourceRoot, tree.parentRef);
  const leading: PdfRef[] = [];
  for (const kid of kidsOf(source, root)) {
    const copied = copier.copy(kid);
    if (!(copied instanceof PdfRef)) continue;
    // A document inside of a document is a part of it.
    if (tree.parentRef !== tree.rootRef && isName(source.resolveDict(kid)?.get('S') ?? null, 'Document'))
      update.edit(copied).set('S', name('Part'));
    if (front.includes(firstPageOf(update, copied)!)) leading.push(copied);
    else tree.append(copied);
  }
  tree.prepend(leading);
  const parents = readNumberTree(source, root.get('ParentTree'));
  for (const [page, ref] of pages) {
    const elements = source.resolve(parents.get(source.resolve(page.dict.get('StructParents')) as number));
    if (!Array.isArray(elements)) continue;
    const entries = update.edit(ref);
    entries.set('StructParents', tree.addParent(copier.copy(elements)));
    entries.set('Tabs', name('S'));
  }
  tree.finish();
}

/** The page that an element begins on. */
function firstPageOf(update: IncrementalUpdate, element: PdfValue): PdfRef | undefined {
  const entries = update.resolveDict(element);
  const page = entries?.get('Pg');
  if (page instanceof PdfRef || !entries) return page as PdfRef | undefined;
  for (const kid of kidsOf(update, entries)) {
    const found = firstPageOf(update, kid);
    if (found) return found;
  }
  return undefined;
}

/** The first page of `source` as a form XObject, upright, with its lower left corner as drawn by the page. */
export function importPageAsForm(update: IncrementalUpdate, source: PdfFile): PdfRef {
  const [page] = walkPages(source, source.catalog);
  if (!page) throw new AdesError('pdf_no_pages', 'the appearance has no page');
  const { box, rotation } = pageGeometry(source, page);
  const copier = new ObjectCopier(update, source);
  const content = pageContent(source, page);
  const form = dict({
    Type: name('XObject'),
    Subtype: name('Form'),
    BBox: [...box],
    Matrix: rotation === 0 ? undefined : formMatrix(rotation),
    Resources: copier.copy(page.attribute('Resources')) ?? new Map(),
    Filter: content.filter === undefined ? undefined : copier.copy(content.filter),
    DecodeParms: content.parameters === undefined ? undefined : copier.copy(content.parameters),
  });
  return update.add(new PdfStream(form, content.data));
}

/** A page shown turned clockwise becomes upright when its content is turned the same way. */
function formMatrix(rotation: number): number[] {
  if (rotation === 90) return [0, -1, 1, 0, 0, 0];
  return rotation === 180 ? [-1, 0, 0, -1, 0, 0] : [0, 1, -1, 0, 0, 0];
}

function pageContent(source: PdfFile, page: PageNode): { data: Uint8Array; filter?: PdfValue; parameters?: PdfValue } {
  const contents = source.resolve(page.dict.get('Contents'));
  if (contents instanceof PdfStream) {
    const { dict: entries, raw } = contents;
    return { data: raw, filter: entries.get('Filter'), parameters: entries.get('DecodeParms') };
  }
  const parts: Buffer[] = [];
  for (const item of Array.isArray(contents) ? contents : []) {
    const stream = source.resolve(item);
    if (!(stream instanceof PdfStream)) continue;
    parts.push(
      decodeStream(stream, source.budget, (value) => source.resolve(value)),
      Buffer.from('\n'),
    );
  }
  return { data: Buffer.concat(parts) };
}
