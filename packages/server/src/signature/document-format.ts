import { SeglError } from '../kernel/errors/segl-error.ts';
import type { FileType } from './contract/lists.ts';

const FORMATS: Record<string, FileType> = { pdf: 'pdf', txt: 'txt', xml: 'xml', html: 'html', htm: 'html' };

/** What becomes PDF when that is asked for. */
const CONVERTIBLE = ['doc', 'docx', 'rtf', 'odt', 'ott', 'txt'];

const MEDIA_TYPES: Record<FileType, string> = {
  pdf: 'application/pdf',
  txt: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  xml: 'application/xml',
};

/** The format in which a file is signed, as its name says. Throws 422 `unsupported_file_type`. */
export function requireFormat(fileName: string, isConverted: boolean, field: string): FileType {
  const extension = fileExtension(fileName);
  if (isConverted) {
    if (CONVERTIBLE.includes(extension)) return 'pdf';
    throw unsupported(`Only ${list(CONVERTIBLE)} files are converted to PDF.`, field);
  }
  const format = FORMATS[extension];
  if (format) return format;
  throw unsupported(
    CONVERTIBLE.includes(extension)
      ? `A .${extension} file is signed as PDF only: ask for its conversion.`
      : `Only ${list(Object.keys(FORMATS))} files are signed.`,
    field,
  );
}

/** The same where nothing but PDF will do. Throws 422 `unsupported_file_type`. */
export function requirePdfName(fileName: string, isConverted: boolean, field: string): void {
  if (requireFormat(fileName, isConverted, field) === 'pdf') return;
  throw unsupported('An attachment is a PDF file, or one that is converted to PDF.', field);
}

export function mediaTypeOf(format: FileType): string {
  return MEDIA_TYPES[format];
}

/** The name of the bytes to be signed: of a file that was converted, with the extension of what it became. */
export function contentFileName(fileName: string, format: FileType): string {
  const isConverted = FORMATS[fileExtension(fileName)] !== format;
  return isConverted ? `${fileName.slice(0, fileName.lastIndexOf('.'))}.${format}` : fileName;
}

export function fileExtension(fileName: string): string {
  const dot = fileName.lastIndexOf('.');
  return dot <= 0 ? '' : fileName.slice(dot + 1).toLowerCase();
}

function list(extensions: readonly string[]): string {
  return extensions.map((extension) => `.${extension}`).join(', ');
}

function unsupported(message: string, field: string): SeglError {
  return new SeglError(422, 'unsupported_file_type', message, { errors: [{ field, code: 'format', message }] });
}
