import { deflateSync } from 'node:zlib';
import type { IncrementalUpdate } from '../pdf/incremental-update.ts';
import { dict, name, type PdfDict, PdfRef, PdfStream, type PdfValue } from '../pdf/objects.ts';
import { PdfFile } from '../pdf/pdf-file.ts';
import { decodeStream } from '../pdf/stream-decoder.ts';
import { emptyValidationData, type ValidationData } from '../revocation/validation-data.ts';

const KEYS = { certificates: 'Certs', ocspResponses: 'OCSPs', crls: 'CRLs' } as const;

/**
 * Sets the next revision's DSS (ETSI EN 319 142-1 §5.4.2.2, ISO 32000-2 §12.8.4.3): new values are appended to the
 * arrays that are there, indirect arrays stay indirect, a value that is there already is not repeated. /VRI is optional
 * and not written: the values count for every signature.
 * @returns whether anything was added
 */
export function writeDocumentSecurityStore(update: IncrementalUpdate, data: ValidationData): boolean {
  const known = readDocumentSecurityStore(update);
  const fresh = (Object.keys(KEYS) as (keyof typeof KEYS)[]).map((kind) => {
    const have = new Set(known[kind].map(base64));
    return [KEYS[kind], data[kind].filter((value) => !have.has(base64(value)))] as const;
  });
  if (fresh.every(([, values]) => values.length === 0)) return false;
  const store = editStore(update);
  for (const [key, values] of fresh) {
    if (values.length === 0) continue;
    const existing = store.get(key);
    const combined = [
      ...(update.resolveArray(existing) ?? []),
      ...values.map((value) => update.add(compressed(value))),
    ];
    if (existing instanceof PdfRef) update.put(existing, combined);
    else store.set(key, combined);
  }
  return true;
}

function editStore(update: IncrementalUpdate): PdfDict {
  const catalog = update.resolveDict(update.file.rootRef) ?? update.file.catalog;
  const existing = catalog.get('DSS');
  if (existing instanceof PdfRef && update.resolveDict(existing)) return update.edit(existing);
  const ref = update.add(new Map(update.resolveDict(existing) ?? []));
  update.edit(update.file.rootRef).set('DSS', ref);
  return update.edit(ref);
}

function compressed(value: Uint8Array): PdfStream {
  const smaller = deflateSync(value);
  return smaller.length < value.length
    ? new PdfStream(dict({ Filter: name('FlateDecode') }), smaller)
    : new PdfStream(new Map(), value);
}

/** Values of a file's DSS; empty when it has none. */
export function readDocumentSecurityStore(source: IncrementalUpdate | PdfFile): ValidationData {
  const data = emptyValidationData();
  const file = source instanceof PdfFile ? source : source.file;
  const resolve = (value: PdfValue | undefined): PdfValue => source.resolve(value);
  const store = source.resolveDict(source.resolveDict(file.rootRef)?.get('DSS'));
  if (!store) return data;
  for (const kind of Object.keys(KEYS) as (keyof typeof KEYS)[]) {
    for (const item of source.resolveArray(store.get(KEYS[kind])) ?? []) {
      const stream = resolve(item);
      if (stream instanceof PdfStream) data[kind].push(decodeStream(stream, file.budget, resolve));
    }
  }
  return data;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
