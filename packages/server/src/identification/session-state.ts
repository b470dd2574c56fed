import type { OlderStatus } from './contract/identification.ts';
import type { SessionStatus } from './contract/session.ts';

const MINUTE_MS = 60_000;

/** What is left of a session's life when the user starts, and after everything that is done in it. */
export const ACTIVE_MS = 20 * MINUTE_MS;

const OLDER: Record<SessionStatus, OlderStatus> = {
  created: 'CREATED',
  user_initiated: 'USERINITIATED',
  success: 'SUCCESS',
  user_aborted: 'USERABORTED',
  failed: 'ERROR',
  timed_out: 'TIMEOUT',
  invalidated: 'INVALIDATED',
};

export function olderStatus(status: SessionStatus): OlderStatus {
  return OLDER[status];
}

/** `undefined` for `UNKNOWN`, which no session ever is. */
export function statusOfOlder(older: OlderStatus): SessionStatus | undefined {
  return (Object.keys(OLDER) as SessionStatus[]).find((status) => OLDER[status] === older);
}

/** What decides about a session's course. */
export interface SessionCourse {
  status: SessionStatus;
  expiresAt: Date;
  /** Absent before the user has started. */
  idleAt: Date | undefined;
  readableUntil: Date | undefined;
  erasedAt: Date | undefined;
  anonymizeAt: Date;
  anonymizedAt: Date | undefined;
}

/** How a session can end by what happens in it. */
export type SessionEnd = 'success' | 'user_aborted' | 'failed' | 'timed_out';

export function isFinal(status: SessionStatus): boolean {
  return status !== 'created' && status !== 'user_initiated';
}

/** When an unfinished session ends by itself. */
export function endsAt({ expiresAt, idleAt }: Pick<SessionCourse, 'expiresAt' | 'idleAt'>): Date {
  return idleAt && idleAt < expiresAt ? idleAt : expiresAt;
}

export function isOverdue(course: SessionCourse, now: Date): boolean {
  return !isFinal(course.status) && now >= endsAt(course);
}

/** Of a failed or timed-out session nothing is left to invalidate: it stays what it is. */
export function canInvalidate(status: SessionStatus): boolean {
  return status !== 'failed' && status !== 'timed_out' && status !== 'invalidated';
}

/** When the user starts. */
export function started(course: Pick<SessionCourse, 'expiresAt'>, now: Date) {
  const idleAt = new Date(now.getTime() + ACTIVE_MS);
  return {
    status: 'user_initiated' as const,
    idleAt,
    expiresAt: course.expiresAt > idleAt ? course.expiresAt : idleAt,
  };
}

export type SessionStep = 'time_out' | 'erase' | 'anonymize';

/** What is to be done next by itself, and when; `undefined`: nothing any more. */
export function nextStep(course: SessionCourse): { step: SessionStep; dueAt: Date } | undefined {
  if (!isFinal(course.status)) return { step: 'time_out', dueAt: endsAt(course) };
  if (!course.erasedAt && course.readableUntil) return { step: 'erase', dueAt: course.readableUntil };
  return course.anonymizedAt ? undefined : { step: 'anonymize', dueAt: course.anonymizeAt };
}
