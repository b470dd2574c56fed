import { compareForms, type FormChanges } from './form-changes.ts';
import { isDict, isName, type PdfDict, PdfName, PdfRef, PdfStream, type PdfValue } from './objects.ts';
import type { PdfFile } from './pdf-file.ts';
import type { ReferenceIndex } from './reference-index.ts';
import { type LaterChange, RevisionPair } from './revision-pair.ts';
import { sameValue } from './same-value.ts';

/** Entries of the document information that tell of the update itself. */
const INFO_KEYS = new Set(['ModDate', 'Producer', 'Creator']);

/**
 * Lists what changed between a revision that was signed and the file as it is now, object by object and with an
 * allow-list: a change that no rule explains is one of content.
 * @param before the file cut at the end of what the signature covers
 * @param index references inside `after`
 * @throws PdfSyntaxError when an object is damaged; AdesError `pdf_too_complex`, `pdf_form_tree`, `pdf_page_tree`
 */
export function listLaterChanges(before: PdfFile, after: PdfFile, index: ReferenceIndex): LaterChange[] {
  return new Comparison(new RevisionPair(before, after, index)).run();
}

class Comparison {
  private readonly pair: RevisionPair;
  private readonly before: PdfFile;
  private readonly after: PdfFile;
  private readonly index: ReferenceIndex;

  constructor(pair: RevisionPair) {
    this.pair = pair;
    this.before = pair.before;
    this.after = pair.after;
    this.index = pair.index;
  }

  run(): LaterChange[] {
    this.compareTrailers();
    const form = this.compareCatalogs();
    for (const number of this.pair.changedNumbers()) {
      if (this.isExplained(number)) continue;
      const value = this.pair.valueOf(this.before, number);
      if (isDict(value) && isName(value.get('Type'), 'Page')) this.comparePages(number, value, form);
      else if (Array.isArray(value) && this.index.isAnnotationArray(number)) {
        this.compareAnnotations(number, value, this.pair.valueOf(this.after, number), form);
      } else this.pair.report('content', number);
    }
    return this.pair.changes;
  }

  private isExplained(number: number): boolean {
    if (this.pair.isExplained(number)) return true;
    const referrers = this.index.referrersOf(number);
    if (this.pair.isNew(number)) {
      // What nothing refers to shows nowhere. An old object that referred to a number before there was an object under
      // it was made to wait for one; references of changed objects are judged with their changes.
      return referrers.every(
        (referrer) => referrer === 0 || !holdsReference(this.pair.valueOf(this.before, referrer), number),
      );
    }
    const old = this.pair.valueOf(this.before, number);
    const current = this.pair.valueOf(this.after, number);
    if (sameValue(old, current)) return true;
    return referrers.length === 0 && isStructure(old) && (current === null || isStructure(current));
  }

  private compareTrailers(): void {
    const [before, after] = [this.before.trailer, this.after.trailer];
    if (!sameValue(before.get('Root'), after.get('Root'))) this.pair.report('content', 0);
    const old = this.before.resolveDict(before.get('Info'));
    const current = this.after.resolveDict(after.get('Info'));
    const differing = this.pair.differingKeys(old ?? new Map(), current ?? new Map());
    if (differing.length === 0) return;
    const ref = after.get('Info');
    if (!differing.every((key) => INFO_KEYS.has(key))) {
      this.pair.report('content', ref instanceof PdfRef ? ref.number : 0);
      return;
    }
    if (ref instanceof PdfRef && (this.pair.isNew(ref.number) || sameValue(ref, before.get('Info')))) {
      if (this.index.referrersOf(ref.number).every((referrer) => referrer === 0)) this.pair.explain(ref);
      this.pair.report('metadata', ref.number);
    }
  }

  private compareCatalogs(): FormChanges {
    const { before, after } = this;
    const { number } = after.rootRef;
    const [old, current] = [before.catalog, after.catalog];
    let allowed = true;
    for (const key of this.pair.differingKeys(old, current)) {
      if (key === 'DSS' || key === 'AcroForm') continue;
      if (key === 'Extensions' || (key === 'Version' && current.get(key) instanceof PdfName)) {
        this.pair.report('validation_data', number);
      } else if (key !== 'Metadata') {
        allowed = false;
      }
    }
    if (allowed) this.pair.explain(after.rootRef);
    this.compareMetadata(old.get('Metadata'), current.get('Metadata'));
    this.compareStores(old.get('DSS'), current.get('DSS'));
    return compareForms(this.pair, old.get('AcroForm'), current.get('AcroForm'));
  }

