import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import { ATTACHMENTS_OF_DOCUMENT, type AttachmentRecord } from './attachment-store.ts';
import type { DocumentStatus, Mechanism } from './contract/document.ts';
import type { FileType } from './contract/lists.ts';
import type { FilledRequest, FilledSigner } from './document-request.ts';
import type { EvidenceEntry } from './evidence.ts';
import type { MobileNumber } from './mobile-number.ts';
import { RESOURCES_OF_DOCUMENT, type ResourceRecord } from './resource-store.ts';
import type { WantedPackage } from './wanted-packages.ts';

export interface SignerRecord {
  id: string;
  request: FilledSigner;
  linkRotation: number;
  nationalNumberSealed: Buffer | undefined;
  /** The number that the person at the eID must have. */
  authenticationNumberSealed: Buffer | undefined;
  /** Where the account has messages sent instead. */
  emailOverride?: string | undefined;
  mobileOverride?: MobileNumber | undefined;
}

export interface SignatureRecord {
  signerId: string;
  sequence: number;
  method: string;
  mechanism: Mechanism;
  fullName: string;
  firstName: string | undefined;
  middleName: string | undefined;
  lastName: string | undefined;
  /** `YYYY-MM-DD`. */
  dateOfBirth: string | undefined;
  methodUniqueId: string | undefined;
  nationalNumberSealed: Buffer | undefined;
  clientIp: string | undefined;
  userAgent: string | undefined;
  native: NativeRecord;
  documentSha256: string;
  signedAt: Date;
  /** What the signer filled in before reading; keys as the sender named them. */
  formAnswers?: Record<string, string> | undefined;
}

/** What the eID produced, as a file of the account. */
export interface NativeRecord {
  sha256: string;
  sizeBytes: number;
  format: string;
  mediaType: string;
  fileName: string;
  binding: Record<string, unknown>;
}

export interface PackageRecord extends WantedPackage {
  sha256: string;
  sizeBytes: number;
  fileName: string;
  mediaType: string;
  level: string | undefined;
}

/** A file beside the content. */
export interface StoredPart {
  sha256: string;
  sizeBytes: number;
}

/** What signers are shown in place of the content. */
export interface Presentation {
  /** XSLT, part of what is signed. */
  styleSheet?: StoredPart;
  /** HTML that can do nothing. */
  display: StoredPart;
  /** Whether something of the content cannot be shown. */
  reduced: boolean;
}

/** The bytes to be signed; they never change. */
export interface DocumentContent {
  format: FileType;
  contentSha256: string;
  contentSizeBytes: number;
  /** Of the bytes as they came, where they were repaired or converted. */
  uploadedSha256: string | undefined;
  pageCount: number | undefined;
  presentation: Presentation | undefined;
}

export interface DocumentRecord extends DocumentContent {
  id: string;
  accountId: string;
  environment: Environment;
  status: DocumentStatus;
  request: FilledRequest;
  requiredSignatures: number;
  evidenceSequence: number;
  evidenceHash: Buffer;
  deadline: Date;
  createdAt: Date;
  updatedAt: Date;
  signedAt: Date | undefined;
  /** As the account gave it, where it did. */
  cancelReason?: string | undefined;
  signers: SignerRecord[];
  signatures: SignatureRecord[];
  packages: PackageRecord[];
  /** In the order in which they are shown. */
  attachments: AttachmentRecord[];
  /** What was or will be collected with signatures, in that order. */
  resources: ResourceRecord[];
}

export interface NewDocument extends DocumentContent {
  id: string;
  accountId: string;
  environment: Environment;
  status: 'unsigned' | 'waiting_for_attachments';
  fingerprint: Buffer;
  request: FilledRequest;
  requiredSignatures: number;
  deadline: Date;
  createdAt: Date;
  signers: Omit<SignerRecord, 'linkRotation'>[];
  evidence: EvidenceEntry;
  event: { id: string; payload: Record<string, unknown> };
}

/**
 * Everything of a new document in one statement and so in one round trip and one commit: external id, document,
 * signers, first evidence, event and outbox row. Fails with 23505 when the external id is taken, and with 55P03 when
 * another transaction that takes it does not end within ten seconds.
 */
