import type { Transaction } from '../kernel/db/database.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import type { SignerToAsk } from './messaging-deps.ts';
import { messagesFor, queueMessages } from './queue-messages.ts';
import { listReminderNumbers } from './store.ts';

/**
 * Reminds signers of one document. The reminders of a signer are numbered: scheduled ones upwards from 1, those that the
 * account asks for downwards from -1. Each sort is queued under a lock of its own, so that no number is given twice.
 */
export async function queueReminders(
  jobs: Jobs,
  tx: Transaction,
  signers: readonly SignerToAsk[],
  { manual }: { manual: boolean },
  now: Date,
): Promise<void> {
  const [one] = signers;
  if (!one) return;
  const numbers = await listReminderNumbers(tx, one.documentId);
  await queueMessages(
    jobs,
    tx,
    signers.flatMap((signer) => {
      const { first = 0, last = 0 } = numbers.get(signer.signerId) ?? {};
      const sequence = manual ? Math.min(first, 0) - 1 : Math.max(last, 0) + 1;
      return messagesFor({ ...signer, kind: 'reminder', sequence, manual }, now);
    }),
  );
}
