import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { EventDto } from './contract/event.ts';
import { appendToLog } from './event-store.ts';
import { NORDBANK, NotificationUnderTest, SJOBANK } from './notification.testing.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.testing.ts';

describeOnEachDatabase('the event log', (openDatabase, kind) => {
  let database: Database;
  let segl: NotificationUnderTest;
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    database = await openDatabase();
  });

  beforeEach(async () => {
    await database.query('truncate events, event_outbox, event_log');
    await database.query('delete from webhooks');
    receiver = await startWebhookReceiver();
    segl = new NotificationUnderTest(database);
    segl.events.subscribe('notification.event-log', '*', (batch, tx) => appendToLog(tx, batch));
    await segl.events.start();
  });

  afterEach(async () => {
    await segl.events.stop();
    await segl.close();
    await receiver.close();
  });

  async function append(tx: Transaction, members: { type?: string; tags?: string[]; documentId?: string } = {}) {
    const { type = 'document_created', tags = [], documentId = uuidv7(segl.deps.clock.now()) } = members;
    const payload = { documentId };
    const event = { accountId: NORDBANK, environment: 'test' as const, type, documentId, payload, tags };
    return (await segl.events.append(tx, event)).id;
  }
  const happens = (members = {}) => database.transaction((tx) => append(tx, members));

  async function read(query: string, caller = {}): Promise<{ limit: number; nextCursor: string; data: EventDto[] }> {
    const { status, body } = await segl.request('GET', `/notification/events/log${query}`, caller);
    expect(status).toBe(200);
    return body;
  }
  /** Reads until the log has `count` events after the cursor. */
  async function readAll(count: number): Promise<string[]> {
    await expect.poll(async () => (await read('?limit=100')).data.length).toBe(count);
    return (await read('')).data.map(({ id }) => id);
  }

  it('PG-4: has every event, handled or not, page by page, and always a cursor to go on from', async () => {
    const made: string[] = [];
    for (let index = 0; index < 5; index++) made.push(await happens());
    await readAll(5);
    await segl.request('POST', '/notification/events/clear');
    const seen: string[] = [];
    let cursor = '';
    for (const length of [2, 2, 1, 0]) {
      const page = await read(`?limit=2${cursor}`);
      expect([page.limit, page.data.length]).toEqual([2, length]);
      seen.push(...page.data.map(({ id }) => id));
      cursor = `&after=${page.nextCursor}`;
    }
    expect(seen).toEqual(made);
    const later = await happens();
    await expect.poll(async () => (await read(`?limit=2${cursor}`)).data.map(({ id }) => id)).toEqual([later]);
  });

  it('filters, and moves the cursor past what does not match', async () => {
    const signed = await happens({ type: 'document_signed', tags: ['Leases'] });
    for (let index = 0; index < 4; index++) await happens();
    await readAll(5);
    const page = await read('?eventType=document_signed&tags=leases&limit=3');
    expect(page.data.map(({ id }) => id)).toEqual([signed]);
    expect((await read(`?after=${page.nextCursor}`)).data).toEqual([]);
  });

  it.each(['x', 'ZXZlbnQ', '-1', '42'])('refuses the cursor %s', async (after) => {
    const { status, body } = await segl.request('GET', `/notification/events/log?after=${after}`);
    expect([status, body.errors[0].field]).toEqual([400, 'after']);
  });

  it('Q-9: shows nobody the events of another account or environment', async () => {
    await happens();
    await readAll(1);
    expect((await read('', { accountId: SJOBANK })).data).toEqual([]);
    expect((await read('', { environment: 'prod' })).data).toEqual([]);
  });

  // The embedded database runs one transaction after the other.
  it.runIf(kind === 'postgresql')('puts an event that is committed late after every cursor handed out', async () => {
    const appended = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const late = database.transaction(async (tx) => {
      const id = await append(tx);
      appended.resolve();
      await mayCommit.promise;
      return id;
    });
    await appended.promise;
    segl.advance(60);
    const early = await happens();
    await readAll(1);
    const { nextCursor, data } = await read('');
    expect(data.map(({ id }) => id)).toEqual([early]);
    mayCommit.resolve();
    const lateId = await late;
    expect(lateId < early).toBe(true);
    await expect.poll(async () => (await read(`?after=${nextCursor}`)).data.map(({ id }) => id)).toEqual([lateId]);
  });

  it('W-7: is sent to a webhook again with the ids that the events have, what is asked for and no more', async () => {
    const documentId = uuidv7(new Date());
    const first = await happens({ type: 'document_created', documentId, tags: ['a'] });
    segl.advance(3600);
    const second = await happens({ type: 'document_signed', documentId });
    const third = await happens({ type: 'document_signed', tags: ['A', 'b'] });
    await readAll(3);
    const webhook = await segl.createWebhook({ url: receiver.url }, { events: ['document_canceled'] });
    const replay = async (wanted: object) => {
      const { status, body } = await segl.request('POST', '/notification/events/replay', {
        body: { webhookId: webhook.id, ...wanted },
      });
      expect(status).toBe(200);
      receiver.received.length = 0;
      await segl.runJobs();
      return { count: body.count, sent: receiver.received.map((one) => one.event.id).sort() };
    };
    expect(await replay({ dryRun: true })).toEqual({ count: 3, sent: [] });
    expect(await replay({})).toEqual({ count: 3, sent: [first, second, third].sort() });
    expect(await replay({ eventTypes: ['document_signed'] })).toEqual({ count: 2, sent: [second, third].sort() });
    expect(await replay({ tags: ['a'] })).toEqual({ count: 2, sent: [first, third].sort() });
    expect(await replay({ documentId })).toEqual({ count: 2, sent: [first, second].sort() });
    expect(await replay({ to: '2026-03-01T12:30:00Z' })).toEqual({ count: 1, sent: [first] });
    expect(await replay({ from: '2026-03-01T13:00:00Z' })).toEqual({ count: 2, sent: [second, third].sort() });
  });

  it('is replayed whole when it is longer than a batch', async () => {
    await database.transaction(async (tx) => {
      for (let index = 0; index < 1_100; index++) await append(tx);
    });
    const total = async () => (await database.query('select from event_log')).rows.length;
    await expect.poll(total, { timeout: 10_000 }).toBe(1_100);
    const webhook = await segl.createWebhook({ url: receiver.url });
    const { body } = await segl.request('POST', '/notification/events/replay', { body: { webhookId: webhook.id } });
    expect(body).toEqual({ count: 1_100 });
    expect(await segl.pendingDeliveries()).toBe(1_100);
  });

  it('is not replayed to a webhook that is inactive, unknown, or of another account', async () => {
    await happens();
    await readAll(1);
    const webhook = await segl.createWebhook({ url: receiver.url }, { active: false });
    const replay = (webhookId: number, caller = {}) =>
      segl.request('POST', '/notification/events/replay', { body: { webhookId }, ...caller });
    const inactive = await replay(webhook.id);
    expect([inactive.status, inactive.body.code]).toEqual([422, 'webhook_inactive']);
    for (const unknown of [await replay(webhook.id + 1), await replay(webhook.id, { accountId: SJOBANK })]) {
      expect([unknown.status, unknown.body.code]).toEqual([404, 'webhook_not_found']);
    }
    expect(await segl.pendingDeliveries()).toBe(0);
  });

  it('W-7: a delivery is sent again by hand, the same bytes under a delivery id of its own', async () => {
    const webhook = await segl.createWebhook({ url: receiver.url, deliveryLogging: 'always' });
    const id = await happens();
    await readAll(1);
    await segl.request('POST', '/notification/events/replay', { body: { webhookId: webhook.id } });
    await segl.runJobs();
    const [sent] = await segl.deliveries(webhook.id);
    const path = `/notification/webhooks/${webhook.id}/deliveries`;
    expect((await segl.request('POST', `${path}/${sent!.id}/redeliver`)).status).toBe(204);
    await segl.runJobs();
    const [again, first] = receiver.received.toReversed();
    expect(again!.event.id).toBe(id);
    expect(again!.body).toEqual(first!.body);
    const attempts = (await segl.deliveries(webhook.id)).map((one) => one.id);
    expect(new Set(attempts).size).toBe(2);
    const unknown = await segl.request('POST', `${path}/${id}/redeliver`);
    expect([unknown.status, unknown.body.code]).toEqual([404, 'delivery_not_found']);
    await segl.call('PATCH', `/${webhook.id}`, { body: { active: false } });
    const inactive = await segl.request('POST', `${path}/${sent!.id}/redeliver`);
    expect([inactive.status, inactive.body.code]).toEqual([422, 'webhook_inactive']);
  });
});
