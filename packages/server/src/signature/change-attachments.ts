import Type from 'typebox';
import type { Transaction } from '../kernel/db/database.ts';
import type { FieldError } from '../kernel/errors/segl-error.ts';
import { decodeBase64 } from '../kernel/http/base64-input.ts';
import { requireUnchanged } from '../kernel/http/entity-tag.ts';
import { applyMergePatch, type MergePatch } from '../kernel/http/partial-update.ts';
import type { OperationContext, OperationInput, OperationResult } from '../kernel/http/route.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { formatsToSign, isFor } from './attachment-acceptance.ts';
import {
  type AttachmentRecord,
  deleteAttachment as deleteStored,
  insertAttachment,
  updateAttachmentCounts,
  updateAttachment as updateStored,
} from './attachment-store.ts';
import { checkedPdfContent } from './checked-content.ts';
import { contentErrors } from './checked-pdf.ts';
import {
  type AttachmentPath,
  AttachmentRequestWrapper,
  type UpdateAttachmentRequestWrapper,
} from './contract/attachment.ts';
import { concludeChange, requireOpen, requireUnsigned } from './document-changes.ts';
import { requirePdfName } from './document-format.ts';
import { requireAllowedAttachments } from './document-limits.ts';
import { fileNameErrors, requireUsableMethod } from './document-request.ts';
import { afterAttachments } from './document-status.ts';
import { attachmentResource, attachmentTag, requireAttachment } from './get-attachment.ts';
import { lockOwnDocument, requireDocument } from './get-document.ts';
import { methodOffer, type SignatureDeps } from './signature-deps.ts';
import type { DocumentRecord } from './store.ts';

/**
 * Adds an attachment, shown after those that are there. The document opens for signing with the last one announced; one
 * more than announced counts as announced. Throws 404 `document_not_found`, 422 `document_closed`, `document_locked`,
 * `too_many_attachments`, `unsupported_file_type`, `file_content_mismatch`, `pdf_not_supported`; of one to be signed
 * along what `requireSignable` throws.
 */
export async function addAttachment(
  deps: SignatureDeps,
  context: OperationContext,
  input: { params: { documentId: string }; body: AttachmentRequestWrapper },
): Promise<OperationResult> {
  const { body, params } = input;
  const known = await requireDocument(deps, context, params.documentId);
  const content = checkedContent(deps, body, [...unknownSigners(body.signers, known, [])]);
  requireChangeable(known, context.now);
  const limits = await deps.signingSettings(context.accountId);
  requireAllowedAttachments(limits, known.attachments.length + 1);
  const stored = await storedContent(deps, context, body, content!);
  return deps.database.transaction(async (tx) => {
    const document = await lockOwnDocument(tx, context, params.documentId);
    requireChangeable(document, context.now);
    requireAllowedAttachments(limits, document.attachments.length + 1);
    requireKnownSigners(body.signers, document, []);
    const attachment: AttachmentRecord = {
      id: uuidv7(context.now),
      ...settingsOf(body),
      ...stored,
      signatures: [],
    };
    requireSignable(deps, document, attachment);
    await insertAttachment(tx, document, attachment, context.now);
    await concludeAttachments(deps, tx, context, document, {
      attachments: [...document.attachments, attachment],
      kind: 'attachment_added',
      attachment,
    });
    const result = {
      status: 201,
      body: attachmentResource(attachment),
      headers: {
        location: `${deps.publicUrl}/signature/documents/${document.id}/attachments/${attachment.id}`,
        etag: attachmentTag(attachment),
      },
    };
    await context.keepAnswer?.(tx, result);
    return result;
  });
}

/**
 * Merges a patch into an attachment. What signers have accepted of it counts no more when its content or type is another.
 * Throws 404 `attachment_not_found`, 422 `resource_changed` and what adding throws.
 */
