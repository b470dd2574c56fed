import type { FastifyInstance } from 'fastify';
import type { Transaction } from '../kernel/db/database.ts';
import type { Environment, Events } from '../kernel/events/events.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import type { TimerTimes } from '../kernel/schedule/due-timers.ts';
import { type AccountNotice, tellAccount } from './account-notice.ts';
import { registerDeliveryReports } from './delivery-report.ts';
import { registerInbox } from './inbox/register-inbox.ts';
import { type LoggedMessage, messageLog } from './message-log.ts';
import type { CodeMessage, MessagingDeps, SignerToAsk } from './messaging-deps.ts';
import { askSigners, HANDLED_EVENTS, handleEvents } from './queue-messages.ts';
import { queueReminders } from './queue-reminders.ts';
import { followReminders, startReminders } from './reminder-timers.ts';
import { fixedCode, sendCodeMessage } from './send-code.ts';
import { sendMessageJob } from './send-message.job.ts';
import { listManualReminders } from './store.ts';

export type { AccountNotice } from './account-notice.ts';
export type { LoggedMessage } from './message-log.ts';
export type { MessageTransports, OutgoingAttachment, OutgoingMessage } from './message-transport.ts';
export type {
  DocumentChange,
  MessageContent,
  MessagingDeps,
  Receipt,
  SignerToAsk,
  WantedMessage,
} from './messaging-deps.ts';

export { createSmsTransport, type SmsGatewayOptions } from './transports/sms-gateways.ts';
export { createSmtpTransport } from './transports/smtp-transport.ts';

export interface Messaging {
  /** Before `jobs.start()` and `events.start()`. */
  register(jobs: Jobs, events: Events): void;
  /** Asks those signers of a document whose turn it is and who were not asked yet. After `register`. */
  askSigners(tx: Transaction, documentId: string): Promise<void>;
  /** Sends a code to a mobile at once; throws when it could not. */
  sendCode(message: CodeMessage): Promise<void>;
  /** The code that everybody gets where messages are only captured; `undefined` elsewhere. */
  fixedCode(environment: Environment): string | undefined;
  /** Mounts the page with what was captured in the test environment; nothing when the instance has none. */
  registerInbox(app: FastifyInstance): void;
  /** Mounts the address to which SMS gateways report what became of a message. */
  registerDeliveryReports(app: FastifyInstance): void;
  /** After a change of who is reminded of a document, or when. */
  followReminders(tx: Transaction, documentId: string): Promise<void>;
  /** Reminds by schedule, in any number of processes; returns the function that stops it. After `register`. */
  startReminders(times: TimerTimes): () => Promise<void>;
  /** Tells the contacts of an account, by e-mail. After `register`. */
  tellAccount(tx: Transaction, notice: AccountNotice): Promise<void>;
  /** All messages of a document and the tries that failed, oldest first. */
  log(documentId: string): Promise<LoggedMessage[]>;
  /** When each signer of the document was last reminded by the account itself. */
  manualReminders(tx: Transaction, documentId: string): Promise<ReadonlyMap<string, Date>>;
  /** Reminds because the account asks for it; the caller holds the lock of the document. After `register`. */
  remind(tx: Transaction, signers: readonly SignerToAsk[], now: Date): Promise<void>;
}

/** E-mails and SMS: asks and reminds those whose turn it is, and tells what has become of a document. */
export function createMessaging(deps: MessagingDeps): Messaging {
  let queue: Jobs | undefined;
  return {
    register(jobs, events) {
      queue = jobs;
      jobs.define(sendMessageJob(deps));
      events.subscribe('messaging', HANDLED_EVENTS, async (batch, tx) => {
        await handleEvents(deps, jobs, batch, tx);
        const created = batch.flatMap((event) => (event.type === 'document_created' && event.documentId) || []);
        await followReminders(deps, tx, created);
      });
    },
    async askSigners(tx, documentId) {
      if (!queue) throw new Error('messaging is not registered');
      await askSigners(deps, queue, tx, documentId);
    },
    sendCode: (message) => sendCodeMessage(deps, message),
    fixedCode: (environment) => fixedCode(deps, environment),
    registerInbox(app) {
      if (deps.inbox) registerInbox(app, { ...deps, inbox: deps.inbox });
    },
    registerDeliveryReports: (app) => registerDeliveryReports(app, deps),
    followReminders: (tx, documentId) => followReminders(deps, tx, [documentId]),
    startReminders(times) {
      if (!queue) throw new Error('messaging is not registered');
      return startReminders({ ...deps, ...times }, queue);
    },
    async tellAccount(tx, notice) {
      if (!queue) throw new Error('messaging is not registered');
      await tellAccount(deps, queue, tx, notice);
    },
    log: (documentId) => messageLog(deps.database, documentId),
    manualReminders: listManualReminders,
    async remind(tx, signers, now) {
      if (!queue) throw new Error('messaging is not registered');
      await queueReminders(queue, tx, signers, { manual: true }, now);
    },
  };
}
