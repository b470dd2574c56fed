import type { CrossReferenceEntry } from './cross-reference.ts';
import { type PdfDict, PdfRef, type PdfValue } from './objects.ts';
import type { PdfFile } from './pdf-file.ts';
import type { ReferenceIndex } from './reference-index.ts';
import { sameValue } from './same-value.ts';

/**
 * What revisions after a signature did (ISO 32000-2 §12.8.2.2):
 * - `validation_data`: DSS, extensions and version of the catalog
 * - `document_time_stamp`, `signature`: a signature field was filled, or added with its value
 * - `signature_field`: an empty signature field was added
 * - `form_filling`: values and appearances of other fields
 * - `annotation`: annotations were added
 * - `metadata`: dates and producer of the document information, XMP
 * - `content`: anything else; what the file shows may differ from what was signed
 */
export interface LaterChange {
  kind:
    | 'validation_data'
    | 'document_time_stamp'
    | 'signature'
    | 'signature_field'
    | 'form_filling'
    | 'annotation'
    | 'metadata'
    | 'content';
  /** Number of the object that was changed or added; 0 for the trailer. */
  object: number;
  /** Full name of the form field. */
  field?: string;
  /** A widget with an extent was added: it can lie over the content of the page. */
  visible?: boolean;
}

/** Two states of one file, which objects differ between them, and what the differences were found to be. */
export class RevisionPair {
  readonly before: PdfFile;
  readonly after: PdfFile;
  readonly index: ReferenceIndex;
  readonly changes: LaterChange[] = [];
  private readonly explained = new Set<number>();

  constructor(before: PdfFile, after: PdfFile, index: ReferenceIndex) {
    this.before = before;
    this.after = after;
    this.index = index;
  }

  report(kind: LaterChange['kind'], object: number, more: Partial<LaterChange> = {}): void {
    if (this.changes.some((change) => change.kind === kind && change.object === object)) return;
    this.changes.push({ kind, object, ...more });
  }

  /** The object's change was judged by a rule. */
  explain(value: PdfValue | undefined): void {
    if (value instanceof PdfRef) this.explained.add(value.number);
  }

  isNew(number: number): boolean {
    return entryKey(this.before, number) === FREE_KEY;
  }

  isChanged(number: number): boolean {
    return entryKey(this.before, number) !== entryKey(this.after, number);
  }

  valueOf(file: PdfFile, number: number): PdfValue {
    const entry = file.crossReference.entries.get(number);
    return entry ? file.get(new PdfRef(number, entry.kind === 'offset' ? entry.generation : 0)) : null;
  }

  /** Keys whose values differ as they are written; references count by their numbers. */
  differingKeys(before: PdfDict, after: PdfDict): string[] {
    const keys = new Set([...before.keys(), ...after.keys()]);
    return [...keys].filter((key) => !sameValue(before.get(key), after.get(key)));
  }

  isExplained(number: number): boolean {
    return this.explained.has(number);
  }

  /** Numbers of the objects that are new, gone or somewhere else. */
  *changedNumbers(): Generator<number> {
    const numbers = new Set([
      ...this.before.crossReference.entries.keys(),
      ...this.after.crossReference.entries.keys(),
    ]);
    for (const number of numbers) if (this.isChanged(number)) yield number;
  }
}

const FREE_KEY = '';

/** Where an object is, so that equal keys in two states of one file mean the same bytes. */
function entryKey(file: PdfFile, number: number): string {
  const entry: CrossReferenceEntry | undefined = file.crossReference.entries.get(number);
  if (!entry || entry.kind === 'free') return FREE_KEY;
  if (entry.kind === 'offset') return `${entry.offset} ${entry.generation}`;
  const container = file.crossReference.entries.get(entry.stream);
  return `in ${container?.kind === 'offset' ? container.offset : 'none'} ${entry.stream} ${entry.index}`;
}
