import { setTimeout as pause } from 'node:timers/promises';
import {
  abandonEidAttempt,
  completeEidAttempt,
  type EidAttempt,
  type EidOutcome,
  findEidAttempt,
  findOwnAttempt,
  type MessageLanguage,
  pollEidAttempt,
  requireReturned,
  shownWaiting,
} from '../eid/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import {
  type AttemptFailure,
  type AttemptPurpose,
  findAttempt,
  finishAttempt,
  recordTurnedAway,
  type SignAttempt,
} from './attempt-store.ts';
import type { CompleteSigningResponse } from './contract/session.ts';
import { isExpectedPerson, WRONG_PERSON } from './identity-proof.ts';
import { sealLogin } from './kept-login.ts';
import { recordEvidence } from './record-evidence.ts';
import { redirectUrl } from './redirect-token.ts';
import type { SessionContext } from './session-context.ts';
import { loadTurn, sessionExpired } from './session-context.ts';
import { keepLogin } from './session-store.ts';
import { currentView } from './session-view.ts';
import { signDocument } from './sign-document.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { signingSteps } from './signature-methods.ts';

const WAIT_FOR_OTHER_REQUEST_MS = 10_000;

/** Two eIDs have a code of their own for what they report; it is shown to the signer and told to the sender. */
const PROVIDER_ERRORS: Record<string, string> = { dk_nemid: 'SA-1019', no_buypass: 'SA-1023' };

export function providerErrorCode(method: string): string {
  return PROVIDER_ERRORS[method] ?? 'SA-1012';
}

/**
 * Finishes an attempt after the eID has sent the browser back: it ends in a signature, or in a login that the session
 * keeps, to be let in or to sign with. Safe to repeat: the outcome of a finished attempt is
 * answered again, and of two requests at once one does the work while the other waits for its outcome.
 */
export async function completeSigning(
  deps: SignatureDeps,
  context: SessionContext,
  body: { returnedAttempt: string },
  purpose: AttemptPurpose,
): Promise<OperationResult> {
  const [attemptId = '', code = ''] = body.returnedAttempt.split('.');
  const { attempt, run } = await requireAttempt(deps, context, attemptId);
  if (attempt.purpose !== purpose) throw sessionExpired();
  requireReturned(run, code);
  await completeEidAttempt(deps, attempt.id, (outcome) => settle(deps, context, attempt, outcome));
  return { status: 200, body: await outcomeOf(deps, context, await finishedAttempt(deps, attempt.id)) };
}

/**
 * What a polled eID waits for, or, once it has ended, what came of the attempt, as `completeSigning` answers it. The page that
 * asks is the one that shows the code, so there is no return to prove.
 */
export async function pollSigning(
  deps: SignatureDeps,
  context: SessionContext,
  body: { attemptId: string; language: MessageLanguage },
  purpose: AttemptPurpose,
): Promise<OperationResult> {
  const { attempt, run } = await requireAttempt(deps, context, body.attemptId);
  if (attempt.purpose !== purpose) throw sessionExpired();
  const waiting = await pollEidAttempt(deps, run);
  if (waiting) return { status: 200, body: { waiting: shownWaiting(waiting, body.language) } };
  let said: string | undefined;
  await completeEidAttempt(deps, attempt.id, (outcome) => {
    said = outcome.result === 'failed' ? outcome.message?.[body.language] : undefined;
    return settle(deps, context, attempt, outcome);
  });
  const finished = await outcomeOf(deps, context, await finishedAttempt(deps, attempt.id));
  // The sender reads English; the person reads the language of the page.
  const inOwnWords = said !== undefined && finished.eidErrorMessage ? { eidErrorMessage: said } : {};
  return { status: 200, body: { finished: { ...finished, ...inOwnWords } } };
}

/** Ends an attempt that the signer turned away from, in the app's own words; a finished one stays as it is. */
export async function abortSigning(
  deps: SignatureDeps,
  context: SessionContext,
  body: { attemptId: string },
): Promise<OperationResult> {
  const { attempt, run } = await requireAttempt(deps, context, body.attemptId);
  await abandonEidAttempt(deps, run, (tx) => recordTurnedAway(tx, attempt.id, deps.clock.now()));
  return { status: 204 };
}

async function settle(
  deps: SignatureDeps,
  context: SessionContext,
  attempt: SignAttempt,
  outcome: EidOutcome,
): Promise<void> {
  const { accountId, environment } = context.session;
  if (outcome.result === 'completed') {
    await takeLogin(deps, { ...context, now: deps.accountTime.now(accountId, environment) }, attempt, outcome);
    return;
  }
  const canceled = outcome.result === 'canceled';
  if (outcome.result === 'failed' && outcome.code === 'nin_mismatch') {
    return endWithoutLogin(deps, context, attempt, 'failed', { errorCode: WRONG_PERSON });
  }
  const failure: AttemptFailure | undefined = canceled
    ? undefined
    : {
        errorCode: attempt.purpose === 'sign' ? providerErrorCode(attempt.method) : 'SA-1005',
        eidErrorCode: outcome.providerCode ?? outcome.code,
        ...(outcome.providerMessage ? { eidErrorMessage: outcome.providerMessage } : {}),
      };
  await endWithoutLogin(deps, context, attempt, canceled ? 'canceled' : 'failed', failure);
}

