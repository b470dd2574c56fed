import {
  AnnotationMode,
  GlobalWorkerOptions,
  getDocument,
  type PDFDocumentLoadingTask,
  type PDFDocumentProxy,
  type PDFPageProxy,
  type RenderTask,
  ResponseException,
  TextLayer,
  VerbosityLevel,
} from 'pdfjs-dist/legacy/build/pdf.mjs';
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';

export { AnnotationMode, type PDFDocumentProxy, type PDFPageProxy, type RenderTask, TextLayer };

export type PdfSource = { url: string; headers: Record<string, string> };

GlobalWorkerOptions.workerSrc = workerUrl;

let open: { key: string; task: PDFDocumentLoadingTask } | null = null;

/**
 * Opens the PDF, or gives the one already open: going to the choice of eID and back must not load it again.
 * Only the ranges that the pages in sight and their neighbours need are fetched: to fetch all the rest at once as well
 * would halve the speed of the first page on a slow line.
 */
export function openPdf(source: PdfSource): Promise<PDFDocumentProxy> {
  const key = JSON.stringify(source);
  if (open?.key !== key) {
    void open?.task.destroy();
    const data = new URL(__PDFJS_DATA__, location.href).href;
    const task = getDocument({
      url: source.url,
      httpHeaders: source.headers,
      disableStream: true,
      disableAutoFetch: true,
      // The page's policy forbids to compile WebAssembly. The script decoders do the same for JPEG 2000 and JBIG2.
      useWasm: false,
      wasmUrl: `${data}wasm/`,
      cMapUrl: `${data}cmaps/`,
      cMapPacked: true,
      standardFontDataUrl: `${data}standard_fonts/`,
      enableXfa: false,
      // A page of 100 megapixels is a bomb, not a scan.
      maxImageSize: 100_000_000,
      verbosity: VerbosityLevel.ERRORS,
    });
    open = { key, task };
    // A failed document is not kept: *try again* loads it anew.
    task.promise.catch(() => {
      if (open?.task === task) open = null;
    });
  }
  return open.task.promise;
}

/** HTTP status with which the server refused the bytes, or null when the failure was another. */
export function refusedStatus(error: unknown): number | null {
  return error instanceof ResponseException ? error.status : null;
}
