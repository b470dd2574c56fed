import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import type { ReadDigestAlgorithm } from '../asn1/algorithms.ts';
import { readDer } from '../asn1/der-reader.ts';
import { OID } from '../asn1/oids.ts';
import { checkSignedData, readSignedData } from '../cms/signed-data-reader.ts';
import { sameBytes } from '../x509/certificate-reader.ts';
import { listLaterChanges } from './later-changes.ts';
import { isName, type PdfDict, PdfName, PdfString } from './objects.ts';
import type { ObjectSource } from './page-tree.ts';
import { openPdf, PdfFile } from './pdf-file.ts';
import { ReferenceIndex } from './reference-index.ts';
import { listSignatureFields } from './signature-fields.ts';

/** A signature or document time-stamp found in a file. */
export interface FoundSignature {
  fieldName: string;
  dict: PdfDict;
  subFilter: string;
  isTimeStamp: boolean;
  /** [0, a, b, c]: the covered bytes are [0, a) and [b, b + c). */
  byteRange: readonly [number, number, number, number];
  /** The CMS object as stored, padding included. */
  contents: Uint8Array;
  /** End of the covered bytes. */
  coveredEnd: number;
  /** DocMDP permission, when this is a certification signature. */
  docMdp: 1 | 2 | 3 | undefined;
}

/** Every signature is checked over the whole file. */
const MAX_SIGNATURES = 500;

function broken(message: string): AdesError {
  return new AdesError('existing_signature_broken', message);
}

/**
 * Signatures and time-stamps in the form of a file, by the end of what they cover. /ByteRange must begin at 0 and leave
 * out exactly the /Contents string, or an attacker could hide bytes in the gap.
 * @throws AdesError `existing_signature_broken`, `pdf_form_tree`
 */
export function listSignatures(file: PdfFile): FoundSignature[] {
  const found = listSignatureValues(file).map(({ fieldName, value }) => readSignature(file, fieldName, value));
  return found.sort((a, b) => a.coveredEnd - b.coveredEnd);
}

/** Signature dictionaries of the form's fields, not read yet. @throws AdesError `pdf_form_tree`, `pdf_too_complex` */
export function listSignatureValues(file: PdfFile): { fieldName: string; value: PdfDict }[] {
  const found = new Map<PdfDict, string>();
  for (const { name, value } of listSignatureFields(file, file.catalog)) {
    if (!value || found.has(value)) continue;
    found.set(value, name);
    if (found.size > MAX_SIGNATURES) throw new AdesError('pdf_too_complex', 'too many signatures');
  }
  return [...found].map(([value, fieldName]) => ({ fieldName, value }));
}

/** Whether somebody signed or time-stamped the file before. @throws AdesError as `listSignatures`, and `pdf_unreadable` */
export function isSignedPdf(bytes: Uint8Array): boolean {
  return listSignatures(openPdf(bytes)).length > 0;
}

/** @throws AdesError `existing_signature_broken` */
export function readSignature(file: PdfFile, fieldName: string, value: PdfDict): FoundSignature {
  const range = file.resolveArray(value.get('ByteRange'))?.map((item) => file.resolve(item));
  const contents = file.resolve(value.get('Contents'));
  if (range?.length !== 4 || !range.every((item) => typeof item === 'number' && Number.isInteger(item) && item >= 0)) {
    throw broken('a signature has no usable /ByteRange');
  }
  if (!(contents instanceof PdfString)) throw broken('a signature has no /Contents');
  const [start, a, b, c] = range as [number, number, number, number];
  if (start !== 0 || a >= b || b + c > file.bytes.length) throw broken('a /ByteRange does not fit the file');
  if (file.bytes[a] !== 0x3c || file.bytes[b - 1] !== 0x3e) throw broken('a /ByteRange leaves out more than /Contents');
  const gap = file.bytes.toString('latin1', a + 1, b - 1);
  if (!/^[0-9A-Fa-f\s]*$/.test(gap) || !sameBytes(Buffer.from(gap.replace(/\s/g, ''), 'hex'), contents.bytes)) {
    throw broken('a /ByteRange leaves out something else than /Contents');
  }
  const subFilter = file.resolve(value.get('SubFilter'));
  return {
    fieldName,
    dict: value,
    subFilter: subFilter instanceof PdfName ? subFilter.value : '',
    isTimeStamp: isName(subFilter, 'ETSI.RFC3161'),
    byteRange: [0, a, b, c],
    contents: contents.bytes,
    coveredEnd: b + c,
    docMdp: docMdpPermission(file, value),
  };
}

