import { createHash } from 'node:crypto';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext } from '../kernel/http/route.ts';
import { type CheckedPdf, checkedPdf } from './checked-pdf.ts';
import type { FileType } from './contract/lists.ts';
import { fileExtension } from './document-format.ts';
import type { SignatureDeps } from './signature-deps.ts';
import type { DocumentContent, StoredPart } from './store.ts';

/** What came with a request, decoded. */
export interface UploadedContent {
  fileName: string;
  /** Of what is signed: `pdf` for a file that is converted. */
  format: FileType;
  isConverted: boolean;
  bytes: Buffer;
  styleSheet: Buffer | undefined;
}

const CONTENT = 'dataToSign.base64Content';
const STYLE_SHEET = 'dataToSign.base64ContentStyleSheet';

/** Content that can be signed, before it is stored. */
export interface CheckedContent {
  format: FileType;
  /** The bytes to be signed. */
  bytes: Buffer;
  uploadedSha256: string | undefined;
  pageCount: number | undefined;
  styleSheet: Buffer | undefined;
  display: { html: Buffer; reduced: boolean } | undefined;
}

/**
 * Content as it is signed: checked, repaired or converted. Throws 422 `file_content_mismatch`, `pdf_not_supported` and
 * `conversion_failed`, 503 `conversion_unavailable`.
 */
export async function checkedContent(
  deps: Pick<SignatureDeps, 'checkPdf' | 'content' | 'converter'>,
  { accountId }: Pick<OperationContext, 'accountId'>,
  uploaded: UploadedContent,
): Promise<CheckedContent> {
  const { format, bytes, styleSheet } = uploaded;
  if (format === 'pdf') {
    const pdf = await checkedPdfContent(deps, accountId, uploaded, CONTENT);
    return { format, ...pdf, styleSheet: undefined, display: undefined };
  }
  const verdict = await deps.content.check({ format, bytes, styleSheet }, accountId);
  if (!verdict.accepted) {
    const field = verdict.part === 'content' ? CONTENT : STYLE_SHEET;
    throw new SeglError(422, 'file_content_mismatch', verdict.message, {
      errors: [{ field, code: 'format', message: verdict.message }],
    });
  }
  const { display } = verdict;
  return {
    format,
    bytes,
    uploadedSha256: undefined,
    pageCount: undefined,
    styleSheet,
    display: display && { html: Buffer.from(display.html), reduced: display.reduced },
  };
}

/**
 * A PDF, or a file that becomes one; `uploadedSha256` is there when the bytes are not those that came. Throws as
 * `checkedContent` does.
 */
export async function checkedPdfContent(
  deps: Pick<SignatureDeps, 'checkPdf' | 'converter'>,
  accountId: string,
  { fileName, isConverted, bytes }: Pick<UploadedContent, 'fileName' | 'isConverted' | 'bytes'>,
  field: string,
): Promise<Pick<CheckedPdf, 'bytes' | 'pageCount'> & { uploadedSha256: string | undefined }> {
  const pdf = isConverted ? await converted(deps, accountId, fileName, bytes, field) : bytes;
  const checked = await checkedPdf(deps, accountId, pdf, field);
  return {
    bytes: checked.bytes,
    pageCount: checked.pageCount,
    uploadedSha256: checked.bytes === bytes ? undefined : createHash('sha256').update(bytes).digest('hex'),
  };
}

async function converted(
  deps: Pick<SignatureDeps, 'converter'>,
  accountId: string,
  fileName: string,
  bytes: Buffer,
  field: string,
): Promise<Buffer> {
  const conversion = await deps.converter.convert(bytes, fileExtension(fileName), accountId);
  if (conversion.converted) return conversion.pdf;
  const { reason, message } = conversion;
  if (reason === 'unavailable') throw new SeglError(503, 'conversion_unavailable', message);
  const errors = [{ field, code: 'format', message }];
  if (reason === 'failed') throw new SeglError(422, 'conversion_failed', message, { errors });
  throw new SeglError(422, 'file_content_mismatch', message, { errors });
}

/** Stores what was checked. */
export async function storeContent(
  deps: Pick<SignatureDeps, 'files'>,
  { accountId }: Pick<OperationContext, 'accountId'>,
  checked: CheckedContent,
): Promise<DocumentContent> {
  const put = async (bytes: Buffer | undefined): Promise<StoredPart | undefined> => {
    if (!bytes) return undefined;
    const { sha256, sizeBytes } = await deps.files.put(accountId, bytes);
    return { sha256, sizeBytes };
  };
  const [content, styleSheet, display] = await Promise.all([
    deps.files.put(accountId, checked.bytes),
    put(checked.styleSheet),
    put(checked.display?.html),
  ]);
  return {
    format: checked.format,
    contentSha256: content.sha256,
    contentSizeBytes: content.sizeBytes,
    uploadedSha256: checked.uploadedSha256,
    pageCount: checked.pageCount,
    presentation: display && { ...(styleSheet ? { styleSheet } : {}), display, reduced: checked.display!.reduced },
  };
}