export async function insertDocument(db: Queryable, document: NewDocument): Promise<void> {
  const request = {
    ...document.request,
    signers: undefined,
    dataToSign: { ...document.request.dataToSign, base64Content: '', base64ContentStyleSheet: undefined },
  };
  const signers = document.signers.map((signer, position) => ({
    id: signer.id,
    position,
    external_signer_id: signer.request.externalSignerId,
    sign_order: signer.request.order,
    required: signer.request.required,
    request: signer.request,
    national_number_sealed: signer.nationalNumberSealed?.toString('hex') ?? null,
    authentication_number_sealed: signer.authenticationNumberSealed?.toString('hex') ?? null,
  }));
  await db.query({
    name: 'signature_insert_document',
    text: `with external as (
             insert into document_external_ids (account_id, environment, external_id, document_id, fingerprint)
             select $2::uuid, $3::text, $4::text, $1::uuid, $5::bytea from set_config('lock_timeout', '10s', true)
           ), document as (
             insert into documents (id, account_id, environment, external_id, status, request, file_format,
                                    content_sha256, content_size_bytes, uploaded_sha256, page_count,
                                    required_signatures, evidence_sequence, evidence_hash, deadline, created_at, updated_at,
                                    presentation)
             values ($1, $2, $3, $4, $22, $6, $23, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $24)
           ), signer as (
             insert into signers (document_id, id, account_id, position, external_signer_id, sign_order, required,
                                  request, national_number_sealed, authentication_number_sealed)
             select $1, s.id, $2, s.position, s.external_signer_id, s.sign_order, s.required, s.request,
                    decode(s.national_number_sealed, 'hex'), decode(s.authentication_number_sealed, 'hex')
               from jsonb_to_recordset($16::jsonb)
                 as s (id uuid, position smallint, external_signer_id text, sign_order integer, required boolean,
                       request jsonb, national_number_sealed text, authentication_number_sealed text)
           ), evidence as (
             insert into evidence_entries (document_id, sequence, account_id, occurred_at, kind, data, hash)
             values ($1, $12, $2, $15, $17, $18, $13)
           ), timer as (
             insert into document_timers (document_id, account_id, environment, due_at) values ($1, $2, $3, $14)
           )
           select append_event($19, $2, $3, 'document_created', $1, $15, $20, $21, true),
                  record_files($2, $25, $15, $1)`,
    values: [
      document.id,
      document.accountId,
      document.environment,
      document.request.externalId,
      document.fingerprint,
      JSON.stringify(request),
      document.contentSha256,
      document.contentSizeBytes,
      document.uploadedSha256 ?? null,
      document.pageCount ?? null,
      document.requiredSignatures,
      document.evidence.sequence,
      document.evidence.hash,
      document.deadline,
      document.createdAt,
      JSON.stringify(signers),
      document.evidence.kind,
      JSON.stringify(document.evidence.data),
      document.event.id,
      JSON.stringify(document.event.payload),
      document.request.advanced.tags,
      document.status,
      document.format,
      document.presentation ? JSON.stringify(document.presentation) : null,
      JSON.stringify(filesOf(document)),
    ],
  });
}

function filesOf({ contentSha256, contentSizeBytes, presentation }: DocumentContent): StoredPart[] {
  const beside = presentation ? [presentation.styleSheet, presentation.display] : [];
  return [{ sha256: contentSha256, sizeBytes: contentSizeBytes }, ...beside.filter((part) => part !== undefined)];
}

/** The caller's own reference of a document. */
export interface ExternalIdSlot {
  accountId: string;
  environment: Environment;
  externalId: string;
}

/** The document that holds an external id, with the fingerprint of the request that made it. */
export interface ExternalIdHolder {
  documentId: string;
  fingerprint: Buffer;
}

const SLOT = 'account_id = $1 and environment = $2 and external_id = $3';

export async function findByExternalId(
  db: Queryable,
  { accountId, environment, externalId }: ExternalIdSlot,
  lock: '' | 'for update' = '',
): Promise<ExternalIdHolder | undefined> {
  const { rows } = await db.query<{ document_id: string; fingerprint: Buffer }>(
    `select document_id, fingerprint from document_external_ids where ${SLOT} ${lock}`,
    [accountId, environment, externalId],
  );
  return rows[0] && { documentId: rows[0].document_id, fingerprint: rows[0].fingerprint };
}

