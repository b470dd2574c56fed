/** Size of a page in CSS pixels at 100 % (a PDF point is 96/72 of them), with the page's own rotation applied. */
export type PageSize = { width: number; height: number };

/** Zoom: `fit` gives every page the width there is; a number is a factor of the page's real size. */
export type Zoom = 'fit' | number;

export type PageBox = { top: number; width: number; height: number; scale: number };

export type PageLayout = { boxes: readonly PageBox[]; width: number; height: number };

/** A place in the document that survives zooming, resizing and late page sizes. Pages count from 0. */
export type Anchor = { page: number; fraction: number };

export const ZOOM_STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4] as const;

/** Wider pages than this are harder to read, not easier: lines outgrow the eye. CSS pixels. */
const WIDEST_FIT = 880;

/** What a page is taken for until the document has said its size: A4, upright. */
export const A4: PageSize = { width: (595 * 96) / 72, height: (842 * 96) / 72 };

export function scaleOf(size: PageSize, zoom: Zoom, available: number): number {
  return zoom === 'fit' ? Math.min(available, WIDEST_FIT) / size.width : zoom;
}

/** Puts pages under each other, `gap` CSS pixels apart. Tops and heights are whole pixels, so edges stay sharp. */
export function layOutPages(sizes: readonly PageSize[], zoom: Zoom, available: number, gap: number): PageLayout {
  let top = 0;
  let width = 0;
  const boxes = sizes.map((size) => {
    const scale = scaleOf(size, zoom, available);
    const box = { top, width: Math.floor(size.width * scale), height: Math.floor(size.height * scale), scale };
    top += box.height + gap;
    width = Math.max(width, box.width);
    return box;
  });
  return { boxes, width, height: Math.max(0, top - gap) };
}

/** Index of the page at a vertical position; the gap after a page belongs to it. */
export function pageAt(layout: PageLayout, position: number): number {
  let low = 0;
  let high = layout.boxes.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (layout.boxes[middle]!.top <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** First and last page of which anything lies between two vertical positions. */
export function pagesBetween(layout: PageLayout, from: number, to: number): { first: number; last: number } {
  return { first: pageAt(layout, Math.max(0, from)), last: pageAt(layout, Math.max(0, to)) };
}

export function anchorAt(layout: PageLayout, position: number): Anchor {
  const page = pageAt(layout, position);
  const box = layout.boxes[page];
  return { page, fraction: box && box.height > 0 ? (position - box.top) / box.height : 0 };
}

export function positionOf(layout: PageLayout, anchor: Anchor): number {
  const box = layout.boxes[Math.min(anchor.page, layout.boxes.length - 1)];
  return box ? box.top + anchor.fraction * box.height : 0;
}

/** The next step up or down from a scale, or null at the end of the range. */
export function zoomStep(scale: number, direction: 1 | -1): number | null {
  const steps = direction === 1 ? ZOOM_STEPS : [...ZOOM_STEPS].reverse();
  return steps.find((step) => (step - scale) * direction > 0.005) ?? null;
}
