import { PDF, PdfDict, PdfName } from '@libpdf/core';
import { AdesError } from '../ades-error.ts';
import { scanDamage } from './damage.ts';
import { surveyDocument } from './document-survey.ts';
import { PdfSyntaxError } from './object-parser.ts';
import { PdfFile } from './pdf-file.ts';

const MAX_REPAIR_BYTES = 128 * 1024 * 1024;

/**
 * Rewrites a damaged file once from the objects that can be found, without what stands before the header and behind
 * the last end-of-file marker, and without an XFA form beside the fields. Byte identity with the upload is lost, so
 * callers keep both hashes.
 * @throws AdesError `existing_signature_broken` for signed files, `pdf_unreadable` when nothing can be rebuilt,
 *   `pdf_too_complex` beyond the limits
 */
export async function repairPdf(bytes: Uint8Array): Promise<Uint8Array> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length > MAX_REPAIR_BYTES) throw new AdesError('pdf_too_complex', 'the file is too large to be repaired');
  const { isSigned, isEncrypted } = scanDamage(buffer);
  if (isSigned) throw new AdesError('existing_signature_broken', 'a repair would void the signature in the file');
  if (isEncrypted) throw new AdesError('pdf_unreadable', 'encrypted files cannot be repaired');
  const header = Math.max(0, buffer.indexOf('%PDF-'));
  const lastEof = buffer.lastIndexOf('%%EOF');
  const core = buffer.subarray(header, lastEof > header ? lastEof + 5 : buffer.length);
  const source = isReadable(core) ? core : withoutStartXref(core);
  try {
    const pdf = await PDF.load(source);
    const catalog = pdf.getCatalog();
    const form = catalog.get('AcroForm', (ref) => pdf.getObject(ref));
    if (form instanceof PdfDict) form.delete('XFA');
    catalog.delete('NeedsRendering');
    // Without a change the library hands back its input.
    catalog.set('Type', PdfName.Catalog);
    // The library gives a view on a larger buffer.
    return Uint8Array.from(await pdf.save({ incremental: false }));
  } catch (cause) {
    throw new AdesError('pdf_unreadable', 'the file cannot be rebuilt', { cause });
  }
}

function isReadable(bytes: Buffer): boolean {
  try {
    surveyDocument(new PdfFile(bytes));
    return true;
  } catch (error) {
    if (error instanceof PdfSyntaxError) return false;
    throw error;
  }
}

/** A copy whose cross-reference cannot be found, so that the library scans for objects instead of trusting offsets. */
function withoutStartXref(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf('startxref'); at >= 0; at = copy.indexOf('startxref', at)) copy.fill(' ', at, at + 9);
  return copy;
}
