import type { FastifyInstance } from 'fastify';
import type { Transaction } from '../kernel/db/database.ts';
import type { Events } from '../kernel/events/events.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import { registerInbox } from './inbox/register-inbox.ts';
import { type LoggedMessage, messageLog } from './message-log.ts';
import type { MessagingDeps, SignerToAsk } from './messaging-deps.ts';
import { HANDLED_EVENTS, handleEvents } from './queue-messages.ts';
import { queueReminders } from './queue-reminders.ts';
import { sendMessageJob } from './send-message.job.ts';
import { listManualReminders } from './store.ts';

export type { LoggedMessage } from './message-log.ts';
export type { MessageTransport, OutgoingAttachment, OutgoingMessage } from './message-transport.ts';
export type {
  DocumentChange,
  MessageContent,
  MessagingDeps,
  Receipt,
  SignerToAsk,
  WantedMessage,
} from './messaging-deps.ts';

export interface Messaging {
  /** Before `jobs.start()` and `events.start()`. */
  register(jobs: Jobs, events: Events): void;
  /** Mounts the page with what was captured in the test environment; nothing when the instance has none. */
  registerInbox(app: FastifyInstance): void;
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
      events.subscribe('messaging', HANDLED_EVENTS, (batch, tx) => handleEvents(deps, jobs, batch, tx));
    },
    registerInbox(app) {
      if (deps.inbox) registerInbox(app, { ...deps, inbox: deps.inbox });
    },
    log: (documentId) => messageLog(deps.database, documentId),
    manualReminders: listManualReminders,
    async remind(tx, signers, now) {
      if (!queue) throw new Error('messaging is not registered');
      await queueReminders(queue, tx, signers, { manual: true }, now);
    },
  };
}