  private compareMetadata(old: PdfValue | undefined, current: PdfValue | undefined): void {
    if (!(current instanceof PdfRef) || !this.pair.isChanged(current.number)) {
      if (!sameValue(old, current)) this.pair.report('content', this.after.rootRef.number);
      return;
    }
    const isXmp = (value: PdfValue) => value instanceof PdfStream && isName(value.dict.get('Type'), 'Metadata');
    const before = this.pair.valueOf(this.before, current.number);
    const own = this.pair.isNew(current.number) || (sameValue(old, current) && isXmp(before));
    const alone = this.index.referrersOf(current.number).every((referrer) => referrer === this.after.rootRef.number);
    if (!own || !alone || !isXmp(this.after.get(current))) {
      this.pair.report('content', current.number);
      return;
    }
    this.pair.explain(current);
    this.pair.report('metadata', current.number);
  }

  /** The DSS may grow, but every object in it must be new or have been in it: naming an object there excuses nothing. */
  private compareStores(old: PdfValue | undefined, current: PdfValue | undefined): void {
    const known = closure(this.before, old);
    let changed = !sameValue(old, current);
    for (const number of closure(this.after, current)) {
      if (!this.pair.isChanged(number)) continue;
      changed = true;
      if (this.pair.isNew(number) || known.has(number)) {
        if (this.isReferredToFromOutside(number, current)) this.pair.report('content', number);
        else this.pair.explain(new PdfRef(number));
      }
    }
    if (changed && this.after.resolve(current) !== null && !isDict(this.after.resolve(current))) {
      this.pair.report('content', this.after.rootRef.number);
    }
    if (changed)
      this.pair.report('validation_data', current instanceof PdfRef ? current.number : this.after.rootRef.number);
  }

  private isReferredToFromOutside(number: number, store: PdfValue | undefined): boolean {
    const inside = closure(this.after, store);
    return this.index
      .referrersOf(number)
      .some((referrer) => !inside.has(referrer) && referrer !== this.after.rootRef.number);
  }

  private comparePages(number: number, old: PdfDict, form: FormChanges): void {
    const current = this.pair.valueOf(this.after, number);
    if (!isDict(current) || this.pair.differingKeys(old, current).some((key) => key !== 'Annots')) {
      this.pair.report('content', number);
      return;
    }
    const [before, after] = [
      this.before.resolveArray(old.get('Annots')),
      this.after.resolveArray(current.get('Annots')),
    ];
    const list = current.get('Annots');
    if (list instanceof PdfRef && (this.pair.isNew(list.number) || sameValue(list, old.get('Annots')))) {
      this.pair.explain(list);
    }
    this.compareAnnotations(number, before ?? [], after ?? null, form);
  }

  private compareAnnotations(number: number, before: PdfValue[], after: PdfValue, form: FormChanges): void {
    if (!Array.isArray(after) || before.some((item, index) => !sameValue(item, after[index]))) {
      this.pair.report('content', number);
      return;
    }
    for (const item of after.slice(before.length)) {
      if (item instanceof PdfRef && form.addedWidgets.has(item.number)) continue;
      this.pair.report('annotation', item instanceof PdfRef ? item.number : number);
    }
  }
}

/** Whether a value holds a reference to an object itself, at any depth. */
function holdsReference(start: PdfValue, number: number): boolean {
  const stack: PdfValue[] = [start];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (value instanceof PdfRef) {
      if (value.number === number) return true;
    } else if (Array.isArray(value)) {
      for (const item of value) stack.push(item);
    } else {
      const entries = value instanceof PdfStream ? value.dict : value;
      if (isDict(entries)) for (const item of entries.values()) stack.push(item);
    }
  }
  return false;
}

const isStructure = (value: PdfValue): boolean =>
  value instanceof PdfStream && (isName(value.dict.get('Type'), 'XRef') || isName(value.dict.get('Type'), 'ObjStm'));

/** Numbers of the objects that hang on a value; streams end it. */
function closure(file: PdfFile, start: PdfValue | undefined): Set<number> {
  const out = new Set<number>();
  const stack: PdfValue[] = [start ?? null];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (value instanceof PdfRef) {
      if (out.has(value.number)) continue;
      out.add(value.number);
      stack.push(file.get(value));
    } else if (Array.isArray(value)) {
      for (const item of value) stack.push(item);
    } else if (isDict(value)) {
      for (const item of value.values()) stack.push(item);
    }
  }
  return out;
}
