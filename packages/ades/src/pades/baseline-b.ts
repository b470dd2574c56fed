import { IncrementalUpdate } from '../pdf/incremental-update.ts';
import { openPdf } from '../pdf/pdf-file.ts';
import type { SignatureProvider } from '../ports.ts';
import type { SignatureDescription } from './signature-dictionary.ts';
import { contentsRoom, signRevision, writeSignatureRevision } from './signature-revision.ts';
import { assertOutput } from './two-phase.ts';

/**
 * Signs a PDF once at PAdES-BASELINE-B (ETSI EN 319 142-1 §6) in a new invisible field: the fast path. The signature
 * value is verified with the certificate's public key before the file is given out.
 * @throws AdesError `pdf_unreadable`, `pdf_encrypted`, `signature_invalid`
 */
export async function signPadesBaselineB(
  request: SignatureDescription & { bytes: Uint8Array; provider: SignatureProvider; fieldName?: string },
): Promise<Uint8Array> {
  const update = new IncrementalUpdate(openPdf(request.bytes));
  const { provider } = request;
  const field = { create: request.fieldName ?? 'Signature' };
  const written = writeSignatureRevision(update, field, request, contentsRoom(provider));
  await signRevision(update, written, provider);
  const output = update.finish();
  assertOutput(output, request.bytes, written.byteRange);
  return output;
}
