import type { Box } from './boxes.ts';
import type { ComputedStyle, Length } from './computed-style.ts';
import { breakLines, type Line, widestLine } from './text-lines.ts';

/** A box with its size, in points, and what is in it. */
export interface LaidOutBox {
  box: Box;
  /** From the left of what it is in. */
  x: number;
  /** Between it and what stands above. */
  gap: number;
  width: number;
  /** With padding and borders. */
  height: number;
  content:
    | { kind: 'boxes'; boxes: LaidOutBox[] }
    | { kind: 'row'; cells: LaidOutBox[] }
    | { kind: 'lines'; lines: Line[] }
    | { kind: 'picture'; width: number; height: number }
    | { kind: 'rule' };
}

/** From the outer edge of the box to what is in it. */
export function insetOf({ padding, border }: ComputedStyle, side: 0 | 1 | 2 | 3): number {
  return padding[side] + (border[side]?.width ?? 0);
}

/** Lays a box out in the width that there is for it. */
export function layOut(box: Box, available: number): LaidOutBox {
  const { style } = box;
  const outer = Math.max(available - style.margin[1] - style.margin[3], 1);
  const width = style.width ? Math.min(pointsOf(style.width, outer), outer) : outer;
  const inner = Math.max(width - insetOf(style, 1) - insetOf(style, 3), 1);
  const content = contentOf(box, inner);
  return {
    box,
    x: style.margin[3],
    gap: style.margin[0],
    width: content.kind === 'picture' ? content.width : width,
    height: heightOf(content) + insetOf(style, 0) + insetOf(style, 2),
    content,
  };
}

function contentOf(box: Box, width: number): LaidOutBox['content'] {
  const { content, style } = box;
  switch (content.kind) {
    case 'text':
      return { kind: 'lines', lines: breakLines(content.texts, width, style) };
    case 'picture':
      return { kind: 'picture', ...pictureSize(content, style, width) };
    case 'rule':
      return { kind: 'rule' };
    case 'boxes':
      return { kind: 'boxes', boxes: box.tag === 'table' ? layOutTable(box, width) : stack(content.boxes, width) };
  }
}

/** Boxes below one another; of two margins that meet, the larger counts. */
function stack(boxes: readonly Box[], width: number): LaidOutBox[] {
  let above: number | undefined;
  return boxes.map((box) => {
    const laidOut = layOut(box, width);
    const [top, , bottom] = box.style.margin;
    laidOut.gap = above === undefined ? top : Math.max(above, top);
    above = bottom;
    return laidOut;
  });
}

function heightOf(content: LaidOutBox['content']): number {
  switch (content.kind) {
    case 'lines':
      return content.lines.reduce((sum, line) => sum + line.height, 0);
    case 'boxes':
      return content.boxes.reduce((sum, { gap, height }) => sum + gap + height, 0);
    case 'row':
      return content.cells.reduce((most, cell) => Math.max(most, cell.height), 0);
    case 'picture':
      return content.height;
    case 'rule':
      return 0;
  }
}

function pointsOf({ value, unit }: Length, whole: number): number {
  return unit === '%' ? (value / 100) * whole : value;
}

/** As wanted, in proportion, and never wider than there is room. A pixel is 0.75 points. */
function pictureSize(
  { width, height }: { width: number; height: number },
  style: ComputedStyle,
  room: number,
): { width: number; height: number } {
  const ratio = width / height;
  const wantedHeight = style.height?.unit === 'pt' ? style.height.value : undefined;
  const wanted = style.width ? pointsOf(style.width, room) : wantedHeight ? wantedHeight * ratio : width * 0.75;
  const shown = Math.max(Math.min(wanted, room, 700 * ratio), 1);
  const free = style.width && wantedHeight ? Math.min(wantedHeight, 700) : shown / ratio;
  return { width: shown, height: free };
}

function layOutTable(table: Box, width: number): LaidOutBox[] {
  const rows = rowsIn(table);
  const columns = columnWidths(rows, width, table.style.width !== undefined);
  const loose = table.content.kind === 'boxes' ? table.content.boxes.filter(({ tag }) => tag === 'caption') : [];
  return [...stack(loose, width), ...rows.map((row) => layOutRow(row, columns))];
}

/** The rows, whether they are grouped or not; a caption is none. */
function rowsIn({ content }: Box): Box[] {
  if (content.kind !== 'boxes') return [];
  return content.boxes.flatMap((box) => {
    if (box.tag === 'thead' || box.tag === 'tbody' || box.tag === 'tfoot') return rowsIn(box);
    return box.tag === 'tr' ? [box] : [];
  });
}

function cellsIn({ content }: Box): Box[] {
  return content.kind === 'boxes' ? content.boxes : [];
}

/** Named widths first; the others share the rest by what is in them. */
function columnWidths(rows: readonly Box[], width: number, full: boolean): number[] {
  const count = rows.reduce(
    (most, row) =>
      Math.max(
        most,
        cellsIn(row).reduce((sum, cell) => sum + cell.columns, 0),
      ),
    0,
  );
  const named: (number | undefined)[] = new Array(count).fill(undefined);
  const wanted: number[] = new Array(count).fill(0);
  for (const row of rows) {
    let column = 0;
    for (const cell of cellsIn(row)) {
      if (cell.columns === 1) {
        const own = cell.style.width;
        if (own) named[column] = Math.max(named[column] ?? 0, pointsOf(own, width));
        wanted[column] = Math.max(wanted[column]!, widestIn(cell));
      }
      column += cell.columns;
    }
  }
  const taken = named.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const free = Math.max(width - taken, 0);
  const asked = wanted.reduce((sum, one, index) => sum + (named[index] === undefined ? one : 0), 0);
  const scale = taken > width ? width / taken : 1;
  return named.map((one, index) => {
    if (one !== undefined) return one * scale;
    if (asked <= free && !full) return wanted[index]!;
    return asked > 0 ? (wanted[index]! / asked) * free : free / count;
  });
}

function widestIn({ content, style }: Box): number {
  const inset = insetOf(style, 1) + insetOf(style, 3) + style.margin[1] + style.margin[3];
  switch (content.kind) {
    case 'text':
      return widestLine(content.texts, style) + inset + 0.1;
    case 'picture':
      return pictureSize(content, style, 500).width + inset;
    case 'boxes':
      return content.boxes.reduce((most, box) => Math.max(most, widestIn(box)), 0) + inset;
    case 'rule':
      return inset;
  }
}

function layOutRow(row: Box, columns: readonly number[]): LaidOutBox {
  let column = 0;
  let x = 0;
  const cells = cellsIn(row).map((cell) => {
    const width = columns.slice(column, column + cell.columns).reduce((sum, one) => sum + one, 0);
    const laidOut = layOut({ ...cell, style: { ...cell.style, width: undefined } }, width);
    laidOut.x += x;
    column += cell.columns;
    x += width;
    return laidOut;
  });
  const content = { kind: 'row' as const, cells };
  const height = heightOf(content);
  for (const cell of cells) cell.height = height;
  return { box: row, x: 0, gap: 0, width: x, height, content };
}
