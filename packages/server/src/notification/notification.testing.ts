import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Database, Transaction } from '../kernel/db/database.ts';
import { createEvents } from '../kernel/events/create-events.ts';
import type { Environment, EventRecord, Events } from '../kernel/events/events.ts';
import { createHttpServer } from '../kernel/http/http-server.ts';
import { registerRoutes } from '../kernel/http/register-routes.ts';
import { createThrottling } from '../kernel/http/throttle.ts';
import { BUCKET_SIZES } from '../kernel/http/throttle-sizes.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { Jobs, QueueDefinition } from '../kernel/jobs/jobs.ts';
import { createSecretBox } from '../kernel/keys/sealed-box.ts';
import { createLog } from '../kernel/log/log.ts';
import { createOutboundHttp, type OutboundHttp } from '../kernel/outbound-http/outbound-http.ts';
import type { WebhookDeliveryDto, WebhookDto } from './contract/webhook.ts';
import { createDelivery } from './deliver-event.job.ts';
import { ERASE_QUEUE } from './erase-attempts.job.ts';
import { eventRoutes } from './event-routes.ts';
import { fanOutEvents } from './fan-out-events.ts';
import type { AccountNotice, DeliveryLimits, NotificationDeps } from './notification-deps.ts';
import { notificationRoutes } from './routes.ts';
import type { DeliverJob } from './wake-webhooks.ts';

export const NORDBANK = '0195a000-0000-7000-8000-00000000000a';
export const SJOBANK = '0195a000-0000-7000-8000-00000000000b';

export interface Caller {
  accountId?: string;
  environment?: Environment;
}

type RequestOptions = Caller & { body?: unknown; headers?: Record<string, string> };

/**
 * The capability on a real database and real HTTP, with a clock that stands until it is moved and a queue that keeps
 * to that clock: what the durable queue does in real time happens here when a test says so.
 */
export class NotificationUnderTest {
  readonly deps: NotificationDeps;
  readonly events: Events;
  /** What contacts of accounts were told. */
  readonly notices: AccountNotice[] = [];
  private readonly app: FastifyInstance;
  private readonly queue: { data: DeliverJob; startAfter: Date }[] = [];
  private worker: QueueDefinition<DeliverJob>;
  private nowMs = Date.parse('2026-03-01T12:00:00.000Z');
  private stopping = new AbortController();

  constructor(
    database: Database,
    options: { limits?: Partial<DeliveryLimits>; outboundHttp?: (real: OutboundHttp) => OutboundHttp } = {},
  ) {
    const log = createLog('silent');
    const clock = { now: () => new Date(this.nowMs) };
    const real = createOutboundHttp({ allowedRanges: ['127.0.0.0/8'], ownAddresses: [], log, minimumRefusalMs: 0 });
    this.events = createEvents({ database, clock, log });
    this.deps = {
      database,
      events: this.events,
      jobs: this.jobs(),
      outboundHttp: options.outboundHttp?.(real) ?? real,
      secretBox: createSecretBox(randomBytes(32), 'webhook secrets'),
      clock,
      accountTime: clock,
      log,
      publicUrl: 'https://api.example.com',
      hasProduct: async () => true,
      isAccountOpen: async () => true,
      tellAccount: async (tx, notice) => tx.afterCommit(() => this.notices.push(notice)),
      stopping: this.stopping.signal,
      random: () => 0.5,
      limits: { attemptTimeoutMs: 5_000, leaseMs: 30_000, ...options.limits },
    };
    this.worker = createDelivery(this.deps).job;
    this.app = createHttpServer({
      maxBodyBytes: 1_000_000,
      trustedProxies: ['127.0.0.1/32'],
      log,
      defaultEnvironment: 'test',
      throttling: createThrottling({ sizes: BUCKET_SIZES, refuse: false, log }),
    });
    registerRoutes(this.app, [...eventRoutes(this.deps), ...notificationRoutes(this.deps)], {
      authenticate: async (token) => {
        const [accountId, environment] = token.split('.') as [string, Environment];
        return { clientId: 'client', accountId, environment, scopes: new Set(['event']) };
      },
      requireProduct: async () => undefined,
      clock,
      log,
    });
  }

