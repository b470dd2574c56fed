import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { A4, anchorAt, layOutPages, type PageSize, pageAt, pagesBetween, positionOf, zoomStep } from './page-layout.ts';

const landscape: PageSize = { width: A4.height, height: A4.width };
const sizes = fc.array(
  fc.record({ width: fc.integer({ min: 50, max: 4000 }), height: fc.integer({ min: 50, max: 4000 }) }),
  { minLength: 1, maxLength: 60 },
);
const zoom = fc.oneof(fc.constant('fit' as const), fc.constantFrom(0.5, 1, 4));

describe('the layout of pages', () => {
  it('gives every page the width of a phone', () => {
    const layout = layOutPages([A4, landscape], 'fit', 344, 8);
    expect(layout.boxes.map((box) => box.width)).toEqual([344, 344]);
    expect(layout.boxes[1]!.top).toBe(layout.boxes[0]!.height + 8);
  });

  it('keeps pages readable on a wide desk', () => {
    expect(layOutPages([A4], 'fit', 2000, 8).width).toBe(880);
  });

  it('shows real sizes at a chosen zoom', () => {
    const layout = layOutPages([A4, landscape], 2, 344, 8);
    expect(layout.width).toBe(Math.floor(A4.height * 2));
  });

  it('finds the page at every position', () => {
    fc.assert(
      fc.property(sizes, zoom, fc.double({ min: 0, max: 1, noNaN: true }), (pages, at, part) => {
        const layout = layOutPages(pages, at, 700, 12);
        const position = layout.height * part;
        const page = pageAt(layout, position);
        const box = layout.boxes[page]!;
        const next = layout.boxes[page + 1];
        expect(box.top).toBeLessThanOrEqual(position);
        if (next) expect(next.top).toBeGreaterThan(position);
      }),
    );
  });

  it('comes back to the same place of the document after any zoom', () => {
    fc.assert(
      fc.property(sizes, zoom, zoom, fc.double({ min: 0, max: 1, noNaN: true }), (pages, before, after, part) => {
        const first = layOutPages(pages, before, 700, 0);
        const anchor = anchorAt(first, first.height * part);
        const second = layOutPages(pages, after, 320, 0);
        const again = anchorAt(second, positionOf(second, anchor) + 1e-6);
        if (anchor.fraction < 1) {
          expect(again.page).toBe(anchor.page);
          expect(again.fraction).toBeCloseTo(anchor.fraction, 3);
        }
      }),
    );
  });

  it('names the pages of a viewport, and none before the first', () => {
    const layout = layOutPages(Array(1000).fill(A4), 'fit', 700, 12);
    expect(pagesBetween(layout, -300, 400)).toEqual({ first: 0, last: 0 });
    const box = layout.boxes[499]!;
    expect(pagesBetween(layout, box.top - 10, box.top + 10)).toEqual({ first: 498, last: 499 });
    expect(pagesBetween(layout, layout.height, layout.height + 500).last).toBe(999);
  });

  it('steps through the zoom range and stops at its ends', () => {
    expect(zoomStep(0.43, 1)).toBe(0.5);
    expect(zoomStep(1, 1)).toBe(1.25);
    expect(zoomStep(1.1, -1)).toBe(1);
    expect(zoomStep(4, 1)).toBeNull();
    expect(zoomStep(0.5, -1)).toBeNull();
  });
});
