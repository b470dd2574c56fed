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
  wantedFeatures,
  withDefaults,
  withLinkWithin,
} from './document-request.ts';
import { EVIDENCE_START, nextEvidence } from './evidence.ts';
import { findRepeated, insertUnderExternalId } from './external-id.ts';
import { methodOffer, type SignatureDeps } from './signature-deps.ts';
import type { DocumentRecord, NewDocument } from './store.ts';

/**
 * Stores a document and opens it for signing. The same request under the same external id answers the document that
 * exists (200, `Idempotent-Replayed`), also when it would be refused by now; another request under it is refused with 422
 * `external_id_conflict`, or makes another document where the account has chosen so. Raises `document_created`. Nothing is
 * stored when anything is wrong.
 */
export async function createDocument(
  deps: SignatureDeps,
  context: OperationContext,
  body: CreateDocumentRequestWrapper,
): Promise<OperationResult> {
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
    checkRestrictions(request, context.environment, context.now, contentErrors(decoded, deps.maxDocumentBytes));
    await deps.requireFeatures(context, wantedFeatures(request));
    checkRules(request, methodOffer(deps, context.environment));
    checked = await checkedPdf(deps, context.accountId, decoded!);
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

function contentErrors(content: Buffer | undefined, maxBytes: number): FieldError[] {
  const field = 'dataToSign.base64Content';
  if (!content) return [{ field, code: 'base64', message: 'Must be base64.' }];
  if (content.length === 0) return [{ field, code: 'min_length', message: 'Must not be empty.' }];
  if (content.length <= maxBytes) return [];
  return [{ field, code: 'max_length', message: `Must decode to at most ${maxBytes} bytes.` }];
}

interface CheckedPdf {
  pageCount: number;
  bytes: Buffer;
  repaired: boolean;
}

async function checkedPdf(deps: SignatureDeps, accountId: string, content: Buffer): Promise<CheckedPdf> {
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
    ...made,
    requiredSignatures: request.advanced.requiredSignatures || request.signers.length,
    deadline,
    createdAt: context.now,
    signers: request.signers.map((signer) => {
      const signerId = uuidv7(context.now);
      const number = signer.signerInfo?.socialSecurityNumber;
      return {
        id: signerId,
        request: withLinkWithin(withoutNationalNumbers(signer), deadline),
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

function replayed(deps: SignatureDeps, document: DocumentRecord): OperationResult {
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