export async function updateAttachment(
  deps: SignatureDeps,
  context: OperationContext,
  input: {
    params: AttachmentPath;
    body: MergePatch<UpdateAttachmentRequestWrapper>;
    headers: OperationInput['headers'];
  },
): Promise<OperationResult> {
  const { params } = input;
  // The content of an answer is empty: sent back, it asks for nothing.
  const { data, ...patch } = input.body;
  const known = await requireDocument(deps, context, params.documentId);
  const before = requireAttachment(known.attachments, params.attachmentId);
  const wanted = merged(before, patch).request;
  const wrong = unknownSigners(wanted.signers, known, before.signerIds ?? []);
  const content = checkedContent(deps, { ...wanted, data: data || undefined }, wrong);
  requireChangeable(known, context.now);
  const stored = content && (await storedContent(deps, context, wanted, content));
  return deps.database.transaction(async (tx) => {
    const document = await lockOwnDocument(tx, context, params.documentId);
    const present = requireAttachment(document.attachments, params.attachmentId);
    requireUnchanged(attachmentTag(present), input.headers);
    requireChangeable(document, context.now);
    const { request, changed } = merged(present, patch);
    requireKnownSigners(request.signers, document, present.signerIds ?? []);
    if (!changed && (stored?.contentSha256 ?? present.contentSha256) === present.contentSha256) {
      return answer(present);
    }
    const attachment = { ...present, ...settingsOf(request), ...stored };
    requireSignable(deps, document, attachment);
    await updateStored(tx, document, attachment, context.now);
    await concludeAttachments(deps, tx, context, document, {
      attachments: document.attachments.map((one) => (one.id === attachment.id ? attachment : one)),
      kind: 'attachment_changed',
      attachment,
    });
    return answer(attachment);
  });
}

/**
 * Takes an attachment away. A document that waits for attachments goes on waiting for as many as were announced; one that
 * is open stays open. Throws 404 `attachment_not_found`, 422 `document_closed`, `document_locked`, `resource_changed`.
 */
export async function deleteAttachment(
  deps: SignatureDeps,
  context: OperationContext,
  input: { params: AttachmentPath; headers: OperationInput['headers'] },
): Promise<OperationResult> {
  const { params, headers } = input;
  return deps.database.transaction(async (tx) => {
    const document = await lockOwnDocument(tx, context, params.documentId);
    const attachment = requireAttachment(document.attachments, params.attachmentId);
    requireUnchanged(attachmentTag(attachment), headers);
    requireChangeable(document, context.now);
    await deleteStored(tx, document.id, attachment.id);
    await concludeAttachments(deps, tx, context, document, {
      attachments: document.attachments.filter((one) => one.id !== attachment.id),
      kind: 'attachment_deleted',
      attachment,
    });
    return { status: 204 };
  });
}

async function concludeAttachments(
  deps: SignatureDeps,
  tx: Transaction,
  context: OperationContext,
  document: DocumentRecord,
  change: {
    attachments: AttachmentRecord[];
    kind: 'attachment_added' | 'attachment_changed' | 'attachment_deleted';
    attachment: AttachmentRecord;
  },
): Promise<void> {
  const { attachments, kind, attachment } = change;
  const uploaded = attachments.length;
  const { advanced } = document.request;
  const { status, announced } = afterAttachments(document.status, { announced: advanced.attachments, uploaded });
  await updateAttachmentCounts(tx, document.id, { uploaded, announced, status });
  const request = { ...document.request, advanced: { ...advanced, attachments: announced } };
  await concludeChange(
    deps,
    tx,
    context,
    { ...document, status, request, attachments },
    {
      kind,
      data: {
        attachmentId: attachment.id,
        type: attachment.type,
        contentSha256: attachment.contentSha256,
        ...(attachment.uploadedSha256 ? { uploadedSha256: attachment.uploadedSha256 } : {}),
      },
    },
  );
}

function requireChangeable(document: DocumentRecord, now: Date): void {
  requireOpen(document, now);
  requireUnsigned(document);
}

/**
 * Whoever has to sign the attachment along must have an eID that can. Throws 422 `unsupported_signature_format`,
 * `no_signature_method_available`.
 */
