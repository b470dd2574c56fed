import type { QueueDefinition } from '../kernel/jobs/jobs.ts';
import { deliveryReportUrl } from './delivery-report.ts';
import { type OutgoingMessage, UndeliverableError } from './message-transport.ts';
import type { MessageKind, MessagingDeps } from './messaging-deps.ts';
import { type MessageSender, renderMessage } from './render-message.ts';
import { type KeptMessage, openMessage, sealMessage, withoutLink } from './sealed-message.ts';
import {
  deletePendingMessage,
  findPendingMessage,
  type PendingMessage,
  recordSending,
  type SendingRecord,
} from './store.ts';

export const SEND_QUEUE = 'messaging.send-message';

export interface SendJob {
  documentId: string;
  messageId: string;
}

const MINUTE = 60;
const HOUR = 3600;
/** A gateway that is down is waited for through a night; after that somebody has to look. */
const RETRY_DELAYS_SECONDS = [10, 60, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR];

/**
 * Writes and sends one message. It is written from the document as it is at that moment, so that it carries the link that
 * works and nobody is asked who has signed meanwhile. A process that dies between sending and recording sends it again,
 * with the same message id.
 */
export function sendMessageJob(deps: MessagingDeps): QueueDefinition<SendJob> {
  const sender: MessageSender = { fromAddress: senderAddress(deps), smsSender: deps.smsSender ?? 'Segl' };
  return {
    name: SEND_QUEUE,
    concurrency: 8,
    retryDelaysSeconds: RETRY_DELAYS_SECONDS,
    expireSeconds: 60,
    async handle({ documentId, messageId }, { attempt }) {
      const pending = await findPendingMessage(deps.database, documentId, messageId);
      if (!pending) return;
      const kept =
        pending.kind === 'accountNotice'
          ? openMessage(deps.box, messageId, pending.contentSealed!)
          : await writeMessage(deps, { ...pending, kind: pending.kind }, { documentId, messageId }, sender);
      if (!kept) {
        await deletePendingMessage(deps.database, documentId, messageId);
        return;
      }
      const record = (status: SendingRecord['status']) =>
        recordSending(deps.database, documentId, messageId, sendingRecord(deps, kept, status, pending));
      try {
        await carryAway(deps, { ...pending, documentId, messageId }, kept.message);
      } catch (error) {
        const isLast = error instanceof UndeliverableError || attempt > RETRY_DELAYS_SECONDS.length;
        await record(isLast ? 'FAILED' : 'PENDING');
        if (!(error instanceof UndeliverableError)) throw error;
        deps.log.warn({ documentId, messageId, reason: error.message }, 'a message cannot be delivered');
        return;
      }
      await record('SENT');
    },
  };
}

/** The address in the `From` of e-mails. */
export function senderAddress({ publicUrl, fromAddress }: Pick<MessagingDeps, 'publicUrl' | 'fromAddress'>): string {
  return fromAddress ?? `no-reply@${new URL(publicUrl).hostname}`;
}

/** `undefined` when there is nothing to tell any more. */
async function writeMessage(
  deps: MessagingDeps,
  { kind, signerId, sequence, channel }: PendingMessage & { kind: MessageKind },
  { documentId, messageId }: SendJob,
  sender: MessageSender,
): Promise<KeptMessage | undefined> {
  const content = await deps.messageContent(documentId, {
    kind,
    signerId: signerId ?? undefined,
    index: sequence,
    channel,
  });
  const message = content && renderMessage(content, channel, messageId, sender);
  return message && { message, signUrl: content.signUrl };
}

/** A message of the test environment stays in the inbox, unless the operator has them sent as well. */
export async function carryAway(
  deps: Pick<MessagingDeps, 'transports' | 'sendInTest' | 'log' | 'publicUrl' | 'box'>,
  of: Pick<PendingMessage, 'environment'> & SendJob,
  message: OutgoingMessage,
): Promise<void> {
  const { transports = {}, sendInTest, log } = deps;
  const { environment, messageId } = of;
  if (environment === 'test' && !sendInTest) return;
  const carried =
    message.channel === 'email'
      ? transports.email?.send(message)
      : transports.sms?.send({ ...message, reportUrl: deliveryReportUrl(deps, of) });
  if (carried) return carried;
  if (environment === 'test') return;
  log.warn(
    { messageId, channel: message.channel },
    'no transport is configured: a message of production is kept, not sent',
  );
}

function sendingRecord(
  deps: Pick<MessagingDeps, 'box' | 'accountTime'>,
  kept: KeptMessage,
  status: SendingRecord['status'],
  { accountId, environment }: Pick<PendingMessage, 'accountId' | 'environment'>,
): SendingRecord {
  const { message } = kept;
  return {
    status,
    receiver: message.to,
    sender: message.channel === 'email' ? message.from.address : message.sender,
    ...withoutLink(kept),
    contentSealed: sealMessage(deps.box, kept),
    at: deps.accountTime.now(accountId, environment),
  };
}
