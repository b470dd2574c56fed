import { type AttemptStep, startEidAttempt } from '../eid/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { AttachmentToSign } from './attachment-acceptance.ts';
import { type AttemptPurpose, insertAttempt } from './attempt-store.ts';
import type { EvidenceKind } from './evidence.ts';
import { methodsFor } from './methods-for.ts';
import { isNationalNumberFetched } from './national-number.ts';
import { recordEvidence } from './record-evidence.ts';
import { loadTurn, type SessionContext, stepRefused } from './session-context.ts';
import { holdSession } from './session-store.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { signedAlong } from './signed-content.ts';
import { type DocumentRecord, lockDocumentRow, type SignerRecord } from './store.ts';

/** Address to which eIDs send the browser back; registered with each of them. */
export const EID_CALLBACK_PATH = '/app/v1/eid/callback';

/** Longer than eIDs give people: whoever is there must not come back to a session that has ended meanwhile. */
const EID_STEP_MS = 15 * 60_000;

/**
 * Hands a person over to an eID and remembers the attempt. The login is bound to the document's digest. Throws 422
 * `method_not_available`, 422 `signing_not_possible` when the document has closed meanwhile, 503 `eid_unavailable`.
 */
export async function startAttempt(
  deps: SignatureDeps,
  context: SessionContext,
  wanted: {
    document: DocumentRecord;
    signer: SignerRecord;
    method: string;
    purpose: AttemptPurpose;
    /** Whether the eID itself signs. */
    signs: boolean;
    /** Shown at the eID; never before the person is known. */
    documentTitle?: string;
    /** What is signed along with the document. */
    attachments: AttachmentToSign[];
    /** Whether the app runs inside another page, in which some eIDs must not be shown. */
    framed: boolean;
    evidence: readonly EvidenceKind[];
  },
): Promise<{ attemptId: string; step: AttemptStep }> {
  const { session, now } = context;
  const { document, signer, method, purpose, attachments } = wanted;
  if (!methodsFor(deps, document, signer).includes(method)) {
    throw new SeglError(422, 'method_not_available', 'This way of signing is not offered for the document.');
  }
  const started = await startEidAttempt(deps, {
    owner: 'signing',
    sessionId: session.id,
    accountId: document.accountId,
    method,
    framed: wanted.framed,
    endUserIp: context.clientIp,
    eid: {
      accountName: await deps.accountName(document.accountId),
      environment: document.environment,
      purpose: wanted.signs ? 'sign' : 'identify',
      ...(wanted.documentTitle === undefined ? {} : { documentTitle: wanted.documentTitle }),
      documentSha256: document.contentSha256,
      ...signedAlong(document, attachments),
      nationalNumber:
        signer.nationalNumberSealed &&
        deps.box.decrypt(signer.nationalNumberSealed, `signer ${signer.id}`).toString('utf8'),
      ...(signer.authenticationNumberSealed || isNationalNumberFetched(document, signer)
        ? { wantsNationalNumber: true }
        : {}),
      language: (signer.request.ui?.language ?? 'EN').toLowerCase(),
      callbackUrl: deps.publicUrl + EID_CALLBACK_PATH,
    },
  });
  const { attemptId, step } = started;
  await deps.database.transaction(async (tx) => {
    await lockDocumentRow(tx, document.id);
    // The eID took its time: the document may be closed by now, and then nobody waits for this attempt.
    const { state } = await loadTurn({ database: tx }, session, now);
    if (state !== 'sign' && !(state === 'signed' && purpose === 'identify')) throw stepRefused(state);
    await started.keep(tx);
    await insertAttempt(tx, {
      id: attemptId,
      sessionId: session.id,
      accountId: document.accountId,
      purpose,
      method,
      attachments,
      createdAt: now,
    });
    await holdSession(tx, session.id, new Date(deps.clock.now().getTime() + EID_STEP_MS));
    for (const kind of wanted.evidence) {
      await recordEvidence(deps, tx, document.id, {
        kind,
        signerId: signer.id,
        caller: context,
        data: { method, attemptId },
      });
    }
  });
  return { attemptId, step };
}
