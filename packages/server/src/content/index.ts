export { ContentChecks } from './content-checks.ts';
export type { ContentCheck, Display, PlainContent, PlainFormat } from './content-tasks.ts';
export type { Conversion } from './pdf-converter.ts';
export { PdfConverter } from './pdf-converter.ts';
