import { AdesError } from '../ades-error.ts';
import { isDict, isName, type PdfDict, PdfName, PdfRef, PdfStream, type PdfValue } from './objects.ts';
import { walkPages } from './page-tree.ts';
import type { PdfFile } from './pdf-file.ts';

const MAX_OBJECTS = 1_000_000;
/** A0 at 600 dpi has 0.56 thousand million pixels. */
const MAX_IMAGE_PIXELS = 1_000_000_000;

/** What a walk over every reachable object found. */
export interface DocumentSurvey {
  /** Something that acts without the reader asking for it, or starts programs or media; the reason for a refusal. */
  activeContent: string | undefined;
  /** JavaScript behind fields or buttons, or as document-level functions: reported only. */
  hasJavaScript: boolean;
  hasOptionalContent: boolean;
}

/** Actions that leave the document or run something (ISO 32000-2 §12.6.4). */
const REFUSED_ACTIONS = new Set([
  'Launch',
  'ImportData',
  'Rendition',
  'Movie',
  'Sound',
  'RichMediaExecute',
  'GoTo3DView',
]);
const REFUSED_ANNOTATIONS = new Set(['Movie', 'Screen', 'RichMedia', '3D', 'Sound']);

/**
 * Reads every object that the trailer leads to, so that damage shows now and not after signing.
 * @throws PdfSyntaxError when an object is damaged; AdesError `pdf_too_complex` beyond the limits
 */
export function surveyDocument(file: PdfFile): DocumentSurvey {
  const survey: DocumentSurvey = { activeContent: undefined, hasJavaScript: false, hasOptionalContent: false };
  const visited = new Set<number>();
  const stack: PdfValue[] = [file.rootRef];
  const info = file.trailer.get('Info');
  if (info) stack.push(info);
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (value instanceof PdfRef) {
      if (visited.has(value.number)) continue;
      visited.add(value.number);
      if (visited.size > MAX_OBJECTS) throw new AdesError('pdf_too_complex', 'too many objects');
      stack.push(file.get(value));
    } else if (Array.isArray(value)) {
      for (const item of value) if (item !== null && typeof item === 'object') stack.push(item);
    } else {
      const entries = value instanceof PdfStream ? value.dict : value;
      if (!isDict(entries)) continue;
      if (value instanceof PdfStream) checkPixels(file, value);
      else judge(entries, survey);
      for (const item of entries.values()) if (item !== null && typeof item === 'object') stack.push(item);
    }
  }
  const automatic = automaticScript(file);
  survey.activeContent ??= automatic;
  survey.hasOptionalContent = file.catalog.has('OCProperties');
  return survey;
}

function judge(entries: PdfDict, survey: DocumentSurvey): void {
  const subtype = entries.get('Subtype');
  const action = entries.get('S');
  if (action instanceof PdfName) {
    if (REFUSED_ACTIONS.has(action.value)) survey.activeContent ??= `an action of type ${action.value}`;
    if (action.value === 'JavaScript') survey.hasJavaScript = true;
  }
  if (subtype instanceof PdfName && REFUSED_ANNOTATIONS.has(subtype.value) && entries.has('Rect')) {
    survey.activeContent ??= `an annotation of type ${subtype.value}`;
  }
}

/** Pixels are counted as declared: decoding to find out would be the very thing to avoid. */
function checkPixels(file: PdfFile, stream: PdfStream): void {
  const { dict: entries } = stream;
  const filter = file.resolve(entries.get('Filter'));
  const filters = Array.isArray(filter) ? filter : [filter];
  let pixels = 0;
  if (filters.length === 1 && isName(file.resolve(filters[0]), 'JBIG2Decode')) pixels = jbig2Pixels(stream.raw);
  if (isName(file.resolve(entries.get('Subtype')), 'Image')) {
    const width = file.resolve(entries.get('Width'));
    const height = file.resolve(entries.get('Height'));
    if (typeof width === 'number' && typeof height === 'number') pixels = Math.max(pixels, width * height);
  }
  if (pixels > MAX_IMAGE_PIXELS) throw new AdesError('pdf_too_complex', 'an image has too many pixels');
}

/**
 * Largest page or region that the segment headers of a JBIG2 stream declare (ITU-T T.88 §7.2, §7.4.8): number (4),
 * flags (1), referred-to segments, page (1 or 4), length (4), then for pages and regions width (4) and height (4).
 */
function jbig2Pixels(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let largest = 0;
  let position = 0;
  for (let segments = 0; segments < 10_000 && position + 11 <= data.length; segments++) {
    const number = view.getUint32(position);
    const flags = data[position + 4]!;
    let header = position + 5;
    let referred = data[header]! >> 5;
    if (referred === 7) {
      referred = view.getUint32(header) & 0x1fffffff;
      header += 4 + Math.ceil((referred + 1) / 8);
    } else {
      header += 1;
    }
    header += referred * (number <= 256 ? 1 : number <= 65536 ? 2 : 4) + ((flags & 0x40) !== 0 ? 4 : 1);
    if (header + 4 > data.length) break;
    const length = view.getUint32(header);
    const body = header + 4;
    const type = flags & 0x3f;
    const isRegion = (type >= 4 && type <= 7) || (type >= 20 && type <= 43) || type === 48;
    if (isRegion && body + 8 <= data.length) {
      const height = view.getUint32(body + 4);
      // A page of unknown height is written as all ones; its stripes are bounded by the regions.
      if (height !== 0xffffffff) largest = Math.max(largest, view.getUint32(body) * height);
    }
    if (length === 0xffffffff) break;
    position = body + length;
  }
  return largest;
}

/** JavaScript that runs when the document or a page is opened, printed, saved or closed. */
function automaticScript(file: PdfFile): string | undefined {
  const isScript = (value: PdfValue | undefined): boolean =>
    isName(file.resolve(file.resolveDict(value)?.get('S')), 'JavaScript');
  if (isScript(file.catalog.get('OpenAction'))) return 'JavaScript that runs at opening';
  for (const item of file.resolveDict(file.catalog.get('AA'))?.values() ?? []) {
    if (isScript(item)) return 'JavaScript that runs at printing, saving or closing';
  }
  for (const page of walkPages(file, file.catalog)) {
    for (const item of file.resolveDict(page.dict.get('AA'))?.values() ?? []) {
      if (isScript(item)) return 'JavaScript that runs when a page is opened or closed';
    }
  }
  return undefined;
}
