import { systemClock } from '../kernel/clock/clock.ts';
import { openDatabase } from '../kernel/db/open-database.ts';
import { createEvents } from '../kernel/events/create-events.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { createJobs } from '../kernel/jobs/create-jobs.ts';
import { createSecretBox } from '../kernel/keys/sealed-box.ts';
import { createLog } from '../kernel/log/log.ts';
import { createOutboundHttp } from '../kernel/outbound-http/outbound-http.ts';
import { createNotification } from './index.ts';

/** A whole process with the capability in it: `node notification-process.testing.ts <location> [<receiver> <events>]`. */
const [location, receiverUrl, eventCount] = process.argv.slice(2);
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
  tellAccount: async () => undefined,
  clock,
  accountTime: clock,
  log,
  outboundHttp: createOutboundHttp({ allowedRanges: ['127.0.0.0/8'], ownAddresses: [], log }),
  secretBox: createSecretBox(Buffer.alloc(32, 7), 'webhook secrets'),
  publicUrl: 'https://api.example.com',
  limits: { attemptTimeoutMs: 10_000, leaseMs: 1_500 },
});
notification.register(jobs, events);
await jobs.start();
await events.start();
if (receiverUrl) await prepare(receiverUrl, Number(eventCount));
process.send?.('ready');
process.on('message', async () => {
  const { rows } = await database.query('select event_id from webhook_deliveries');
  process.send?.({ pending: rows.length });
});

async function prepare(url: string, count: number): Promise<void> {
  const accountId = uuidv7(clock.now());
  const create = notification.routes.find((route) => route.operationId === 'Webhooks_CreateWebhook')!;
  const context = {
    accountId,
    environment: 'test' as const,
    clientId: 'client',
    scopes: new Set<string>(),
    requestId: '',
    now: clock.now(),
    log,
  };
  const body = { name: 'Nordbank', active: true, events: ['*'], config: { url, secret: 'segl-demo-secret' } };
  await create.handle(context, { params: {}, query: {}, body, headers: {} });
  for (let number = 1; number <= count; number += 1) {
    const payload = { number };
    await database.transaction((tx) =>
      events.append(tx, { accountId, environment: 'test', type: 'document_created', payload, tags: [] }),
    );
  }
}
