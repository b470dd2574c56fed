import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../kernel/clock/clock.ts';
import { openDatabase } from '../kernel/db/open-database.ts';
import { createEvents } from '../kernel/events/create-events.ts';
import { createJobs } from '../kernel/jobs/create-jobs.ts';
import { createSecretBox } from '../kernel/keys/sealed-box.ts';
import { createLog } from '../kernel/log/log.ts';
import { createOutboundHttp } from '../kernel/outbound-http/outbound-http.ts';
import { createNotification } from './index.ts';

/**
 * A whole process with the capability in it, and the events of one account:
 * `node notification-process.testing.ts <location> [<lease in ms>]`. Says `ready` when it works.
 */
export type Order =
  /** Makes one webhook per address, each with its own tag, `endpoint-<index>`; answered with `done`. */
  | { webhooks: string[] }
  /**
   * Appends events, one transaction each, evenly over time. Event n is the next one of document n modulo `documents`,
   * and carries the tag of webhook n modulo `endpoints`. Each is told when it is committed, then `done`.
   */
  | { append: Appending }
  | 'pending?';

export interface Appending {
  first: number;
  count: number;
  perSecond: number;
  documents: number;
  endpoints: number;
}

export type Answer =
  | 'ready'
  | 'done'
  | { committed: number; eventId: string; atMs: number }
  | { pending: number; processorMs: number };

const ACCOUNT = '0195a000-0000-7000-8000-00000000000a';
const [location, leaseMs = '30000'] = process.argv.slice(2);
const log = createLog('error');
const clock = systemClock;
const database = await openDatabase({
  ...JSON.parse(location!),
  log,
  onFatal: (error) => {
    throw error;
  },
});
const jobs = createJobs({ database, clock, log });
const events = createEvents({ database, clock, log });
const notification = createNotification({
  database,
  events,
  jobs,
  hasProduct: async () => true,
  isAccountOpen: async () => true,
  tellAccount: async () => undefined,
  clock,
  accountTime: clock,
  log,
  outboundHttp: createOutboundHttp({ allowedRanges: ['127.0.0.0/8'], ownAddresses: [], log }),
  secretBox: createSecretBox(Buffer.alloc(32, 7), 'webhook secrets'),
  publicUrl: 'https://api.example.com',
  limits: { attemptTimeoutMs: 10_000, leaseMs: Number(leaseMs) },
});
notification.register(jobs, events);
await jobs.start();
await events.start();
process.on('message', (order: Order) => void obey(order));
process.on('disconnect', () => process.exit(0));
tell('ready');

function tell(answer: Answer): void {
  process.send?.(answer);
}

async function obey(order: Order): Promise<void> {
  if (order === 'pending?') {
    const { rows } = await database.query<{ pending: number }>(
      `select ((select count(*) from webhook_deliveries) + (select count(*) from event_outbox))::integer as pending`,
    );
    const { user, system } = process.cpuUsage();
    tell({ pending: rows[0]!.pending, processorMs: (user + system) / 1000 });
    return;
  }
  if ('webhooks' in order) await createWebhooks(order.webhooks);
  else await append(order.append);
  tell('done');
}

async function createWebhooks(urls: readonly string[]): Promise<void> {
  const create = notification.routes.find((route) => route.operationId === 'Webhooks_CreateWebhook')!;
  for (const [index, url] of urls.entries()) {
    const context = {
      accountId: ACCOUNT,
      environment: 'test' as const,
      clientId: 'client',
      scopes: new Set<string>(),
      requestId: '',
      now: clock.now(),
      log,
    };
    const config = { url, secret: 'segl-demo-secret' };
    const body = { name: `Receiver ${index}`, active: true, events: ['*'], tags: [`endpoint-${index}`], config };
    await create.handle(context, { params: {}, query: {}, body, headers: {} });
  }
}

async function append({ first, count, perSecond, documents, endpoints }: Appending): Promise<void> {
  const startedAt = performance.now();
  // What happens to one document happens under its lock, one after the other; a busy machine must not change that here.
  const lastOf = new Map<number, Promise<void>>();
  for (let index = 0; index < count; index += 1) {
    await sleep(Math.max(0, startedAt + (index * 1000) / perSecond - performance.now()));
    const number = first + index;
    const before = lastOf.get(number % documents) ?? Promise.resolve();
    lastOf.set(
      number % documents,
      before.then(() => appendOne(number, { documents, endpoints })),
    );
  }
  await Promise.all(lastOf.values());
}

async function appendOne(
  number: number,
  { documents, endpoints }: Pick<Appending, 'documents' | 'endpoints'>,
): Promise<void> {
  const documentId = `0195a000-0000-7000-8000-${String(number % documents).padStart(12, '0')}`;
  const { id } = await database.transaction((tx) =>
    events.append(tx, {
      accountId: ACCOUNT,
      environment: 'test',
      type: 'document_created',
      documentId,
      payload: { documentId, number },
      tags: [`endpoint-${number % endpoints}`],
    }),
  );
  tell({ committed: number, eventId: id, atMs: performance.timeOrigin + performance.now() });
}
