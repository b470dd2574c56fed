import type { Transaction } from '../kernel/db/database.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import { type Moment, noteNextWake, noteWoken } from './store.ts';

export const DELIVER_QUEUE = 'notification.deliver-event';

export interface DeliverJob {
  webhookId: number;
}

/** A job that should have started this long ago is taken for lost, and queued again by whoever notices. */
const STALE_MS = 60_000;

/** In case that the process which delivers without a job dies. */
const COVERING_JOB_AFTER_MS = 2_000;

/**
 * Queues delivery at once, one job per webhook however many events there are. `now` is real time. `deliverNow` begins
 * when the transaction has committed, and the jobs come later, for what it has not done by then.
 */
export async function wakeWebhooks(
  tx: Transaction,
  jobs: Jobs,
  webhookIds: readonly number[],
  now: Date,
  deliverNow?: (webhookIds: readonly number[]) => void,
): Promise<void> {
  const woken = await noteWoken(tx, webhookIds, now, staleBefore(now));
  const startAfter = new Date(now.getTime() + COVERING_JOB_AFTER_MS);
  await jobs.sendMany(
    DELIVER_QUEUE,
    woken.map((webhookId) => ({ data: { webhookId } satisfies DeliverJob, ...(deliverNow ? { startAfter } : {}) })),
    tx,
  );
  if (deliverNow) tx.afterCommit(() => deliverNow(webhookIds));
}

/**
 * Queues delivery for the time when the webhook's next one falls due on the account's clock, unless that is done already.
 * `lookedAt` is when nothing was found that could be delivered.
 */
export async function wakeWhenNextIsDue(
  tx: Transaction,
  jobs: Jobs,
  webhookId: number,
  lookedAt: Moment,
): Promise<void> {
  const next = await noteNextWake(tx, webhookId, lookedAt, staleBefore(lookedAt.account));
  if (!next) return;
  const { at: startAfter, ...onClockOf } = next;
  await jobs.send(DELIVER_QUEUE, { webhookId } satisfies DeliverJob, { tx, startAfter, onClockOf });
}

function staleBefore(now: Date): Date {
  return new Date(now.getTime() - STALE_MS);
}
