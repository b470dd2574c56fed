import { timingSafeEqual } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import { parseGuid } from '../kernel/ids/uuid.ts';
import { appView } from './app-view.ts';
import {
  type Attempt,
  abandonAttempt,
  claimAttempt,
  findAttempt,
  findAttemptOf,
  releaseAttempt,
} from './attempt-store.ts';
import { aborted, changeSession } from './change-session.ts';
import { type IdentificationDeps, requireProvider } from './identification-deps.ts';
import { type SessionContext, secretHash } from './session-context.ts';
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
  const attempt = isFinal(session.status) ? undefined : await findOwnAttempt(deps, session.id, attemptId);
  if (!isFinal(session.status)) {
    if (!attempt?.returnHash || !timingSafeEqual(secretHash(code), attempt.returnHash)) {
      throw new SeglError(422, 'eid_not_returned', 'The eID has not sent this browser back.');
    }
    await completeOnce(deps, attempt, session.environment);
  }
  return { status: 200, body: { view: await appView(deps, await endedSession(deps, session.id)) } };
}

async function completeOnce(deps: IdentificationDeps, attempt: Attempt, environment: 'test' | 'prod'): Promise<void> {
  if (!(await claimAttempt(deps.database, attempt.id, deps.clock.now()))) return;
  try {
    const state = openedJson(deps, attempt.stateSealed, `identification attempt ${attempt.id}`);
    const callback = openedJson(deps, attempt.callbackSealed!, `identification callback ${attempt.id}`);
    const outcome = await requireProvider(deps, attempt.provider, environment).complete({
      state,
      callback: callback as Record<string, string>,
      now: deps.clock.now(),
    });
    await settleOutcome(deps, attempt.sessionId, attempt.provider, outcome);
  } catch (error) {
    await releaseAttempt(deps.database, attempt.id, deps.clock.now());
    throw error;
  }
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
  await cancelAttempt(deps, session.id, session.environment);
  return { status: 204 };
}

/** The user gives up. Repeating it, or doing it after the end, changes nothing. */
export async function giveUp(deps: IdentificationDeps, { session }: SessionContext): Promise<OperationResult> {
  await cancelAttempt(deps, session.id, session.environment);
  const after = await changeSession(deps, session.id, (current, now) =>
    isFinal(current.status) ? undefined : aborted(current, now),
  );
  return { status: 200, body: { view: await appView(deps, after) } };
}

async function cancelAttempt(deps: IdentificationDeps, sessionId: string, environment: 'test' | 'prod'): Promise<void> {
  const attempt = await findAttemptOf(deps.database, sessionId);
  if (!attempt || !(await abandonAttempt(deps.database, attempt.id))) return;
  const state = openedJson(deps, attempt.stateSealed, `identification attempt ${attempt.id}`);
  await requireProvider(deps, attempt.provider, environment).cancel(state);
}

async function findOwnAttempt(deps: IdentificationDeps, sessionId: string, id: string): Promise<Attempt | undefined> {
  const guid = parseGuid(id);
  const attempt = guid && (await findAttempt(deps.database, guid));
  return attempt && attempt.sessionId === sessionId ? attempt : undefined;
}

function openedJson(deps: Pick<IdentificationDeps, 'box'>, sealed: Buffer, aad: string): Record<string, unknown> {
  return JSON.parse(deps.box.decrypt(sealed, aad).toString('utf8')) as Record<string, unknown>;
}