/** Nobody else can take the external id over until the transaction ends. */
export function lockExternalId(tx: Transaction, slot: ExternalIdSlot): Promise<ExternalIdHolder | undefined> {
  return findByExternalId(tx, slot, 'for update');
}

/** Takes the external id away from its document, for another request, and keeps what request that was. */
export async function retireExternalId(
  tx: Transaction,
  { accountId, environment, externalId }: ExternalIdSlot,
): Promise<void> {
  await tx.query(
    `with retired as (
       delete from document_external_ids where ${SLOT}
        returning account_id, environment, external_id, fingerprint, document_id
     )
     insert into former_external_ids (account_id, environment, external_id, fingerprint, document_id)
     select account_id, environment, external_id, fingerprint, document_id from retired
     on conflict (account_id, environment, external_id, fingerprint) do update set document_id = excluded.document_id`,
    [accountId, environment, externalId],
  );
}

/** The latest document that an equal request made under an external id which another document has by now. */
export async function findFormerDocumentId(
  db: Queryable,
  { accountId, environment, externalId, fingerprint }: ExternalIdSlot & { fingerprint: Buffer },
): Promise<string | undefined> {
  const { rows } = await db.query<{ document_id: string }>(
    `select document_id from former_external_ids where ${SLOT} and fingerprint = $4`,
    [accountId, environment, externalId, fingerprint],
  );
  return rows[0]?.document_id;
}

interface DocumentRow {
  id: string;
  account_id: string;
  environment: Environment;
  status: DocumentStatus;
  request: Omit<FilledRequest, 'signers'>;
  content_sha256: string;
  content_size_bytes: number;
  uploaded_sha256: string | null;
  page_count: number | null;
  file_format: FileType;
  presentation: Presentation | null;
  required_signatures: number;
  evidence_sequence: number;
  evidence_hash: Buffer;
  deadline: Date;
  created_at: Date;
  updated_at: Date;
  signed_at: Date | null;
  cancel_reason: string | null;
  signers: {
    id: string;
    request: FilledSigner;
    rotation: number;
    number: string | null;
    authenticationNumber: string | null;
    email: string | null;
    mobile: MobileNumber | null;
  }[];
  signatures: SignatureJson[] | null;
  packages: PackageRecord[] | null;
  attachments: AttachmentJson[] | null;
  resources: ResourceRecord[] | null;
}

interface AttachmentJson extends Omit<AttachmentRecord, 'signatures'> {
  signatures: AttachmentRecord['signatures'] | null;
}

interface SignatureJson extends Omit<SignatureRecord, 'signedAt' | 'nationalNumberSealed'> {
  signedAt: string;
  number: string | null;
}

const SELECT_DOCUMENT = `
  select d.id, d.account_id, d.environment, d.status, d.request, d.content_sha256, d.content_size_bytes,
         d.uploaded_sha256, d.page_count, d.file_format, d.presentation, d.required_signatures, d.evidence_sequence, d.evidence_hash,
         d.deadline, d.created_at, d.updated_at, d.signed_at, d.cancel_reason,
         (select jsonb_agg(jsonb_build_object('id', s.id, 'request', s.request, 'rotation', s.link_rotation,
                                              'number', encode(s.national_number_sealed, 'hex'),
                                              'authenticationNumber', encode(s.authentication_number_sealed, 'hex'),
                                              'email', s.email_override, 'mobile', s.mobile_override)
                           order by s.position)
            from signers s where s.document_id = $1) as signers,
         case when d.signature_count = 0 then null else
         (select jsonb_agg(jsonb_build_object(
                   'signerId', g.signer_id, 'sequence', g.sequence, 'method', g.method, 'mechanism', g.mechanism,
                   'fullName', g.full_name, 'firstName', g.first_name, 'middleName', g.middle_name,
                   'lastName', g.last_name, 'dateOfBirth', g.date_of_birth, 'methodUniqueId', g.method_unique_id,
                   'number', encode(g.national_number_sealed, 'hex'), 'clientIp', g.client_ip,
                   'userAgent', g.user_agent, 'documentSha256', g.document_sha256, 'signedAt', g.signed_at,
                   'formAnswers', g.form_answers,
                   'native', jsonb_build_object('sha256', g.native_sha256, 'sizeBytes', g.native_size_bytes, 'format', g.native_format,
                             'mediaType', g.native_media_type, 'fileName', g.native_file_name,
                             'binding', g.native_binding)) order by g.sequence)
            from signatures g where g.document_id = $1) end as signatures,
         case when d.signature_count = 0 then null else
         (select jsonb_agg(jsonb_build_object('part', p.part, 'format', p.format, 'sha256', p.sha256, 'sizeBytes', p.size_bytes,
                             'fileName', p.file_name, 'mediaType', p.media_type, 'level', p.level) order by p.created_at)
            from document_packages p where p.document_id = $1) end as packages,
         case when d.attachment_count = 0 then null else (${ATTACHMENTS_OF_DOCUMENT}) end as attachments,
         case when d.resource_count = 0 then null else (${RESOURCES_OF_DOCUMENT}) end as resources
    from documents d
   where d.id = $1 and d.erased_at is null`;

