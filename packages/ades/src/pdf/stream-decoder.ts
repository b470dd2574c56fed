import { inflateSync } from 'node:zlib';
import { AdesError } from '../ades-error.ts';
import { PdfSyntaxError } from './object-parser.ts';
import { isDict, PdfName, type PdfStream, type PdfValue } from './objects.ts';

/** What may still be inflated for one file; shared by all streams so that many small bombs count together. */
export class InflationBudget {
  private remaining: number;

  constructor(fileSize: number) {
    this.remaining = Math.min(512 * 1024 * 1024, Math.max(32 * 1024 * 1024, fileSize * 30));
  }

  inflate(data: Uint8Array): Buffer {
    let out: Buffer;
    try {
      out = inflateSync(data, { maxOutputLength: Math.max(1, this.remaining) });
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
        throw new AdesError('pdf_too_complex', 'compressed data grows beyond all measure');
      }
      throw new PdfSyntaxError('compressed data is damaged');
    }
    this.remaining -= out.length;
    return out;
  }
}

/**
 * Undoes the filters of a structural stream (cross-reference, object stream, page content to be combined). Only
 * FlateDecode with predictors is used for these in practice.
 */
export function decodeStream(
  stream: PdfStream,
  budget: InflationBudget,
  resolve: (value: PdfValue | undefined) => PdfValue,
): Buffer {
  const filters = asList(resolve(stream.dict.get('Filter')));
  const parameters = asList(resolve(stream.dict.get('DecodeParms')));
  let data: Buffer = Buffer.from(stream.raw.buffer, stream.raw.byteOffset, stream.raw.byteLength);
  for (const [index, filterValue] of filters.entries()) {
    const filter = resolve(filterValue);
    if (!(filter instanceof PdfName) || (filter.value !== 'FlateDecode' && filter.value !== 'Fl')) {
      throw new PdfSyntaxError('a structural stream uses an unusual filter');
    }
    data = budget.inflate(data);
    const parameter = resolve(parameters[index]);
    if (isDict(parameter))
      data = undoPredictor(data, (key, fallback) => integerOf(resolve(parameter.get(key)), fallback));
  }
  return data;
}

function asList(value: PdfValue): PdfValue[] {
  if (value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function integerOf(value: PdfValue, fallback: number): number {
  return typeof value === 'number' && Number.isInteger(value) ? value : fallback;
}

/** PNG predictors (RFC 2083 §6) as FlateDecode uses them, ISO 32000-2 §7.4.4.4. */
function undoPredictor(data: Buffer, parameter: (key: string, fallback: number) => number): Buffer {
  const predictor = parameter('Predictor', 1);
  if (predictor === 1) return data;
  if (predictor < 10 || predictor > 15) throw new PdfSyntaxError('a structural stream uses an unusual predictor');
  const bitsPerPixel = parameter('Colors', 1) * parameter('BitsPerComponent', 8);
  const bytesPerPixel = Math.max(1, Math.ceil(bitsPerPixel / 8));
  const rowBytes = Math.ceil((bitsPerPixel * parameter('Columns', 1)) / 8);
  if (!(rowBytes > 0 && rowBytes < 1 << 24)) throw new PdfSyntaxError('a structural stream has a senseless row length');
  const rows = Math.floor(data.length / (rowBytes + 1));
  const out = Buffer.alloc(rows * rowBytes);
  for (let row = 0; row < rows; row++) {
    const source = row * (rowBytes + 1);
    const target = row * rowBytes;
    const type = data[source]!;
    for (let i = 0; i < rowBytes; i++) {
      const left = i >= bytesPerPixel ? out[target + i - bytesPerPixel]! : 0;
      const up = row > 0 ? out[target + i - rowBytes]! : 0;
      const upLeft = row > 0 && i >= bytesPerPixel ? out[target + i - rowBytes - bytesPerPixel]! : 0;
      const base =
        type === 0 ? 0 : type === 1 ? left : type === 2 ? up : type === 3 ? (left + up) >> 1 : paeth(left, up, upLeft);
      out[target + i] = data[source + 1 + i]! + base;
    }
  }
  return out;
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const toLeft = Math.abs(estimate - left);
  const toUp = Math.abs(estimate - up);
  const toUpLeft = Math.abs(estimate - upLeft);
  return toLeft <= toUp && toLeft <= toUpLeft ? left : toUp <= toUpLeft ? up : upLeft;
}
