import type { DocumentStatus } from './contract/document.ts';
import { isFinal } from './document-status.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What decides when something is to happen to a document by itself. */
export interface LifeCycle {
  status: DocumentStatus;
  deadline: Date;
  /** When it became signed, cancelled or expired. */
  endedAt: Date | undefined;
  /** Whether all wanted files are there. */
  packaged: boolean;
  deleteAfterHours: number;
  /** When its deletion was announced. */
  announcedAt: Date | undefined;
}

export interface DocumentTimer {
  action: 'expire' | 'announce_deletion' | 'erase';
  dueAt: Date;
}

/**
 * What happens next to a document by itself, and when. Nothing, while packaging is waited for: a document is never
 * deleted before its signed file was there. A deletion is announced a day ahead, or at half time when there are less than
 * two; where the announcement comes late, the deletion waits that long after it all the same.
 */
export function nextTimer(cycle: LifeCycle): DocumentTimer | undefined {
  if (!isFinal(cycle.status)) return { action: 'expire', dueAt: cycle.deadline };
  if (!cycle.endedAt || (cycle.status === 'signed' && !cycle.packaged)) return undefined;
  const keptMs = cycle.deleteAfterHours * HOUR_MS;
  const noticeMs = cycle.deleteAfterHours < 48 ? keptMs / 2 : DAY_MS;
  const eraseAtMs = cycle.endedAt.getTime() + keptMs;
  if (!cycle.announcedAt) return { action: 'announce_deletion', dueAt: new Date(eraseAtMs - noticeMs) };
  return { action: 'erase', dueAt: new Date(Math.max(eraseAtMs, cycle.announcedAt.getTime() + noticeMs)) };
}
