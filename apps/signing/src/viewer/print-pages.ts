import { AnnotationMode, openPdf, type PDFPageProxy, type PdfSource } from './pdf-document.ts';

/** Sharp enough for small print, and a page stays below half a megabyte. */
const DOTS_PER_INCH = 150;
const POINTS_PER_INCH = 72;

/**
 * Draws every page anew at the printer's size and hands all of them to the browser's own printing; the rest of the app is
 * not printed. `tell` gets the number of each page before it is drawn. Does nothing when `signal` is aborted before the
 * last page is drawn.
 */
export async function printPages(source: PdfSource, tell: (page: number) => void, signal: AbortSignal): Promise<void> {
  const pdf = await openPdf(source);
  const sheets = document.createElement('div');
  sheets.className = 'print-sheets';
  try {
    for (let number = 1; number <= pdf.numPages && !signal.aborted; number += 1) {
      tell(number);
      sheets.append(await drawSheet(await pdf.getPage(number)));
    }
    if (signal.aborted) return;
    document.body.append(sheets);
    const printed = new Promise((resolve) => window.addEventListener('afterprint', resolve, { once: true }));
    window.print();
    // Phones return from `print` at once and read the pages later.
    await printed;
  } finally {
    for (const image of sheets.querySelectorAll('img')) URL.revokeObjectURL(image.src);
    sheets.remove();
  }
}

async function drawSheet(page: PDFPageProxy): Promise<HTMLImageElement> {
  const viewport = page.getViewport({ scale: DOTS_PER_INCH / POINTS_PER_INCH });
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(viewport.width);
  canvas.height = Math.ceil(viewport.height);
  await page.render({ canvas, viewport, intent: 'print', annotationMode: AnnotationMode.ENABLE }).promise;
  const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  if (!picture) throw new Error('The page is too large to be drawn');
  const image = document.createElement('img');
  image.className = viewport.width > viewport.height ? 'print-sheet print-sheet--wide' : 'print-sheet';
  image.alt = '';
  image.src = URL.createObjectURL(picture);
  await image.decode();
  // Frees the memory of the canvas now, and not when it is collected.
  canvas.width = 0;
  return image;
}
