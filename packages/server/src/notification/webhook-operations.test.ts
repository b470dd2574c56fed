import { createHmac } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database } from '../kernel/db/database.ts';
import { NotificationUnderTest, SJOBANK } from './notification.testing.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.testing.ts';

describeOnEachDatabase('the webhook operations', (openDatabase) => {
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

  const valid = () => ({
    name: 'My webhook',
    active: true,
    events: ['document_signed'],
    config: { url: receiver.url },
  });

  it('W-1: create answers 201 with the webhook, its address and a masked secret, which is stored encrypted', async () => {
    const created = await segl.call('POST', '', {
      body: {
        ...valid(),
        events: ['document_created', 'Document_Signed', 'document_created'],
        tags: ['a', 'b', 'a'],
        config: { url: receiver.url, secret: 'segl-demo-secret', deliveryLogging: 'FAILED' },
      },
    });
    expect(created.status).toBe(201);
    const { id } = created.body;
    expect(created.headers.location).toBe(`https://api.example.com/notification/webhooks/${id}`);
    expect(created.body).toEqual({
      id,
      name: 'My webhook',
      active: true,
      events: ['document_created', 'document_signed'],
      tags: ['a', 'b'],
      config: { url: receiver.url, secret: '********', deliveryLogging: 'failed' },
      createdAt: '2026-03-01T12:00:00.000Z',
      updatedAt: '2026-03-01T12:00:00.000Z',
    });
    const { rows } = await database.query<{ sealed: Buffer }>('select secret_sealed as sealed from webhooks');
    expect(rows[0]!.sealed.includes('segl-demo-secret')).toBe(false);
  });

  it('create fills in what is left out, and shows no secret where there is none', async () => {
    const { body } = await segl.call('POST', '', { body: valid() });
    expect(body.tags).toEqual([]);
    expect(body.config).toEqual({ url: receiver.url, deliveryLogging: 'never' });
    expect(body.lastResponse).toBeUndefined();
  });

  it('create makes * stand alone', async () => {
    const { body } = await segl.call('POST', '', { body: { ...valid(), events: ['document_signed', '*'] } });
    expect(body.events).toEqual(['*']);
  });

  it('W-5: create pings an active webhook, whatever becomes of it', async () => {
    receiver.respond({ status: 500 });
    const { status, body } = await segl.call('POST', '', {
      body: { ...valid(), config: { url: receiver.url, deliveryLogging: 'always' } },
    });
    expect(status).toBe(201);
    await segl.runJobs();
    expect(receiver.received.map((one) => [one.event.type, one.event.payload, one.event.tags])).toEqual([
      ['ping', { webhookId: body.id, name: 'My webhook' }, []],
    ]);
    expect((await segl.webhook(body.id)).lastResponse).toMatchObject({ code: 500 });
    expect(await segl.deliveries(body.id)).toEqual([]);
    expect(segl.queuedJobs).toBe(0);
  });

  it('create does not ping an inactive webhook', async () => {
    await segl.call('POST', '', { body: { ...valid(), active: false } });
    expect(segl.queuedJobs).toBe(0);
  });

  const invalid: [string, object, string, string][] = [
    ['no name', { name: undefined }, 'name', 'required'],
    ['an empty name', { name: '' }, 'name', 'min_length'],
    ['a long name', { name: 'x'.repeat(101) }, 'name', 'max_length'],
    ['no active', { active: undefined }, 'active', 'required'],
    ['no events', { events: [] }, 'events', 'min_length'],
    ['an unknown event', { events: ['document_signed', 'document_shredded'] }, 'events[1]', 'enum'],
    ['ping as an event', { events: ['ping'] }, 'events[0]', 'enum'],
    ['too many tags', { tags: Array.from({ length: 51 }, (_, index) => `t${index}`) }, 'tags', 'too_many_items'],
    ['no url', { config: {} }, 'config.url', 'required'],
    ['a url without scheme', { config: { url: 'hooks.example.com' } }, 'config.url', 'url'],
    ['another scheme', { config: { url: 'ftp://hooks.example.com' } }, 'config.url', 'url'],
    ['user info', { config: { url: 'https://me:pw@hooks.example.com' } }, 'config.url', 'url'],
    ['a fragment', { config: { url: 'https://hooks.example.com/#x' } }, 'config.url', 'url'],
    [
      'a secret of 257 bytes',
      { config: { url: 'https://x.example', secret: `${'ø'.repeat(128)}x` } },
      'config.secret',
      'max_length',
    ],
    ['the mask as secret', { config: { url: 'https://x.example', secret: '********' } }, 'config.secret', 'format'],
    [
      'unknown logging',
      { config: { url: 'https://x.example', deliveryLogging: 'sometimes' } },
      'config.deliveryLogging',
      'enum',
    ],
  ];

  it.each(invalid)('create refuses %s with 400', async (_what, change, field, code) => {
    const { status, body } = await segl.call('POST', '', { body: { ...valid(), ...change } });
    expect(status).toBe(400);
    expect(body.code).toBe('validation_failed');
    expect(body.errors).toMatchObject([{ field, code }]);
  });

  it.each([
    'https://10.0.0.1/',
    'https://[::1]/',
    'https://169.254.169.254/',
    'https://0x0a000001/',
    'https://192.168.0.1:6379/',
  ])('create and update refuse %s with 422, saying nothing about why', async (url) => {
    const created = await segl.call('POST', '', { body: { ...valid(), config: { url } } });
    const { id } = await segl.createWebhook({ url: receiver.url });
    const updated = await segl.call('PATCH', `/${id}`, { body: { config: { url } } });
    for (const { status, body } of [created, updated]) {
      expect(status).toBe(422);
      expect(body.code).toBe('url_not_allowed');
      expect(body.errors).toMatchObject([{ field: 'config.url' }]);
    }
    expect(created.body.message).toBe('Webhooks cannot be sent to this address.');
  });

  it('W-3: create stops at 50 webhooks per account and environment, also when they come at the same time', async () => {
    for (let count = 0; count < 47; count += 1) await segl.createWebhook({ url: receiver.url }, { active: false });
    const body = { ...valid(), active: false };
    const answers = await Promise.all(Array.from({ length: 6 }, () => segl.call('POST', '', { body })));
    expect(answers.map((one) => one.status).sort()).toEqual([201, 201, 201, 422, 422, 422]);
    expect(answers.find((one) => one.status === 422)!.body.code).toBe('too_many_webhooks');
    expect((await segl.call('POST', '', { body, accountId: SJOBANK })).status).toBe(201);
  });

  it('list has the webhooks of account and environment, by id', async () => {
    const first = await segl.createWebhook({ url: receiver.url });
    const second = await segl.createWebhook({ url: receiver.url }, { active: false });
    await segl.createWebhook({ url: receiver.url }, {}, { accountId: SJOBANK });
    await segl.createWebhook({ url: receiver.url }, {}, { environment: 'prod' });
    await segl.call('PATCH', `/${first.id}`, { body: { name: 'Changed' } });
    const { body } = await segl.call('GET', '');
    expect(body.map((one: { id: number }) => one.id)).toEqual([first.id, second.id]);
    expect((await segl.call('GET', '', { accountId: SJOBANK, environment: 'prod' })).body).toEqual([]);
  });

  it.each(['GET', 'PATCH', 'DELETE'] as const)(
    "W-3: %s answers 404 for what is not there or not one's own",
    async (method) => {
      const { id } = await segl.createWebhook({ url: receiver.url });
      const body = method === 'PATCH' ? { config: { url: receiver.url } } : undefined;
      for (const [path, caller] of [
        [`/${id}`, { accountId: SJOBANK }],
        [`/${id}`, { environment: 'prod' as const }],
        ['/2147483647', {}],
      ] as const) {
        const answer = await segl.call(method, path, { body, ...caller });
        expect([answer.status, answer.body.code]).toEqual([404, 'webhook_not_found']);
      }
      expect((await segl.call(method, '/abc', { body })).status).toBe(404);
      expect((await segl.call(method, '/2147483648', { body })).status).toBe(404);
    },
  );

  it('W-2, PA-1, PA-3: update changes what is given, leaves what is absent, null or empty, and answers everything', async () => {
    const { id } = await segl.createWebhook(
      { url: receiver.url, secret: 'segl-demo-secret', deliveryLogging: 'failed' },
      { events: ['document_signed'], tags: ['sales'] },
    );
    segl.advance(60);
    const { status, body } = await segl.call('PATCH', `/${id}`, {
      body: {
        name: 'Renamed',
        active: null,
        events: [],
        tags: [],
        config: { url: null, secret: null, deliveryLogging: 'always' },
      },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'Renamed',
      active: true,
      events: ['document_signed'],
      tags: ['sales'],
      config: { url: receiver.url, secret: '********', deliveryLogging: 'always' },
      createdAt: '2026-03-01T12:00:00.000Z',
      updatedAt: '2026-03-01T12:01:00.000Z',
    });
  });

  it('update makes * replace the types that were there', async () => {
    const { id } = await segl.createWebhook({ url: receiver.url }, { events: ['document_signed'] });
    const { body } = await segl.call('PATCH', `/${id}`, { body: { events: ['document_signed', '*'] } });
    expect(body.events).toEqual(['*']);
  });

  it('W-1, PA-4: update keeps a secret whose mask is sent back', async () => {
    const { id } = await segl.createWebhook({ url: receiver.url, secret: 'segl-demo-secret' });
    const read = await segl.webhook(id);
    await segl.call('PATCH', `/${id}`, { body: { ...read, name: 'Renamed' } });
    await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    const { headers, body } = receiver.received[0]!;
    expect(headers['x-idfy-signature']).toBe(createHmac('sha256', 'segl-demo-secret').update(body).digest('hex'));
  });

  it('update refuses the mask where there is no secret', async () => {
    const { id } = await segl.createWebhook({ url: receiver.url });
    const { status, body } = await segl.call('PATCH', `/${id}`, { body: { config: { secret: '********' } } });
    expect([status, body.errors[0].field]).toEqual([400, 'config.secret']);
  });

  it('PA-5: an empty update changes nothing, not even the time of change', async () => {
    const { id } = await segl.createWebhook({ url: receiver.url });
    const before = await segl.webhook(id);
    segl.advance(60);
    for (const body of [{}, null, { tags: [], config: {} }, { ...before, events: before.events }]) {
      expect(await segl.call('PATCH', `/${id}`, { body })).toMatchObject({ status: 200, body: before });
    }
  });

  it('PA-2: a merge patch can empty the tags but not the events', async () => {
    const { id } = await segl.createWebhook({ url: receiver.url }, { tags: ['sales'] });
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect((await segl.call('PATCH', `/${id}`, { body: { tags: [] }, headers })).body.tags).toEqual([]);
    const refused = await segl.call('PATCH', `/${id}`, { body: { events: [] }, headers });
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'events']);
  });

  it('PA-2: a merge patch removes the secret, and nothing that a webhook needs', async () => {
    const { id } = await segl.createWebhook({
      url: receiver.url,
      secret: 'segl-demo-secret',
      deliveryLogging: 'always',
    });
    const headers = { 'content-type': 'application/merge-patch+json' };
    const body = { config: { secret: null, deliveryLogging: null } };
    const { status, body: updated } = await segl.call('PATCH', `/${id}`, { body, headers });
    expect([status, updated.config]).toEqual([200, { url: receiver.url, deliveryLogging: 'never' }]);
    await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    expect(receiver.received[0]!.headers['x-idfy-signature']).toBeUndefined();

    const needed = { name: null, active: null, events: null, config: { url: null } };
    const refused = await segl.call('PATCH', `/${id}`, { body: needed, headers });
    expect([refused.status, refused.body.errors.map((one: { field: string }) => one.field).sort()]).toEqual([
      400,
      ['active', 'config.url', 'events', 'name'],
    ]);
    expect((await segl.call('PATCH', '/2147483647', { body: needed, headers })).status).toBe(400);
  });

  it('PA-6: of two changes at the same time with the same If-Match one wins', async () => {
    const { id } = await segl.createWebhook({ url: receiver.url });
    const { etag } = (await segl.call('GET', `/${id}`)).headers;
    const headers = { 'if-match': String(etag) };
    const answers = await Promise.all(
      ['First', 'Second', 'Third'].map((name) => segl.call('PATCH', `/${id}`, { body: { name }, headers })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 422, 422]);
    expect((await segl.call('GET', `/${id}`, { headers: { 'if-none-match': String(etag) } })).status).toBe(200);
    const winner = answers.find((answer) => answer.status === 200)!;
    const known = await segl.call('GET', `/${id}`, { headers: { 'if-none-match': String(winner.headers.etag) } });
    expect([known.status, known.body]).toEqual([304, undefined]);
  });

  it('PA-6: refuses to change or delete a webhook that was changed since it was read', async () => {
    const { id } = await segl.createWebhook({ url: receiver.url });
    const { etag } = (await segl.call('GET', `/${id}`)).headers;
    expect(etag).toMatch(/^"[^"]+"$/);
    const headers = { 'if-match': String(etag) };
    const changed = await segl.call('PATCH', `/${id}`, { body: { name: 'First' }, headers });
    expect(changed.status).toBe(200);
    for (const answer of [
      await segl.call('PATCH', `/${id}`, { body: { name: 'Second' }, headers }),
      await segl.call('DELETE', `/${id}`, { headers }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([422, 'resource_changed']);
    }
    expect((await segl.webhook(id)).name).toBe('First');
    const current = { 'if-match': String(changed.headers.etag) };
    expect((await segl.call('DELETE', `/${id}`, { headers: current })).status).toBe(204);
  });

  it('delete answers 204, then 404', async () => {
    const { id } = await segl.createWebhook({ url: receiver.url });
    expect(await segl.call('DELETE', `/${id}`)).toMatchObject({ status: 204, body: undefined });
    expect((await segl.call('DELETE', `/${id}`)).status).toBe(404);
  });

  it('never gives the id of a deleted webhook to another', async () => {
    const first = await segl.createWebhook({ url: receiver.url });
    await segl.call('DELETE', `/${first.id}`);
    expect((await segl.createWebhook({ url: receiver.url })).id).toBeGreaterThan(first.id);
  });

  it('W-5: ping reaches an inactive webhook too', async () => {
    const { id } = await segl.createWebhook({ url: receiver.url }, { active: false });
    expect((await segl.call('POST', `/${id}/ping`)).status).toBe(204);
    await segl.runJobs();
    expect(receiver.received.map((one) => one.event.type)).toEqual(['ping']);
    expect((await segl.webhook(id)).lastResponse).toMatchObject({ code: 200 });
  });

  it('W-6: ping is limited to ten a minute and webhook', async () => {
    const { id } = await segl.createWebhook({ url: receiver.url }, { active: false });
    const other = await segl.createWebhook({ url: receiver.url }, { active: false });
    for (let count = 0; count < 10; count += 1) expect((await segl.call('POST', `/${id}/ping`)).status).toBe(204);
    segl.advance(20);
    const refused = await segl.call('POST', `/${id}/ping`);
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
      429,
      'too_many_requests',
      '40',
    ]);
    expect((await segl.call('POST', `/${other.id}/ping`)).status).toBe(204);
    segl.advance(40);
    expect((await segl.call('POST', `/${id}/ping`)).status).toBe(204);
  });

  it('ping and deliveries answer 404 for another account', async () => {
    const { id } = await segl.createWebhook({ url: receiver.url });
    expect((await segl.call('POST', `/${id}/ping`, { accountId: SJOBANK })).body.code).toBe('webhook_not_found');
    expect((await segl.call('GET', `/${id}/deliveries`, { accountId: SJOBANK })).body.code).toBe('webhook_not_found');
  });

  it('deliveries shows the latest ten attempts, newest first', async () => {
    const { id } = await segl.createWebhook({ url: receiver.url, deliveryLogging: 'always' });
    const events = [];
    for (let count = 0; count < 12; count += 1) {
      events.push(...(await segl.raise({ type: 'document_created' })));
      await segl.runJobs();
    }
    const shown = (await segl.deliveries(id)).map((one) => one.eventId);
    expect(shown).toEqual(
      events
        .map((event) => event.id)
        .reverse()
        .slice(0, 10),
    );
  });
});
