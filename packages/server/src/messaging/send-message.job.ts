import type { QueueDefinition } from '../kernel/jobs/jobs.ts';
import type { MeteredUnit } from '../kernel/metering/meter.ts';
import { deliveryReportUrl } from './delivery-report.ts';
import { type OutgoingMessage, UndeliverableError } from './message-transport.ts';
import type { MessageKind, MessagingDeps } from './messaging-deps.ts';
import { type MessageSender, renderMessage } from './render-message.ts';
import { type KeptMessage, openMessage, sealMessage, withoutLink } from './sealed-message.ts';
import { smsParts } from './sms-parts.ts';
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
  return {
    name: SEND_QUEUE,
    concurrency: 8,
    retryDelaysSeconds: RETRY_DELAYS_SECONDS,
    expireSeconds: 60,
    async handle({ documentId, messageId }, { attempt }) {
      const pending = await findPendingMessage(deps.database, documentId, messageId);
      if (!pending) return;
      const sender = { fromAddress: senderAddress(deps), smsSender: await smsSenderOf(deps, pending.accountId) };
      const kept: WrittenMessage | undefined =
        pending.kind === 'accountNotice'
          ? openMessage(deps.box, messageId, pending.contentSealed!)
          : await writeMessage(deps, { ...pending, kind: pending.kind }, { documentId, messageId }, sender);
      if (!kept) {
        await deletePendingMessage(deps.database, documentId, messageId);
        return;
      }
      const record = (status: SendingRecord['status'], counts = false) =>
        deps.database.transaction(async (tx) => {
          const sending = sendingRecord(deps, kept, status, pending);
          const isNew = await recordSending(tx, documentId, messageId, sending);
          if (isNew && counts) await deps.meter(tx, [unitOf(kept, pending, sending.at)]);
        });
      let isCarried: boolean;
      try {
        isCarried = await carryAway(deps, { ...pending, documentId, messageId }, kept.message);
      } catch (error) {
        const isLast = error instanceof UndeliverableError || attempt > RETRY_DELAYS_SECONDS.length;
        await record(isLast ? 'FAILED' : 'PENDING');
        if (!(error instanceof UndeliverableError)) throw error;
        deps.log.warn({ documentId, messageId, reason: error.message }, 'a message cannot be delivered');
        return;
      }
      // What an account is told of its own affairs is not charged.
      await record('SENT', isCarried && pending.kind !== 'accountNotice');
    },
  };
}

/** Whom an SMS comes from whose text names nobody. */
export async function smsSenderOf(
  deps: Pick<MessagingDeps, 'accountSmsSender' | 'smsSender'>,
  accountId: string,
): Promise<string> {
  return (await deps.accountSmsSender?.(accountId)) ?? deps.smsSender ?? 'Segl';
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
): Promise<WrittenMessage | undefined> {
  const content = await deps.messageContent(documentId, {
    kind,
    signerId: signerId ?? undefined,
    index: sequence,
    channel,
  });
  const message = content && renderMessage(content, channel, messageId, sender);
  return message && { message, signUrl: content.signUrl, externalId: content.externalId };
}

interface WrittenMessage extends KeptMessage {
  /** Of the document. */
  externalId?: string;
}

/** An e-mail, or the parts of an SMS. */
export function unitOf(
  { message, externalId }: Pick<WrittenMessage, 'message' | 'externalId'>,
  { accountId, environment }: Pick<PendingMessage, 'accountId' | 'environment'>,
  occurredAt: Date,
): MeteredUnit {
  const unit = { id: message.id, accountId, environment, externalReference: externalId, occurredAt };
  return message.channel === 'email'
    ? { ...unit, product: 'EMAIL' }
    : { ...unit, product: 'SMS', count: smsParts(message.text) };
}

/**
 * A message of the test environment stays in the inbox, unless the operator has them sent as well. Answers whether it came
 * as far as it was meant to.
 */
export async function carryAway(
  deps: Pick<MessagingDeps, 'transports' | 'sendInTest' | 'log' | 'publicUrl' | 'box'>,
  of: Pick<PendingMessage, 'environment'> & SendJob,
  message: OutgoingMessage,
): Promise<boolean> {
  const { transports = {}, sendInTest, log } = deps;
  const { environment, messageId } = of;
  if (environment === 'test' && !sendInTest) return true;
  const carried =
    message.channel === 'email'
      ? transports.email?.send(message)
      : transports.sms?.send({ ...message, reportUrl: deliveryReportUrl(deps, of) });
  if (carried) await carried;
  if (carried || environment === 'test') return true;
  log.warn(
    { messageId, channel: message.channel },
    'no transport is configured: a message of production is kept, not sent',
  );
  return false;
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
    contentSealed: sealMessage(deps.box, { message, signUrl: kept.signUrl }),
    at: deps.accountTime.now(accountId, environment),
  };
}
