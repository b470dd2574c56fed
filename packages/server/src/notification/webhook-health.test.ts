import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database } from '../kernel/db/database.ts';
import { NotificationUnderTest } from './notification.testing.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.testing.ts';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

describeOnEachDatabase('the health of a webhook', (openDatabase) => {
  let database: Database;
  let receiver: WebhookReceiver;
  let segl: NotificationUnderTest;

  beforeAll(async () => {
    database = await openDatabase();
  });

  beforeEach(async () => {
    await database.query('delete from webhooks');
    receiver = await startWebhookReceiver();
    segl = new NotificationUnderTest(database);
  });

  afterEach(async () => {
    await receiver.close();
    await segl.close();
  });

  /** Each event fails once: its next attempt is seconds away. */
  async function fail(times: number): Promise<void> {
    receiver.respond({ status: 500 });
    for (let time = 0; time < times; time += 1) {
      await segl.raise({ type: 'document_created' });
      await segl.runJobs();
    }
  }

  const requests = () => receiver.received.length;

  it('nothing is sent for an account that is closed, and what waited is dropped', async () => {
    await segl.createWebhook({ url: receiver.url });
    await fail(1);
    segl.deps.isAccountOpen = async () => false;
    await segl.raise({ type: 'document_signed' });
    segl.advance(10 * MINUTE);
    await segl.runJobs();
    expect([requests(), await segl.pendingDeliveries()]).toEqual([1, 0]);
    segl.deps.isAccountOpen = async () => true;
    await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    expect(requests()).toBe(2);
  });

  it('R-4: after 20 failures in a row events wait, one is tried every minute, and the first success releases all', async () => {
    const webhook = await segl.createWebhook({ url: receiver.url });
    await fail(19);
    expect((await segl.webhook(webhook.id)).trouble).toBeUndefined();
    await fail(1);
    const since = segl.deps.clock.now();
    expect((await segl.webhook(webhook.id)).trouble).toEqual({
      since: since.toISOString(),
      failures: 20,
      nextProbeAt: new Date(since.getTime() + MINUTE * 1000).toISOString(),
    });

    await segl.raise(...Array.from({ length: 10 }, () => ({ type: 'document_signed' })));
    await segl.runJobs();
    segl.advance(MINUTE - 1);
    await segl.runJobs();
    expect(requests()).toBe(20);
    for (let minute = 1; minute <= 3; minute += 1) {
      segl.advance(Math.max(1, segl.nextJobInSeconds));
      await segl.runJobs();
      expect(requests()).toBe(20 + minute);
    }
    expect((await segl.webhook(webhook.id)).trouble?.failures).toBe(23);

    receiver.respond({ status: 204 });
    segl.advance(segl.nextJobInSeconds);
    await segl.runJobs();
    expect(await segl.pendingDeliveries()).toBe(0);
    expect(requests()).toBe(23 + 30);
    expect((await segl.webhook(webhook.id)).trouble).toBeUndefined();
    expect(segl.notices).toMatchObject([{ subject: 'The webhook "Nordbank" does not get its events' }]);
  });

  it('R-4: a success in between begins the count anew', async () => {
    const webhook = await segl.createWebhook({ url: receiver.url });
    await fail(15);
    receiver.respond({ status: 200 });
    await segl.raise({ type: 'document_created' });
    await segl.runJobs();
    await fail(15);
    expect((await segl.webhook(webhook.id)).trouble).toBeUndefined();
    expect(segl.notices).toEqual([]);
  });

  it('R-4: a ping is sent in trouble too, and says nothing about it', async () => {
    const webhook = await segl.createWebhook({ url: receiver.url });
    await fail(20);
    receiver.respond({ status: 200 });
    await segl.call('POST', `/${webhook.id}/ping`);
    await segl.runJobs();
    expect(receiver.received.at(-1)?.event.type).toBe('ping');
    expect((await segl.webhook(webhook.id)).trouble?.failures).toBe(20);
    expect(await segl.pendingDeliveries()).toBe(20);
  });

  it('R-4: another address ends the trouble, and an answer of the old one has no part in it', async () => {
    const webhook = await segl.createWebhook({ url: `${receiver.url}/old` });
    await fail(20);
    receiver.respond(({ path }) => ({ status: path === '/new' ? 200 : 500 }));
    await segl.raise({ type: 'document_signed' });
    const patched = await segl.call('PATCH', `/${webhook.id}`, { body: { config: { url: `${receiver.url}/new` } } });
    expect(patched.body.trouble).toBeUndefined();
    await segl.runJobs();
    expect(receiver.received.at(-1)).toMatchObject({ path: '/new', event: { type: 'document_signed' } });
  });

  it('R-5: five days without success switch it off and drop what waits; PATCH switches it on again', async () => {
    const webhook = await segl.createWebhook({ url: receiver.url });
    await fail(20);
    segl.advance(5 * DAY - 10 * MINUTE);
    await fail(1);
    expect((await segl.webhook(webhook.id)).active).toBe(true);
    segl.advance(20 * MINUTE);
    await fail(1);
    const off = await segl.webhook(webhook.id);
    expect(off).toMatchObject({ active: false, switchedOff: { reason: 'failures' } });
    expect(off.trouble).toBeUndefined();
    expect(await segl.pendingDeliveries()).toBe(0);
    expect(segl.notices.map(({ subject }) => subject)).toEqual([
      'The webhook "Nordbank" does not get its events',
      'The webhook "Nordbank" was switched off',
    ]);

    const on = await segl.call('PATCH', `/${webhook.id}`, { body: { active: true } });
    expect(on.body).toMatchObject({ active: true });
    expect(on.body.switchedOff).toBeUndefined();
    receiver.respond({ status: 200 });
    await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    expect(receiver.received.at(-1)?.event.type).toBe('document_signed');
    await fail(1);
    expect((await segl.webhook(webhook.id)).active).toBe(true);
  });

  it('R-5: a webhook that had nothing to deliver for days is not switched off by its first bad hour', async () => {
    const webhook = await segl.createWebhook({ url: receiver.url });
    receiver.respond({ status: 200 });
    await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    segl.advance(6 * DAY);
    await fail(25);
    expect((await segl.webhook(webhook.id)).active).toBe(true);
  });

  it('R-3: a webhook whose receiver is gone says so', async () => {
    const webhook = await segl.createWebhook({ url: receiver.url });
    receiver.respond({ status: 410 });
    await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    expect(await segl.webhook(webhook.id)).toMatchObject({ active: false, switchedOff: { reason: 'gone' } });
    expect(segl.notices).toEqual([]);
  });
});
