import { deleteEidAttempts } from '../eid/index.ts';
import type { Transaction } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import type { SessionError } from './session-error.ts';
import { type SessionRecord, withEvent } from './session-record.ts';
import { canInvalidate, isFinal, nextStep, type SessionStep } from './session-state.ts';
import { lockSession, releaseReference, saveSession } from './store.ts';

const HOUR_MS = 3_600_000;

type Deps = Pick<IdentificationDeps, 'database' | 'accountTime' | 'settings'>;

/** A step of a session, decided under its row lock. Answers what the session becomes; `undefined`: it stays as it is. */
export type Change = (
  session: SessionRecord,
  now: Date,
  tx: Transaction,
) => Promise<SessionRecord | undefined> | SessionRecord | undefined;

/**
 * Changes a session under its row lock; what is due to it by itself has happened before that. What a session leaves behind when
 * it ends is cleared away here. Throws 404 `session_not_found`.
 */
export function changeSession(deps: Deps, id: string, change: Change): Promise<SessionRecord> {
  return deps.database.transaction((tx) => changeSessionIn(deps, tx, id, change));
}

export async function changeSessionIn(deps: Deps, tx: Transaction, id: string, change: Change): Promise<SessionRecord> {
  const found = await lockSession(tx, id);
  if (!found) throw sessionNotFound();
  const now = deps.accountTime.now(found.accountId, found.environment);
  const { readableHours } = await deps.settings(tx, found.accountId);
  const before = withDueSteps(found, now, readableHours);
  const after = withEnd(before, (await change(before, now, tx)) ?? before, now, readableHours);
  if (after === found) return found;
  await saveSession(tx, after);
  if (isFinal(after.status) && !isFinal(found.status)) await clearAway(tx, after);
  return after;
}

const STEPS: Record<SessionStep, (session: SessionRecord, now: Date) => SessionRecord> = {
  time_out: (session, now) => timedOut(session, now),
  erase: erased,
  anonymize: anonymized,
};

/** What is due by itself has happened, whether or not somebody has looked at the session since. */
export function withDueSteps(session: SessionRecord, now: Date, readableHours: number): SessionRecord {
  let current = session;
  for (let next = nextStep(current); next && next.dueAt <= now; next = nextStep(current)) {
    current = withEnd(current, STEPS[next.step](current, now), now, readableHours);
  }
  return current;
}

/** When it ended, and until when that can be read. */
function withEnd(before: SessionRecord, after: SessionRecord, now: Date, readableHours: number): SessionRecord {
  if (!isFinal(after.status) || isFinal(before.status)) return after;
  return { ...after, endedAt: now, readableUntil: new Date(now.getTime() + readableHours * HOUR_MS) };
}

/** What nobody needs of a session that has ended: its claim on the reference, and runs of eIDs. */
export async function clearAway(tx: Transaction, session: SessionRecord): Promise<void> {
  await releaseReference(tx, session);
  await deleteEidAttempts(tx, 'identification', [session.id]);
}

export function timedOut(session: SessionRecord, now: Date, providerCode?: string): SessionRecord {
  return {
    ...session,
    status: 'timed_out',
    error: { code: 'timed_out', ...(providerCode === undefined ? {} : { providerCode }) },
    auditTrail: withEvent(session.auditTrail, 'timed_out', now),
  };
}

export function aborted(session: SessionRecord, now: Date): SessionRecord {
  return { ...session, status: 'user_aborted', auditTrail: withEvent(session.auditTrail, 'user_aborted', now) };
}

const OF_THE_CREDENTIALS = new Set(['wrong_credentials', 'id_blocked', 'id_revoked', 'id_expired', 'id_not_found']);

export function failed(session: SessionRecord, error: SessionError, now: Date): SessionRecord {
  const name = OF_THE_CREDENTIALS.has(error.code) ? 'credential_rejected' : 'provider_failed';
  const data = { code: error.code, ...(session.provider ? { provider: session.provider } : {}) };
  return { ...session, status: 'failed', error, auditTrail: withEvent(session.auditTrail, name, now, data) };
}

/** Closed by the caller: who it was is erased at once. A failed or timed-out session stays what it is. */
export function invalidated(session: SessionRecord, now: Date): SessionRecord | undefined {
  if (!canInvalidate(session.status)) return undefined;
  return {
    ...withoutIdentity(session),
    status: 'invalidated',
    auditTrail: withEvent(session.auditTrail, 'invalidated', now),
  };
}

/** At the end of the period in which the result can be read. */
function erased(session: SessionRecord, now: Date): SessionRecord {
  return { ...withoutIdentity(session), erasedAt: now };
}

/** When the log is to name nobody any more. */
function anonymized(session: SessionRecord, now: Date): SessionRecord {
  return {
    ...session,
    fullName: undefined,
    clientIp: undefined,
    userAgent: undefined,
    anonymizedAt: now,
  };
}

function withoutIdentity(session: SessionRecord): SessionRecord {
  return { ...session, identitySealed: undefined, numberSealed: undefined, prefilledSealed: undefined };
}

/** What a success costs: one identification, and the number where one was delivered. */
export async function meter(
  deps: Pick<IdentificationDeps, 'meter'>,
  tx: Transaction,
  session: SessionRecord,
  now: Date,
): Promise<void> {
  const { id, accountId, environment, externalReference, departmentId, provider } = session;
  const unit = { id, accountId, environment, externalReference, departmentId, occurredAt: now };
  const identification = { ...unit, product: 'IDENTIFICATION', description: provider } as const;
  await deps.meter(tx, session.numberSealed ? [identification, { ...unit, product: 'SSN' }] : [identification]);
}

export function sessionNotFound(): SeglError {
  return new SeglError(404, 'session_not_found', 'There is no such session.');
}
