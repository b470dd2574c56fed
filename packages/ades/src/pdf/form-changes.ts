import {
  isDict,
  isName,
  type PdfDict,
  PdfRef,
  PdfStream,
  PdfString,
  type PdfValue,
  readTextString,
} from './objects.ts';
import type { PdfFile } from './pdf-file.ts';
import type { LaterChange, RevisionPair } from './revision-pair.ts';

/** Widgets that came with new signature fields, by object number. */
export interface FormChanges {
  addedWidgets: ReadonlySet<number>;
}

const MAX_DEPTH = 64;
/** Entries that change when a field is filled. */
const FILLED = new Set(['V', 'AP', 'AS', 'M', 'RV', 'I', 'TI', 'MK']);
/** Entries of a new field that would act on the reader or tie it to another one. */
const REFUSED_IN_NEW_FIELD = ['A', 'AA', 'Parent', 'Kids', 'OC'];

/**
 * Compares the interactive forms of two states of a file: fields may be filled and signature fields added; every other
 * difference is reported as one of content.
 */
export function compareForms(
  pair: RevisionPair,
  before: PdfValue | undefined,
  after: PdfValue | undefined,
): FormChanges {
  const rules = new FormRules(pair);
  rules.compare(before, after);
  return rules;
}

class FormRules implements FormChanges {
  readonly addedWidgets = new Set<number>();
  private readonly pair: RevisionPair;
  private readonly seen = new Set<number>();

  constructor(pair: RevisionPair) {
    this.pair = pair;
  }

  compare(before: PdfValue | undefined, after: PdfValue | undefined): void {
    const { pair } = this;
    const owner = after instanceof PdfRef ? after.number : pair.after.rootRef.number;
    const old = pair.before.resolveDict(before);
    const current = pair.after.resolveDict(after);
    if (!current) {
      if (old) pair.report('content', owner);
      return;
    }
    // A form that moves into another object must not take one that was there for something else.
    if (after instanceof PdfRef && !isSameOrNew(pair, before, after)) {
      pair.report('content', owner);
      return;
    }
    let allowed = true;
    for (const key of pair.differingKeys(old ?? new Map(), current)) {
      if (key === 'Fields' || (key === 'SigFlags' && typeof current.get(key) === 'number')) continue;
      if (key === 'DR' && isSuperset(pair, old?.get(key), current.get(key))) continue;
      if (key === 'DA' && !old?.has('DA')) continue;
      if (key === 'NeedAppearances' && current.get(key) !== true) continue;
      allowed = false;
    }
    if (!allowed) {
      pair.report('content', owner);
      return;
    }
    pair.explain(after);
    this.compareFields(old?.get('Fields'), current.get('Fields'), owner);
  }

  private compareFields(before: PdfValue | undefined, after: PdfValue | undefined, owner: number): void {
    const { pair } = this;
    const old = pair.before.resolveArray(before) ?? [];
    const current = pair.after.resolveArray(after) ?? [];
    if (after instanceof PdfRef && isSameOrNew(pair, before, after)) pair.explain(after);
    if (old.some((item, index) => !isSameRef(item, current[index]))) {
      pair.report('content', owner);
      return;
    }
    for (const item of old) this.compareField(item as PdfRef, undefined, '', 0);
    for (const item of current.slice(old.length)) this.addField(item, owner);
  }

  private compareField(ref: PdfRef, inheritedType: PdfValue | undefined, prefix: string, depth: number): void {
    const { pair } = this;
    if (depth > MAX_DEPTH || this.seen.has(ref.number)) return;
    this.seen.add(ref.number);
    const old = pair.valueOf(pair.before, ref.number);
    const current = pair.valueOf(pair.after, ref.number);
    if (!isDict(old) || !isDict(current)) return;
    const name = fullName(pair.before, old, prefix);
    const type = pair.before.resolve(old.get('FT') ?? inheritedType);
    this.judgeFilling(ref.number, old, current, isName(type, 'Sig'), name);
    for (const kid of pair.before.resolveArray(old.get('Kids')) ?? []) {
      if (kid instanceof PdfRef) this.compareField(kid, type, name, depth + 1);
    }
  }