/**
 * The document with signers, signatures and packages, in one query; `undefined` for an erased one. Callers check account
 * and environment.
 */
export async function findDocument(db: Queryable, documentId: string): Promise<DocumentRecord | undefined> {
  const { rows } = await db.query<DocumentRow>({
    name: 'signature_find_document',
    text: SELECT_DOCUMENT,
    values: [documentId],
  });
  return rows[0] && toDocument(rows[0]);
}

/** The same, holding the document's row lock until the transaction ends: every change of a document starts here. */
export async function lockDocument(tx: Transaction, documentId: string): Promise<DocumentRecord | undefined> {
  // The lock comes first and alone: the row read after it is the newest one.
  await lockDocumentRow(tx, documentId);
  return findDocument(tx, documentId);
}

export async function lockDocumentRow(tx: Transaction, documentId: string): Promise<void> {
  await tx.query('select 1 from documents where id = $1 for update', [documentId]);
}

function toDocument(row: DocumentRow): DocumentRecord {
  const signers = row.signers.map((signer) => ({
    id: signer.id,
    request: signer.request,
    linkRotation: signer.rotation,
    nationalNumberSealed: fromHex(signer.number),
    authenticationNumberSealed: fromHex(signer.authenticationNumber),
    emailOverride: signer.email ?? undefined,
    mobileOverride: signer.mobile ?? undefined,
  }));
  return {
    id: row.id,
    accountId: row.account_id,
    environment: row.environment,
    status: row.status,
    request: { ...row.request, signers: signers.map((signer) => signer.request) },
    contentSha256: row.content_sha256,
    contentSizeBytes: row.content_size_bytes,
    uploadedSha256: row.uploaded_sha256 ?? undefined,
    pageCount: row.page_count ?? undefined,
    format: row.file_format,
    presentation: row.presentation ?? undefined,
    requiredSignatures: row.required_signatures,
    evidenceSequence: row.evidence_sequence,
    evidenceHash: row.evidence_hash,
    deadline: row.deadline,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    signedAt: row.signed_at ?? undefined,
    cancelReason: row.cancel_reason ?? undefined,
    signers,
    signatures: (row.signatures ?? []).map(({ number, ...signature }) => ({
      ...dropNulls(signature),
      signedAt: new Date(signature.signedAt),
      nationalNumberSealed: fromHex(number),
    })),
    packages: (row.packages ?? []).map(dropNulls),
    attachments: (row.attachments ?? []).map(({ signatures, ...attachment }) => ({
      ...dropNulls(attachment),
      signatures: signatures ?? [],
    })),
    resources: (row.resources ?? []).map(dropNulls),
  };
}

function fromHex(hex: string | null): Buffer | undefined {
  return hex === null ? undefined : Buffer.from(hex, 'hex');
}

function dropNulls<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null)) as T;
}

export interface DocumentStatusRecord {
  accountId: string;
  environment: Environment;
  status: DocumentStatus;
  packages: WantedPackage[];
  /** Of packages that could not be made so far. */
  failures: StatusFailure[];
}

export interface StatusFailure extends WantedPackage {
  code: 'timestamp_unavailable' | 'revocation_unavailable' | 'evidence_broken' | 'packaging_failed';
  /** ISO 8601, UTC. */
  since: string;
}