function docMdpPermission(source: ObjectSource, signature: PdfDict): 1 | 2 | 3 | undefined {
  for (const item of source.resolveArray(signature.get('Reference')) ?? []) {
    const reference = source.resolveDict(item);
    if (!reference || !isName(source.resolve(reference.get('TransformMethod')), 'DocMDP')) continue;
    const permission = source.resolve(source.resolveDict(reference.get('TransformParams'))?.get('P') ?? null);
    return permission === 1 || permission === 3 ? permission : 2;
  }
  return undefined;
}

/** Digest over the bytes that a signature covers. */
export function coveredDigest(bytes: Uint8Array, signature: FoundSignature, digest: ReadDigestAlgorithm): Buffer {
  const [, a, b, c] = signature.byteRange;
  return createHash(digest)
    .update(bytes.subarray(0, a))
    .update(bytes.subarray(b, b + c))
    .digest();
}

/** The CMS object without the zero bytes that fill its room. */
export function trimContents(contents: Uint8Array): Uint8Array {
  // An indefinite-length object has no length to read; the BER transcoder finds its end.
  return contents[1] === 0x80 ? contents : readDer(contents, { allowTrailing: true }).bytes;
}

/**
 * Checks that a foreign signature's digest and value still hold; trust is not judged.
 * @returns `unknown` for formats that are not read here
 * @throws AdesError `existing_signature_broken` when the signature does not hold
 */
export function checkExistingSignature(bytes: Uint8Array, signature: FoundSignature): 'intact' | 'unknown' {
  const detached = ['adbe.pkcs7.detached', 'ETSI.CAdES.detached', 'ETSI.RFC3161'].includes(signature.subFilter);
  if (!detached && signature.subFilter !== 'adbe.pkcs7.sha1') return 'unknown';
  try {
    const data = readSignedData(trimContents(signature.contents), { ber: true });
    const { content } = data;
    if (content) {
      // The content is itself a digest of the document: TSTInfo, or the SHA-1 of the oldest format.
      const reason = checkSignedData(
        data,
        (digest) => createHash(digest).update(content).digest(),
        () => content,
      );
      if (reason) throw broken(reason);
      if (data.contentType === OID.tstInfo) return checkImprint(bytes, signature, content);
      if (!sameBytes(content, coveredDigest(bytes, signature, 'sha1'))) throw broken('the document digest differs');
      return 'intact';
    }
    const [, a, b, c] = signature.byteRange;
    const reason = checkSignedData(
      data,
      (digest) => coveredDigest(bytes, signature, digest),
      () => Buffer.concat([bytes.subarray(0, a), bytes.subarray(b, b + c)]),
    );
    if (reason) throw broken(reason);
    return 'intact';
  } catch (error) {
    if (error instanceof AdesError && error.code === 'algorithm_unsupported') return 'unknown';
    if (error instanceof AdesError && error.code !== 'existing_signature_broken') throw broken(error.message);
    throw error;
  }
}

function checkImprint(bytes: Uint8Array, signature: FoundSignature, tstInfo: Uint8Array): 'intact' {
  const holds = (['sha256', 'sha384', 'sha512', 'sha1'] as const).some((digest) =>
    Buffer.from(tstInfo).includes(coveredDigest(bytes, signature, digest)),
  );
  if (!holds) throw broken('a document time-stamp stamps something else');
  return 'intact';
}

/**
 * Whether more than validation data was appended behind the last signature: that the file was changed after signing.
 * @throws PdfSyntaxError, AdesError as `listLaterChanges`
 */
export function isChangedAfter(bytes: Uint8Array, file: PdfFile, coveredEnd: number): boolean {
  if (file.bytes.subarray(coveredEnd).every((byte) => byte <= 32)) return false;
  const before = new PdfFile(bytes.subarray(0, coveredEnd));
  return listLaterChanges(before, file, new ReferenceIndex(file)).some(({ kind }) => kind !== 'validation_data');
}