function requireSignable(deps: SignatureDeps, document: DocumentRecord, attachment: AttachmentRecord): void {
  if (attachment.type !== 'sign') return;
  document.signers.forEach((signer, index) => {
    if (!isFor(attachment, signer.id)) return;
    const formats = formatsToSign({ format: document.format, attachments: [attachment] }, signer.id);
    requireUsableMethod(
      signer.request,
      `signers[${index}].signatureType`,
      methodOffer(deps, document.environment),
      formats,
    );
  });
}

/** `kept` are those that it was for before: a signer who is gone by now may stay named. */
function unknownSigners(
  signers: readonly string[] | undefined,
  document: Pick<DocumentRecord, 'signers'>,
  kept: readonly string[],
): FieldError[] {
  const known = [...document.signers.map((one) => one.id), ...kept];
  return (signers ?? []).flatMap((id, index) =>
    known.includes(id)
      ? []
      : [{ field: `signers[${index}]`, code: 'unknown_reference', message: 'The document has no such signer.' }],
  );
}

function requireKnownSigners(...given: Parameters<typeof unknownSigners>): void {
  const wrong = unknownSigners(...given);
  if (wrong.length > 0) throw validationFailed(wrong);
}

/** Everything that can be said about a request without looking into the file; answers the decoded content, if any came. */
function checkedContent(
  deps: Pick<SignatureDeps, 'maxDocumentBytes'>,
  request: Omit<AttachmentRequestWrapper, 'data'> & { data?: string | undefined },
  found: readonly FieldError[],
): Buffer | undefined {
  const content = request.data === undefined ? undefined : decodeBase64(request.data);
  const errors = [
    ...found,
    ...fileNameErrors(request.fileName, 'fileName'),
    ...(request.data === undefined ? [] : contentErrors(content, deps.maxDocumentBytes, 'data')),
  ];
  if (errors.length > 0) throw validationFailed(errors);
  requirePdfName(request.fileName, request.convertToPdf ?? false, 'fileName');
  return content;
}

type StoredContent = Pick<AttachmentRecord, 'contentSha256' | 'contentSizeBytes' | 'uploadedSha256' | 'pageCount'>;

async function storedContent(
  deps: SignatureDeps,
  { accountId }: OperationContext,
  { fileName, convertToPdf: isConverted = false }: Pick<AttachmentRequestWrapper, 'fileName' | 'convertToPdf'>,
  content: Buffer,
): Promise<StoredContent> {
  const uploaded = { fileName, isConverted, bytes: content };
  const { bytes, pageCount, uploadedSha256 } = await checkedPdfContent(deps, accountId, uploaded, 'data');
  const stored = await deps.files.put(accountId, bytes);
  return {
    contentSha256: stored.sha256,
    contentSizeBytes: stored.sizeBytes,
    uploadedSha256,
    pageCount,
  };
}

type Settings = Omit<AttachmentRequestWrapper, 'data'>;

function settingsOf(
  request: Settings,
): Pick<AttachmentRecord, 'fileName' | 'title' | 'description' | 'type' | 'signerIds' | 'converted'> {
  return {
    fileName: request.fileName,
    title: request.title,
    description: request.description,
    type: request.type ?? 'show_accept',
    converted: request.convertToPdf ?? false,
    signerIds: request.signers?.length ? [...new Set(request.signers)] : undefined,
  };
}

function merged(
  stored: AttachmentRecord,
  patch: Omit<MergePatch<UpdateAttachmentRequestWrapper>, 'data'>,
): { request: Settings; changed: boolean } {
  const { data: _, ...shown } = AttachmentRequestWrapper.properties;
  const { id: _id, data: _data, ...resource } = attachmentResource(stored);
  const { updated, changed } = applyMergePatch(resource, patch as MergePatch<typeof resource>, Type.Object(shown));
  return { request: updated, changed };
}

function answer(attachment: AttachmentRecord): OperationResult {
  return { status: 200, body: attachmentResource(attachment), headers: { etag: attachmentTag(attachment) } };
}
