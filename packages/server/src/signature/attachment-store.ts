import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { AttachmentType } from './contract/attachment.ts';
import type { DocumentStatus } from './contract/document.ts';
import type { NativeRecord } from './store.ts';

export interface AttachmentRecord {
  id: string;
  fileName: string;
  title: string;
  description: string | undefined;
  type: AttachmentType;
  /** Those who get it; `undefined`: everybody. */
  signerIds: string[] | undefined;
  contentSha256: string;
  contentSizeBytes: number;
  /** Of the bytes as uploaded, where one rewrite had to repair them. */
  uploadedSha256: string | undefined;
  pageCount: number | undefined;
  /** Whether it was no PDF when it came. */
  converted: boolean;
  /** Of those who have signed it, in no order; only where its type is `sign`. */
  signatures: AttachmentSignature[];
}

/** What the eID produced for an attachment and a signer. */
export interface AttachmentSignature {
  signerId: string;
  contentSha256: string;
  native: NativeRecord;
}

/** Part of the query of a document: `$1` is its id. */
export const ATTACHMENTS_OF_DOCUMENT = `
  select jsonb_agg(jsonb_build_object(
           'id', a.id, 'fileName', a.file_name, 'title', a.title, 'description', a.description, 'type', a.type,
           'signerIds', a.signer_ids, 'contentSha256', a.content_sha256, 'contentSizeBytes', a.content_size_bytes,
           'uploadedSha256', a.uploaded_sha256, 'pageCount', a.page_count, 'converted', a.converted,
           'signatures', case when a.type <> 'sign' then null else
             (select jsonb_agg(jsonb_build_object('signerId', g.signer_id, 'contentSha256', g.content_sha256,
                       'native', jsonb_build_object('sha256', g.native_sha256, 'sizeBytes', g.native_size_bytes,
                         'format', g.native_format, 'mediaType', g.native_media_type, 'fileName', g.native_file_name,
                         'binding', g.native_binding)))
                from attachment_signatures g where g.document_id = $1 and g.attachment_id = a.id) end)
           order by a.position)
    from attachments a where a.document_id = $1`;

interface Owner {
  id: string;
  accountId: string;
}

export async function insertAttachment(
  tx: Transaction,
  document: Owner,
  attachment: AttachmentRecord,
  createdAt: Date,
): Promise<void> {
  await recordContent(tx, document, attachment, createdAt);
  await tx.query(
    `insert into attachments (document_id, id, account_id, position, file_name, title, description, type, signer_ids,
                              content_sha256, content_size_bytes, uploaded_sha256, page_count, converted, created_at,
                              updated_at)
     select $1, $2, $3, coalesce(max(position), 0) + 1, $4, $5, $6, $7, $8::uuid[], $9, $10, $11, $12, $13, $14, $14
       from attachments where document_id = $1`,
    [document.id, attachment.id, document.accountId, ...columnsOf(attachment), createdAt],
  );
}

export async function updateAttachment(
  tx: Transaction,
  document: Owner,
  attachment: AttachmentRecord,
  updatedAt: Date,
): Promise<void> {
  await recordContent(tx, document, attachment, updatedAt);
  await tx.query(
    `update attachments
        set file_name = $3, title = $4, description = $5, type = $6, signer_ids = $7::uuid[], content_size_bytes = $9,
            uploaded_sha256 = $10, page_count = $11, converted = $12, updated_at = $13, content_sha256 = $8
      where document_id = $1 and id = $2`,
    [document.id, attachment.id, ...columnsOf(attachment), updatedAt],
  );
}

function columnsOf(attachment: AttachmentRecord): unknown[] {
  return [
    attachment.fileName,
    attachment.title,
    attachment.description ?? null,
    attachment.type,
    attachment.signerIds ?? null,
    attachment.contentSha256,
    attachment.contentSizeBytes,
    attachment.uploadedSha256 ?? null,
    attachment.pageCount ?? null,
    attachment.converted,
  ];
}

