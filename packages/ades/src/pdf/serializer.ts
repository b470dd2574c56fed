import { PdfName, PdfRef, PdfStream, PdfString, type PdfValue } from './objects.ts';

/** Writes a value in PDF syntax, one character per byte (Latin-1). Streams give only their dictionary. */
export function serialize(value: PdfValue): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return formatNumber(value);
  if (value instanceof PdfName) return formatName(value.value);
  if (value instanceof PdfRef) return `${value.number} ${value.generation} R`;
  // Hexadecimal needs no escaping and cannot be broken by line-ending conversion.
  if (value instanceof PdfString) return `<${hex(value.bytes)}>`;
  if (Array.isArray(value)) return `[${value.map(serialize).join(' ')}]`;
  const entries = value instanceof PdfStream ? value.dict : value;
  let out = '<<';
  for (const [key, item] of entries) out += `${formatName(key)} ${serialize(item)}`;
  return `${out}>>`;
}

export const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

function formatNumber(value: number): string {
  if (Number.isInteger(value)) return value.toFixed(0);
  if (!Number.isFinite(value)) return '0';
  return value.toFixed(10).replace(/\.?0+$/, '');
}

function formatName(value: string): string {
  if (/^[A-Za-z0-9_.+*-]*$/.test(value)) return `/${value}`;
  const escaped = value.replace(
    /[^!"$&'*+,.0-9:;=?@A-Z\\^_`a-z|~-]/g,
    (character) => `#${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `/${escaped}`;
}

/** The bytes of `N G obj … endobj`. */
export function serializeIndirectObject(ref: PdfRef, value: PdfValue): Buffer[] {
  const head = `${ref.number} ${ref.generation} obj\n`;
  if (!(value instanceof PdfStream)) return [Buffer.from(`${head}${serialize(value)}\nendobj\n`, 'latin1')];
  value.dict.set('Length', value.raw.length);
  return [
    Buffer.from(`${head}${serialize(value)}\nstream\n`, 'latin1'),
    Buffer.from(value.raw.buffer, value.raw.byteOffset, value.raw.byteLength),
    Buffer.from('\nendstream\nendobj\n', 'latin1'),
  ];
}
