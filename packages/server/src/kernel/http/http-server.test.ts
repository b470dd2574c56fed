import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type ApiUnderTest, apiUnderTest, BEARER, NORDBANK, THING_ID } from './api.testing.ts';

const JSON_BODY = { 'content-type': 'application/json' };
const open: ApiUnderTest[] = [];

function api(options?: Parameters<typeof apiUnderTest>[0]): ApiUnderTest {
  const made = apiUnderTest(options);
  open.push(made);
  return made;
}

afterEach(async () => {
  for (const { app } of open.splice(0)) await app.close();
});

function standardHeaders(headers: Record<string, unknown>, environment = 'test', account?: string) {
  expect(headers.requestid).toMatch(/^[0-9a-f]{32}$/);
  expect(headers['request-id']).toBe(headers.requestid);
  expect(headers['x-idfy-environment']).toBe(environment);
  expect(headers['x-idfy-accountid']).toBe(account ?? '00000000-0000-0000-0000-000000000000');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers.date).toBeDefined();
}

describe('every answer', () => {
  it.each([
    ['a success', 'POST', '/things', { ...BEARER, ...JSON_BODY }, '{"name":"Kari"}', 200, NORDBANK],
    ['nothing to return', 'DELETE', `/things/${THING_ID}`, BEARER, undefined, 204, NORDBANK],
    ['a malformed request', 'POST', '/things', { ...BEARER, ...JSON_BODY }, '{', 400, NORDBANK],
    ['no token', 'POST', '/things', JSON_BODY, '{"name":"Kari"}', 401, undefined],
    ['a bad token', 'GET', '/public', { authorization: 'Bearer nonsense' }, undefined, 401, undefined],
    ['a lacking scope', 'GET', '/boom', { authorization: 'Bearer test:event' }, undefined, 403, NORDBANK],
    ['an unknown address', 'GET', '/nowhere', {}, undefined, 404, undefined],
    ['a wrong verb', 'PATCH', '/things', {}, undefined, 405, undefined],
    [
      'a body that is too large',
      'POST',
      '/things',
      { ...BEARER, ...JSON_BODY },
      `"${'x'.repeat(2_000_000)}"`,
      413,
      NORDBANK,
    ],
    ['another type of body', 'POST', '/things', { ...BEARER, 'content-type': 'text/plain' }, 'x', 415, NORDBANK],
    ['a broken rule', 'GET', '/impossible', BEARER, undefined, 422, NORDBANK],
    ['a defect', 'GET', '/boom', BEARER, undefined, 500, NORDBANK],
    ['an absent database', 'GET', '/away', BEARER, undefined, 503, NORDBANK],
    ['an address that cannot be decoded', 'GET', '/things/%zz', BEARER, undefined, 404, undefined],
    ['a part of the address that is too long', 'GET', `/things/${'x'.repeat(3000)}`, BEARER, undefined, 404, undefined],
    ['an address that is too long', 'GET', `/public?x=${'x'.repeat(8200)}`, {}, undefined, 400, undefined],
    ['a range that is not there', 'GET', '/file', { ...BEARER, range: 'bytes=99-' }, undefined, 416, NORDBANK],
  ] as const)('section 5: has the standard headers and, as an error, the E1 body: %s', async (...row) => {
    const [, method, url, headers, payload, status, account] = row;
    const { app } = api();
    const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    expect(answer.statusCode).toBe(status);
    standardHeaders(answer.headers, 'test', account);
    expect(answer.headers['cache-control']).toBe('no-store');
    if (status < 400) return;
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    const body = answer.json();
    expect(body).toMatchObject({
      message: expect.any(String),
      code: expect.stringMatching(/^[a-z_]+$/),
      errorMessage: body.message,
      errorCode: body.code,
      requestId: answer.headers.requestid,
    });
    expect(body.error).toBeUndefined();
    expect('errors' in body).toBe(status === 400);
  });

  it('section 5: HEAD has the headers of GET and no body, known address or not', async () => {
    const { app } = api();
    const found = await app.inject({ method: 'HEAD', url: `/things/${THING_ID}`, headers: BEARER });
    const lost = await app.inject({ method: 'HEAD', url: '/nowhere' });
    expect([found.statusCode, found.body, lost.statusCode, lost.body]).toEqual([200, '', 404, '']);
    standardHeaders(found.headers, 'test', NORDBANK);
    standardHeaders(lost.headers);
  });

  it('section 5: names the environment of the token', async () => {
    const { app } = api();
    const answer = await app.inject({
      url: `/things/${THING_ID}`,
      headers: { authorization: 'Bearer prod:document_write', 'x-forwarded-proto': 'https' },
      remoteAddress: '10.0.0.1',
    });
    standardHeaders(answer.headers, 'prod', NORDBANK);
  });

  it('HD-1: has a request id of its own, whatever the client sends, and logs the client’s', async () => {
    const { app, logged } = api();
    const sent = 'a'.repeat(32);
    const answer = await app.inject({
      url: '/public',
      headers: { requestid: sent, 'request-id': sent, 'x-request-id': sent, 'x-idfy-sdk': 'node/1.0' },
    });
    expect(answer.headers.requestid).not.toBe(sent);
    expect(logged).toContainEqual(
      expect.objectContaining({
        requestId: answer.headers.requestid,
        clientRequestId: sent,
        sdk: 'node/1.0',
        path: '/public',
      }),
    );
  });

  it('ST-4: 404 and 422 have a reason phrase that is free of user input', async () => {
    const { app } = api();
    const phrase = async (url: string) => (await app.inject({ url, headers: BEARER })).statusMessage;
    expect(await phrase('/<script>')).toBe('Route not found');
    expect(await phrase('/things/0195b000')).toBe('Not found');
    expect(await phrase('/impossible')).toBe('Thing locked');
  });

  it('500: tells nothing of what went wrong, and logs no rows', async () => {
    const { app, logged } = api();
    const answer = await app.inject({ url: '/boom', headers: BEARER });
    expect(answer.json()).toMatchObject({ code: 'internal_error' });
    expect(answer.body).not.toMatch(/select|secrets|stack|01017000027/);
    const entry = logged.find((one) => one.msg === 'request failed');
    expect(entry).toMatchObject({ requestId: answer.headers.requestid, err: { message: 'select 1 from secrets' } });
    expect(JSON.stringify(logged)).not.toContain('01017000027');
  });

  it('500: an answer that breaks its own contract is not sent', async () => {
    const { app } = api();
    const answer = await app.inject({ url: '/broken-answer', headers: BEARER });
    expect([answer.statusCode, answer.json().code]).toEqual([500, 'internal_error']);
  });

  it('503: the database is away; Retry-After says when to try again', async () => {
    const { app } = api();
    const answer = await app.inject({ url: '/away', headers: BEARER });
    expect(answer.json().code).toBe('service_unavailable');
    expect(answer.headers['retry-after']).toBe('2');
  });

  it('JS-3: a member that the contract does not declare is not answered', async () => {
    const { app } = api();
    const answer = await app.inject({
      method: 'POST',
      url: '/things',
      headers: { ...BEARER, ...JSON_BODY },
      payload: '{"name":"Kari"}',
    });
    expect(answer.json()).toEqual({ name: 'ok' });
  });

  it('HD-5: https has Strict-Transport-Security, behind a trusted proxy only', async () => {
    const { app } = api();
    const hsts = async (remoteAddress: string) =>
      (await app.inject({ url: '/public', remoteAddress, headers: { 'x-forwarded-proto': 'https' } })).headers[
        'strict-transport-security'
      ];
    expect(await hsts('10.0.0.1')).toBe('max-age=31536000');
    expect(await hsts('203.0.113.7')).toBeUndefined();
  });

  it('HD-5: production is refused over plain http, test is not unless the instance says so', async () => {
    const get = (app: ApiUnderTest['app'], environment: string, proto?: string) =>
      app
        .inject({
          url: `/things/${THING_ID}`,
          remoteAddress: '10.0.0.1',
          headers: {
            authorization: `Bearer ${environment}:document_write`,
            ...(proto ? { 'x-forwarded-proto': proto } : {}),
          },
        })
        .then((answer) => [answer.statusCode, answer.json().code]);
    const { app } = api();
    expect(await get(app, 'prod')).toEqual([403, 'https_required']);
    expect(await get(app, 'prod', 'https')).toEqual([200, undefined]);
    expect(await get(app, 'test')).toEqual([200, undefined]);
    const strict = api({ requireHttps: true }).app;
    expect(await get(strict, 'test')).toEqual([403, 'https_required']);
    expect((await strict.inject({ url: '/public' })).json().code).toBe('https_required');
  });
});

