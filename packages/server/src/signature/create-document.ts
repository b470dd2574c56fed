import { createHash } from 'node:crypto';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { decodeBase64 } from './base64-input.ts';
import { type CheckedPdf, checkedPdf, contentErrors } from './checked-pdf.ts';
import type { CreateDocumentRequestWrapper } from './contract/document.ts';
import { documentResource } from './document-representation.ts';
import {
  checkRestrictions,
  checkRules,
  deadlineOf,
  type FilledRequest,
  requestFingerprint,
  wantedFeatures,
  withDefaults,
} from './document-request.ts';
import { EVIDENCE_START, nextEvidence } from './evidence.ts';
import { findRepeated, insertUnderExternalId } from './external-id.ts';
import { methodOffer, type SignatureDeps } from './signature-deps.ts';
import { newSigner } from './signer-store.ts';
import type { DocumentRecord, NewDocument } from './store.ts';

/**
 * Stores a document and opens it for signing, at once or when its attachments are there. The same request under the same external id answers the document that
 * exists (200, `Idempotent-Replayed`), also when it would be refused by now; another request under it is refused with 422
 * `external_id_conflict`, or makes another document where the account has chosen so. Raises `document_created`. Nothing is
 * stored when anything is wrong.
 */
export async function createDocument(
  deps: SignatureDeps,
  context: OperationContext,
  body: CreateDocumentRequestWrapper,
): Promise<OperationResult> {
  const field = 'dataToSign.base64Content';
  const decoded = decodeBase64(body.dataToSign.base64Content);
  const request = withDefaults({ ...body, dataToSign: { ...body.dataToSign, base64Content: '' } });
  const uploadedSha256 = createHash('sha256')
    .update(decoded ?? '')
    .digest('hex');
  const identity = {
    accountId: context.accountId,
    environment: context.environment,
    externalId: request.externalId,
    fingerprint: requestFingerprint(request, uploadedSha256),
  };
  let checked: CheckedPdf;
  try {
    checkRestrictions(request, context.environment, context.now, contentErrors(decoded, deps.maxDocumentBytes, field));
    await deps.requireFeatures(context, wantedFeatures(request));
    checkRules(request, methodOffer(deps, context.environment));
    checked = await checkedPdf(deps, context.accountId, decoded!, field);
  } catch (error) {
    // A deadline passes and a method is withdrawn: what was accepted then is still a repetition now.
    const repeated = error instanceof SeglError && (await findRepeated(deps, identity, context.now));
    if (repeated) return replayed(deps, repeated);
    throw error;
  }
  const stored = await deps.files.put(context.accountId, checked.bytes);
  const document = newDocument(deps, context, {
    request,
    fingerprint: identity.fingerprint,
    contentSha256: stored.sha256,
    contentSizeBytes: stored.sizeBytes,
    uploadedSha256: checked.repaired ? uploadedSha256 : undefined,
    pageCount: checked.pageCount,
  });
  const existing = await insertUnderExternalId(deps, identity, document);
  if (existing) return replayed(deps, existing);
  deps.events.wake();
  const resource = documentResource(asRecord(document), deps);
  return {
    status: 201,
    body: resource,
    headers: { location: `${deps.publicUrl}/signature/documents/${document.id}` },
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
  const deadline = deadlineOf(request, context.now);
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
    status: request.advanced.attachments > 0 ? 'waiting_for_attachments' : 'unsigned',
    ...made,
    requiredSignatures: request.advanced.requiredSignatures || request.signers.length,
    deadline,
    createdAt: context.now,
    signers: request.signers.map((signer) => newSigner(deps, signer, { deadline, now: context.now })),
    evidence,
    event: {
      id: uuidv7(context.now),
      payload: { documentId: id, externalDocumentId: request.externalId },
    },
  };
}

function replayed(deps: SignatureDeps, document: DocumentRecord): OperationResult {
  return { status: 200, body: documentResource(document, deps), headers: { 'idempotent-replayed': 'true' } };
}

/** The stored document without reading it back: nothing but what was just written can be in it. */
function asRecord(document: NewDocument): DocumentRecord {
  return {
    ...document,
    evidenceSequence: document.evidence.sequence,
    evidenceHash: document.evidence.hash,
    updatedAt: document.createdAt,
    signedAt: undefined,
    signers: document.signers.map((signer) => ({ ...signer, linkRotation: 0 })),
    signatures: [],
    packages: [],
    attachments: [],
  };
}
