import { setTimeout as pause } from 'node:timers/promises';
import {
  abandonEidAttempt,
  completeEidAttempt,
  type EidAttempt,
  type EidWaiting,
  findLatestEidAttempt,
  findOwnAttempt,
  type MessageLanguage,
  pollEidAttempt,
  requireReturned,
  shownWaiting,
} from '../eid/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import { appView } from './app-view.ts';
import { aborted, changeSession } from './change-session.ts';
import type { ProviderName } from './contract/providers.ts';
import { findPolling } from './find-polling.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import type { SessionContext } from './session-context.ts';
import { isFinal } from './session-state.ts';
import { settleOutcome } from './settle-outcome.ts';
import { findSession } from './store.ts';

const WAIT_FOR_OTHER_REQUEST_MS = 10_000;

/**
 * Finishes a run after the eID has sent the browser back. Safe to repeat: a session that has ended is answered as it is,
 * and of two requests at once one does the work while the other waits for it. Throws 422 `eid_not_returned` for a browser
 * that the eID has not sent back, 503 `eid_unavailable`.
 */
export async function completeEid(
  deps: IdentificationDeps,
  { session }: SessionContext,
  body: { returnedAttempt: string },
): Promise<OperationResult> {
  const [attemptId = '', code = ''] = body.returnedAttempt.split('.');
  if (!isFinal(session.status)) {
    const attempt = await findOwnAttempt(deps, 'identification', session.id, attemptId);
    requireReturned(attempt, code);
    await completeEidAttempt(deps, attempt.id, (outcome) =>
      settleOutcome(deps, session.id, attempt.method as ProviderName, outcome),
    );
  }
  return { status: 200, body: { view: await appView(deps, await endedSession(deps, session.id)) } };
}

/**
 * What a polled eID waits for, or, once it has ended, the session as it is then. The page that asks is the one that shows the
 * code, so there is no return to prove. A session in which no polled eID runs is answered as it is. Throws 503
 * `eid_unavailable`.
 */
export async function pollEid(
  deps: IdentificationDeps,
  { session }: SessionContext,
  body: { language: MessageLanguage },
): Promise<OperationResult> {
  const attempt = isFinal(session.status) ? undefined : await findPolling(deps, session.id);
  if (!attempt) return { status: 200, body: { view: await appView(deps, session) } };
  const waiting = await pollAttempt(deps, attempt);
  if (waiting) return { status: 200, body: { waiting: shownWaiting(waiting, body.language) } };
  return { status: 200, body: { view: await appView(deps, await endedSession(deps, session.id)) } };
}

/** Asks a polled eID, and ends the session with what it says; `undefined` when it has. */
export async function pollAttempt(deps: IdentificationDeps, attempt: EidAttempt): Promise<EidWaiting | undefined> {
  const waiting = await pollEidAttempt(deps, attempt);
  if (!waiting) {
    await completeEidAttempt(deps, attempt.id, (outcome) =>
      settleOutcome(deps, attempt.sessionId, attempt.method as ProviderName, outcome),
    );
  }
  return waiting;
}

/** The session once its run is over, which another request may be at work on. */
async function endedSession(deps: IdentificationDeps, id: string) {
  for (let waited = 0; waited <= WAIT_FOR_OTHER_REQUEST_MS; waited += 200) {
    const session = await findSession(deps.database, id);
    if (session && isFinal(session.status)) return session;
    await pause(200);
  }
  throw new SeglError(503, 'service_unavailable', 'The identification is still being completed.', {
    retryAfterSeconds: 2,
  });
}

/** Turns away from an eID that was started, to choose another one; nothing has come of it yet. */
export async function abandonEid(deps: IdentificationDeps, { session }: SessionContext): Promise<OperationResult> {
  await cancelAttempt(deps, session.id);
  return { status: 204 };
}

/** The user gives up. Repeating it, or doing it after the end, changes nothing. */
export async function giveUp(deps: IdentificationDeps, { session }: SessionContext): Promise<OperationResult> {
  await cancelAttempt(deps, session.id);
  const after = await changeSession(deps, session.id, (current, now) =>
    isFinal(current.status) ? undefined : aborted(current, now),
  );
  return { status: 200, body: { view: await appView(deps, after) } };
}

async function cancelAttempt(deps: IdentificationDeps, sessionId: string): Promise<void> {
  const attempt = await findLatestEidAttempt(deps.database, 'identification', sessionId);
  if (attempt) await abandonEidAttempt(deps, attempt);
}
