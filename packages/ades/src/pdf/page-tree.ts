import { AdesError } from '../ades-error.ts';
import { isDict, isName, type PdfDict, PdfRef, type PdfValue } from './objects.ts';

/** Anything that objects can be read from: a file, or an update on it. */
export interface ObjectSource {
  resolve(value: PdfValue | undefined): PdfValue;
  resolveDict(value: PdfValue | undefined): PdfDict | undefined;
  resolveArray(value: PdfValue | undefined): PdfValue[] | undefined;
}

export interface PageNode {
  readonly ref: PdfRef;
  readonly dict: PdfDict;
  /** Attribute of the page, or the nearest one inherited from its ancestors. */
  attribute(key: string): PdfValue;
}

/** Pages and nodes together: a tree whose nodes share children can have more paths than atoms. */
const MAX_VISITS = 200_000;
const MAX_DEPTH = 64;

function treeError(message: string): AdesError {
  return new AdesError('pdf_page_tree', message);
}

/**
 * Pages in order. The same page object may come more than once, as some files list it.
 * @throws AdesError `pdf_page_tree` when the tree contains itself or a child is neither page nor node
 */
export function* walkPages(source: ObjectSource, catalog: PdfDict): Generator<PageNode> {
  const root = catalog.get('Pages');
  const rootDict = source.resolveDict(root);
  if (!rootDict) throw treeError('the catalog names no pages');
  let visits = 0;
  const walk = function* (ref: PdfRef | undefined, node: PdfDict, ancestors: readonly PdfDict[]): Generator<PageNode> {
    if (++visits > MAX_VISITS) throw new AdesError('pdf_too_complex', 'too many pages');
    if (ancestors.includes(node)) throw treeError('the page tree contains itself');
    if (ancestors.length > MAX_DEPTH) throw treeError('the page tree is too deep');
    if (!node.has('Kids')) {
      if (!ref) throw treeError('a page is not an indirect object');
      const chain = [node, ...ancestors];
      yield {
        ref,
        dict: node,
        attribute: (key) => source.resolve(chain.find((item) => item.has(key))?.get(key)),
      };
      return;
    }
    const kids = source.resolveArray(node.get('Kids'));
    if (!kids) throw treeError('a node of the page tree has no children');
    for (const kid of kids) {
      const child = source.resolveDict(kid);
      if (child) yield* walk(kid instanceof PdfRef ? kid : undefined, child, [node, ...ancestors]);
    }
  };
  yield* walk(root instanceof PdfRef ? root : undefined, rootDict, []);
}

/** @throws AdesError `pdf_no_pages` */
export function firstPage(source: ObjectSource, catalog: PdfDict): PageNode {
  for (const page of walkPages(source, catalog)) return page;
  throw new AdesError('pdf_no_pages', 'the file has no page');
}

/** Left, bottom, right, top in default user space units. */
export type Box = readonly [number, number, number, number];

function readBox(source: ObjectSource, value: PdfValue): Box | undefined {
  const numbers = source.resolveArray(value)?.map((item) => source.resolve(item));
  if (numbers?.length !== 4 || !numbers.every((item) => typeof item === 'number')) return undefined;
  const [a, b, c, d] = numbers as [number, number, number, number];
  const box: Box = [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
  return box[2] > box[0] && box[3] > box[1] ? box : undefined;
}

export interface PageGeometry {
  /** What a reader shows: the CropBox within the MediaBox. */
  box: Box;
  /** Clockwise rotation for display: 0, 90, 180 or 270. */
  rotation: 0 | 90 | 180 | 270;
  /** Size of a user space unit in 1/72 inch. */
  userUnit: number;
}

/** How the page is shown (ISO 32000-2 §7.7.3.3). A missing MediaBox counts as A4. */
export function pageGeometry(source: ObjectSource, page: PageNode): PageGeometry {
  const media = readBox(source, page.attribute('MediaBox')) ?? [0, 0, 595, 842];
  const crop = readBox(source, page.attribute('CropBox')) ?? media;
  const within: Box = [
    Math.max(media[0], crop[0]),
    Math.max(media[1], crop[1]),
    Math.min(media[2], crop[2]),
    Math.min(media[3], crop[3]),
  ];
  const box = within[2] > within[0] && within[3] > within[1] ? within : media;
  const rotate = page.attribute('Rotate');
  const turned = typeof rotate === 'number' ? ((rotate % 360) + 360) % 360 : 0;
  const rotation = turned === 90 || turned === 180 || turned === 270 ? turned : 0;
  const unit = source.resolve(page.dict.get('UserUnit'));
  return { box, rotation, userUnit: typeof unit === 'number' && unit > 0 ? unit : 1 };
}

export const isPageTreeNode = (value: PdfValue): boolean =>
  isDict(value) && (isName(value.get('Type'), 'Page') || isName(value.get('Type'), 'Pages'));
