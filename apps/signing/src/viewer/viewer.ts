/** What of the PDF viewer is loaded at once, beside the first screen. */
export { PdfPages } from './pdf-pages.tsx';
export { printPages } from './print-pages.ts';
