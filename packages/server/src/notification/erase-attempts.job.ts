import type { Transaction } from '../kernel/db/database.ts';
import type { Jobs, QueueDefinition } from '../kernel/jobs/jobs.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { eraseAttemptsBefore } from './store.ts';

export const ERASE_QUEUE = 'notification.erase-attempts';

const DAY_MS = 86_400_000;
/** How long the delivery log is kept, on the clock of its account. */
export const KEPT_MS = 30 * DAY_MS;

/** Erases the delivery log after 30 days: its bodies hold personal data. Queues itself for the next day. */
export function eraseAttemptsJob(deps: Pick<NotificationDeps, 'database' | 'jobs' | 'clock'>): QueueDefinition<object> {
  return {
    name: ERASE_QUEUE,
    concurrency: 1,
    retryDelaysSeconds: Array(24).fill(3_600),
    expireSeconds: 600,
    async handle() {
      const now = deps.clock.now();
      await deps.database.transaction(async (tx) => {
        await eraseAttemptsBefore(tx, new Date(now.getTime() - KEPT_MS));
        await eraseTomorrow(tx, deps.jobs, now);
      });
    },
  };
}

/** Nothing happens when the next erasure is queued already. */
export async function eraseTomorrow(tx: Transaction, jobs: Jobs, now: Date): Promise<void> {
  const startAfter = new Date(now.getTime() + DAY_MS);
  await jobs.send(ERASE_QUEUE, {}, { tx, startAfter, singletonKey: 'daily' });
}