async function recordContent(tx: Transaction, document: Owner, attachment: AttachmentRecord, at: Date): Promise<void> {
  await tx.query('select record_file($1, $2, $3, $4, $5)', [
    document.accountId,
    attachment.contentSha256,
    attachment.contentSizeBytes,
    at,
    document.id,
  ]);
}

/** With what signers have accepted of it; the evidence of that stays. */
export async function deleteAttachment(tx: Transaction, documentId: string, id: string): Promise<void> {
  await tx.query('delete from attachment_acceptances where document_id = $1 and attachment_id = $2', [documentId, id]);
  await tx.query('delete from attachments where document_id = $1 and id = $2', [documentId, id]);
}

/** How many attachments the document has and how many it is said to get, with the status that follows. */
export async function updateAttachmentCounts(
  tx: Transaction,
  documentId: string,
  counts: { uploaded: number; announced: number; status: DocumentStatus },
): Promise<void> {
  await tx.query(
    `update documents
        set attachment_count = $2, status = $4,
            request = case when request #> '{advanced,attachments}' = to_jsonb($3::integer) then request
                           else jsonb_set(request, '{advanced,attachments}', to_jsonb($3::integer)) end
      where id = $1`,
    [documentId, counts.uploaded, counts.announced, counts.status],
  );
}

/** What a signer has accepted, and in which form it was met. */
export interface AttachmentAcceptance {
  attachmentId: string;
  type: AttachmentType;
  contentSha256: string;
}

export async function listAcceptances(
  db: Queryable,
  documentId: string,
  signerId: string,
): Promise<AttachmentAcceptance[]> {
  const { rows } = await db.query<AttachmentAcceptance>(
    `select attachment_id as "attachmentId", type, content_sha256 as "contentSha256"
       from attachment_acceptances where document_id = $1 and signer_id = $2`,
    [documentId, signerId],
  );
  return rows;
}

/** Whether these bytes were handed to the signer; the evidence of it is what is looked at. */
export async function hasOpenedAttachment(
  db: Queryable,
  documentId: string,
  signerId: string,
  attachment: { id: string; contentSha256: string },
): Promise<boolean> {
  const { rows } = await db.query<{ opened: boolean }>(
    `select exists (select 1 from evidence_entries
                     where document_id = $1 and signer_id = $2 and kind = 'attachment_opened'
                       and data ->> 'attachmentId' = $3 and data ->> 'contentSha256' = $4) as opened`,
    [documentId, signerId, attachment.id, attachment.contentSha256],
  );
  return rows[0]?.opened === true;
}

/** Replaces an acceptance of what the attachment was before. */
export async function putAcceptance(
  tx: Transaction,
  document: Owner,
  signerId: string,
  acceptance: AttachmentAcceptance & { acceptedAt: Date },
): Promise<void> {
  await tx.query(
    `insert into attachment_acceptances (document_id, attachment_id, signer_id, account_id, type, content_sha256, accepted_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (document_id, attachment_id, signer_id)
     do update set type = excluded.type, content_sha256 = excluded.content_sha256, accepted_at = excluded.accepted_at`,
    [
      document.id,
      acceptance.attachmentId,
      signerId,
      document.accountId,
      acceptance.type,
      acceptance.contentSha256,
      acceptance.acceptedAt,
    ],
  );
}

export async function insertAttachmentSignature(
  tx: Transaction,
  document: Owner,
  attachmentId: string,
  { signerId, contentSha256, native }: AttachmentSignature,
): Promise<void> {
  await tx.query(
    `insert into attachment_signatures (document_id, attachment_id, signer_id, account_id, content_sha256, native_sha256,
                                        native_size_bytes, native_format, native_media_type, native_file_name,
                                        native_binding)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      document.id,
      attachmentId,
      signerId,
      document.accountId,
      contentSha256,
      native.sha256,
      native.sizeBytes,
      native.format,
      native.mediaType,
      native.fileName,
      JSON.stringify(native.binding),
    ],
  );
}
