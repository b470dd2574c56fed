import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../../test-kit/src/each-database.ts';
import type { Database } from '../../kernel/db/database.ts';
import { uuidv7 } from '../../kernel/ids/uuid.ts';
import { MessagingUnderTest, NORDBANK, SIGN_URL, type SigningRequest, signingRequest } from '../messaging.testing.ts';
import type { MessagingDeps } from '../messaging-deps.ts';
import { insertMessages } from '../store.ts';

const CLIENT = `Basic ${Buffer.from('t-first:the-secret').toString('base64')}`;
const inbox = { checkBasic: async (id: string, secret: string) => id === 't-first' && secret === 'the-secret' };
const ESCAPED_URL = SIGN_URL.replaceAll('&', '&#38;');

describeOnEachDatabase('the captured inbox', (openDatabase) => {
  let database: Database;
  let segl: MessagingUnderTest;

  beforeAll(async () => {
    database = await openDatabase();
  });

  beforeEach(async () => {
    await database.query('delete from messages');
    await restartWith({});
  });

  afterEach(async () => {
    await segl.stop();
  });

  async function restartWith(changes: Partial<MessagingDeps>): Promise<void> {
    await segl?.stop();
    segl = new MessagingUnderTest(database, { inbox, ...changes });
    await segl.start();
  }

  const get = async (path = '', headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') => {
    const request = {
      method: 'GET' as const,
      url: `/test/inbox${path}`,
      headers: { host: 'localhost:8642', ...headers },
      remoteAddress,
    };
    const { statusCode: status, body, headers: answered } = await segl.http.inject(request);
    return { status, body, headers: answered };
  };

  async function send(changes: Partial<SigningRequest>): Promise<SigningRequest> {
    const request = signingRequest(changes);
    segl.due.push(request);
    await segl.raise({ type: 'document_created', documentId: request.documentId, environment: request.environment });
    return request;
  }

  const idOf = async (channel: string) => (await segl.messages()).find((one) => one.channel === channel)!.id as string;

  it('does not exist unless the instance has one', async () => {
    await restartWith({ inbox: undefined });
    expect((await get()).status).toBe(404);
    expect((await get('', { authorization: CLIENT })).status).toBe(404);
  });

  it('opens for a browser on this machine, under any of its names', async () => {
    for (const host of ['localhost:8642', '127.0.0.1:8642', '[::1]:8642', 'segl.localhost']) {
      expect((await get('', { host })).status, host).toBe(200);
    }
    expect((await get('', {}, '::1')).status).toBe(200);
  });

  it.each([
    ['comes from another machine', {}, '192.0.2.7'],
    ['reached a foreign name', { host: 'evil.example:8642' }, '127.0.0.1'],
    ['reached a name that only looks like this machine', { host: 'localhost.evil.example' }, '127.0.0.1'],
    ['came through a proxy', { 'x-forwarded-for': '192.0.2.7' }, '127.0.0.1'],
    ['came through a proxy that says so in the standard way', { forwarded: 'for=192.0.2.7' }, '127.0.0.1'],
    ['has a wrong secret', { authorization: `Basic ${Buffer.from('t-first:guess').toString('base64')}` }, '192.0.2.7'],
    ['has another scheme', { authorization: 'Bearer abc' }, '192.0.2.7'],
  ])('asks for credentials, at every address, whoever %s', async (_what, headers, peer) => {
    await send({});
    const id = await idOf('email');
    for (const path of ['', '/inbox.css', `/${id}`, `/${id}/email`]) {
      const answer = await get(path, headers as Record<string, string>, peer);
      expect(answer.status, path).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
      expect(answer.body).not.toContain('kari');
    }
  });

  it('asks everybody for credentials on an instance that has a public address', async () => {
    await restartWith({ publicUrl: 'https://sign.example' });
    expect((await get()).status).toBe(401);
    expect((await get('', { authorization: CLIENT, host: 'sign.example' }, '192.0.2.7')).status).toBe(200);
  });

  it('shows an e-mail with its link, and the e-mail itself in a frame that may run nothing', async () => {
    await send({ title: '<script>alert(1)</script>' });
    const id = await idOf('email');
    const list = await get();
    expect(list.body).toContain('kari@example.com');
    expect(list.body).toContain(`/test/inbox/${id}"`);
    const page = await get(`/${id}`);
    expect(page.body).toContain(`href="${ESCAPED_URL}"`);
    expect(page.body).toContain(`src="/test/inbox/${id}/email"`);
    const email = await get(`/${id}/email`);
    expect(email.body).toContain(`<a class="button" href="${ESCAPED_URL}"`);
    for (const { body, headers } of [list, page, email]) {
      expect(body).not.toContain('<script');
      const policy = headers['content-security-policy'] as string;
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe-inline');
      expect(policy).not.toContain('script-src');
    }
    expect(email.headers['content-security-policy']).toMatch(/; sandbox allow-popups allow-popups-to-escape-sandbox$/);
  });

  it('shows an SMS with its link to click', async () => {
    await send({ channel: 'sendSms' });
    const page = await get(`/${await idOf('sms')}`);
    expect(page.body).toContain('+4799900001');
    expect(page.body).toContain(
      `<a href="${ESCAPED_URL}" target="_blank" rel="noopener noreferrer">${ESCAPED_URL}</a></p>`,
    );
    expect((await get(`/${await idOf('sms')}/email`)).status).toBe(404);
  });

  it('shows nothing of production', async () => {
    await send({ environment: 'prod' });
    const id = await idOf('email');
    expect((await get()).body).not.toContain(id);
    expect((await get(`/${id}`)).status).toBe(404);
    expect((await get(`/${id}/email`)).status).toBe(404);
  });

  it('shows a message that waits to be sent', async () => {
    const now = new Date();
    const id = uuidv7(now);
    const base = {
      accountId: NORDBANK,
      environment: 'test',
      kind: 'request',
      sequence: 0,
      manual: false,
      createdAt: now,
    } as const;
    const waiting = {
      ...base,
      id,
      documentId: id,
      signerId: id,
      channel: 'email',
      receiver: 'per@example.com',
    } as const;
    await database.transaction((tx) => insertMessages(tx, [waiting]));
    expect((await get()).body).toContain('Waiting to be sent');
    expect((await get(`/${id}`)).body).toContain('The message is not written yet.');
    expect((await get(`/${id}/email`)).status).toBe(404);
  });

  it('goes through all messages, newest first, in pages of 50 that new ones do not shift', async () => {
    const now = new Date();
    const receivers = Array.from({ length: 120 }, (_, number) => `number-${number}@example.com`);
    const message = (receiver: string) => ({
      id: uuidv7(now),
      accountId: NORDBANK,
      environment: 'test' as const,
      documentId: uuidv7(now),
      signerId: uuidv7(now),
      kind: 'request' as const,
      sequence: 0,
      manual: false,
      channel: 'email' as const,
      receiver,
      createdAt: now,
    });
    await database.transaction((tx) => insertMessages(tx, receivers.map(message)));
    const seen: string[][] = [];
    let path: string | undefined = '';
    while (path !== undefined) {
      const { body } = await get(path);
      seen.push([...body.matchAll(/class="receiver">([^<]+)</g)].map((match) => match[1]!));
      path = /href="\/test\/inbox(\?before=[^"]+)" rel="next"/.exec(body)?.[1];
      await database.transaction((tx) => insertMessages(tx, [message('late@example.com')]));
    }
    expect(seen.map((page) => page.length)).toEqual([50, 50, 20]);
    expect(seen.flat()).toEqual(receivers.reverse());
  });

  it.each(['no-id', '0195a000-0000-7000-8000-0000000000ff'])('answers 404 for a message %s', async (id) => {
    const answer = await get(`/${id}`);
    expect(answer.status).toBe(404);
    expect(answer.body).toContain('There is no such message');
  });
});
