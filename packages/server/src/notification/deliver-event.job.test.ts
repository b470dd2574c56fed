import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database } from '../kernel/db/database.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { OutboundHttp } from '../kernel/outbound-http/outbound-http.ts';
import { NORDBANK, NotificationUnderTest, SJOBANK } from './notification.testing.ts';
import type { DeliveryLimits } from './notification-deps.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.testing.ts';

const NEVER = new Promise<never>(() => undefined);

describeOnEachDatabase('webhook delivery', (openDatabase) => {
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

  async function restartWith(options: {
    limits?: Partial<DeliveryLimits>;
    outboundHttp?: (real: OutboundHttp) => OutboundHttp;
  }): Promise<void> {
    await segl.close();
    segl = new NotificationUnderTest(database, options);
  }

  const types = () => receiver.received.map((delivery) => delivery.event.type);

  it('D-1: posts the envelope to every webhook of the account that wants the event, with the same bytes', async () => {
    const first = await segl.createWebhook({ url: `${receiver.url}/first?x=1`, secret: 'segl-demo-secret' });
    await segl.createWebhook({ url: `${receiver.url}/second` }, { events: ['document_signed'], tags: ['SALES'] });
    await segl.createWebhook({ url: `${receiver.url}/other-type` }, { events: ['document_created'] });
    await segl.createWebhook({ url: `${receiver.url}/other-tag` }, { tags: ['hr'] });
    await segl.createWebhook({ url: `${receiver.url}/inactive` }, { active: false });
    await segl.createWebhook({ url: `${receiver.url}/prod` }, {}, { environment: 'prod' });
    await segl.createWebhook({ url: `${receiver.url}/other-account` }, {}, { accountId: SJOBANK });

    const [event] = await segl.raise({ type: 'document_signed', tags: ['sales', 'q1'] });
    await segl.runJobs();

    expect(receiver.received.map((delivery) => delivery.path).sort()).toEqual(['/first?x=1', '/second']);
    const [one, two] = receiver.received;
    expect(one!.body.equals(two!.body)).toBe(true);
    expect(one!.event).toEqual({
      id: event!.id,
      type: 'document_signed',
      timestamp: event!.occurredAt.toISOString(),
      accountId: NORDBANK,
      payload: { documentId: event!.documentId, externalDocumentId: 'contract-1042' },
      tags: ['sales', 'q1'],
    });
    expect((await segl.webhook(first.id)).lastResponse).toMatchObject({ code: 200, message: 'OK' });
    expect(await segl.pendingDeliveries()).toBe(0);
  });

  it('D-6: signs what it sends, so that the body as received proves itself', async () => {
    await segl.createWebhook({ url: receiver.url, secret: 'hemmelig-ø' });
    await segl.raise({ type: 'document_created', payload: { documentId: 'x', note: 'Åse' } });
    await segl.runJobs();
    const [delivery] = receiver.received;
    const { headers, body } = delivery!;
    expect(headers['x-idfy-signature']).toBe(createHmac('sha256', 'hemmelig-ø').update(body).digest('hex'));
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Segl-Webhook/1',
      'webhook-id': delivery!.event.id,
      'x-segl-event-type': 'document_created',
      'x-segl-attempt': '1',
      'x-idfy-environment': 'test',
    });
    const key = Buffer.from('hemmelig-ø');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  });

  it('D-6: is accepted by the Standard Webhooks library at the time of delivery', async () => {
    const secret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
    await segl.createWebhook({ url: receiver.url, secret });
    segl.advance((Date.now() - segl.deps.clock.now().getTime()) / 1000);
    await segl.raise({ type: 'document_created' });
    await segl.runJobs();
    const { headers, body, event } = receiver.received[0]!;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(event);
  });

  it('R-1: tries again after each pause until the receiver accepts, and logs every attempt', async () => {
    receiver.respond({ status: 500, body: 'broken' });
    const webhook = await segl.createWebhook({ url: receiver.url, deliveryLogging: 'always' });
    const [event] = await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    const pauses: number[] = [];
    for (let retry = 1; retry <= 4; retry += 1) {
      if (retry === 4) receiver.respond({ status: 200, body: '{"ok":true}' });
      pauses.push(segl.nextJobInSeconds);
      segl.advance(segl.nextJobInSeconds - 1);
      await segl.runJobs();
      expect(receiver.received).toHaveLength(retry);
      segl.advance(1);
      await segl.runJobs();
    }
    expect(pauses).toEqual([10, 60, 300, 900]);
    expect(receiver.received.map((one) => one.headers['x-segl-attempt'])).toEqual(['1', '2', '3', '4', '5']);
    expect(new Set(receiver.received.map((one) => one.headers['webhook-id']))).toEqual(new Set([event!.id]));
    expect(new Set(receiver.received.map((one) => one.body.toString())).size).toBe(1);
    expect(segl.queuedJobs).toBe(0);
    expect(await segl.pendingDeliveries()).toBe(0);

    const log = await segl.deliveries(webhook.id);
    expect(log.map((entry) => entry.responseStatusCode)).toEqual([200, 500, 500, 500, 500]);
    expect(log.map((entry) => entry.id)).toEqual(
      receiver.received.map((one) => one.headers['x-segl-delivery-id']).reverse(),
    );
    expect(log[0]).toMatchObject({ eventId: event!.id, webhookId: webhook.id, responseBody: { ok: true } });
    expect(log[0]!.requestBody).toEqual(receiver.received[0]!.event);
    expect(log[4]).toMatchObject({ errorMessage: 'unexpected status 500', responseBody: 'broken' });
  });

  it('R-1: gives up after ten attempts', async () => {
    receiver.respond({ status: 503 });
    await segl.createWebhook({ url: receiver.url });
    await segl.raise({ type: 'document_signed' });
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await segl.runJobs();
      expect(receiver.received).toHaveLength(attempt);
      segl.advance(100_000);
    }
    expect(await segl.pendingDeliveries()).toBe(0);
    expect(segl.queuedJobs).toBe(0);
  });

  it('R-2: waits as long as the receiver asks for', async () => {
    receiver.respond({ status: 429, headers: { 'retry-after': '90' } });
    await segl.createWebhook({ url: receiver.url });
    await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    expect(segl.nextJobInSeconds).toBe(90);
  });

  it('D-3: does not follow a redirect and takes it for a failure', async () => {
    receiver.respond({ status: 302, headers: { location: `${receiver.url}/elsewhere` } });
    const webhook = await segl.createWebhook({ url: `${receiver.url}/here`, deliveryLogging: 'failed' });
    await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    expect(receiver.received.map((one) => one.path)).toEqual(['/here']);
    expect(await segl.pendingDeliveries()).toBe(1);
    expect(await segl.deliveries(webhook.id)).toMatchObject([
      { responseStatusCode: 302, errorMessage: 'redirect not followed' },
    ]);
  });

  it('R-3: switches a webhook off after 410 and drops what is pending', async () => {
    receiver.respond({ status: 500 });
    const webhook = await segl.createWebhook({ url: receiver.url });
    await segl.raise({ type: 'document_created' });
    await segl.runJobs();
    receiver.respond({ status: 410 });
    await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    expect(await segl.webhook(webhook.id)).toMatchObject({ active: false, lastResponse: { code: 410 } });
    expect(await segl.pendingDeliveries()).toBe(0);
    await segl.raise({ type: 'document_packaged' });
    segl.advance(100_000);
    await segl.runJobs();
    expect(types()).toEqual(['document_created', 'document_signed']);
  });

  it('R-3: drops what is pending together with the webhook that 410 switches off, even if the process ends then', async () => {
    await restartWith({
      outboundHttp: (real) => ({
        ...real,
        post: (request) => real.post(request).finally(() => segl.askToStop()),
      }),
    });
    receiver.respond({ status: 410 });
    await segl.createWebhook({ url: receiver.url });
    const documentId = uuidv7(segl.deps.clock.now());
    await segl.raise({ type: 'document_created', documentId }, { type: 'document_signed', documentId });
    const { rows } = await database.query<{ id: number }>('select id from webhooks');
    await segl.runJob({ webhookId: rows[0]!.id });
    expect(await segl.pendingDeliveries()).toBe(0);
  });

  it('G-5: sends nothing to a webhook that was switched off just when an event was handed out', async () => {
    await segl.createWebhook({ url: receiver.url });
    await segl.raise({ type: 'document_signed' });
    await database.query('update webhooks set active = false');
    await segl.runJobs();
    expect(receiver.received).toEqual([]);
    expect(await segl.pendingDeliveries()).toBe(0);
  });

  it('does not switch off a webhook whose address was changed while the old one answered 410', async () => {
    const webhook = await segl.createWebhook({ url: `${receiver.url}/old` });
    receiver.respond(async () => {
      await segl.call('PATCH', `/${webhook.id}`, { body: { config: { url: `${receiver.url}/new` } } });
      return { status: 410 };
    });
    await segl.raise({ type: 'document_created' });
    await segl.runJobs();
    expect((await segl.webhook(webhook.id)).active).toBe(true);
  });

  it('D-2: takes an answer that does not come in time for a failure', async () => {
    await restartWith({ limits: { attemptTimeoutMs: 100 } });
    receiver.respond(() => NEVER);
    const webhook = await segl.createWebhook({ url: receiver.url });
    await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    expect((await segl.webhook(webhook.id)).lastResponse).toMatchObject({ code: 0, message: 'timeout' });
    expect(await segl.pendingDeliveries()).toBe(1);
  });

  it('G-2: makes first attempts for one document one after the other, and lets a failed one hold back none', async () => {
    await segl.createWebhook({ url: receiver.url });
    const documentId = uuidv7(segl.deps.clock.now());
    receiver.respond(({ event }) => ({ status: event.type === 'document_created' ? 500 : 200 }));
    await segl.raise(
      { type: 'document_created', documentId },
      { type: 'document_read', documentId },
      { type: 'document_partially_signed', documentId },
      { type: 'document_signed', documentId },
    );
    await segl.runJobs();
    expect(types()).toEqual(['document_created', 'document_read', 'document_partially_signed', 'document_signed']);
    expect(receiver.open.most).toBe(1);
    receiver.respond({ status: 200 });
    segl.advance(10);
    await segl.runJobs();
    expect(types().at(-1)).toBe('document_created');
  });

  it('G-3: has at most eight requests open at a receiver, also with two workers', async () => {
    await segl.createWebhook({ url: receiver.url });
    receiver.respond(() => new Promise((resolve) => setTimeout(() => resolve({ status: 200 }), 30)));
    await segl.raise(...Array.from({ length: 30 }, () => ({ type: 'document_created' })));
    const { rows } = await database.query<{ id: number }>('select id from webhooks');
    const webhookId = rows[0]!.id;
    const here = segl.runJob({ webhookId });
    segl.replaceWorker();
    await Promise.all([here, segl.runJob({ webhookId }), segl.runJobs()]);
    await segl.runJobs();
    expect(receiver.open.most).toBe(8);
    expect(new Set(receiver.received.map((one) => one.event.id)).size).toBe(30);
    expect(receiver.received).toHaveLength(30);
  });

  it('delivers events that come while it waits for a slow receiver', async () => {
    await segl.createWebhook({ url: receiver.url });
    let release: () => void = () => undefined;
    receiver.respond(({ event }) =>
      event.type === 'document_created'
        ? new Promise((resolve) => {
            release = () => resolve({ status: 200 });
          })
        : { status: 200 },
    );
    await segl.raise({ type: 'document_created' });
    const slow = segl.runJobs();
    await expect.poll(() => types()).toEqual(['document_created']);
    await segl.raise({ type: 'document_signed' });
    const fast = segl.runJobs();
    await expect.poll(() => types()).toEqual(['document_created', 'document_signed']);
    release();
    await Promise.all([slow, fast]);
    expect(await segl.pendingDeliveries()).toBe(0);
  });

  it('queues one job for many events', async () => {
    await segl.createWebhook({ url: receiver.url });
    for (let count = 0; count < 5; count += 1) await segl.raise({ type: 'document_created' });
    expect(segl.queuedJobs).toBe(1);
    await segl.runJobs();
    expect(receiver.received).toHaveLength(5);
    await segl.raise({ type: 'document_created' });
    expect(segl.queuedJobs).toBe(1);
  });

  it('queues another job when the one that should have started is lost', async () => {
    await segl.createWebhook({ url: receiver.url });
    await segl.raise({ type: 'document_created' });
    await restartWith({});
    await segl.raise({ type: 'document_created' });
    expect(segl.queuedJobs).toBe(0);
    segl.advance(61);
    await segl.raise({ type: 'document_created' });
    await segl.runJobs();
    expect(receiver.received).toHaveLength(3);
  });

  it('R-6, G-1: makes an attempt again whose worker died between answer and record', async () => {
    let dies = true;
    await restartWith({
      outboundHttp: (real) => ({
        ...real,
        post: async (request) => {
          const result = await real.post(request);
          return dies ? NEVER : result;
        },
      }),
    });
    await segl.createWebhook({ url: receiver.url });
    const [event] = await segl.raise({ type: 'document_signed' });
    const { rows } = await database.query<{ id: number }>('select id from webhooks');
    void segl.runJob({ webhookId: rows[0]!.id });
    await expect.poll(() => receiver.received.length).toBe(1);

    dies = false;
    segl.replaceWorker();
    segl.advance(29);
    await segl.runJobs();
    expect(receiver.received).toHaveLength(1);
    segl.advance(1);
    await segl.runJobs();
    expect(receiver.received.map((one) => one.headers['webhook-id'])).toEqual([event!.id, event!.id]);
    expect(receiver.received.map((one) => one.headers['x-segl-attempt'])).toEqual(['1', '1']);
    expect(await segl.pendingDeliveries()).toBe(0);
  });

  it('does not let a worker that comes back too late undo what another did', async () => {
    const late = Promise.withResolvers<void>();
    let first = true;
    await restartWith({
      outboundHttp: (real) => ({
        ...real,
        post: async (request) => {
          const isFirst = first;
          first = false;
          const result = await real.post(request);
          if (isFirst) await late.promise;
          return result;
        },
      }),
    });
    await segl.createWebhook({ url: receiver.url });
    receiver.respond({ status: 500 });
    await segl.raise({ type: 'document_signed' });
    const { rows } = await database.query<{ id: number }>('select id from webhooks');
    const slow = segl.runJob({ webhookId: rows[0]!.id });
    await expect.poll(() => receiver.received.length).toBe(1);
    receiver.respond(() => NEVER);
    segl.replaceWorker();
    segl.advance(30);
    void segl.runJob({ webhookId: rows[0]!.id });
    await expect.poll(() => receiver.received.length).toBe(2);
    late.resolve();
    await slow;
    const { rows: rest } = await database.query<{ attempts: number; open: boolean }>(
      'select attempts, attempt_id is not null as open from webhook_deliveries',
    );
    expect(rest).toEqual([{ attempts: 0, open: true }]);
  });

  it('R-6: takes on nothing more when it is asked to stop, and leaves the rest to the next worker', async () => {
    await segl.createWebhook({ url: receiver.url });
    const documentId = uuidv7(segl.deps.clock.now());
    receiver.respond(() => {
      segl.askToStop();
      return NEVER;
    });
    await segl.raise({ type: 'document_created', documentId }, { type: 'document_signed', documentId });
    const { rows } = await database.query<{ id: number }>('select id from webhooks');
    await segl.runJob({ webhookId: rows[0]!.id });
    expect(types()).toEqual(['document_created']);
    expect((await segl.webhook(rows[0]!.id)).lastResponse).toBeUndefined();
    receiver.respond({ status: 200 });
    segl.replaceWorker();
    await segl.runJobs();
    expect(types()).toEqual(['document_created', 'document_created', 'document_signed']);
    expect(receiver.received.map((one) => one.headers['x-segl-attempt'])).toEqual(['1', '1', '1']);
  });

  it('hands a webhook that never runs dry on to another job', async () => {
    await restartWith({ limits: { leaseMs: 3_600_000 } });
    await segl.createWebhook({ url: receiver.url });
    receiver.respond(async () => {
      segl.advance(60);
      if (receiver.received.length < 8) await segl.raise({ type: 'document_created' });
      return { status: 200 };
    });
    await segl.raise({ type: 'document_created' });
    const { rows } = await database.query<{ id: number }>('select id from webhooks');
    await segl.runJob({ webhookId: rows[0]!.id });
    expect(receiver.received).toHaveLength(5);
    await segl.runJobs();
    expect(receiver.received).toHaveLength(8);
  });

  it('queues no job over and over while another worker is busy with what is due', async () => {
    await segl.createWebhook({ url: receiver.url });
    const documentId = uuidv7(segl.deps.clock.now());
    const answer = Promise.withResolvers<{ status: number }>();
    receiver.respond(() => answer.promise);
    await segl.raise({ type: 'document_created', documentId }, { type: 'document_signed', documentId });
    const busy = segl.runJobs();
    await expect.poll(() => receiver.received.length).toBe(1);
    segl.replaceWorker();
    const { rows } = await database.query<{ id: number }>('select id from webhooks');
    await segl.runJob({ webhookId: rows[0]!.id });
    expect(segl.queuedJobs).toBe(1);
    expect(segl.nextJobInSeconds).toBeCloseTo(30, 1);
    answer.resolve({ status: 200 });
    await busy;
    expect(types()).toEqual(['document_created', 'document_signed']);
  });

  it('W-1: uses a changed secret and address for the next retry', async () => {
    receiver.respond({ status: 500 });
    const webhook = await segl.createWebhook({ url: `${receiver.url}/old`, secret: 'old-secret' });
    await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    await segl.call('PATCH', `/${webhook.id}`, {
      body: { config: { url: `${receiver.url}/new`, secret: 'new-secret' } },
    });
    segl.advance(10);
    await segl.runJobs();
    const [before, after] = receiver.received;
    expect(after!.path).toBe('/new');
    expect(before!.headers['x-idfy-signature']).toBe(
      createHmac('sha256', 'old-secret').update(before!.body).digest('hex'),
    );
    expect(after!.headers['x-idfy-signature']).toBe(
      createHmac('sha256', 'new-secret').update(after!.body).digest('hex'),
    );
  });

  it('X-3: refuses at delivery what was fine when the webhook was saved', async () => {
    const webhook = await segl.createWebhook({ url: receiver.url });
    await database.query('update webhooks set url = $1', ['http://10.0.0.1:8080/']);
    await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    expect((await segl.webhook(webhook.id)).lastResponse).toMatchObject({ code: 0, message: 'address not allowed' });
  });

  it('W-7, G-5: forgets pending deliveries of a webhook that is switched off, and does not make up for them later', async () => {
    receiver.respond({ status: 500 });
    const webhook = await segl.createWebhook({ url: receiver.url });
    await segl.raise({ type: 'document_created' });
    await segl.runJobs();
    await segl.call('PATCH', `/${webhook.id}`, { body: { active: false } });
    await segl.raise({ type: 'document_signed' });
    await segl.call('PATCH', `/${webhook.id}`, { body: { active: true } });
    segl.advance(100_000);
    await segl.runJobs();
    expect(types()).toEqual(['document_created']);
  });

  it('G-5: stops when the webhook is deleted', async () => {
    receiver.respond({ status: 500 });
    const webhook = await segl.createWebhook({ url: receiver.url, deliveryLogging: 'always' });
    await segl.raise({ type: 'document_created' });
    await segl.runJobs();
    await segl.call('DELETE', `/${webhook.id}`);
    segl.advance(100_000);
    await segl.runJobs();
    expect(receiver.received).toHaveLength(1);
    const { rows } = await database.query('select id from webhook_attempts');
    expect(rows).toEqual([]);
  });

  it('Q-6: erases log and personal data of what is pending when the document is deleted', async () => {
    receiver.respond({ status: 500 });
    const webhook = await segl.createWebhook({ url: receiver.url, deliveryLogging: 'always' });
    const documentId = uuidv7(segl.deps.clock.now());
    const signer = { id: uuidv7(segl.deps.clock.now()), externalSignerId: 'cust-88213', fullName: 'Lie, Ane' };
    await segl.raise({ type: 'document_partially_signed', documentId, payload: { documentId, signer } });
    await segl.raise({ type: 'document_created' });
    await segl.runJobs();
    expect(await segl.deliveries(webhook.id)).toHaveLength(2);
    await segl.raise({ type: 'document_deleted', documentId });
    expect((await segl.deliveries(webhook.id)).map((entry) => entry.requestBody.type)).toEqual(['document_created']);
    segl.advance(100);
    await segl.runJobs();
    const again = receiver.received.findLast((one) => one.event.type === 'document_partially_signed')!;
    expect(again.headers['x-segl-attempt']).toBe('2');
    expect(again.event.payload).toEqual({ documentId, signer: { id: signer.id, externalSignerId: 'cust-88213' } });
  });

  it('Q-6: logs ids only of an attempt that was under way when the document was deleted', async () => {
    const webhook = await segl.createWebhook({ url: receiver.url, deliveryLogging: 'always' });
    const documentId = uuidv7(segl.deps.clock.now());
    const signer = { id: uuidv7(segl.deps.clock.now()), externalSignerId: 'cust-88213', fullName: 'Lie, Ane' };
    const answer = Promise.withResolvers<{ status: number }>();
    receiver.respond(() => answer.promise);
    await segl.raise({ type: 'document_partially_signed', documentId, payload: { documentId, signer } });
    const delivering = segl.runJobs();
    await expect.poll(types).toEqual(['document_partially_signed']);
    await segl.raise({ type: 'document_deleted', documentId });
    answer.resolve({ status: 200 });
    await delivering;
    const log = await segl.deliveries(webhook.id);
    expect(log.map(({ requestBody }) => requestBody.type)).toEqual(['document_deleted', 'document_partially_signed']);
    expect(JSON.stringify(log)).not.toContain('Ane');
  });

  it('W-4: gives each of two webhooks with one address its own delivery', async () => {
    for (const secret of ['first-secret', 'second-secret']) await segl.createWebhook({ url: receiver.url, secret });
    await segl.raise({ type: 'document_created' });
    await segl.runJobs();
    const [one, other] = receiver.received;
    expect(one!.event.id).toBe(other!.event.id);
    expect(new Set(receiver.received.map(({ headers }) => headers['x-segl-delivery-id'])).size).toBe(2);
    const signed = (secret: string) => createHmac('sha256', secret).update(one!.body).digest('hex');
    expect(receiver.received.map(({ headers }) => headers['x-idfy-signature']).sort()).toEqual(
      [signed('first-secret'), signed('second-secret')].sort(),
    );
  });
});
