import type { IncrementalUpdate } from '../pdf/incremental-update.ts';
import { dict, name, type PdfRef, PdfStream, textString } from '../pdf/objects.ts';
import { type Box, type PageGeometry, type PageNode, pageGeometry, walkPages } from '../pdf/page-tree.ts';
import { addAnnotation } from '../pdf/signature-fields.ts';
import { StructureTree } from '../pdf/structure-tree.ts';

/** Size of the mark in 1/72 inch as printed, and its distance from the edges. */
const WIDTH = 84;
const HEIGHT = 30;
const MARGIN = 12;

/** Strokes of the letters in a 6 by 10 box each, so that no font is needed. */
const LETTERS = {
  T: '0 10 m 6 10 l S 3 10 m 3 0 l S',
  E: '6 10 m 0 10 l 0 0 l 6 0 l S 0 5 m 5 5 l S',
  S: '6 9 m 5 10 l 1 10 l 0 9 l 0 6 l 1 5 l 5 5 l 6 4 l 6 1 l 5 0 l 1 0 l 0 1 l S',
} as const;

function appearanceContent(): string {
  const letters = (['T', 'E', 'S', 'T'] as const)
    .map((letter, index) => `q 1 0 0 1 ${index * 9} 0 cm ${LETTERS[letter]} Q`)
    .join('\n');
  return [
    'q 0.75 0.1 0.1 RG 2 w',
    `1.5 1.5 ${WIDTH - 3} ${HEIGHT - 3} re S`,
    `q 1.7 0 0 1.7 15 6.5 cm 1.3 w 1 J 1 j`,
    letters,
    'Q Q',
  ].join('\n');
}

/**
 * Puts the mark TEST on every page as a locked, printable stamp annotation with its own appearance: upright for the
 * reader on rotated pages, at the top right of what is shown, of the same printed size whatever the user unit, smaller
 * only where the page is too small. Page content is not touched. In a file with a structure the marks are part of it.
 */
export function addTestMarks(update: IncrementalUpdate): void {
  const appearances: TestMarkAppearances = new Map();
  const marked = new Set<number>();
  const structure = StructureTree.find(update);
  const pages = [...walkPages(update.file, update.file.catalog)];
  for (const page of pages) {
    // A page object that is listed twice shows its one annotation in both places.
    if (marked.has(page.ref.number)) continue;
    marked.add(page.ref.number);
    const { rect, appearance } = testMarkOn(update, page, appearances);
    const annotation = update.add(
      dict({
        Type: name('Annot'),
        Subtype: name('Stamp'),
        Name: name('TEST'),
        Contents: textString('TEST'),
        // Print, ReadOnly, Locked, LockedContents
        F: 4 | 64 | 128 | 512,
        P: page.ref,
        Rect: [...rect],
        AP: dict({ N: appearance }),
      }),
    );
    addAnnotation(update, page.ref, annotation);
    structure?.tagAnnotation(annotation, page.ref, 'Annot', 'TEST');
  }
  structure?.finish();
}

/** What was drawn already, by the turn of the page. */
export type TestMarkAppearances = Map<number, PdfRef>;

/** Where on a page the mark stands, and the form XObject that shows it. */
export function testMarkOn(
  update: IncrementalUpdate,
  page: PageNode,
  appearances: TestMarkAppearances,
): { rect: Box; appearance: PdfRef } {
  const geometry = pageGeometry(update.file, page);
  const drawn = appearances.get(geometry.rotation) ?? update.add(buildAppearance(geometry.rotation));
  appearances.set(geometry.rotation, drawn);
  return { rect: markRectangle(geometry), appearance: drawn };
}

/** The appearance is turned against the page, so that both turns cancel out. */
function buildAppearance(rotation: number): PdfStream {
  const matrix = {
    0: [1, 0, 0, 1, 0, 0],
    90: [0, 1, -1, 0, 0, 0],
    180: [-1, 0, 0, -1, 0, 0],
    270: [0, -1, 1, 0, 0, 0],
  };
  return new PdfStream(
    dict({
      Type: name('XObject'),
      Subtype: name('Form'),
      BBox: [0, 0, WIDTH, HEIGHT],
      Matrix: matrix[rotation as 0 | 90 | 180 | 270],
      Resources: new Map(),
    }),
    Buffer.from(appearanceContent(), 'latin1'),
  );
}

/** Rectangle in user space of a mark at the top right corner as the reader sees the page. */
export function markRectangle({ box, rotation, userUnit }: PageGeometry): Box {
  const [left, bottom, right, top] = box;
  const turned = rotation === 90 || rotation === 270;
  const shownWidth = turned ? top - bottom : right - left;
  const shownHeight = turned ? right - left : top - bottom;
  const scale = Math.min(1 / userUnit, (shownWidth * 0.4) / WIDTH, (shownHeight * 0.2) / HEIGHT);
  const margin = Math.min(MARGIN / userUnit, shownWidth * 0.05, shownHeight * 0.05);
  const [width, height] = turned ? [HEIGHT * scale, WIDTH * scale] : [WIDTH * scale, HEIGHT * scale];
  const x = rotation === 90 || rotation === 180 ? left + margin : right - margin - width;
  const y = rotation === 180 || rotation === 270 ? bottom + margin : top - margin - height;
  // Clockwise by 90 degrees, the top left corner of user space is shown at the top right.
  return [x, y, x + width, y + height];
}
