import { createHash } from 'node:crypto';
import { type FieldError, SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { decodeBase64 } from './base64-input.ts';
import type { CreateDocumentRequestWrapper } from './contract/document.ts';
import { documentResource, withoutNationalNumbers } from './document-representation.ts';
import {
  checkRestrictions,
  checkRules,
  deadlineOf,
  type FilledRequest,
  requestFingerprint,
  withDefaults,
} from './document-request.ts';
import { EVIDENCE_START, nextEvidence } from './evidence.ts';
import { methodOffer, type SignatureDeps } from './signature-deps.ts';
import { type DocumentRecord, findByExternalId, findDocument, insertDocument, type NewDocument } from './store.ts';

const UNIQUE_VIOLATION = '23505';

/**
 * Stores a document and opens it for signing. The same request under the same external id answers the document that
 * exists (200, `Idempotent-Replayed`); another request under it is refused with 422 `external_id_conflict`.
 * Raises `document_created`. Nothing is stored when anything is wrong.
 */
export async function createDocument(
  deps: SignatureDeps,
  context: OperationContext,
  body: CreateDocumentRequestWrapper,
): Promise<OperationResult> {
  const decoded = decodeBase64(body.dataToSign.base64Content);
  const request = withDefaults({ ...body, dataToSign: { ...body.dataToSign, base64Content: '' } });
  checkRestrictions(request, context.environment, context.now, contentErrors(decoded, deps.maxDocumentBytes));
  // What is no base64 has just been refused.
  const content = decoded!;
  checkRules(request, methodOffer(deps, context.environment));

  const uploadedSha256 = createHash('sha256').update(content).digest('hex');
  const fingerprint = requestFingerprint(request, uploadedSha256);
  const { pageCount, bytes, repaired } = await checkedPdf(deps, context.accountId, content);
  const stored = await deps.files.put(context.accountId, bytes);
  const document = newDocument(deps, context, {
    request,
    fingerprint,
    contentSha256: stored.sha256,
    contentSizeBytes: stored.sizeBytes,
    uploadedSha256: repaired ? uploadedSha256 : undefined,
    pageCount,
  });
  try {
    await insertDocument(deps.database, document);
    deps.events.wake();
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
    return replay(deps, context, request.externalId, fingerprint);
  }
  const resource = documentResource(asRecord(document), deps);
  return {
    status: 201,
    body: resource,
    headers: { location: `${deps.publicUrl}/signature/documents/${document.id}` },
  };
}

function contentErrors(content: Buffer | undefined, maxBytes: number): FieldError[] {
  const field = 'dataToSign.base64Content';
  if (!content) return [{ field, code: 'base64', message: 'Must be base64.' }];
  if (content.length === 0) return [{ field, code: 'min_length', message: 'Must not be empty.' }];
  if (content.length <= maxBytes) return [];
  return [{ field, code: 'max_length', message: `Must decode to at most ${maxBytes} bytes.` }];
}

async function checkedPdf(
  deps: SignatureDeps,
  accountId: string,
  content: Buffer,
): Promise<{ pageCount: number; bytes: Buffer; repaired: boolean }> {
  const field = 'dataToSign.base64Content';
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

function newDocument(
  deps: SignatureDeps,
  context: OperationContext,
  made: {
    request: FilledRequest;
    fingerprint: Buffer;
    contentSha256: string;
    contentSizeBytes: number;
    uploadedSha256: string | undefined;
    pageCount: number;
  },
): NewDocument {
  const { request } = made;
  const id = uuidv7(context.now);
  const evidence = nextEvidence(id, EVIDENCE_START, {
    occurredAt: context.now,
    kind: 'document_created',
    data: {
      contentSha256: made.contentSha256,
      contentSizeBytes: made.contentSizeBytes,
      ...(made.uploadedSha256 ? { uploadedSha256: made.uploadedSha256 } : {}),
      externalId: request.externalId,
      clientId: context.clientId,
      requestId: context.requestId,
    },
  });
  return {
    id,
    accountId: context.accountId,
    environment: context.environment,
    ...made,
    requiredSignatures: request.advanced.requiredSignatures || request.signers.length,
    deadline: deadlineOf(request, context.now),
    createdAt: context.now,
    signers: request.signers.map((signer) => {
      const signerId = uuidv7(context.now);
      const number = signer.signerInfo?.socialSecurityNumber;
      return {
        id: signerId,
        request: withoutNationalNumbers(signer),
        nationalNumberSealed: number ? deps.box.encrypt(Buffer.from(number, 'utf8'), `signer ${signerId}`) : undefined,
      };
    }),
    evidence,
    event: {
      id: uuidv7(context.now),
      payload: { documentId: id, externalDocumentId: request.externalId },
    },
  };
}

async function replay(
  deps: SignatureDeps,
  context: OperationContext,
  externalId: string,
  fingerprint: Buffer,
): Promise<OperationResult> {
  const existing = await findByExternalId(deps.database, context.accountId, context.environment, externalId);
  const document = existing && (await findDocument(deps.database, existing.documentId));
  if (!document) {
    throw new SeglError(503, 'service_unavailable', 'The external id is being used by another request.', {
      retryAfterSeconds: 2,
    });
  }
  if (!existing.fingerprint.equals(fingerprint)) {
    const message = `The externalId belongs to another document, created ${document.createdAt.toISOString()}.`;
    throw new SeglError(422, 'external_id_conflict', message, {
      errors: [{ field: 'externalId', code: 'duplicate', message }],
      members: { existingId: document.id },
    });
  }
  return { status: 200, body: documentResource(document, deps), headers: { 'idempotent-replayed': 'true' } };
}

/** The stored document without reading it back: nothing but what was just written can be in it. */
function asRecord(document: NewDocument): DocumentRecord {
  return {
    ...document,
    status: 'unsigned',
    evidenceSequence: document.evidence.sequence,
    evidenceHash: document.evidence.hash,
    updatedAt: document.createdAt,
    signedAt: undefined,
    signers: document.signers.map((signer) => ({ ...signer, linkRotation: 0 })),
    signatures: [],
    packages: [],
  };
}
