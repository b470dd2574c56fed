import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { ResourceType } from './extra-info.ts';
import type { DocumentOwner } from './life-cycle-store.ts';

export const RESOURCE_STATUSES = [
  'NotReady',
  'Success',
  'Error',
  'NotFound',
  'BadInput',
  'ServiceUnavailable',
  'Unauthorized',
  'TimeOut',
] as const;
export type ResourceStatus = (typeof RESOURCE_STATUSES)[number];

export interface ResourceRecord {
  id: string;
  /** Absent: of the document as a whole. */
  signerId: string | undefined;
  type: ResourceType;
  status: ResourceStatus;
  message: string | undefined;
  file: { sha256: string; sizeBytes: number; mediaType: string } | undefined;
}

/** What is to be collected. */
export interface ResourceTask {
  documentId: string;
  resourceId: string;
}

/** 32 hexadecimal digits, as callers know it. */
export function resourceUrl({ publicUrl }: { publicUrl: string }, resourceId: string): string {
  return `${publicUrl}/resources/${resourceId.replaceAll('-', '')}`;
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Part of the query of a document: `$1` is its id. */
export const RESOURCES_OF_DOCUMENT = `
  select jsonb_agg(jsonb_build_object(
           'id', r.id, 'signerId', nullif(r.signer_id, '${NOBODY}'), 'type', r.type, 'status', r.status,
           'message', r.message, 'file', case when r.sha256 is null then null else
             jsonb_build_object('sha256', r.sha256, 'sizeBytes', r.size_bytes, 'mediaType', r.media_type) end)
           order by r.created_at, r.id)
    from document_resources r where r.document_id = $1`;

export async function insertResources(
  tx: Transaction,
  document: DocumentOwner & { id: string },
  resources: readonly { id: string; signerId: string | undefined; type: ResourceType }[],
  now: Date,
): Promise<void> {
  for (const { id, signerId, type } of resources) {
    await tx.query(
      `insert into document_resources (document_id, signer_id, type, id, account_id, environment, status, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, 'NotReady', $7, $7)
       on conflict (document_id, signer_id, type) do nothing`,
      [document.id, signerId ?? NOBODY, type, id, document.accountId, document.environment, now],
    );
  }
  await tx.query(
    `update documents set resource_count = (select count(*) from document_resources where document_id = $1) where id = $1`,
    [document.id],
  );
}

/** What is still to be collected of these documents. */
export async function listOpenResources(db: Queryable, documentIds: readonly string[]): Promise<ResourceTask[]> {
  const { rows } = await db.query<ResourceTask>(
    `select document_id as "documentId", id as "resourceId" from document_resources
      where document_id = any($1) and status = 'NotReady' order by id`,
    [documentIds],
  );
  return rows;
}

/** `false` when it was collected before, or its document is gone: the first outcome stays. */
export async function finishResource(
  tx: Transaction,
  document: DocumentOwner & { id: string },
  resourceId: string,
  outcome: Pick<ResourceRecord, 'status' | 'message' | 'file'>,
  now: Date,
): Promise<boolean> {
  const { status, message, file } = outcome;
  const { rowCount } = await tx.query(
    `update document_resources
        set status = $3, message = $4, sha256 = $5, size_bytes = $6, media_type = $7, updated_at = $8
      where document_id = $1 and id = $2 and status = 'NotReady'`,
    [
      document.id,
      resourceId,
      status,
      message ?? null,
      file?.sha256 ?? null,
      file?.sizeBytes ?? null,
      file?.mediaType ?? null,
      now,
    ],
  );
  if (rowCount === 1 && file) {
    const { accountId, id } = document;
    await tx.query('select record_file($1, $2, $3, $4, $5)', [accountId, file.sha256, file.sizeBytes, now, id]);
  }
  return rowCount === 1;
}

export async function findResourceDocument(
  db: Queryable,
  resourceId: string,
): Promise<(DocumentOwner & { documentId: string }) | undefined> {
  const { rows } = await db.query<DocumentOwner & { documentId: string }>(
    `select document_id as "documentId", account_id as "accountId", environment from document_resources where id = $1`,
    [resourceId],
  );
  return rows[0];
}

/** With the document: only that they were there is remembered. */
export async function eraseResources(tx: Transaction, documentId: string, now: Date): Promise<void> {
  await tx.query(
    `insert into erased_resources (id, account_id, environment, erased_at)
     select id, account_id, environment, $2 from document_resources where document_id = $1`,
    [documentId, now],
  );
  await tx.query('delete from document_resources where document_id = $1', [documentId]);
}

export async function findErasedResource(
  db: Queryable,
  resourceId: string,
): Promise<{ accountId: string; environment: Environment; erasedAt: Date } | undefined> {
  const { rows } = await db.query<{ accountId: string; environment: Environment; erasedAt: Date }>(
    `select account_id as "accountId", environment, erased_at as "erasedAt" from erased_resources where id = $1`,
    [resourceId],
  );
  return rows[0];
}
