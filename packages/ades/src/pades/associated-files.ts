import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { AdesError } from '../ades-error.ts';
import type { IncrementalUpdate } from '../pdf/incremental-update.ts';
import {
  asciiString,
  dict,
  isDict,
  name,
  type PdfDict,
  type PdfRef,
  PdfStream,
  PdfString,
  type PdfValue,
  pdfDate,
  readTextString,
  textString,
} from '../pdf/objects.ts';

/** `/AFRelationship` values of ISO 32000-2 Table 43 that fit evidence. */
export type AssociatedFileRelationship = 'Data' | 'Supplement' | 'Source' | 'Alternative' | 'Unspecified';

/** A file to be embedded and associated with the document. */
export interface AssociatedFile {
  /** File name shown to readers; made unique when the document has one of this name. */
  name: string;
  /** Media type, for example `application/xml`. */
  mimeType: string;
  bytes: Uint8Array;
  description?: string;
  modifiedAt: Date;
  /** `Data` by default: evidence pages present what the native evidence holds. */
  relationship?: AssociatedFileRelationship;
}

const MAX_NAME_TREE_ENTRIES = 100_000;

/**
 * Embeds files and associates them with the document (ISO 32000-2 §7.11.4, §14.13): /EmbeddedFiles name tree, merged
 * with what is there, and the catalog's /AF array.
 */
export function embedAssociatedFiles(update: IncrementalUpdate, files: readonly AssociatedFile[]): void {
  if (files.length === 0) return;
  const catalog = update.edit(update.file.rootRef);
  const names: PdfDict = new Map(update.resolveDict(catalog.get('Names')) ?? []);
  const entries = readNameTree(update, names.get('EmbeddedFiles'));
  const specifications: PdfRef[] = [];
  for (const file of files) {
    const { key, fileName } = uniqueName(file.name, entries);
    const specification = update.add(fileSpecification(update, file, fileName));
    entries.set(key, [asciiString(key), specification]);
    specifications.push(specification);
  }
  const sorted = [...entries.values()].sort(([a], [b]) => Buffer.compare(a.bytes, b.bytes));
  names.set('EmbeddedFiles', update.add(dict({ Names: sorted.flat() })));
  catalog.set('Names', names);
  catalog.set('AF', [...(update.resolveArray(catalog.get('AF')) ?? []), ...specifications]);
}

function fileSpecification(update: IncrementalUpdate, file: AssociatedFile, fileName: string): PdfDict {
  const compressed = deflateSync(file.bytes);
  const smaller = compressed.length < file.bytes.length;
  const stream = update.add(
    new PdfStream(
      dict({
        Type: name('EmbeddedFile'),
        Subtype: name(file.mimeType),
        Filter: smaller ? name('FlateDecode') : undefined,
        Params: dict({
          Size: file.bytes.length,
          ModDate: pdfDate(file.modifiedAt),
          // An integrity hint of the format (MD5 by definition); the signatures protect the file.
          CheckSum: new PdfString(createHash('md5').update(file.bytes).digest()),
        }),
      }),
      smaller ? compressed : file.bytes,
    ),
  );
  return dict({
    Type: name('Filespec'),
    F: textString(fileName),
    UF: textString(fileName),
    EF: dict({ F: stream, UF: stream }),
    AFRelationship: name(file.relationship ?? 'Data'),
    Desc: file.description ? textString(file.description) : undefined,
  });
}

/** All entries of a name tree (ISO 32000-2 §7.9.6), keyed by the key's bytes or, for text, its characters. */
function readNameTree(update: IncrementalUpdate, root: PdfValue | undefined): Map<string, [PdfString, PdfValue]> {
  const out = new Map<string, [PdfString, PdfValue]>();
  const seen = new Set<PdfDict>();
  const stack: PdfValue[] = [root ?? null];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const node = update.resolve(item);
    if (!isDict(node) || seen.has(node)) continue;
    seen.add(node);
    const pairs = update.resolveArray(node.get('Names')) ?? [];
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const key = update.resolve(pairs[i]);
      if (key instanceof PdfString) out.set(Buffer.from(key.bytes).toString('latin1'), [key, pairs[i + 1]!]);
    }
    if (out.size > MAX_NAME_TREE_ENTRIES) throw new AdesError('pdf_too_complex', 'too many embedded files');
    for (const kid of update.resolveArray(node.get('Kids')) ?? []) stack.push(kid);
  }
  return out;
}

/**
 * A name that the tree does not have, numbered when needed. Keys in ASCII sort the same whether a reader compares bytes
 * or decoded text; the file specification has the name as it is.
 */
function uniqueName(wanted: string, entries: Map<string, [PdfString, PdfValue]>): { key: string; fileName: string } {
  const taken = new Set([...entries.values()].map(([key]) => readTextString(key)));
  const dot = wanted.lastIndexOf('.');
  const [stem, suffix] = dot > 0 ? [wanted.slice(0, dot), wanted.slice(dot)] : [wanted, ''];
  for (let i = 1; ; i++) {
    const fileName = i === 1 ? wanted : `${stem}-${i}${suffix}`;
    const key = fileName.replace(/[^ -~]/g, '_');
    if (!taken.has(key)) return { key, fileName };
  }
}
