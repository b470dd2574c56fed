import { setTimeout as pause } from 'node:timers/promises';
import {
  abandonEidAttempt,
  completeEidAttempt,
  findLatestEidAttempt,
  findOwnAttempt,
  requireReturned,
} from '../eid/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import { appView } from './app-view.ts';
import { aborted, changeSession } from './change-session.ts';
import type { ProviderName } from './contract/providers.ts';
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
