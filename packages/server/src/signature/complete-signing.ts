import { timingSafeEqual } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import type { CompleteSigningResponse } from './contract/session.ts';
import { returnHash } from './receive-eid-callback.ts';
import { recordEvidence } from './record-evidence.ts';
import { redirectUrl } from './redirect-token.ts';
import type { SessionContext } from './session-context.ts';
import { loadTurn, sessionExpired } from './session-context.ts';
import {
  type AttemptFailure,
  abandonAttempt,
  claimAttempt,
  findAttempt,
  finishAttempt,
  releaseAttempt,
  type SignAttempt,
} from './session-store.ts';
import { sessionView } from './session-view.ts';
import { signDocument } from './sign-document.ts';
import { requireEid, type SignatureDeps } from './signature-deps.ts';

const WAIT_FOR_OTHER_REQUEST_MS = 10_000;

/** Two eIDs have a code of their own for what they report; it is shown to the signer and told to the sender. */
const PROVIDER_ERRORS: Record<string, string> = { dk_nemid: 'SA-1019', no_buypass: 'SA-1023' };

export function providerErrorCode(method: string): string {
  return PROVIDER_ERRORS[method] ?? 'SA-1012';
}

/**
 * Finishes an attempt after the eID has sent the browser back. Safe to repeat: the outcome of a finished attempt is
 * answered again, and of two requests at once one does the work while the other waits for its outcome.
 */
export async function completeSigning(
  deps: SignatureDeps,
  context: SessionContext,
  body: { returnedAttempt: string },
): Promise<OperationResult> {
  const [attemptId = '', code = ''] = body.returnedAttempt.split('.');
  const attempt = await requireAttempt(deps, context, attemptId);
  if (!attempt.returnHash || !timingSafeEqual(returnHash(code), attempt.returnHash)) {
    throw new SeglError(422, 'eid_not_returned', 'The eID has not sent this browser back.');
  }
  if (await claimAttempt(deps.database, attempt.id, deps.clock.now())) {
    try {
      await complete(deps, context, attempt);
    } catch (error) {
      await releaseAttempt(deps.database, attempt.id, deps.clock.now());
      throw error;
    }
  }
  const finished = await finishedAttempt(deps, attempt.id);
  return { status: 200, body: await outcomeOf(deps, context, finished) };
}

/** Ends an attempt that the signer turned away from, in the app's own words; a finished one stays as it is. */
export async function abortSigning(
  deps: SignatureDeps,
  context: SessionContext,
  body: { attemptId: string },
): Promise<OperationResult> {
  const attempt = await requireAttempt(deps, context, body.attemptId);
  if (await abandonAttempt(deps.database, attempt.id, deps.clock.now())) {
    const state = openedJson(deps, attempt.stateSealed, `attempt ${attempt.id}`);
    await requireEid(deps, attempt.method, context.session.environment).cancel(state);
  }
  return { status: 204 };
}

async function complete(deps: SignatureDeps, context: SessionContext, attempt: SignAttempt): Promise<void> {
  const state = openedJson(deps, attempt.stateSealed, `attempt ${attempt.id}`);
  const callback = attempt.callbackSealed
    ? (openedJson(deps, attempt.callbackSealed, `callback ${attempt.id}`) as Record<string, string>)
    : {};
  const provider = requireEid(deps, attempt.method, context.session.environment);
  const { accountId, environment } = context.session;
  // The eID's server goes by real time.
  const outcome = await provider.complete({ state, callback, now: deps.clock.now() });
  if (outcome.result === 'completed') {
    await signDocument(deps, { ...context, now: deps.accountTime.now(accountId, environment) }, attempt, outcome);
    return;
  }
  const canceled = outcome.result === 'canceled';
  const failure: AttemptFailure | undefined = canceled
    ? undefined
    : {
        errorCode: providerErrorCode(attempt.method),
        eidErrorCode: outcome.providerCode ?? outcome.code,
        ...(outcome.providerMessage ? { eidErrorMessage: outcome.providerMessage } : {}),
      };
  await deps.database.transaction(async (tx) => {
    await recordEvidence(deps, tx, context.session.documentId, {
      kind: canceled ? 'signing_canceled' : 'signing_failed',
      signerId: context.session.signerId,
      caller: context,
      data: { method: attempt.method, attemptId: attempt.id, ...(failure ? { code: failure.eidErrorCode } : {}) },
    });
    await finishAttempt(tx, attempt.id, canceled ? 'canceled' : 'failed', context.now, failure);
  });
}

async function finishedAttempt(deps: SignatureDeps, id: string): Promise<SignAttempt> {
  for (let waited = 0; waited <= WAIT_FOR_OTHER_REQUEST_MS; waited += 200) {
    const attempt = await findAttempt(deps.database, id);
    if (attempt && attempt.status !== 'completing') return attempt;
    await pause(200);
  }
  throw new SeglError(503, 'service_unavailable', 'The signature is still being completed.', { retryAfterSeconds: 2 });
}

async function outcomeOf(
  deps: SignatureDeps,
  context: SessionContext,
  attempt: SignAttempt,
): Promise<CompleteSigningResponse> {
  const { accountId, environment } = context.session;
  const view = await sessionView(deps, context.session, deps.accountTime.now(accountId, environment));
  if (attempt.status === 'signed' || attempt.status === 'canceled') return { outcome: attempt.status, view };
  const { document, signer } = await loadTurn(deps, context.session, context.now);
  const error = { errorCode: 'SA-1012', ...attempt.failure, errorMessage: 'The eID step failed.' };
  const redirect = await redirectUrl(deps, document, signer, { result: 'failed', error });
  return { outcome: 'failed', ...attempt.failure, redirect, view };
}

async function requireAttempt(deps: SignatureDeps, context: SessionContext, id: string): Promise<SignAttempt> {
  const attempt = await findAttempt(deps.database, id);
  if (!attempt || attempt.sessionId !== context.session.id) throw sessionExpired();
  return attempt;
}

function openedJson(deps: Pick<SignatureDeps, 'box'>, sealed: Buffer, aad: string): Record<string, unknown> {
  return JSON.parse(deps.box.decrypt(sealed, aad).toString('utf8')) as Record<string, unknown>;
}
