import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { pdfsig, qpdfCheck } from '@segl/test-kit/judges';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { openSignUrl, signAt } from '@segl/test-kit/signer';
import { startWebhookReceiver, type WebhookReceiver } from '@segl/test-kit/webhook-receiver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUser, operate } from '../oauth/api-user.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** Longer than the server waits until it looks for due work again. */
const LOOK_MS = 2_500;

const msOf = (time: string) => Date.parse(time);
/** How far a time is ahead of real time, in whole hours. */
const hoursAhead = (time: string) => Math.round((msOf(time) - Date.now()) / (HOUR * 1000)) + 0;

describe.each([{ kind: 'embedded' }, { kind: 'postgresql' }] as const)(
  'DT-7: the test clock, on the $kind database',
  ({ kind }) => {
    let segl: SeglProcess;
    let contract: Buffer;
    let api: ApiClient;
    let other: ApiClient;
    let production: { clientId: string; clientSecret: string };

    beforeAll(async () => {
      [segl, contract] = await Promise.all([
        startSegl({ kind, environment: { SEGL_TRUSTED_PROXIES: '127.0.0.0/8,::1/128', SEGL_THROTTLE: 'off' } }),
        sampleContract(),
      ]);
      // The embedded database belongs to one process at a time.
      await segl.stop();
      const operator = (...command: string[]) =>
        operate(
          {
            SEGL_DATA_DIR: segl.location.dataDir,
            ...(segl.location.url ? { SEGL_DATABASE_URL: segl.location.url } : {}),
          },
          ...command,
        );
      const { accountId } = await operator('create-account', '--name', 'Nordbank');
      const client = async (environment: string) =>
        (await operator(
          'create-client',
          ...['--account', accountId!, '--environment', environment, '--name', environment],
          ...['--scopes', 'account_write document_read document_write'],
        )) as { clientId: string; clientSecret: string };
      production = await client('prod');
      const test = await client('test');
      await segl.start();
      api = await connect(segl);
      other = await connect({ url: segl.url, client: test });
    });
    afterAll(() => segl?.remove());

    const move = (body: object) => api.request('POST', '/test/clock', body);
    const advance = async (seconds: number) => {
      const moved = await move({ advanceSeconds: seconds });
      expect(moved.status).toBe(200);
      return moved.body.now as string;
    };
    const create = async (by = api) => {
      const created = await by.request('POST', '/signature/documents', documentRequest(contract));
      expect(created.status).toBe(201);
      return created.body;
    };
    const summaryOf = async (documentId: string) =>
      (await api.request('GET', `/signature/documents/${documentId}/summary`)).body;

    it('is real time until it is moved, by seconds or to a time, and then goes on', async () => {
      const before = await api.request('GET', '/test/clock');
      expect(before.status).toBe(200);
      expect(Math.abs(msOf(before.body.now) - Date.now())).toBeLessThan(60_000);
      const moved = await advance(HOUR);
      expect(moved).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(hoursAhead(moved)).toBe(1);
      const to = new Date(Date.now() + 5 * HOUR * 1000).toISOString();
      expect((await move({ to })).body).toEqual({ now: to });
      const later = (await api.request('GET', '/test/clock')).body.now;
      expect(msOf(later)).toBeGreaterThanOrEqual(msOf(to));
      expect(hoursAhead(later)).toBe(5);
    });

    it('never goes back, and wants exactly one way to be moved', async () => {
      const { now } = (await api.request('GET', '/test/clock')).body;
      for (const back of [{ advanceSeconds: -1 }, { to: '2020-01-01T00:00:00Z' }, { to: new Date().toISOString() }]) {
        const refused = await move(back);
        expect([refused.status, refused.body.code]).toEqual([422, 'clock_cannot_go_back']);
      }
      const tooFar = await move({ to: '9999-12-31T00:00:00Z' });
      expect([tooFar.status, tooFar.body.code]).toEqual([422, 'clock_too_far']);
      for (const wrong of [
        {},
        { advanceSeconds: 1, to: '2040-01-01T00:00:00Z' },
        { advanceSeconds: 'x' },
        { advanceSeconds: 0.5 },
        { to: 'x' },
      ]) {
        const refused = await move(wrong);
        expect([refused.status, refused.body.code]).toEqual([400, 'validation_failed']);
      }
      expect(hoursAhead((await api.request('GET', '/test/clock')).body.now)).toBe(hoursAhead(now));
    });

    it('needs the scope account_write', async () => {
      const reader = await connect(segl, 'document_read');
      for (const method of ['GET', 'POST']) {
        const refused = await reader.request(
          method,
          '/test/clock',
          method === 'POST' ? { advanceSeconds: 1 } : undefined,
        );
        expect([refused.status, refused.body.code]).toEqual([403, 'insufficient_scope']);
        expect((await fetch(`${segl.url}/test/clock`, { method })).status).toBe(401);
      }
    });

    it('ENV-7: is not there for clients of production', async () => {
      const user = new ApiUser(segl.url, { 'x-forwarded-proto': 'https' });
      for (const scope of ['account_write', 'document_read']) {
        const token = await user.token(production.clientId, production.clientSecret, scope);
        for (const method of ['GET', 'POST']) {
          const body = method === 'POST' ? { advanceSeconds: 1 } : undefined;
          const answer = await user.call(token, method, '/test/clock', body);
          expect([answer.status, answer.body.code]).toEqual([404, 'route_not_found']);
        }
      }
    });

    it('moves the times of documents and webhooks, and not those of another account', async () => {
      const before = await create();
      await advance(2 * DAY);
      const after = await create();
      const foreign = await create(other);
      const [first, second] = [await summaryOf(before.documentId), await summaryOf(after.documentId)];
      expect(msOf(second.created) - msOf(first.created)).toBeGreaterThanOrEqual(2 * DAY * 1000);
      expect(msOf(second.deadline) - msOf(second.created)).toBe(45 * DAY * 1000);
      const list = await api.request('GET', `/signature/documents/summary?fromDate=${second.created}`);
      expect(list.body.data.map((one: { documentId: string }) => one.documentId)).toEqual([after.documentId]);
      const theirs = await other.request('GET', `/signature/documents/${foreign.documentId}/summary`);
      expect(hoursAhead(theirs.body.created)).toBe(0);
      expect(hoursAhead((await other.request('GET', '/test/clock')).body.now)).toBe(0);
      const webhook = await api.request('POST', '/notification/webhooks', {
        name: 'Clock',
        active: false,
        events: ['*'],
        config: { url: 'http://127.0.0.1:9000/' },
      });
      expect(webhook.status).toBe(201);
      expect(hoursAhead(webhook.body.createdAt)).toBe(hoursAhead(second.created));
    });

    it('judges a deadline by the clock: in the past it is refused, when it passes nobody can sign', async () => {
      const now = await advance(HOUR);
      const withDeadline = (ms: number) =>
        api.request(
          'POST',
          '/signature/documents',
          documentRequest(contract, { advanced: { timeToLive: { deadline: new Date(ms).toISOString() } } }),
        );
      const refused = await withDeadline(msOf(now) - 60_000);
      expect([refused.status, refused.body.errors?.[0]?.code]).toEqual([400, 'date_past']);
      const created = await withDeadline(msOf(now) + DAY * 1000);
      expect(created.status).toBe(201);
      const signer = await openSignUrl(created.body.signers[0].url);
      const view = async () => (await signer.call('GET', '/app/v1/session')).body;
      expect((await view()).state).toBe('sign');
      await advance(DAY);
      // The same session: it lives in real time.
      expect((await view()).state).toBe('expired');
    });

    it('leaves tokens alone: those of before go on, and new ones end in real time', async () => {
      const before = await connect(segl);
      await advance(60 * DAY);
      expect((await before.request('GET', '/test/clock')).status).toBe(200);
      const after = await connect(segl);
      expect((await after.request('GET', '/test/clock')).status).toBe(200);
      const claims = JSON.parse(Buffer.from(after.token.split('.')[1]!, 'base64url').toString('utf8'));
      expect(Math.abs(claims.exp - 3_600 - Date.now() / 1000)).toBeLessThan(120);
      const answer = await after.request('GET', '/test/clock');
      expect(hoursAhead(answer.headers.get('date')!)).toBe(0);
    });

    it('shows signatures in its time, while what proves them keeps real time and stays valid', async () => {
      await advance(2 * DAY);
      const created = await create();
      await signAt(created.signers[0].url);
      await expect
        .poll(async () => (await summaryOf(created.documentId)).status.completedPackages, { timeout: 30_000 })
        .toContain('pades');
      const { now } = (await api.request('GET', '/test/clock')).body;
      const summary = await summaryOf(created.documentId);
      expect(hoursAhead(summary.signedDate)).toBe(hoursAhead(now));
      expect(hoursAhead(now)).toBeGreaterThanOrEqual(48);
      const file = await api.request('GET', `/signature/documents/${created.documentId}/files?fileFormat=pades`);
      expect(file.status).toBe(200);
      const root = Buffer.from(await (await fetch(`${segl.url}/trust/root.cer`)).arrayBuffer());
      const signatures = await pdfsig(file.bytes, root);
      expect(signatures.map(({ signature, certificate }) => [signature, certificate])).toEqual([
        ['Signature is Valid.', 'Certificate is Trusted.'],
        ['Signature is Valid.', 'Certificate is Trusted.'],
        ['Signature has not yet been verified.', undefined],
      ]);
      expect((await qpdfCheck(file.bytes)).clean).toBe(true);
      // What each signature claims as its time: /M, a hexadecimal string `D:YYYYMMDDhhmmss…`.
      const said = [...file.bytes.toString('latin1').matchAll(/\/M\s*<([0-9a-f]{32,})>/gi)].map(([, hex]) =>
        Buffer.from(hex!, 'hex')
          .toString('latin1')
          .replace(/^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d).*$/, '$1-$2-$3T$4:$5:$6Z'),
      );
      expect(said.length).toBeGreaterThanOrEqual(2);
      for (const time of said) expect(hoursAhead(time)).toBe(0);
    });

    it('brings the retries of a webhook, each after its pause and not before', async () => {
      await advance(2 * DAY);
      const receiver: WebhookReceiver = await startWebhookReceiver(() => (receiver.received.length < 7 ? 500 : 200));
      const webhook = await api.request('POST', '/notification/webhooks', {
        name: 'Retries',
        active: true,
        events: ['document_created'],
        config: { url: receiver.url, deliveryLogging: 'always' },
      });
      const created = await receiver.waitFor('ping').then(() => create());
      const attempts = () => receiver.received.filter(({ event }) => event.type === 'document_created');
      await expect.poll(() => attempts().length, { timeout: 10_000 }).toBe(1);
      const recorded = async () =>
        (await api.request('GET', `/notification/webhooks/${webhook.body.id}/deliveries`)).body;
      // 10 s, 1 min, 5 min and 15 min, each with up to a fifth more.
      for (const [index, pause] of [10, 60, 300, 900].entries()) {
        await expect.poll(async () => (await recorded()).length).toBe(index + 1);
        await advance(pause * 1.2);
        await expect.poll(() => attempts().length, { timeout: 10_000 }).toBe(index + 2);
      }
      await expect.poll(async () => (await recorded()).length).toBe(5);
      // The sixth comes after an hour, or a fifth less.
      await advance(0.8 * HOUR - 60);
      await sleep(LOOK_MS);
      expect(attempts()).toHaveLength(5);
      await advance(0.4 * HOUR + 60);
      await expect.poll(() => attempts().length, { timeout: 10_000 }).toBe(6);
      await expect.poll(async () => (await recorded())[0]?.responseStatusCode).toBe(200);

      const { now } = (await api.request('GET', '/test/clock')).body;
      expect(hoursAhead((await recorded())[0].timestamp)).toBe(hoursAhead(now));
      for (const { event, headers } of attempts()) {
        expect(event.timestamp).toBe(attempts()[0]!.event.timestamp);
        expect(event.payload.documentId).toBe(created.documentId);
        expect(hoursAhead(new Date(Number(headers['webhook-timestamp']) * 1000).toISOString())).toBe(0);
      }
      expect(hoursAhead(attempts()[0]!.event.timestamp)).toBeGreaterThanOrEqual(47);
      await api.request('DELETE', `/notification/webhooks/${webhook.body.id}`);
      await receiver.close();
    });

    it('stands where it stood after the process was killed, and repeated keys move it once', async () => {
      const key = { 'Idempotency-Key': `clock-${kind}` };
      const moved = await api.request('POST', '/test/clock', { advanceSeconds: DAY }, key);
      await segl.kill();
      await segl.start();
      const repeated = await api.request('POST', '/test/clock', { advanceSeconds: DAY }, key);
      expect(repeated.body).toEqual(moved.body);
      const { now } = (await api.request('GET', '/test/clock')).body;
      expect(hoursAhead(now)).toBe(hoursAhead(moved.body.now));
      expect(hoursAhead((await summaryOf((await create()).documentId)).created)).toBe(hoursAhead(now));
    });
  },
);

