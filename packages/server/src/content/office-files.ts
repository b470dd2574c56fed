import { isUtf8 } from 'node:buffer';

const ZIP = Buffer.from('PK\x03\x04', 'latin1');
const COMPOUND_FILE = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/** How files of an extension begin, so that the converter reads them as what they say they are and as nothing else. */
const BEGINNINGS: Record<string, (bytes: Buffer) => boolean> = {
  doc: (bytes) => startsWith(bytes, COMPOUND_FILE),
  docx: (bytes) => startsWith(bytes, ZIP) && bytes.includes('word/'),
  odt: (bytes) => isOpenDocument(bytes, 'text'),
  ott: (bytes) => isOpenDocument(bytes, 'text-template'),
  rtf: (bytes) => startsWith(bytes, Buffer.from('{\\rtf')),
  txt: (bytes) => isUtf8(bytes) && !bytes.includes(0),
};

/** Whether the content is what its extension says. */
export function isOfficeFile(extension: string, bytes: Buffer): boolean {
  return BEGINNINGS[extension]?.(bytes) ?? false;
}

/** OpenDocument 1.2 part 3 §3.3: the media type is the first entry, and not compressed. */
function isOpenDocument(bytes: Buffer, kind: string): boolean {
  const head = bytes.subarray(0, 200).toString('latin1');
  return startsWith(bytes, ZIP) && head.includes(`mimetypeapplication/vnd.oasis.opendocument.${kind}`);
}

function startsWith(bytes: Buffer, beginning: Buffer): boolean {
  return bytes.subarray(0, beginning.length).equals(beginning);
}
