import { AdesError } from '../ades-error.ts';
import { IncrementalUpdate } from '../pdf/incremental-update.ts';
import { type PdfRef, PdfStream } from '../pdf/objects.ts';
import { addPages, importPageAsForm } from '../pdf/page-import.ts';
import { type Box, firstPage } from '../pdf/page-tree.ts';
import { openPdf, type PdfFile } from '../pdf/pdf-file.ts';
import { addSignatureFields, listFields, type NewSignatureField } from '../pdf/signature-fields.ts';
import { decodeStream } from '../pdf/stream-decoder.ts';
import { StructureTree } from '../pdf/structure-tree.ts';
import { type AssociatedFile, embedAssociatedFiles } from './associated-files.ts';
import { addTestMarks } from './test-mark.ts';

/** A signature field to be laid out. Without `visible` it has an empty appearance and no extent. */
export interface FieldLayout {
  /** Wanted field name without dots; a number is added when the form has a field of this name. */
  name: string;
  /** What it is called for people; the name when left out. */
  label?: string;
  visible?: {
    /** Index among the evidence pages, from 0. */
    evidencePage: number;
    /** Left, bottom, right, top in points of that page. */
    rect: Box;
    /** A PDF whose first page becomes the appearance, scaled to the rectangle. */
    appearance: Uint8Array;
  };
}

/** What is put into the file in one revision before the first signature. */
export interface PackageLayout {
  /** A PDF whose pages are appended, with their structure; it draws its own TEST mark where one is due. */
  evidencePages?: Uint8Array;
  /** How many of them, from the first on, go before the original pages; the others behind. */
  pagesInFront?: number;
  /** Marks every original page with TEST. */
  testMark?: boolean;
  associatedFiles?: readonly AssociatedFile[];
  certification: FieldLayout;
  /** One field per signer, in order of signing. */
  approvals: readonly FieldLayout[];
  documentTimeStamp?: FieldLayout;
}

/** Names that the fields got, and what the layout cost. */
export interface LaidOutFields {
  certification: string;
  approvals: string[];
  documentTimeStamp: string | undefined;
  /** `pdfa_attachments`: the file claims PDF/A-1 or -2, which allow no such attachments. */
  warnings: LayoutWarning[];
}

export type LayoutWarning = 'pdfa_attachments';

/**
 * Lays out a packaged PDF as one incremental revision: evidence pages, TEST marks, associated files and every
 * signature field with its appearance. Later signatures only fill these fields, so none invalidates an earlier one.
 * @param original an accepted, unsigned PDF
 * @throws AdesError `pdf_unreadable`, `layout_invalid`
 */
export function layOutPackagedPdf(
  original: Uint8Array,
  layout: PackageLayout,
): { bytes: Uint8Array; fields: LaidOutFields } {
  const update = new IncrementalUpdate(openPdf(original));
  const { fields } = layOut(update, layout);
  update.commit();
  return { bytes: update.finish(), fields };
}

/** Field references beside their names, for signing on the same update. */
export interface LaidOutRefs {
  certification: PdfRef;
  approvals: PdfRef[];
  documentTimeStamp: PdfRef | undefined;
}

export function layOut(update: IncrementalUpdate, layout: PackageLayout): { fields: LaidOutFields; refs: LaidOutRefs } {
  const { file } = update;
  if (layout.testMark) addTestMarks(update);
  const pages = layout.evidencePages ? addPages(update, openPdf(layout.evidencePages), layout.pagesInFront ?? 0) : [];
  const files = layout.associatedFiles ?? [];
  embedAssociatedFiles(update, files);

  const wanted = [
    layout.certification,
    ...layout.approvals,
    ...(layout.documentTimeStamp ? [layout.documentTimeStamp] : []),
  ];
  const taken = new Set(listFields(file, file.catalog).map((field) => field.name));
  const carrier = pages.at(-1) ?? firstPage(file, file.catalog).ref;
  const fields = wanted.map((field) => newField(update, field, pages, carrier, taken));
  const refs = addSignatureFields(update, fields);
  const structure = StructureTree.find(update);
  for (const [index, { page, label }] of fields.entries()) {
    structure?.tagAnnotation(refs[index]!, page, 'Form', label);
  }
  structure?.finish();
  const count = layout.approvals.length;
  const names = fields.map((field) => field.name);
  return {
    fields: {
      certification: names[0]!,
      approvals: names.slice(1, 1 + count),
      documentTimeStamp: names[1 + count],
      warnings: layoutWarnings(file, files.length > 0),
    },
    refs: { certification: refs[0]!, approvals: refs.slice(1, 1 + count), documentTimeStamp: refs[1 + count] },
  };
}

function newField(
  update: IncrementalUpdate,
  layout: FieldLayout,
  evidencePages: readonly PdfRef[],
  carrier: PdfRef,
  taken: Set<string>,
): NewSignatureField & { label: string } {
  const fieldName = uniqueFieldName(layout.name, taken);
  const label = layout.label ?? fieldName;
  if (!layout.visible) return { name: fieldName, label, page: carrier, rect: [0, 0, 0, 0] };
  const page = evidencePages[layout.visible.evidencePage];
  if (!page)
    throw new AdesError('layout_invalid', 'a visible signature is placed on an evidence page that does not exist');
  return {
    name: fieldName,
    label,
    page,
    rect: layout.visible.rect,
    appearance: importPageAsForm(update, openPdf(layout.visible.appearance)),
  };
}

/** A name that no field has yet; taken names are remembered. */
export function uniqueFieldName(wanted: string, taken: Set<string>): string {
  const base = wanted.replaceAll('.', '_');
  let candidate = base;
  for (let i = 2; taken.has(candidate); i++) candidate = `${base}_${i}`;
  taken.add(candidate);
  return candidate;
}

function layoutWarnings(file: PdfFile, hasAttachments: boolean): LayoutWarning[] {
  const metadata = file.resolve(file.catalog.get('Metadata'));
  if (!(metadata instanceof PdfStream)) return [];
  const xmp = decodeStream(metadata, file.budget, (value) => file.resolve(value)).toString('latin1');
  return hasAttachments && /pdfaid:part(?:>|=["'])[12]\b/.test(xmp) ? ['pdfa_attachments'] : [];
}