  private jobs(): Jobs {
    const send = (queue: string, jobs: { data: object; startAfter?: Date }[], tx?: Transaction) => {
      if (queue === ERASE_QUEUE) return;
      const add = () => {
        for (const { data, startAfter = new Date(0) } of jobs)
          this.queue.push({ data: data as DeliverJob, startAfter });
      };
      if (tx) tx.afterCommit(add);
      else add();
    };
    return {
      define: () => undefined,
      send: async (queue, data, { tx, ...options } = {}) => send(queue, [{ data, ...options }], tx),
      sendMany: async (queue, jobs, tx) => send(queue, jobs, tx),
      start: async () => undefined,
      stop: async () => undefined,
    };
  }

  get queuedJobs(): number {
    return this.queue.length;
  }

  advance(seconds: number): void {
    this.nowMs += seconds * 1000;
  }

  /** Seconds until the next queued job starts. */
  get nextJobInSeconds(): number {
    return (Math.min(...this.queue.map((job) => job.startAfter.getTime())) - this.nowMs) / 1000;
  }

  /** Runs the jobs that are due, and those that they queue for at once, all at the same time. */
  async runJobs(): Promise<void> {
    for (;;) {
      const due = this.queue.filter((job) => job.startAfter.getTime() <= this.nowMs);
      if (due.length === 0) return;
      for (const job of due) this.queue.splice(this.queue.indexOf(job), 1);
      await Promise.all(due.map((job) => this.runJob(job.data)));
    }
  }

  runJob(data: DeliverJob): Promise<void> {
    return this.worker.handle(data, { jobId: 'job', attempt: 1, signal: this.stopping.signal });
  }

  /** Forgets all that is in memory, as if the process had died and another had started. */
  replaceWorker(): void {
    this.worker = createDelivery(this.deps).job;
    this.stopping = new AbortController();
  }

  askToStop(): void {
    this.stopping.abort();
  }

  /** Puts events of one account through the subscription. */
  async raise(...events: (Partial<EventRecord> & { type: string })[]): Promise<EventRecord[]> {
    const records = events.map((event) => this.event(event));
    await this.deps.database.transaction((tx) => fanOutEvents(this.deps, records, tx));
    return records;
  }

  private event(given: Partial<EventRecord> & { type: string }): EventRecord {
    this.nowMs += 1;
    const now = new Date(this.nowMs);
    const documentId = given.documentId ?? uuidv7(now);
    return {
      id: uuidv7(now),
      accountId: NORDBANK,
      environment: 'test',
      documentId,
      payload: { documentId, externalDocumentId: 'contract-1042' },
      tags: [],
      occurredAt: now,
      ...given,
    };
  }

  /** A request to an address below `/notification/webhooks`. */
  call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, options: RequestOptions = {}) {
    return this.request(method, `/notification/webhooks${path}`, options);
  }

  async request(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, options: RequestOptions = {}) {
    const { accountId = NORDBANK, environment = 'test', body, headers } = options;
    const response = await this.app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${accountId}.${environment}`,
        // Production is reached through a proxy that ends TLS.
        'x-forwarded-proto': 'https',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      body: response.body === '' ? undefined : JSON.parse(response.body),
    };
  }

  /** Creates a webhook; the ping that an active one gets is taken out of the way. */
  async createWebhook(config: object, members: object = {}, caller: Caller = {}): Promise<WebhookDto> {
    const body = { name: 'Nordbank', active: true, events: ['*'], config, ...members };
    const created = await this.call('POST', '', { body, ...caller });
    if (created.status !== 201) throw new Error(`not created: ${JSON.stringify(created.body)}`);
    await this.deps.database.query('delete from webhook_deliveries where webhook_id = $1', [created.body.id]);
    return created.body;
  }

  async webhook(id: number): Promise<WebhookDto> {
    return (await this.call('GET', `/${id}`)).body;
  }

  async deliveries(id: number): Promise<WebhookDeliveryDto[]> {
    return (await this.call('GET', `/${id}/deliveries`)).body;
  }

  async pendingDeliveries(): Promise<number> {
    const { rows } = await this.deps.database.query<{ count: number }>(
      'select count(*)::integer as count from webhook_deliveries',
    );
    return rows[0]!.count;
  }

  async close(): Promise<void> {
    this.askToStop();
    await this.app.close();
    await this.deps.outboundHttp.close();
  }
}
