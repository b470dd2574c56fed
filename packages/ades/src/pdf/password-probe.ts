import { PDF } from '@libpdf/core';
import { dict, isName, name, PdfRef, type PdfValue } from './objects.ts';
import type { PdfFile } from './pdf-file.ts';
import { serialize } from './serializer.ts';

export type Encryption = 'password' | 'permissions' | 'recipient' | 'unknown';

/**
 * How an encrypted file is protected: needs a password, opens without one but restricts, or is for the holder of a
 * certificate. Only the encryption dictionary is tried, in a tiny file made around it: nothing of the real content is
 * decrypted or inflated.
 */
export async function probeEncryption(file: PdfFile): Promise<Encryption> {
  const encrypt = file.resolveDict(file.trailer.get('Encrypt'));
  if (!encrypt) return 'unknown';
  if (!isName(file.resolve(encrypt.get('Filter')), 'Standard')) return 'recipient';
  const pages = dict({ Type: name('Pages'), Kids: [], Count: 0 });
  const objects: PdfValue[] = [dict({ Type: name('Catalog'), Pages: new PdfRef(2) }), pages, encrypt];
  let text = '%PDF-1.7\n';
  const offsets = objects.map((value, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${serialize(value)}\nendobj\n`;
    return offset;
  });
  const xrefAt = text.length;
  const lines = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n\r\n`).join('');
  const trailer = dict({
    Size: 4,
    Root: new PdfRef(1),
    Encrypt: new PdfRef(3),
    ID: file.resolveArray(file.trailer.get('ID')) ?? [],
  });
  text += `xref\n0 4\n0000000000 65535 f\r\n${lines}trailer\n${serialize(trailer)}\nstartxref\n${xrefAt}\n%%EOF\n`;
  try {
    const opened = await PDF.load(Buffer.from(text, 'latin1'));
    return opened.isAuthenticated ? 'permissions' : 'password';
  } catch {
    return 'unknown';
  }
}
