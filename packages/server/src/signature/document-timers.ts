import type { Transaction } from '../kernel/db/database.ts';
import { type DueTimer, type TimerTimes, takeDueTimers } from '../kernel/schedule/due-timers.ts';
import { startLooking } from '../kernel/schedule/start-looking.ts';
import { armTimer } from './arm-timer.ts';
import { closeDocument } from './close-document.ts';
import { GRACE_MS } from './document-status.ts';
import { type LifeCycle, nextTimer } from './document-timer.ts';
import { announceDeletion, eraseDocument } from './erase-document.ts';
import { claimLifeCycle, isSomebodyAtEid, postponeTimer, putTimer } from './life-cycle-store.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { type DocumentRecord, findDocument } from './store.ts';

const RETRY_MS = 60_000;

interface DueDocument extends DueTimer {
  documentId: string;
}

export type TimerDeps = Pick<SignatureDeps, 'database' | 'events' | 'log' | 'releaseFiles'> & TimerTimes;

/**
 * Does what is due to documents by themselves: expiry, announcement of the deletion, erasure. Each in a transaction of
 * its own under the document's row lock, in which the timer is read again and set to the next step; so any number of
 * processes may do it, each step is taken once, and one that died is taken by the next look. Returns the function that
 * stops it.
 */
export function startDocumentTimers(deps: TimerDeps): () => Promise<void> {
  return startLooking({
    signals: deps.database.signals,
    look: (isStopped) => fireDueTimers(deps, isStopped),
    onError: (err) => deps.log.error({ err }, 'documents that are due could not be looked for'),
  });
}

/** Takes every step that is due now. */
export function fireDueTimers(deps: TimerDeps, isStopped: () => boolean = () => false): Promise<void> {
  const take = (due: DueDocument, now: Date) => fireTimer(deps, due, now);
  return takeDueTimers(
    { ...deps, table: 'document_timers', columns: ['document_id as "documentId"'], take },
    isStopped,
  );
}

/** `false` when somebody else has the document, or when the step failed; then it is tried again after a while. */
async function fireTimer(deps: TimerDeps, due: DueDocument, now: Date): Promise<boolean> {
  try {
    return await deps.database.transaction(async (tx) => {
      const cycle = await claimLifeCycle(tx, due.documentId);
      if (!cycle) return false;
      await takeStep(deps, tx, due, cycle, now);
      return true;
    });
  } catch (err) {
    deps.log.error({ err, documentId: due.documentId }, 'a step of the life of a document failed; it is tried again');
    await postponeTimer(deps.database, due.documentId, now, new Date(now.getTime() + RETRY_MS));
    return false;
  }
}

async function takeStep(
  deps: TimerDeps,
  tx: Transaction,
  due: DueDocument,
  cycle: LifeCycle,
  now: Date,
): Promise<void> {
  const timer = nextTimer(cycle);
  if (!timer || timer.dueAt > now) {
    // Changed since it was listed: taken by another process, or moved.
    await putTimer(tx, due.documentId, due, timer?.dueAt);
    return;
  }
  const document = await findDocument(tx, due.documentId);
  if (!document) throw new Error('a document that is not erased has no row');
  switch (timer.action) {
    case 'expire':
      return expire(deps, tx, document, now);
    case 'announce_deletion':
      await announceDeletion(deps, tx, document, now);
      return armTimer(tx, document);
    case 'erase':
      return eraseDocument(deps, tx, document, { now, message: 'Retention period ended' });
  }
}

/** Somebody who is with an eID since before the deadline may still come back and sign. */
async function expire(deps: TimerDeps, tx: Transaction, document: DocumentRecord, now: Date): Promise<void> {
  const graceEndsAt = new Date(document.deadline.getTime() + GRACE_MS);
  if (now < graceEndsAt && (await isSomebodyAtEid(tx, document.id, document.deadline))) {
    await putTimer(tx, document.id, document, graceEndsAt);
    return;
  }
  await closeDocument(deps, tx, document, { status: 'expired' }, now);
}
