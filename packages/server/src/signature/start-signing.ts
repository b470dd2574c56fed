import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import { attachmentsToSign, requireAcceptedAttachments } from './attachment-acceptance.ts';
import { signerStateDuringEid } from './document-status.ts';
import { sealingSince } from './identity-proof.ts';
import { loadTurn, type SessionContext, stateOf, stepRefused } from './session-context.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { signingSteps } from './signature-methods.ts';
import { startAttempt } from './start-attempt.ts';
import type { DocumentRecord, SignerRecord } from './store.ts';

/**
 * Hands the signer over to the chosen eID, which signs or tells who accepts. Throws 422 `signing_not_possible` when it is
 * not the signer's turn, 422 `attachments_not_accepted`, 422 `document_changed` when the app shows other bytes, 422
 * `method_not_available`, 503 `eid_unavailable`.
 */
export async function startSigning(
  deps: SignatureDeps,
  context: SessionContext,
  body: { method: string; documentSha256: string; framed?: boolean },
): Promise<OperationResult> {
  const { document, signer } = await requireReadyToSign(deps, context, body.documentSha256);
  const steps = signingSteps(signer.request.signatureType);
  if (!steps.eid) {
    throw new SeglError(422, 'method_not_available', 'This document is signed by hand, without an eID.');
  }
  const started = await startAttempt(deps, context, {
    document,
    signer,
    method: body.method,
    purpose: 'sign',
    signs: steps.native,
    documentTitle: document.request.title,
    attachments: attachmentsToSign(document, signer.id),
    framed: body.framed === true,
    evidence: ['method_chosen', 'signing_started'],
  });
  return { status: 200, body: started };
}

/**
 * The document and signer of a session that may sign these very bytes now. Throws 422 `signing_not_possible`,
 * `attachments_not_accepted`, `document_changed`, and 503 `timestamp_unavailable`.
 */
export async function requireReadyToSign(
  deps: SignatureDeps,
  { session, now }: SessionContext,
  shownSha256: string,
): Promise<{ document: DocumentRecord; signer: SignerRecord }> {
  const { document, signer, state: stateNow } = await loadTurn(deps, session, now);
  const startedAt = sealingSince(deps, session, signer);
  const state = startedAt ? signerStateDuringEid(stateOf(document), signer.id, { now, startedAt }) : stateNow;
  if (state !== 'sign') throw stepRefused(state);
  requireShown(document, session.documentSha256, shownSha256);
  await requireAcceptedAttachments(deps.database, document, signer.id);
  await deps.requireTimeStamps();
  return { document, signer };
}

export function requireShown(document: DocumentRecord, ofSession: string, shown: string): void {
  if (shown === document.contentSha256 && ofSession === document.contentSha256) return;
  throw new SeglError(422, 'document_changed', 'The document shown is not the one to be signed. Open the link again.');
}
