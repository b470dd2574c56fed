import type { PDFPageProxy } from './pdf-document.ts';

/** A link that the document draws; the place in per cent of the page, as it is shown. */
export type PageLink = { url: string; left: number; top: number; width: number; height: number };

const SAFE = /^(https?|mailto|tel):/i;

/** Links of a page that lead out of the document. */
export async function readLinks(page: PDFPageProxy): Promise<PageLink[]> {
  const viewport = page.getViewport({ scale: 1 });
  const annotations: { subtype: string; url?: string; rect: number[] }[] = await page.getAnnotations();
  return annotations.flatMap(({ subtype, url, rect }) => {
    if (subtype !== 'Link' || !url || !SAFE.test(url)) return [];
    const [x1, y1] = viewport.convertToViewportPoint(rect[0]!, rect[1]!) as [number, number];
    const [x2, y2] = viewport.convertToViewportPoint(rect[2]!, rect[3]!) as [number, number];
    return [
      {
        url,
        left: (Math.min(x1, x2) / viewport.width) * 100,
        top: (Math.min(y1, y2) / viewport.height) * 100,
        width: (Math.abs(x2 - x1) / viewport.width) * 100,
        height: (Math.abs(y2 - y1) / viewport.height) * 100,
      },
    ];
  });
}