  private judgeFilling(number: number, old: PdfDict, current: PdfDict, isSignature: boolean, field: string): void {
    const { pair } = this;
    const differing = pair.differingKeys(old, current);
    const appearances = this.changedAppearances(old, current);
    if (differing.length === 0 && appearances.length === 0) return;
    if (differing.some((key) => !FILLED.has(key))) return;
    let kind: LaterChange['kind'] = 'form_filling';
    if (isSignature) {
      const value = current.get('V');
      if (!differing.includes('V') || pair.before.resolve(old.get('V')) !== null) return;
      if (value instanceof PdfRef && !pair.isNew(value.number)) return;
      kind = kindOfValue(pair.after, value);
    }
    pair.report(kind, number, { field });
    pair.explain(new PdfRef(number));
    for (const appearance of appearances) pair.explain(appearance);
  }

  /** Appearance streams, and the dictionary that lists them, that were written anew under their numbers. */
  private changedAppearances(old: PdfDict, current: PdfDict): PdfRef[] {
    const { pair } = this;
    const found: PdfRef[] = [];
    const visit = (value: PdfValue | undefined, depth: number): void => {
      if (value instanceof PdfRef) {
        const before = pair.valueOf(pair.before, value.number);
        const isOwn = before instanceof PdfStream ? isName(before.dict.get('Subtype'), 'Form') : isDict(before);
        if (pair.isChanged(value.number) && isOwn) found.push(value);
        visit(pair.after.get(value), depth + 1);
      } else if (isDict(value) && depth < 4) {
        for (const item of value.values()) visit(item, depth + 1);
      }
    };
    if (old.has('AP')) visit(current.get('AP'), 0);
    // An appearance that something else shows too is not this field's alone.
    return found.filter((ref) => pair.index.referrersOf(ref.number).length <= 1);
  }

  private addField(item: PdfValue, owner: number): void {
    const { pair } = this;
    const field = pair.after.resolveDict(item);
    const isNew = item instanceof PdfRef && pair.isNew(item.number);
    const sound =
      isNew &&
      field &&
      isName(pair.after.resolve(field.get('FT')), 'Sig') &&
      !REFUSED_IN_NEW_FIELD.some((key) => field.has(key));
    if (!sound) {
      pair.report('content', item instanceof PdfRef ? item.number : owner);
      return;
    }
    const value = field.get('V');
    if (value instanceof PdfRef && !pair.isNew(value.number)) {
      pair.report('content', item.number);
      return;
    }
    this.addedWidgets.add(item.number);
    const kind = pair.after.resolve(value) === null ? 'signature_field' : kindOfValue(pair.after, value);
    pair.report(kind, item.number, {
      field: fullName(pair.after, field, ''),
      visible: hasExtent(pair.after, field),
    });
  }
}

function isSameOrNew(pair: RevisionPair, before: PdfValue | undefined, after: PdfRef): boolean {
  return isSameRef(before, after) || pair.isNew(after.number);
}

const isSameRef = (a: PdfValue | undefined, b: PdfValue | undefined): boolean =>
  a instanceof PdfRef && b instanceof PdfRef && a.number === b.number && a.generation === b.generation;

const kindOfValue = (file: PdfFile, value: PdfValue | undefined): 'signature' | 'document_time_stamp' =>
  isName(file.resolve(file.resolveDict(value)?.get('SubFilter')), 'ETSI.RFC3161') ? 'document_time_stamp' : 'signature';

function fullName(file: PdfFile, field: PdfDict, prefix: string): string {
  const partial = file.resolve(field.get('T'));
  const own = partial instanceof PdfString ? readTextString(partial) : undefined;
  if (own === undefined) return prefix;
  return prefix ? `${prefix}.${own}` : own;
}

function hasExtent(file: PdfFile, field: PdfDict): boolean {
  const rect = file.resolveArray(field.get('Rect'))?.map((item) => file.resolve(item)) ?? [];
  const [left, bottom, right, top] = rect;
  return left !== right && bottom !== top;
}

/** Whether resources were only added to. */
function isSuperset(pair: RevisionPair, before: PdfValue | undefined, after: PdfValue | undefined): boolean {
  const old = pair.before.resolveDict(before);
  const current = pair.after.resolveDict(after);
  if (!old) return true;
  if (!current) return false;
  return [...old].every(([key, value]) => {
    const had = pair.before.resolve(value);
    const has = pair.after.resolve(current.get(key));
    if (!isDict(had)) return pair.differingKeys(old, current).every((differing) => differing !== key);
    return isDict(has) && [...had.keys()].every((item) => !pair.differingKeys(had, has).includes(item));
  });
}
