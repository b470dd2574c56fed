import { PdfFile } from '../src/pdf/pdf-file.ts';

export interface RawRevision {
  /** Bodies by object number, in PDF syntax. */
  objects?: Record<number, string>;
  /** Entries of the cross-reference table that point to bytes of elsewhere. */
  offsets?: Record<number, number>;
  /** Object numbers to be marked free. */
  free?: number[];
  /** Further entries of the trailer; they win. */
  trailer?: string;
  root?: number;
  /** Leaves the cross-reference section out, as forgeries for careless readers do. */
  withoutCrossReference?: boolean;
}

/** Appends a revision to a file with a cross-reference table, whatever it says: for forgeries. */
export function appendRawRevision(bytes: Uint8Array, revision: RawRevision): Buffer {
  const file = new PdfFile(bytes);
  const { objects = {}, offsets = {}, free = [], trailer = '', root = file.rootRef.number } = revision;
  let text = '';
  let table = 'xref\n';
  let size = file.nextObjectNumber;
  for (const [number, body] of Object.entries(objects)) {
    table += `${number} 1\n${String(bytes.length + text.length).padStart(10, '0')} 00000 n\r\n`;
    text += `${number} 0 obj\n${body}\nendobj\n`;
    size = Math.max(size, Number(number) + 1);
  }
  for (const [number, at] of Object.entries(offsets))
    table += `${number} 1\n${String(at).padStart(10, '0')} 00000 n\r\n`;
  for (const number of free) table += `${number} 1\n0000000000 00001 f\r\n`;
  const before = Buffer.from(bytes);
  if (revision.withoutCrossReference) return Buffer.concat([before, Buffer.from(text, 'latin1')]);
  const dictionary = `<</Size ${size}/Root ${root} 0 R/Prev ${file.crossReference.start}${trailer}>>`;
  const at = bytes.length + text.length;
  return Buffer.concat([
    before,
    Buffer.from(`${text}${table}trailer\n${dictionary}\nstartxref\n${at}\n%%EOF\n`, 'latin1'),
  ]);
}

/** A stream object's body. */
export const rawStream = (data: string, entries = ''): string =>
  `<<${entries}/Length ${data.length}>>\nstream\n${data}\nendstream`;
