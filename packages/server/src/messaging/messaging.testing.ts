import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../kernel/db/database.ts';
import { createEvents } from '../kernel/events/create-events.ts';
import type { Environment, NewEvent } from '../kernel/events/events.ts';
import { createHttpServer } from '../kernel/http/http-server.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { createJobs } from '../kernel/jobs/create-jobs.ts';
import { createSecretBox } from '../kernel/keys/sealed-box.ts';
import { createLog } from '../kernel/log/log.ts';
import type { MeteredUnit } from '../kernel/metering/meter.ts';
import { createMessaging, type Messaging } from './index.ts';
import type { DocumentChange, MessageContent, MessagingDeps, Receipt, SignerToAsk } from './messaging-deps.ts';
import { SEND_QUEUE } from './send-message.job.ts';

export const NORDBANK = '0195a000-0000-7000-8000-00000000000a';
export const SIGN_URL = 'http://localhost:8642/start?jwt=eyJhbGciOiJIUzI1NiJ9.eyJkIjoia2FyaSJ9.c2lnbmF0dXJl';

/** Somebody who is to be asked, with what the message says. */
export type SigningRequest = MessageContent & SignerToAsk;

export function signingRequest(changes: Partial<SigningRequest> = {}): SigningRequest {
  return {
    kind: 'request',
    signature: undefined,
    attachment: undefined,
    accountId: NORDBANK,
    environment: 'test',
    documentId: uuidv7(new Date()),
    externalId: 'loan-4711',
    signerId: uuidv7(new Date()),
    channel: 'sendEmail',
    email: 'kari@example.com',
    mobile: '+4799900001',
    language: 'EN',
    colorTheme: 'Default',
    signUrl: SIGN_URL,
    title: 'Loan agreement',
    description: 'For the flat in Øvre Skogvei 17.',
    deadline: new Date('2026-07-01T10:30:00Z'),
    accountName: 'Nordbank',
    contact: {
      name: 'Ola Hansen',
      phone: '+47 22 00 00 00',
      email: 'ola@nordbank.example',
      url: 'https://nordbank.example',
    },
    texts: {},
    mergeFields: {},
    ...changes,
  };
}

/**
 * The capability on a real database with the real relay and the real queue. What it asks of documents is answered from
 * `due`: the requests that are open now, and from `receipts`.
 */
export class MessagingUnderTest {
  readonly database: Database;
  readonly http: FastifyInstance;
  readonly messaging: Messaging;
  readonly warnings: string[] = [];
  due: SigningRequest[] = [];
  receipts: (MessageContent & Receipt)[] = [];
  /** Of every account. */
  contacts: string[] = [];
  readonly changes: DocumentChange[] = [];
  /** What is charged. */
  readonly units: MeteredUnit[] = [];
  private readonly events;
  private readonly jobs;

  constructor(database: Database, changes: Partial<MessagingDeps> = {}) {
    this.database = database;
    const clock = { now: () => new Date() };
    const warn = (_fields: object, message: string) => void this.warnings.push(message);
    const log = { warn, error: warn } as MessagingDeps['log'];
    this.events = createEvents({ database, clock, log: createLog('silent') });
    this.jobs = createJobs({ database, clock, log: createLog('silent') });
    const messaging = createMessaging({
      database,
      accountTime: clock,
      log,
      box: createSecretBox(randomBytes(32), 'columns'),
      publicUrl: 'http://localhost:8642',
      signersToAsk: async (_db, documentIds) => this.due.filter((one) => documentIds.includes(one.documentId)),
      receiptsDue: async (_db, changes) => {
        this.changes.push(...changes);
        return this.receipts.filter((one) => changes.some((change) => change.documentId === one.documentId));
      },
      reminderPlans: async () => [],
      accountContacts: async () => this.contacts,
      meter: async (_tx, units) => void this.units.push(...units),
      messageContent: async (documentId, { kind, signerId, index }) =>
        [...this.due, ...this.receipts].find(
          (one) =>
            one.documentId === documentId &&
            one.signerId === signerId &&
            (one.kind === kind || kind === 'reminder') &&
            (signerId !== undefined || one.index === index),
        ),
      ...changes,
    });
    messaging.register(this.jobs, this.events);
    this.messaging = messaging;
    this.http = createHttpServer({
      maxBodyBytes: 1_000,
      trustedProxies: [],
      log: createLog('silent'),
      defaultEnvironment: 'test',
    });
    messaging.registerInbox(this.http);
    messaging.registerDeliveryReports(this.http);
  }

  async start(): Promise<void> {
    await this.jobs.start();
    await this.events.start();
  }

  /** Raises events and waits until they were handled and nothing is queued. */
  async raise(
    ...given: { type: string; documentId: string; environment?: Environment; payload?: Record<string, unknown> }[]
  ): Promise<void> {
    for (const one of given) {
      const event: NewEvent = { accountId: NORDBANK, environment: 'test', payload: {}, tags: [], ...one };
      await this.database.transaction((tx) => this.events.append(tx, event));
    }
    await this.settle();
  }

  async settle(): Promise<void> {
    for (;;) {
      const { rows } = await this.database.query<{ open: number }>(
        `select ((select count(*) from event_outbox) + (select count(*) from event_retries)
                 + (select count(*) from pgboss.job where state < 'active' and start_after <= now())
                 + (select count(*) from pgboss.job where state = 'active'))::integer as open`,
      );
      if (rows[0]!.open === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Lets the next try of what failed begin now. */
  async retryNow(): Promise<void> {
    await this.database.query('update pgboss.job set start_after = now() where name = $1', [SEND_QUEUE]);
    this.database.signals.send(`job:${SEND_QUEUE}`);
    await this.settle();
  }

  async messages(): Promise<Record<string, unknown>[]> {
    const { rows } = await this.database.query(
      `select id, document_id as "documentId", signer_id as "signerId", kind, channel, status, receiver, sender, title, text,
              content_sealed as "contentSealed", sent_at as "sentAt"
         from messages order by id`,
    );
    return rows;
  }

  async stop(): Promise<void> {
    await this.http.close();
    await this.events.stop();
    await this.jobs.stop();
  }
}
