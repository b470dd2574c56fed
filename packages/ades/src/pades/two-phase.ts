import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import type { DigestAlgorithm } from '../asn1/algorithms.ts';
import { checkSignedData, readSignedData } from '../cms/signed-data-reader.ts';
import { IncrementalUpdate, writeContents } from '../pdf/incremental-update.ts';
import { openPdf } from '../pdf/pdf-file.ts';
import type { SignatureDescription } from './signature-dictionary.ts';
import { type FieldChoice, writeSignatureRevision } from './signature-revision.ts';

export interface PadesPreparation extends SignatureDescription {
  /** An accepted PDF, signed before or not. */
  bytes: Uint8Array;
  /** A prepared field to be filled, or the name for a new invisible one. */
  field: { existing: string } | { create: string };
  digestAlgorithm: DigestAlgorithm;
  /** Bytes of room for the CMS object; 16 KiB by default, more for long chains with a time-stamp. */
  contentsSize?: number;
  /** Makes this a certification signature with this DocMDP permission. */
  docMdp?: 1 | 2 | 3;
}

/** A file that waits for its CMS object. Plain data: it can be stored while a remote key signs. */
export interface PreparedPades {
  bytes: Uint8Array;
  byteRange: readonly [number, number, number, number];
  digestAlgorithm: DigestAlgorithm;
  /** Digest over the byte range: the message digest of the CMS object to be made. */
  digest: Uint8Array;
  contentsSize: number;
}

/**
 * First phase: appends the revision of one signature and computes what is to be signed.
 * @throws AdesError `pdf_unreadable`, `pdf_encrypted`, `field_missing`, `field_already_signed`
 */
export function preparePades(request: PadesPreparation): PreparedPades {
  const update = new IncrementalUpdate(openPdf(request.bytes));
  const contentsSize = request.contentsSize ?? 16 * 1024;
  const field: FieldChoice = request.field;
  const written = writeSignatureRevision(update, field, request, contentsSize, request.docMdp);
  const digest = new Uint8Array(update.digest(written, request.digestAlgorithm));
  const bytes = update.finish();
  assertOutput(bytes, request.bytes, written.byteRange);
  return { bytes, byteRange: written.byteRange, digestAlgorithm: request.digestAlgorithm, digest, contentsSize };
}

/**
 * Second phase: puts a DER CMS SignedData into the prepared file, after verifying it over the very bytes of the file
 * with the public key of its signing certificate.
 * @throws AdesError `contents_too_small`, `signature_invalid`
 */
export function finishPades(prepared: PreparedPades, cms: Uint8Array): Uint8Array {
  const { byteRange } = prepared;
  const bytes = Buffer.from(prepared.bytes);
  const digestOf = (algorithm: string) => {
    const [, a, b, c] = byteRange;
    return createHash(algorithm)
      .update(bytes.subarray(0, a))
      .update(bytes.subarray(b, b + c))
      .digest();
  };
  const signedData = readSignedData(cms);
  const reason = checkSignedData(signedData, digestOf);
  if (reason) throw new AdesError('signature_invalid', reason);
  writeContents(bytes, byteRange[1], prepared.contentsSize, cms);
  assertOutput(bytes, undefined, byteRange);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The original is the prefix, and the byte range leaves out exactly the /Contents string of the new revision. */
export function assertOutput(
  output: Uint8Array,
  original: Uint8Array | undefined,
  byteRange: readonly [number, number, number, number],
): void {
  const [start, a, b, c] = byteRange;
  const buffer = Buffer.from(output.buffer, output.byteOffset, output.byteLength);
  const covers = start === 0 && b + c === buffer.length && buffer[a] === 0x3c && buffer[b - 1] === 0x3e;
  const stated = buffer.toString('latin1', a - 60, a).includes(`/ByteRange[${byteRange.join(' ')}]`);
  if (!covers || !stated) throw new AdesError('output_invalid', 'the byte range does not cover the file');
  if (original && (a < original.length || buffer.compare(original, 0, original.length, 0, original.length) !== 0)) {
    throw new AdesError('output_invalid', 'the original is not the beginning of the file');
  }
}
