import { SeglError } from '../kernel/errors/segl-error.ts';
import { entityTag } from '../kernel/http/entity-tag.ts';
import type { FileBody, OperationContext, OperationResult } from '../kernel/http/route.ts';
import { isFor } from './attachment-acceptance.ts';
import type { AttachmentRecord } from './attachment-store.ts';
import type {
  AttachmentListItem,
  AttachmentPath,
  AttachmentResponse,
  AttachmentSignerPath,
} from './contract/attachment.ts';
import type { PackageFormat } from './contract/document.ts';
import type { SignerFileFormat } from './contract/signer-file.ts';
import { contentFileName } from './document-format.ts';
import { requireDocument } from './get-document.ts';
import { signedFile } from './get-file.ts';
import { requireSigner } from './get-signer.ts';
import { signerFile } from './get-signer-file.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { attachmentContent } from './signed-content.ts';
import type { DocumentRecord } from './store.ts';

/** Throws 404 `attachment_not_found`. */
export function requireAttachment(attachments: readonly AttachmentRecord[], attachmentId: string): AttachmentRecord {
  const attachment = attachments.find((one) => one.id === attachmentId);
  if (!attachment) throw new SeglError(404, 'attachment_not_found', 'The document has no such attachment.');
  return attachment;
}

/** Without content; `data` is filled in where it may be read. */
export function attachmentResource(attachment: AttachmentRecord): AttachmentResponse {
  return {
    id: attachment.id,
    fileName: attachment.fileName,
    title: attachment.title,
    data: '',
    description: attachment.description,
    convertToPdf: attachment.converted,
    signers: attachment.signerIds ?? [],
    type: attachment.type,
  };
}

/** Of all members and the content, whether or not the caller may read it. */
export function attachmentTag(attachment: AttachmentRecord): string {
  return entityTag({ ...attachmentResource(attachment), data: attachment.contentSha256 });
}

/** The attachments of a document in the order in which they are shown. */
export async function listAttachments(
  deps: SignatureDeps,
  context: OperationContext,
  documentId: string,
): Promise<OperationResult> {
  const { attachments } = await requireDocument(deps, context, documentId);
  const body: AttachmentListItem[] = attachments.map(({ id, title, description, type, fileName }) => ({
    id,
    title,
    description,
    type,
    fileName,
  }));
  return { status: 200, body };
}

/** The content too, for those who may read files. */
export async function getAttachment(
  deps: SignatureDeps,
  context: OperationContext,
  path: AttachmentPath,
): Promise<OperationResult> {
  const document = await requireDocument(deps, context, path.documentId);
  const attachment = requireAttachment(document.attachments, path.attachmentId);
  const body = attachmentResource(attachment);
  if (context.scopes.has('document_file')) {
    body.data = (await deps.files.read(document.accountId, attachment.contentSha256)).toString('base64');
  }
  return { status: 200, body, headers: { etag: attachmentTag(attachment) } };
}

/**
 * A file of an attachment. What the eID produced is one file where one signer gets it; of several, each is fetched for its
 * signer. Throws 404 `attachment_not_found`, `file_format_not_available`, `file_not_ready`.
 */
export async function getAttachmentFile(
  deps: SignatureDeps,
  context: OperationContext,
  path: AttachmentPath,
  format: PackageFormat,
): Promise<OperationResult> {
  const document = await requireDocument(deps, context, path.documentId);
  const attachment = requireAttachment(document.attachments, path.attachmentId);
  if (format === 'unsigned') return { status: 200, file: attachmentFile(deps, document, attachment) };
  requireToBeSigned(attachment);
  const signers = document.signers.filter((one) => isFor(attachment, one.id));
  const content = attachmentContent(document, attachment);
  return { status: 200, file: await signedFile(deps, document, content, signers, format) };
}

/**
 * A file of one signer of an attachment, from the moment of that signature on. Throws 404 `signer_not_found`,
 * `attachment_not_found` also when the signer does not get it, `file_format_not_available`, `file_not_ready`.
 */
export async function getAttachmentSignerFile(
  deps: SignatureDeps,
  context: OperationContext,
  path: AttachmentSignerPath,
  format: SignerFileFormat,
): Promise<OperationResult> {
  const document = await requireDocument(deps, context, path.documentId);
  const attachment = requireAttachment(document.attachments, path.attachmentId);
  requireSigner(document, path.signerId);
  if (!isFor(attachment, path.signerId)) {
    throw new SeglError(404, 'attachment_not_found', 'The signer does not get this attachment.');
  }
  requireToBeSigned(attachment);
  const content = attachmentContent(document, attachment);
  return { status: 200, file: await signerFile(deps, document, content, path.signerId, format) };
}

function requireToBeSigned(attachment: AttachmentRecord): void {
  if (attachment.type === 'sign') return;
  const message = 'The attachment is shown and not signed: there is no signed file of it.';
  throw new SeglError(404, 'file_format_not_available', message);
}

export function attachmentFile(
  deps: Pick<SignatureDeps, 'files'>,
  document: Pick<DocumentRecord, 'accountId'>,
  attachment: AttachmentRecord,
): FileBody {
  return {
    open: (range) => deps.files.stream(document.accountId, attachment.contentSha256, range),
    sizeBytes: attachment.contentSizeBytes,
    mediaType: 'application/pdf',
    fileName: contentFileName(attachment.fileName, 'pdf'),
    sha256: attachment.contentSha256,
  };
}
