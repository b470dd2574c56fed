import type { Transaction } from '../kernel/db/database.ts';
import type { EventRecord } from '../kernel/events/events.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import type { MessagingDeps, SignerToAsk } from './messaging-deps.ts';
import { SEND_QUEUE, type SendJob } from './send-message.job.ts';
import { eraseMessagesOfDocuments, insertMessages, type NewMessage } from './store.ts';

/** A document opens its first group, or a signature may have opened the next; or everything of a document goes. */
export const HANDLED_EVENTS = ['document_created', 'document_partially_signed', 'document_deleted'] as const;

/**
 * Writes a message for each signer and channel that is due and queues its sending, in the transaction that consumes the
 * events. What is due is read from the documents as they are now, and each signer is asked once over each channel, so
 * that an event that comes twice or late does no harm.
 */
export async function askSigners(
  deps: Pick<MessagingDeps, 'accountTime' | 'signersToAsk'>,
  jobs: Jobs,
  events: readonly EventRecord[],
  tx: Transaction,
): Promise<void> {
  const documentsOf = (deleted: boolean) => [
    ...new Set(events.flatMap((event) => ((event.type === 'document_deleted') === deleted && event.documentId) || [])),
  ];
  const erased = documentsOf(true);
  if (erased.length > 0) await eraseMessagesOfDocuments(tx, erased);
  const changed = documentsOf(false).filter((documentId) => !erased.includes(documentId));
  if (changed.length === 0) return;
  const due = await deps.signersToAsk(tx, changed);
  const added = await insertMessages(
    tx,
    due.flatMap((signer) => messagesFor(signer, deps.accountTime.now(signer.accountId, signer.environment))),
  );
  const sendings = added.map(({ id, documentId }) => ({ data: { documentId, messageId: id } satisfies SendJob }));
  if (sendings.length > 0) await jobs.sendMany(SEND_QUEUE, sendings, tx);
}

function messagesFor(signer: SignerToAsk, now: Date): NewMessage[] {
  const { accountId, environment, documentId, signerId, channel, email, mobile } = signer;
  const base = { accountId, environment, documentId, signerId, kind: 'request' as const, createdAt: now };
  const messages: NewMessage[] = [];
  if (channel !== 'sendSms' && email) messages.push({ ...base, id: uuidv7(now), channel: 'email', receiver: email });
  if (channel !== 'sendEmail' && mobile) messages.push({ ...base, id: uuidv7(now), channel: 'sms', receiver: mobile });
  return messages;
}