describe('what is not a request', () => {
  async function talk(app: ApiUnderTest['app'], text: string): Promise<string> {
    await app.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => undefined);
    socket.write(text);
    await once(socket, 'close');
    return answer;
  }

  it.each([
    ['431: headers over 32 KiB', `GET / HTTP/1.1\r\nHost: a\r\nX-Large: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
    ['400: no HTTP at all', 'HELO mail.example.com\r\n\r\n', 400],
    [
      '400: two lengths (request smuggling)',
      'POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('has the E1 body and the standard headers: %s', async (_what, text, status) => {
    const answer = await talk(api().app, text);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    const headers = Object.fromEntries(
      head
        .split('\r\n')
        .slice(1)
        .map((line) => [line.split(': ')[0]!.toLowerCase(), line.split(': ')[1]]),
    );
    standardHeaders(headers);
    expect(JSON.parse(body)).toMatchObject({ code: 'invalid_request', requestId: headers.requestid });
  });

  it('takes headers of just under 32 KiB', async () => {
    const answer = await talk(
      api().app,
      `GET /public HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Large: ${'x'.repeat(30_000)}\r\n\r\n`,
    );
    expect(answer).toContain('HTTP/1.1 200 OK');
  });

  it('503 while stopping: a request that was under way gets the E1 body', async () => {
    const { app } = api();
    await app.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.write('GET /public HTTP/1.1\r\nHost: a\r\n\r\nGET /public HTTP/1.1\r\n');
    while (!answer.includes('200 OK')) await once(socket, 'data');
    const stopped = app.close();
    socket.write('Host: a\r\n\r\n');
    await once(socket, 'close');
    await stopped;
    const second = answer.slice(answer.lastIndexOf('HTTP/1.1'));
    expect(second).toContain('503 Service Unavailable');
    expect(second).toContain('"code":"service_unavailable"');
    expect(second.toLowerCase()).toContain('retry-after: 2');
  });
});

describe('the body of a request', () => {
  const post = (contentType: string | undefined, payload: string | Buffer, url = '/things') =>
    api().app.inject({
      method: 'POST',
      url,
      headers: { ...BEARER, ...(contentType === undefined ? {} : { 'content-type': contentType }) },
      payload,
    });

  it.each([
    'application/json',
    'Application/JSON; charset=UTF-8',
    'text/json',
    'application/merge-patch+json',
    'application/vnd.idfy.v1+json;charset="utf-8"',
    'application/json; profile=x; charset=utf8',
  ])('CT-1: takes %s', async (contentType) => {
    expect((await post(contentType, '{"name":"Kari"}')).statusCode).toBe(200);
  });

  it.each([
    ['application/x-www-form-urlencoded', 'name=Kari'],
    ['application/xml', '<name/>'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['text/plain', '{"name":"Kari"}'],
    ['application/jsonp', '{"name":"Kari"}'],
    ['application/json+xml', '{"name":"Kari"}'],
    ['nonsense', '{"name":"Kari"}'],
    ['application/json; charset=iso-8859-1', '{"name":"Kari"}'],
    ['application/json; charset=utf-16', '{"name":"Kari"}'],
    [undefined, '{"name":"Kari"}'],
  ])('CT-2, CT-4: refuses a body of type %s', async (contentType, payload) => {
    // A buffer, so that the test's client adds no type of its own.
    const answer = await post(contentType, Buffer.from(payload));
    expect([answer.statusCode, answer.json().code]).toEqual([415, 'unsupported_media_type']);
    expect(answer.json().message).toContain('application/json');
  });

  it('CT-2: refuses a chunked body of another type, and takes an empty one', async () => {
    const { app } = api();
    await app.listen({ port: 0, host: '127.0.0.1' });
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/things/${THING_ID}/cancel`;
    const status = async (chunks: string[]) => {
      const body = new ReadableStream({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(Buffer.from(chunk));
          controller.close();
        },
      });
      const headers = { ...BEARER, 'content-type': 'text/plain' };
      return (await fetch(url, { method: 'POST', headers, body, duplex: 'half' } as RequestInit)).status;
    };
    expect(await status(['x', 'y'])).toBe(415);
    expect(await status([])).toBe(200);
  });

  it.each([
    [undefined, ''],
    ['application/json', ''],
    ['application/x-www-form-urlencoded', ''],
    ['garbage', ''],
    ['application/json', 'null'],
    ['application/json', '{}'],
  ])('RT-9: an operation without a body takes %s %j', async (contentType, payload) => {
    expect((await post(contentType, Buffer.from(payload), `/things/${THING_ID}/cancel`)).statusCode).toBe(200);
  });

  it('RT-8: the body of GET and DELETE is ignored, whatever it is', async () => {
    const { app } = api();
    for (const [contentType, payload] of [
      ['application/json', '{broken'],
      ['text/plain', 'x'],
    ] as const) {
      const headers = { ...BEARER, 'content-type': contentType };
      const url = `/things/${THING_ID}`;
      expect((await app.inject({ method: 'GET', url, headers, payload })).statusCode).toBe(200);
      expect((await app.inject({ method: 'DELETE', url, headers, payload })).statusCode).toBe(204);
    }
  });

  it('CT-4: refuses bytes that are not UTF-8', async () => {
    const answer = await post('application/json', Buffer.from([0x22, 0xff, 0x22]));
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid_encoding']);
  });

  it('413: over the limit, also when no length is announced', async () => {
    const { app } = api();
    await app.listen({ port: 0, host: '127.0.0.1' });
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/things`;
    let chunks = 40;
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.alloc(500_000, 0x20));
        chunks -= 1;
        // Not endless: a client that has its answer may go on reading this for ever.
        if (chunks === 0) controller.close();
      },
    });
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...BEARER, ...JSON_BODY },
      body,
      duplex: 'half',
    } as RequestInit).catch(() => undefined);
    // The connection may be cut while the client still sends; what arrives is the refusal.
    if (answer)
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([413, 'payload_too_large']);
    expect(
      (
        await app.inject({
          method: 'POST',
          url: '/things',
          headers: { ...BEARER, ...JSON_BODY },
          payload: ' '.repeat(2_000_001),
        })
      ).json().code,
    ).toBe('payload_too_large');
  });
});
