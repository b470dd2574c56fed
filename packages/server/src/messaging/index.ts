import type { FastifyInstance } from 'fastify';
import type { Events } from '../kernel/events/events.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import { askSigners, HANDLED_EVENTS } from './ask-signers.ts';
import { registerInbox } from './inbox/register-inbox.ts';
import type { MessagingDeps } from './messaging-deps.ts';
import { sendMessageJob } from './send-message.job.ts';

export type { MessageTransport, OutgoingMessage } from './message-transport.ts';
export type { MessagingDeps, SignerToAsk, SigningRequest } from './messaging-deps.ts';

export interface Messaging {
  /** Before `jobs.start()` and `events.start()`. */
  register(jobs: Jobs, events: Events): void;
  /** Mounts the page with what was captured in the test environment; nothing when the instance has none. */
  registerInbox(app: FastifyInstance): void;
}

/** E-mails and SMS to signers: asks those whose turn it is. */
export function createMessaging(deps: MessagingDeps): Messaging {
  return {
    register(jobs, events) {
      jobs.define(sendMessageJob(deps));
      events.subscribe('messaging', HANDLED_EVENTS, (batch, tx) => askSigners(deps, jobs, batch, tx));
    },
    registerInbox(app) {
      if (deps.inbox) registerInbox(app, { ...deps, inbox: deps.inbox });
    },
  };
}
