import { type FieldError, SeglError } from '../kernel/errors/segl-error.ts';
import type { SignatureDeps } from './signature-deps.ts';

/** A PDF that can be shown and signed: as it was sent, or as one rewrite repaired it. */
export interface CheckedPdf {
  pageCount: number;
  bytes: Buffer;
  repaired: boolean;
}

/** What is wrong with decoded content before anybody looks into it. */
export function contentErrors(content: Buffer | undefined, maxBytes: number, field: string): FieldError[] {
  if (!content) return [{ field, code: 'base64', message: 'Must be base64.' }];
  if (content.length === 0) return [{ field, code: 'min_length', message: 'Must not be empty.' }];
  if (content.length <= maxBytes) return [];
  return [{ field, code: 'max_length', message: `Must decode to at most ${maxBytes} bytes.` }];
}

/** Throws 422 `file_content_mismatch` and `pdf_not_supported`, naming `field`. */
export async function checkedPdf(
  deps: Pick<SignatureDeps, 'checkPdf'>,
  accountId: string,
  content: Buffer,
  field: string,
): Promise<CheckedPdf> {
  if (!content.subarray(0, 1024).includes('%PDF-')) {
    const message = 'The content is not a PDF, although the file name says so.';
    throw new SeglError(422, 'file_content_mismatch', message, { errors: [{ field, code: 'format', message }] });
  }
  const verdict = await deps.checkPdf(content, accountId);
  if (!verdict.accepted) {
    throw new SeglError(422, 'pdf_not_supported', verdict.message, {
      errors: [{ field, code: verdict.code, message: verdict.message }],
    });
  }
  return {
    pageCount: verdict.pageCount,
    bytes: verdict.repaired ? Buffer.from(verdict.repaired) : content,
    repaired: verdict.repaired !== undefined,
  };
}