describe('DT-7: the test clock, on two processes', () => {
  let [first, second]: [SeglProcess, SeglProcess] = [] as never;

  beforeAll(async () => {
    const environment = {
      SEGL_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      SEGL_PUBLIC_URL: 'http://localhost',
    };
    first = await startSegl({ kind: 'postgresql', environment: { ...environment, SEGL_ROLE: 'api' } });
    second = await startSegl({
      kind: 'postgresql',
      environment: { ...environment, SEGL_DATABASE_URL: first.location.url! },
    });
  });
  afterAll(async () => {
    await second?.remove();
    await first?.remove();
  });

  it('is the same in both, and work that waits in the other one wakes', async () => {
    const here = await connect(first);
    const there = await connect(second);
    let answer = 500;
    const receiver = await startWebhookReceiver(() => answer);
    const webhook = { name: 'Other', active: true, events: ['document_created'], config: { url: receiver.url } };
    expect((await here.request('POST', '/notification/webhooks', webhook)).status).toBe(201);
    await receiver.waitFor('ping');
    const request = documentRequest(await sampleContract());
    expect((await here.request('POST', '/signature/documents', request)).status).toBe(201);
    const attempts = () => receiver.received.filter(({ event }) => event.type === 'document_created').length;
    await expect.poll(attempts, { timeout: 10_000 }).toBe(1);
    await sleep(500);

    answer = 200;
    const moved = await here.request('POST', '/test/clock', { advanceSeconds: DAY });
    const seen = await there.request('GET', '/test/clock');
    expect(hoursAhead(seen.body.now)).toBe(24);
    expect(msOf(seen.body.now)).toBeGreaterThanOrEqual(msOf(moved.body.now));
    await expect.poll(attempts, { timeout: 5_000 }).toBe(2);
    const created = async () => {
      const made = await there.request('POST', '/signature/documents', documentRequest(await sampleContract()));
      const summary = await there.request('GET', `/signature/documents/${made.body.documentId}/summary`);
      return hoursAhead(summary.body.created);
    };
    await expect.poll(created, { timeout: 5_000 }).toBe(24);
    await receiver.close();
  });
});