/** Somebody has logged in: the right person signs, or is let in. */
async function takeLogin(
  deps: SignatureDeps,
  context: SessionContext,
  attempt: SignAttempt,
  outcome: Extract<EidOutcome, { result: 'completed' }>,
): Promise<void> {
  const { session, now } = context;
  const { document, signer } = await loadTurn(deps, session, now);
  if (!isExpectedPerson(deps, signer, outcome.person)) {
    return endWithoutLogin(deps, context, attempt, 'failed', { errorCode: WRONG_PERSON });
  }
  if (attempt.purpose === 'sign' && signingSteps(signer.request.signatureType).native) {
    const { person, native, assuranceLevel, authenticatedAt } = outcome;
    const facts = { assuranceLevel, authenticatedAt: authenticatedAt.toISOString() };
    const { method, createdAt: startedAt, attachments } = attempt;
    await signDocument(deps, context, { attempt, startedAt, method, person, native, attachments, facts });
    return;
  }
  await deps.database.transaction(async (tx) => {
    await recordEvidence(deps, tx, session.documentId, {
      kind: attempt.purpose === 'sign' ? 'identified' : 'authentication_passed',
      signerId: session.signerId,
      caller: context,
      data: {
        method: attempt.method,
        attemptId: attempt.id,
        methodUniqueId: outcome.person.uniqueId,
        assuranceLevel: outcome.assuranceLevel,
      },
    });
    await keepLogin(tx, session.id, sealLogin(deps, session.id, attempt, outcome));
    // A login that is part of a signature is charged as that.
    if (attempt.purpose === 'identify') {
      await deps.meter(tx, [
        {
          id: attempt.id,
          product: 'IDENTIFICATION',
          accountId: document.accountId,
          environment: document.environment,
          description: attempt.method,
          externalReference: document.request.externalId,
          occurredAt: now,
        },
      ]);
    }
    await finishAttempt(tx, attempt.id, 'identified', now);
  });
}

/** That somebody tried is evidence; who it was is not kept of a person whom the sender does not expect. */
async function endWithoutLogin(
  deps: SignatureDeps,
  context: SessionContext,
  attempt: SignAttempt,
  status: 'canceled' | 'failed',
  failure: AttemptFailure | undefined,
): Promise<void> {
  const kinds = { sign: `signing_${status}`, identify: 'authentication_failed' } as const;
  const code = failure?.eidErrorCode ?? failure?.errorCode;
  await deps.database.transaction(async (tx) => {
    await recordEvidence(deps, tx, context.session.documentId, {
      kind: kinds[attempt.purpose],
      signerId: context.session.signerId,
      caller: context,
      data: { method: attempt.method, attemptId: attempt.id, ...(code === undefined ? {} : { code }) },
    });
    await finishAttempt(tx, attempt.id, status, context.now, failure);
  });
}

async function finishedAttempt(deps: SignatureDeps, id: string): Promise<SignAttempt> {
  for (let waited = 0; waited <= WAIT_FOR_OTHER_REQUEST_MS; waited += 200) {
    const attempt = await findAttempt(deps.database, id);
    if (attempt && attempt.status !== 'started') return attempt;
    if ((await findEidAttempt(deps.database, id))?.status !== 'completing') break;
    await pause(200);
  }
  throw new SeglError(503, 'service_unavailable', 'The signature is still being completed.', { retryAfterSeconds: 2 });
}

async function outcomeOf(
  deps: SignatureDeps,
  context: SessionContext,
  attempt: SignAttempt,
): Promise<CompleteSigningResponse> {
  const view = await currentView(deps, context);
  const { status } = attempt;
  if (status === 'signed' || status === 'identified' || status === 'canceled') return { outcome: status, view };
  const { document, signer } = await loadTurn(deps, context.session, context.now);
  const error = { errorCode: 'SA-1012', ...attempt.failure, errorMessage: failureText(attempt) };
  const redirect = await redirectUrl(deps, document, signer, { result: 'failed', error });
  return { outcome: 'failed', ...attempt.failure, redirect, view };
}

function failureText({ failure }: SignAttempt): string {
  return failure?.errorCode === WRONG_PERSON ? 'Another person was expected.' : 'The eID step failed.';
}

/** An attempt of this session, and how it stands with the eID. */
async function requireAttempt(
  deps: SignatureDeps,
  { session }: SessionContext,
  id: string,
): Promise<{ attempt: SignAttempt; run: EidAttempt }> {
  const run = await findOwnAttempt(deps, 'signing', session.id, id);
  const attempt = run && (await findAttempt(deps.database, run.id));
  if (!attempt) throw sessionExpired();
  return { attempt, run };
}
