import { randomUUID } from 'node:crypto';
import { type ApiClient, connect } from '@segl/test-kit/api-client';
import type { DatabaseKind } from '@segl/test-kit/databases';
import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { startWebhookReceiver, type WebhookReceiver } from '@segl/test-kit/webhook-receiver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROUNDS = { embedded: 2, postgresql: 5 };

/** Operations without a key of their own, through the real server. */
describe.each(['embedded', 'postgresql'] as const)('Idempotency-Key on the %s database', (kind: DatabaseKind) => {
  let segl: SeglProcess;
  let receiver: WebhookReceiver;
  let api: ApiClient;

  beforeAll(async () => {
    [segl, receiver] = await Promise.all([
      startSegl({ kind, environment: { SEGL_THROTTLE: 'off' } }),
      startWebhookReceiver(),
    ]);
    api = await connect(segl);
  });
  afterAll(async () => {
    await Promise.all([segl?.remove(), receiver?.close()]);
  });

  const webhook = (name: string) => ({
    name,
    active: false,
    events: ['document_signed'],
    config: { url: receiver.url, secret: 'idempotency-key-secret' },
  });
  const create = (key: string, name: string) =>
    api.request('POST', '/notification/webhooks', webhook(name), { 'idempotency-key': key });
  async function webhooksNamed(name: string): Promise<number> {
    const { body } = await api.request('GET', '/notification/webhooks');
    return body.filter((one: { name: string }) => one.name === name).length;
  }

  it('IM-9: a webhook is created once per key, and a replay has the same status, body, Location and ETag', async () => {
    const [key, name] = [randomUUID(), randomUUID()];
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(key, name)));
    expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(201));
    const replays = answers.filter((answer) => answer.headers.get('idempotent-replayed') === 'true');
    expect(replays.length).toBe(19);
    for (const member of ['location', 'etag']) {
      expect(new Set(answers.map((answer) => answer.headers.get(member))).size).toBe(1);
    }
    expect(new Set(answers.map((answer) => answer.bytes.toString())).size).toBe(1);
    expect(await webhooksNamed(name)).toBe(1);
  });

  it('IM-9: the same key with another request, or a request that failed before', async () => {
    const key = randomUUID();
    expect((await create(key, '')).status).toBe(400);
    const refused = await api.request(
      'POST',
      '/notification/webhooks',
      { ...webhook('x'), config: { url: 'https://10.0.0.1/' } },
      { 'idempotency-key': key },
    );
    expect([refused.status, refused.body.code]).toEqual([422, 'url_not_allowed']);
    expect((await create(key, 'first')).status).toBe(201);
    const reused = await create(key, 'second');
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect(await webhooksNamed('second')).toBe(0);
  });

  it('IM-9: a ping under a key goes out once', async () => {
    const { body } = await create(randomUUID(), 'pinged');
    const ping = (key: string) =>
      api.request('POST', `/notification/webhooks/${body.id}/ping`, undefined, { 'idempotency-key': key });
    const [once, later] = [randomUUID(), randomUUID()];
    const answers = await Promise.all(Array.from({ length: 5 }, () => ping(once)));
    expect(answers.map((answer) => answer.status)).toEqual(Array(5).fill(204));
    await ping(later);
    const pings = () => receiver.received.filter(({ event }) => event.type === 'ping');
    const deadline = Date.now() + 20_000;
    while (pings().length < 2 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(new Set(pings().map(({ event }) => event.id)).size).toBe(2);
  });

  it('IM-9: kill -9 at any moment leads to one effect: repetitions find the answer or do the work', async () => {
    for (let round = 0; round < ROUNDS[kind]; round += 1) {
      const [key, name] = [randomUUID(), randomUUID()];
      const first = Promise.allSettled([create(key, name), create(key, name)]);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
      await segl.kill();
      const acknowledged = (await first).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      await segl.start();
      api = await connect(segl);
      let answer = await create(key, name);
      // A claim of the dead process ends by itself; until then repetitions are asked to come back.
      while (answer.status === 503) {
        expect(answer.headers.get('retry-after')).toBe('2');
        answer = await create(key, name);
      }
      expect(answer.status).toBe(201);
      for (const one of acknowledged) expect(one.body).toEqual(answer.body);
      expect(await webhooksNamed(name)).toBe(1);
    }
  });
});
