import type { Transaction } from '../kernel/db/database.ts';
import { type DueTimer, type TimerTimes, takeDueTimers } from '../kernel/schedule/due-timers.ts';
import { startLooking } from '../kernel/schedule/start-looking.ts';
import { clearAway, withDueSteps } from './change-session.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import type { SessionRecord } from './session-record.ts';
import { isFinal } from './session-state.ts';
import { claimSession, deleteTimer, findSession, postponeTimer, saveSession } from './store.ts';

const RETRY_MS = 60_000;

export type SessionTimerDeps = Pick<IdentificationDeps, 'database' | 'log' | 'settings'> & TimerTimes;

interface DueSession extends DueTimer {
  sessionId: string;
}

/**
 * Does what is due to sessions by themselves: their end, the erasure of who it was, the log without names. Each in a
 * transaction of its own under the session's row lock, so any number of processes may do it. Returns the function that
 * stops it.
 */
export function startSessionTimers(deps: SessionTimerDeps): () => Promise<void> {
  return startLooking({
    signals: deps.database.signals,
    look: (isStopped) => fireDueSessionTimers(deps, isStopped),
    onError: (err) => deps.log.error({ err }, 'identification sessions that are due could not be looked for'),
  });
}

/** Takes every step that is due now. */
export function fireDueSessionTimers(deps: SessionTimerDeps, isStopped: () => boolean = () => false): Promise<void> {
  const take = (due: DueSession, now: Date) => fireTimer(deps, due, now);
  return takeDueTimers(
    { ...deps, table: 'identification_timers', columns: ['session_id as "sessionId"'], take },
    isStopped,
  );
}

/** `false` when somebody else has the session, or when the step failed; then it is tried again after a while. */
async function fireTimer(deps: SessionTimerDeps, due: DueSession, now: Date): Promise<boolean> {
  try {
    return await deps.database.transaction(async (tx) => {
      const session = await claimSession(tx, due.sessionId);
      if (session) await takeSteps(deps, tx, session, now);
      // Its rows end with the period of the log; a timer may outlive them.
      else if (!(await findSession(tx, due.sessionId))) await deleteTimer(tx, due.sessionId);
      return session !== undefined;
    });
  } catch (err) {
    deps.log.error({ err, sessionId: due.sessionId }, 'a step of an identification session failed; it is tried again');
    await postponeTimer(deps.database, due.sessionId, now, new Date(now.getTime() + RETRY_MS));
    return false;
  }
}

/** Where nothing is due, it has changed since it was listed; the timer is set anew with it. */
async function takeSteps(deps: SessionTimerDeps, tx: Transaction, session: SessionRecord, now: Date): Promise<void> {
  const { readableHours } = await deps.settings(tx, session.accountId);
  const after = withDueSteps(session, now, readableHours);
  await saveSession(tx, after);
  if (isFinal(after.status) && !isFinal(session.status)) await clearAway(tx, after);
}
