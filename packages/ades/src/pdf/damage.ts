import { AdesError } from '../ades-error.ts';
import { ObjectParser, PdfSyntaxError } from './object-parser.ts';
import { isName, PdfName, PdfStream, type PdfValue } from './objects.ts';
import { decodeStream, InflationBudget } from './stream-decoder.ts';

const MAX_SCANNED_OBJECTS = 500_000;

/** What can still be found in a file whose cross-reference does not hold. */
export interface DamageReport {
  /** Whether a page, or data that can belong to one, is complete. */
  hasContent: boolean;
  /** Whether the bytes end inside an object. */
  endsInsideObject: boolean;
  isEncrypted: boolean;
  isSigned: boolean;
}

/**
 * Scans for `N G obj` without trusting any offset. Object streams are inflated within bounds here, so that a repair
 * tool without bounds can be let at the file afterwards.
 * @throws AdesError `pdf_too_complex`
 */
export function scanDamage(bytes: Buffer): DamageReport {
  const budget = new InflationBudget(bytes.length);
  const report: DamageReport = {
    hasContent: false,
    endsInsideObject: false,
    isEncrypted: bytes.includes('/Encrypt'),
    isSigned: bytes.includes('/ByteRange'),
  };
  let lastStart = -1;
  let position = 0;
  const scan: ScanBudget = { remaining: 16 * 1024 * 1024 + 20 * bytes.length };
  for (let count = 0; count < MAX_SCANNED_OBJECTS; count++) {
    const at = bytes.indexOf(' obj', position);
    if (at < 0) break;
    position = at + 4;
    const start = objectStart(bytes, at);
    if (start === undefined) continue;
    lastStart = at;
    const value = tryParse(bytes, start, scan);
    if (value === undefined) continue;
    if (isContent(value.value)) report.hasContent = true;
    if (value.value instanceof PdfStream && isName(value.value.dict.get('Type'), 'ObjStm')) {
      inflateWithinBounds(value.value, budget);
    }
    position = Math.max(position, value.end);
  }
  report.endsInsideObject = lastStart >= 0 && bytes.indexOf('endobj', lastStart) < 0;
  return report;
}

/** Start of "N G" before " obj", when it is there. */
function objectStart(bytes: Buffer, at: number): number | undefined {
  const before = bytes.toString('latin1', Math.max(0, at - 20), at);
  const match = /(\d{1,10})\s+\d{1,5}$/.exec(before);
  return match ? at - match[0].length : undefined;
}

/** Bytes that may still be looked at; unclosed objects could make scanning quadratic. */
interface ScanBudget {
  remaining: number;
}

function tryParse(bytes: Buffer, start: number, scan: ScanBudget): { value: PdfValue; end: number } | undefined {
  const close = bytes.indexOf('endobj', start);
  const limit = close < 0 ? bytes.length : close + 6;
  const parser = new ObjectParser(bytes.subarray(0, limit), start);
  scan.remaining -= limit - start;
  if (scan.remaining < 0) throw new AdesError('pdf_too_complex', 'objects overlap each other');
  try {
    const { value } = parser.parseIndirectObject(() => {
      const end = bytes.indexOf('endstream', parser.position);
      return end < 0 ? undefined : end - parser.position;
    });
    return { value, end: parser.position };
  } catch (error) {
    if (error instanceof PdfSyntaxError) return undefined;
    throw error;
  }
}

/** A page, or a stream that is neither cross-reference nor linearisation hints. */
function isContent(value: PdfValue): boolean {
  if (value instanceof Map) return isName(value.get('Type'), 'Page');
  if (!(value instanceof PdfStream)) return false;
  const isHintStream = typeof value.dict.get('S') === 'number';
  return !isHintStream && !isName(value.dict.get('Type'), 'XRef');
}

function inflateWithinBounds(stream: PdfStream, budget: InflationBudget): void {
  const filter = stream.dict.get('Filter');
  if (!(filter instanceof PdfName) && !Array.isArray(filter)) return;
  try {
    decodeStream(stream, budget, (value) => value ?? null);
  } catch (error) {
    if (!(error instanceof PdfSyntaxError)) throw error;
  }
}
