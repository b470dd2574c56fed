import type { Transaction } from '../kernel/db/database.ts';
import type { EventRecord } from '../kernel/events/events.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import type { DocumentChange, MessageKind, MessagingDeps, Recipient } from './messaging-deps.ts';
import { deleteReminderTimers } from './reminder-store.ts';
import { SEND_QUEUE, type SendJob } from './send-message.job.ts';
import { eraseMessagesOfDocuments, insertMessages, listAskedSigners, type NewMessage } from './store.ts';

/** A document opens its first group, or a signature may have opened the next. */
const OPENING_EVENTS = ['document_created', 'document_partially_signed'];
/** Of these people have a receipt, or are told that it is over. */
const CLOSING_EVENTS = ['document_partially_signed', 'document_packaged', 'document_canceled', 'document_expired'];

export const HANDLED_EVENTS = [...new Set([...OPENING_EVENTS, ...CLOSING_EVENTS]), 'document_deleted'];

/**
 * Writes a message for everybody who is to be told what has happened and queues its sending, in the transaction that
 * consumes the events; erases what belongs to documents that go. Everybody is told once over each channel, so that an
 * event that comes twice or late does no harm.
 */
export async function handleEvents(
  deps: Pick<MessagingDeps, 'accountTime' | 'signersToAsk' | 'receiptsDue'>,
  jobs: Jobs,
  events: readonly EventRecord[],
  tx: Transaction,
): Promise<void> {
  const erased = events.flatMap((event) => (event.type === 'document_deleted' && event.documentId) || []);
  if (erased.length > 0) {
    await eraseMessagesOfDocuments(tx, erased);
    await deleteReminderTimers(tx, erased);
  }
  const changes = events.flatMap((event) => changeOf(event) ?? []).filter((one) => !erased.includes(one.documentId));
  const opened = changes.filter((change) => OPENING_EVENTS.includes(change.type));
  const documentIds = [...new Set(opened.map((change) => change.documentId))];
  const signers = documentIds.length === 0 ? [] : await deps.signersToAsk(tx, documentIds);
  const closing = changes.filter((change) => CLOSING_EVENTS.includes(change.type));
  const receipts = closing.length === 0 ? [] : await deps.receiptsDue(tx, closing);
  const asked = await listAskedSigners(
    tx,
    receipts.filter(({ kind }) => endsUnsigned(kind)).map(({ documentId }) => documentId),
  );
  const nowOf = (one: Recipient) => deps.accountTime.now(one.accountId, one.environment);
  await queueMessages(jobs, tx, [
    ...signers.flatMap((signer) => messagesFor({ ...signer, kind: 'request' }, nowOf(signer))),
    ...receipts
      .filter((receipt) => !endsUnsigned(receipt.kind) || asked.has(receipt.signerId ?? ''))
      .flatMap((receipt) => messagesFor(receipt, nowOf(receipt))),
  ]);
}

/** Asks the signers of a document whose turn it is by now, after a change that no event tells of. */
export async function askSigners(
  deps: Pick<MessagingDeps, 'accountTime' | 'signersToAsk'>,
  jobs: Jobs,
  tx: Transaction,
  documentId: string,
): Promise<void> {
  const signers = await deps.signersToAsk(tx, [documentId]);
  await queueMessages(
    jobs,
    tx,
    signers.flatMap((signer) =>
      messagesFor({ ...signer, kind: 'request' }, deps.accountTime.now(signer.accountId, signer.environment)),
    ),
  );
}

/** Who never heard of the document need not hear that it is over. */
function endsUnsigned(kind: MessageKind): boolean {
  return kind === 'canceled' || kind === 'expired';
}

function changeOf(event: EventRecord): DocumentChange | undefined {
  const signer = event.payload.signer as { id?: string } | undefined;
  return event.documentId === undefined
    ? undefined
    : { type: event.type, documentId: event.documentId, signerId: signer?.id };
}

/** Stores messages and queues their sending; those that were stored before are left out. */
export async function queueMessages(jobs: Jobs, tx: Transaction, messages: readonly NewMessage[]): Promise<void> {
  const added = await insertMessages(tx, messages);
  const sendings = added.map(({ id, documentId }) => ({ data: { documentId, messageId: id } satisfies SendJob }));
  if (sendings.length > 0) await jobs.sendMany(SEND_QUEUE, sendings, tx);
}

/** One per channel that is wanted and has an address. */
export function messagesFor(
  recipient: Recipient & { kind: MessageKind; sequence?: number; manual?: boolean },
  now: Date,
): NewMessage[] {
  const { accountId, environment, documentId, signerId, kind, channel, email, mobile } = recipient;
  const { index = 0, sequence = index, manual = false } = recipient;
  const base = { accountId, environment, documentId, signerId, kind, sequence, manual, createdAt: now };
  const messages: NewMessage[] = [];
  if (channel !== 'sendSms' && email) messages.push({ ...base, id: uuidv7(now), channel: 'email', receiver: email });
  if (channel !== 'sendEmail' && mobile) messages.push({ ...base, id: uuidv7(now), channel: 'sms', receiver: mobile });
  return messages;
}
