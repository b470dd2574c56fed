import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { createAccountClocks } from '../kernel/clock/account-clocks.ts';
import type { Database } from '../kernel/db/database.ts';
import { NORDBANK, NotificationUnderTest, SJOBANK } from './notification.testing.ts';
import { eraseAttemptsBefore } from './store.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.testing.ts';

const DAY_SECONDS = 86_400;

describeOnEachDatabase('DT-7: webhooks on the clock of their account', (openDatabase) => {
  let database: Database;
  let receiver: WebhookReceiver;
  let segl: NotificationUnderTest;

  beforeAll(async () => {
    database = await openDatabase();
  });
  beforeEach(async () => {
    await database.query('delete from webhooks');
    await database.query('delete from account_clocks');
    receiver = await startWebhookReceiver();
    segl = new NotificationUnderTest(database);
  });
  afterEach(async () => {
    await receiver.close();
    await segl.close();
  });

  /** Moves the clock of one account; real time stands. */
  async function moveClock(accountId: string, seconds: number): Promise<void> {
    const clocks = createAccountClocks({ database, clock: segl.deps.clock, log: silentLog });
    await database.transaction((tx) => clocks.move(tx, accountId, { byMs: seconds * 1000 }));
  }

  const runWebhooks = async () => {
    const { rows } = await database.query<{ id: number }>('select id from webhooks');
    for (const { id } of rows) await segl.runJob({ webhookId: id });
  };

  it('a retry is due when the clock is moved to its time, of this account only', async () => {
    receiver.respond({ status: 503, headers: { 'retry-after': '3600' } });
    await segl.createWebhook({ url: `${receiver.url}/nordbank` });
    await segl.createWebhook({ url: `${receiver.url}/sjobank` }, {}, { accountId: SJOBANK });
    await segl.raise({ type: 'document_signed' }, { type: 'document_signed', accountId: SJOBANK });
    await segl.runJobs();
    expect(receiver.received).toHaveLength(2);
    await moveClock(NORDBANK, 3_590);
    await runWebhooks();
    expect(receiver.received).toHaveLength(2);
    receiver.respond({ status: 200 });
    await moveClock(NORDBANK, 10);
    await runWebhooks();
    expect(receiver.received.map(({ path }) => path).slice(2)).toEqual(['/nordbank']);
    expect(await segl.pendingDeliveries()).toBe(1);
    segl.advance(3_600);
    await segl.runJobs();
    expect(await segl.pendingDeliveries()).toBe(0);
  });

  it('an attempt under way is not repeated because the clock is moved', async () => {
    const webhook = await segl.createWebhook({ url: receiver.url });
    const answered = Promise.withResolvers<void>();
    receiver.respond(() => answered.promise.then(() => ({ status: 200 })));
    await segl.raise({ type: 'document_signed' });
    const running = segl.runJobs();
    await expect.poll(() => receiver.received.length).toBe(1);
    await moveClock(NORDBANK, DAY_SECONDS);
    segl.replaceWorker();
    await segl.runJob({ webhookId: webhook.id });
    expect(receiver.received).toHaveLength(1);
    answered.resolve();
    await running;
    expect(await segl.pendingDeliveries()).toBe(0);
  });

  it('the delivery log is kept for 30 days of that clock', async () => {
    const mine = await segl.createWebhook({ url: receiver.url, deliveryLogging: 'always' });
    const other = await segl.createWebhook(
      { url: receiver.url, deliveryLogging: 'always' },
      {},
      { accountId: SJOBANK },
    );
    await segl.raise({ type: 'document_signed' }, { type: 'document_signed', accountId: SJOBANK });
    await segl.runJobs();
    await moveClock(NORDBANK, 30 * DAY_SECONDS + 60);
    await eraseAttemptsBefore(database, new Date(segl.deps.clock.now().getTime() - 30 * DAY_SECONDS * 1000));
    const { rows } = await database.query<{ id: number }>('select webhook_id as id from webhook_attempts');
    expect(rows.map(({ id }) => id)).toEqual([other.id]);
    expect(mine.id).not.toBe(other.id);
  });
});
