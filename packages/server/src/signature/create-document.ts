import { createHash } from 'node:crypto';
import { type FieldError, SeglError } from '../kernel/errors/segl-error.ts';
import { decodeBase64 } from '../kernel/http/base64-input.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { type CheckedContent, checkedContent, storeContent } from './checked-content.ts';
import { contentErrors } from './checked-pdf.ts';
import type { CreateDocumentRequestWrapper } from './contract/document.ts';
import { requireFormat } from './document-format.ts';
import { requireAllowedAttachments, requireAllowedSigners } from './document-limits.ts';
import { documentResource } from './document-representation.ts';
import {
  checkRestrictions,
  checkRules,
  deadlineOf,
  type FilledRequest,
  requestFingerprint,
  wantedFeatures,
  withDefaults,
  withSealedPasswords,
} from './document-request.ts';
import { EVIDENCE_START, nextEvidence } from './evidence.ts';
import { findRepeated, insertUnderExternalId } from './external-id.ts';
import { methodOffer, type SignatureDeps } from './signature-deps.ts';
import { newSigner } from './signer-store.ts';
import type { DocumentContent, DocumentRecord, NewDocument } from './store.ts';

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
  const decoded = decodeBase64(body.dataToSign.base64Content);
  const request = withDefaults({ ...body, dataToSign: { ...body.dataToSign, base64Content: '' } });
  const { base64ContentStyleSheet } = request.dataToSign;
  const styleSheet =
    base64ContentStyleSheet === undefined ? undefined : { bytes: decodeBase64(base64ContentStyleSheet) };
  const uploadedSha256 = createHash('sha256')
    .update(decoded ?? '')
    .digest('hex');
  const identity = {
    accountId: context.accountId,
    environment: context.environment,
    externalId: request.externalId,
    fingerprint: requestFingerprint(request, uploadedSha256),
  };
  let checked: CheckedContent;
  try {
    checkRestrictions(request, context.environment, context.now, [
      ...contentErrors(decoded, deps.maxDocumentBytes, 'dataToSign.base64Content'),
      ...styleSheetErrors(styleSheet),
    ]);
    await deps.requireFeatures(context, wantedFeatures(request));
    checkRules(request, methodOffer(deps, context.environment));
    await requireAllowedNumbers(deps, context.accountId, request);
    const { fileName, convertToPDF: isConverted = false } = request.dataToSign;
    checked = await checkedContent(deps, context, {
      fileName,
      format: requireFormat(fileName, isConverted, 'dataToSign.fileName'),
      isConverted,
      bytes: decoded!,
      styleSheet: styleSheet?.bytes,
    });
  } catch (error) {
    // A deadline passes and a method is withdrawn: what was accepted then is still a repetition now.
    const repeated = error instanceof SeglError && (await findRepeated(deps, identity, context.now));
    if (repeated) return replayed(deps, repeated);
    throw error;
  }
  const content = await storeContent(deps, context, checked);
  const document = newDocument(deps, context, { request, fingerprint: identity.fingerprint, content });
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
  made: { request: FilledRequest; fingerprint: Buffer; content: DocumentContent },
): NewDocument {
  const { fingerprint, content } = made;
  const id = uuidv7(context.now);
  const request = withSealedPasswords(deps, id, made.request);
  const deadline = deadlineOf(request, context.now);
  const evidence = nextEvidence(id, EVIDENCE_START, {
    occurredAt: context.now,
    kind: 'document_created',
    data: {
      contentSha256: content.contentSha256,
      contentSizeBytes: content.contentSizeBytes,
      ...(content.uploadedSha256 ? { uploadedSha256: content.uploadedSha256 } : {}),
      ...presentationFacts(content),
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
    request,
    fingerprint,
    ...content,
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

function presentationFacts({ presentation }: DocumentContent): Record<string, string> {
  if (!presentation) return {};
  const { styleSheet, display } = presentation;
  return { ...(styleSheet ? { styleSheetSha256: styleSheet.sha256 } : {}), displaySha256: display.sha256 };
}

const MAX_STYLE_SHEET_BYTES = 1024 * 1024;

function styleSheetErrors(styleSheet: { bytes: Buffer | undefined } | undefined): FieldError[] {
  return styleSheet ? contentErrors(styleSheet.bytes, MAX_STYLE_SHEET_BYTES, 'dataToSign.base64ContentStyleSheet') : [];
}

function replayed(deps: SignatureDeps, document: DocumentRecord): OperationResult {
  return { status: 200, body: documentResource(document, deps), headers: { 'idempotent-replayed': 'true' } };
}

/** One signer and no attachment are always allowed: then nothing has to be looked up. */
async function requireAllowedNumbers(
  deps: Pick<SignatureDeps, 'signingSettings'>,
  accountId: string,
  { signers, advanced }: FilledRequest,
): Promise<void> {
  if (signers.length === 1 && advanced.attachments === 0) return;
  const limits = await deps.signingSettings(accountId);
  requireAllowedSigners(limits, signers.length);
  requireAllowedAttachments(limits, advanced.attachments);
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
    resources: [],
  };
}
