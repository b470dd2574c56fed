import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { attachmentsToSign, requireAcceptedAttachments } from './attachment-acceptance.ts';
import { usableMethods } from './document-request.ts';
import { isNationalNumberFetched } from './national-number.ts';
import { recordEvidence } from './record-evidence.ts';
import { loadTurn, type SessionContext, stepRefused } from './session-context.ts';
import { holdSession, insertAttempt } from './session-store.ts';
import { methodOffer, requireEid, type SignatureDeps } from './signature-deps.ts';
import { signedAlong } from './signed-content.ts';
import { lockDocumentRow } from './store.ts';

/** Address to which eIDs send the browser back; registered with each of them. */
export const EID_CALLBACK_PATH = '/app/v1/eid/callback';

/** Longer than eIDs give people: whoever is there must not come back to a session that has ended meanwhile. */
const EID_STEP_MS = 15 * 60_000;

/**
 * Hands the signer over to the chosen eID. Throws 422 `signing_not_possible` when it is not the signer's turn,
 * 422 `attachments_not_accepted`, 422 `document_changed` when the app shows other bytes, 422 `method_not_available`, 503 `eid_unavailable`.
 */
export async function startSigning(
  deps: SignatureDeps,
  context: SessionContext,
  body: { method: string; documentSha256: string; framed?: boolean },
): Promise<OperationResult> {
  const { session, now } = context;
  const { document, signer, state } = await loadTurn(deps, session, now);
  if (state !== 'sign') throw stepRefused(state);
  if (body.documentSha256 !== document.contentSha256 || session.documentSha256 !== document.contentSha256) {
    throw new SeglError(
      422,
      'document_changed',
      'The document shown is not the one to be signed. Open the link again.',
    );
  }
  if (!usableMethods(signer.request, methodOffer(deps, document.environment), document.format).includes(body.method)) {
    throw new SeglError(422, 'method_not_available', 'This way of signing is not offered for the document.');
  }
  await requireAcceptedAttachments(deps.database, document, signer.id);
  const attachments = attachmentsToSign(document, signer.id);
  await deps.requireTimeStamps();
  const attemptId = uuidv7(now);
  const provider = requireEid(deps, body.method, document.environment);
  const inWindow = body.framed === true && !provider.allowsFraming;
  const started = await provider.start({
    attemptId,
    accountName: await deps.accountName(document.accountId),
    environment: document.environment,
    purpose: 'sign',
    documentTitle: document.request.title,
    documentSha256: document.contentSha256,
    ...signedAlong(document, attachments),
    nationalNumber:
      signer.nationalNumberSealed &&
      deps.box.decrypt(signer.nationalNumberSealed, `signer ${signer.id}`).toString('utf8'),
    ...(isNationalNumberFetched(document, signer) ? { wantsNationalNumber: true } : {}),
    language: (signer.request.ui?.language ?? 'EN').toLowerCase(),
    callbackUrl: deps.publicUrl + EID_CALLBACK_PATH,
  });
  await deps.database.transaction(async (tx) => {
    await lockDocumentRow(tx, document.id);
    // The eID took its time: the document may be closed by now, and then nobody waits for this attempt.
    const { state: stateNow } = await loadTurn({ database: tx }, session, now);
    if (stateNow !== 'sign') throw stepRefused(stateNow);
    await insertAttempt(tx, {
      id: attemptId,
      sessionId: session.id,
      accountId: document.accountId,
      method: body.method,
      callbackKey: started.callbackKey,
      attachments,
      stateSealed: deps.box.encrypt(Buffer.from(JSON.stringify(started.state), 'utf8'), `attempt ${attemptId}`),
      inWindow,
      createdAt: now,
    });
    await holdSession(tx, session.id, new Date(deps.clock.now().getTime() + EID_STEP_MS));
    for (const kind of ['method_chosen', 'signing_started'] as const) {
      await recordEvidence(deps, tx, document.id, {
        kind,
        signerId: signer.id,
        caller: context,
        data: { method: body.method, attemptId },
      });
    }
  });
  return { status: 200, body: { attemptId, step: { ...started.step, inWindow } } };
}
