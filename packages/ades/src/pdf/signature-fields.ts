import { AdesError } from '../ades-error.ts';
import type { IncrementalUpdate } from './incremental-update.ts';
import {
  dict,
  isDict,
  isName,
  name,
  type PdfDict,
  PdfRef,
  PdfStream,
  PdfString,
  type PdfValue,
  readTextString,
  textString,
} from './objects.ts';
import type { ObjectSource } from './page-tree.ts';

/** A terminal field of a form. */
export interface FormField {
  name: string;
  ref: PdfRef | undefined;
  dict: PdfDict;
  /** Whether it is a signature field; the type may be inherited. */
  isSignature: boolean;
  /** The signature dictionary, when the field is signed. */
  value: PdfDict | undefined;
}

const MAX_FIELDS = 100_000;

/** All terminal fields of a form. @throws AdesError `pdf_form_tree` when the tree contains itself */
export function listFields(source: ObjectSource, catalog: PdfDict): FormField[] {
  const form = source.resolveDict(catalog.get('AcroForm'));
  const out: FormField[] = [];
  let budget = MAX_FIELDS;
  const walk = (
    items: PdfValue[],
    prefix: string,
    inheritedType: PdfValue | undefined,
    above: readonly PdfDict[],
  ): void => {
    for (const item of items) {
      const field = source.resolveDict(item);
      if (!field) continue;
      if (above.includes(field) || above.length > 64)
        throw new AdesError('pdf_form_tree', 'the field tree contains itself');
      if (--budget < 0) throw new AdesError('pdf_too_complex', 'too many form fields');
      const partial = source.resolve(field.get('T'));
      const own = partial instanceof PdfString ? readTextString(partial) : undefined;
      const full = own === undefined ? prefix : prefix ? `${prefix}.${own}` : own;
      const type = field.get('FT') ?? inheritedType;
      const kids = source.resolveArray(field.get('Kids'));
      if (kids) walk(kids, full, type, [...above, field]);
      if (isName(source.resolve(type), 'Sig') && (!kids || field.has('V'))) {
        out.push({
          name: full,
          ref: item instanceof PdfRef ? item : undefined,
          dict: field,
          isSignature: true,
          value: source.resolveDict(field.get('V')),
        });
      } else if (!kids && own !== undefined) {
        out.push({ name: full, ref: undefined, dict: field, isSignature: false, value: undefined });
      }
    }
  };
  walk(source.resolveArray(form?.get('Fields')) ?? [], '', undefined, []);
  return out;
}

/** Only the signature fields. */
export const listSignatureFields = (source: ObjectSource, catalog: PdfDict): FormField[] =>
  listFields(source, catalog).filter((field) => field.isSignature);

export interface NewSignatureField {
  name: string;
  /** What it is called for people. */
  label?: string;
  page: PdfRef;
  /** Left, bottom, right, top in the page's user space; all zero for an invisible field. */
  rect: readonly [number, number, number, number];
  /** Form XObject for the normal appearance; an empty one when left out. */
  appearance?: PdfRef;
  /** The signature dictionary that fills the field at once. */
  value?: PdfRef;
}

/**
 * Adds signature fields merged with their widgets. Every widget has an appearance (PDF/A demands one even when nothing
 * shows), is printable and locked (F 132), and is listed in its page's /Annots and in /AcroForm /Fields. /SigFlags
 * gets SignaturesExist and AppendOnly.
 * @returns the field references in order
 */
export function addSignatureFields(update: IncrementalUpdate, fields: readonly NewSignatureField[]): PdfRef[] {
  let empty: PdfRef | undefined;
  const refs: PdfRef[] = [];
  for (const field of fields) {
    empty ??= field.appearance ? undefined : update.add(emptyAppearance());
    const ref = update.add(
      dict({
        Type: name('Annot'),
        Subtype: name('Widget'),
        FT: name('Sig'),
        T: textString(field.name),
        TU: field.label === undefined ? undefined : textString(field.label),
        F: 132,
        P: field.page,
        Rect: [...field.rect],
        AP: dict({ N: field.appearance ?? empty! }),
        V: field.value,
      }),
    );
    refs.push(ref);
    addAnnotation(update, field.page, ref);
  }
  const form = editAcroForm(update);
  const flags = update.resolve(form.get('SigFlags'));
  form.set('SigFlags', (typeof flags === 'number' ? flags : 0) | 3);
  const existing = form.get('Fields');
  const combined = [...(update.resolveArray(existing) ?? []), ...refs];
  if (existing instanceof PdfRef) update.put(existing, combined);
  else form.set('Fields', combined);
  return refs;
}

function emptyAppearance(): PdfStream {
  const entries = dict({ Type: name('XObject'), Subtype: name('Form'), BBox: [0, 0, 0, 0], Resources: new Map() });
  return new PdfStream(entries, new Uint8Array(0));
}

/**
 * Lists an annotation on a page. An indirect array may be shared between pages: the page gets an array of its own.
 */
export function addAnnotation(update: IncrementalUpdate, pageRef: PdfRef, annotation: PdfRef): void {
  const page = update.edit(pageRef);
  page.set('Annots', [...(update.resolveArray(page.get('Annots')) ?? []), annotation]);
}

/** The interactive form dictionary for writing; made when the file has none. */
function editAcroForm(update: IncrementalUpdate): PdfDict {
  const { rootRef, catalog } = update.file;
  const current = update.get(rootRef);
  const entry = (isDict(current) ? current : catalog).get('AcroForm');
  if (entry instanceof PdfRef && update.resolveDict(entry)) return update.edit(entry);
  const form: PdfDict = new Map(update.resolveDict(entry) ?? []);
  update.edit(rootRef).set('AcroForm', form);
  return form;
}