export async function findStatus(db: Queryable, documentId: string): Promise<DocumentStatusRecord | undefined> {
  const { rows } = await db.query<{
    account_id: string;
    environment: Environment;
    status: DocumentStatus;
    packages: WantedPackage[] | null;
    failures: StatusFailure[] | null;
  }>({
    name: 'signature_find_status',
    text: `select d.account_id, d.environment, d.status,
                  case when d.packaged_at is null then null else
                  (select jsonb_agg(jsonb_build_object('part', p.part, 'format', p.format) order by p.created_at)
                     from document_packages p where p.document_id = $1) end as packages,
                  case when d.status <> 'signed' or d.packages_complete_at is not null then null else
                  (select jsonb_agg(jsonb_build_object('part', f.part, 'format', f.format, 'code', f.code,
                                                       'since', f.first_failed_at) order by f.first_failed_at)
                     from packaging_failures f where f.document_id = $1) end as failures
             from documents d where d.id = $1 and d.erased_at is null`,
    values: [documentId],
  });
  const [row] = rows;
  return (
    row && {
      accountId: row.account_id,
      environment: row.environment,
      status: row.status,
      packages: row.packages ?? [],
      failures: (row.failures ?? []).map((one) => ({ ...one, since: new Date(one.since).toISOString() })),
    }
  );
}

export async function insertSignature(
  tx: Transaction,
  document: { id: string; accountId: string },
  signature: SignatureRecord,
): Promise<void> {
  await tx.query('select record_file($1, $2, $3, $4, $5)', [
    document.accountId,
    signature.native.sha256,
    signature.native.sizeBytes,
    signature.signedAt,
    document.id,
  ]);
  await tx.query(
    `insert into signatures (document_id, signer_id, account_id, sequence, method, mechanism, full_name, first_name,
                             middle_name, last_name, date_of_birth, method_unique_id, national_number_sealed, client_ip,
                             user_agent, native_sha256, native_size_bytes, native_format, native_media_type, native_file_name,
                             native_binding, document_sha256, signed_at, form_answers)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`,
    [
      document.id,
      signature.signerId,
      document.accountId,
      signature.sequence,
      signature.method,
      signature.mechanism,
      signature.fullName,
      signature.firstName ?? null,
      signature.middleName ?? null,
      signature.lastName ?? null,
      signature.dateOfBirth ?? null,
      signature.methodUniqueId ?? null,
      signature.nationalNumberSealed ?? null,
      signature.clientIp ?? null,
      signature.userAgent ?? null,
      signature.native.sha256,
      signature.native.sizeBytes,
      signature.native.format,
      signature.native.mediaType,
      signature.native.fileName,
      JSON.stringify(signature.native.binding),
      signature.documentSha256,
      signature.signedAt,
      signature.formAnswers ? JSON.stringify(signature.formAnswers) : null,
    ],
  );
}

/** Status, counters and the end of the evidence chain, after a change under the row lock. */
export async function updateDocument(
  tx: Transaction,
  documentId: string,
  change: {
    status?: DocumentStatus;
    signatureCount?: number;
    signedAt?: Date;
    updatedAt?: Date;
    evidence: { sequence: number; hash: Buffer };
  },
): Promise<void> {
  await tx.query(
    `update documents
        set status = coalesce($2, status), signature_count = coalesce($3, signature_count),
            signed_at = coalesce($4, signed_at), updated_at = coalesce($5, updated_at),
            evidence_sequence = $6, evidence_hash = $7
      where id = $1`,
    [
      documentId,
      change.status ?? null,
      change.signatureCount ?? null,
      change.signedAt ?? null,
      change.updatedAt ?? null,
      change.evidence.sequence,
      change.evidence.hash,
    ],
  );
}

/** Another file for what a signer's signature is: of the document, and of the attachments that were signed along. */
export async function putNative(
  tx: Transaction,
  document: { id: string; accountId: string },
  signerId: string,
  native: Pick<NativeRecord, 'sha256' | 'sizeBytes' | 'binding'>,
  now: Date,
): Promise<void> {
  const { sha256, sizeBytes } = native;
  await tx.query('select record_file($1, $2, $3, $4, $5)', [document.accountId, sha256, sizeBytes, now, document.id]);
  for (const table of ['signatures', 'attachment_signatures']) {
    await tx.query(
      `update ${table} set native_sha256 = $3, native_size_bytes = $4, native_binding = $5
        where document_id = $1 and signer_id = $2`,
      [document.id, signerId, sha256, sizeBytes, JSON.stringify(native.binding)],
    );
  }
}
