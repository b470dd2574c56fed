import { afterEach, describe, expect, it } from 'vitest';
import { type ApiUnderTest, apiUnderTest, BEARER, THING_ID } from './api.testing.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const open: ApiUnderTest[] = [];

function api(options?: Parameters<typeof apiUnderTest>[0]): ApiUnderTest {
  const made = apiUnderTest(options);
  open.push(made);
  return made;
}

afterEach(async () => {
  for (const { app } of open.splice(0)) await app.close();
});

const create = async (body: unknown, headers: Record<string, string> = BEARER) => {
  const { app, calls } = api();
  const answer = await app.inject({
    method: 'POST',
    url: '/things',
    headers: { ...headers, ...JSON_TYPE },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.statusCode, body: answer.json(), received: calls[0]?.body };
};

describe('ST-2: the order of checks', () => {
  it.each([
    ['unknown address before all', 'POST', '/nowhere', {}, 'broken', 404],
    ['verb before token', 'PUT', '/things', {}, 'broken', 405],
    [
      'token before scope, type, size and syntax',
      'POST',
      '/things',
      { 'content-type': 'text/plain' },
      'x'.repeat(3_000_000),
      401,
    ],
    [
      'scope before type',
      'POST',
      '/things',
      { authorization: 'Bearer test:event', 'content-type': 'text/plain' },
      'x',
      403,
    ],
    ['type before size', 'POST', '/things', { ...BEARER, 'content-type': 'text/plain' }, 'x'.repeat(3_000_000), 415],
    ['size before syntax', 'POST', '/things', { ...BEARER, ...JSON_TYPE }, '{'.repeat(3_000_000), 413],
    ['syntax before restrictions', 'POST', '/things', { ...BEARER, ...JSON_TYPE }, '{"name":"",}}', 400],
  ] as const)('%s', async (_what, method, url, headers, payload, status) => {
    expect((await api().app.inject({ method, url, headers, payload: Buffer.from(payload) })).statusCode).toBe(status);
  });
});

describe('routing', () => {
  it.each([
    `/THINGS/${THING_ID.toUpperCase()}`,
    `/things/${THING_ID}/`,
    `//things//${THING_ID}`,
    `/things/${THING_ID.replaceAll('-', '')}`,
    `/things/%7B${THING_ID}%7D`,
  ])('RT-1, ID-1: finds %s without a redirect', async (url) => {
    const { app, calls } = api();
    expect((await app.inject({ url, headers: BEARER })).statusCode).toBe(200);
    expect(calls[0]?.params).toEqual({ thingId: THING_ID });
  });

  it.each([
    '0195b000',
    'null',
    `${THING_ID}x`,
    `{${THING_ID}`,
    '%00',
    '1 or 1=1',
    '..%2f..%2fetc%2fpasswd',
    '%F0%9F%92%A9',
  ])('ID-2: answers 404 for the badly formed id %s', async (id) => {
    const answer = await api().app.inject({ url: `/things/${id}`, headers: BEARER });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not_found']);
    expect(answer.json().message).toBe('The thingId of the address is not a valid id.');
  });

  it.each([
    ['PATCH', '/things', 'POST'],
    ['GET', '/things', 'POST'],
    ['HEAD', '/things', 'POST'],
    ['OPTIONS', '/things', 'POST'],
    ['TRACE', '/things', 'POST'],
    ['POST', `/things/${THING_ID}`, 'DELETE, GET, HEAD'],
    ['PUT', '/things/not-an-id', 'DELETE, GET, HEAD'],
  ] as const)('RT-7: %s %s answers 405 with Allow', async (method, url, allow) => {
    const answer = await api().app.inject({ method: method as 'PUT', url });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, allow]);
    if (method !== 'HEAD') expect(answer.json().code).toBe('method_not_allowed');
  });
});

describe('the token of a request', () => {
  it.each([
    undefined,
    'Basic dDpz',
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'test:document_write',
    'Bearertest:document_write',
    'Token test:document_write',
  ])('401 missing_token: Authorization is %j', async (authorization) => {
    const answer = await api().app.inject({
      url: `/things/${THING_ID}`,
      headers: authorization === undefined ? {} : { authorization },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'missing_token']);
    // RFC 6750 §3.1: no error code where no token was sent.
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="segl"');
  });

  it('401 invalid_token has its WWW-Authenticate', async () => {
    const answer = await api().app.inject({ url: '/public', headers: { authorization: 'Bearer nonsense' } });
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'invalid_token']);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="segl", error="invalid_token"');
  });

  it('OA-3: takes the scheme in any case, and no token in query or body', async () => {
    const { app } = api();
    const get = (url: string, headers = {}) => app.inject({ url, headers }).then((answer) => answer.statusCode);
    expect(await get(`/things/${THING_ID}`, { authorization: 'bEARER   test:document_write' })).toBe(200);
    expect(await get(`/things/${THING_ID}?access_token=test:document_write`)).toBe(401);
  });

  it('403 insufficient_scope names the scope', async () => {
    const answer = await api().app.inject({
      url: `/things/${THING_ID}`,
      headers: { authorization: 'Bearer test:event' },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'insufficient_scope']);
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer realm="segl", error="insufficient_scope", scope="document_write"',
    );
  });

  it('OA-4: an anonymous operation needs no token', async () => {
    expect((await api().app.inject({ url: '/public' })).statusCode).toBe(200);
  });

  it('429: whoever has no valid token is counted by address, and told when to come back', async () => {
    const { app } = api({ perAddress: 2 });
    const ask = (remoteAddress: string, authorization?: string) =>
      app.inject({ url: '/public', remoteAddress, headers: authorization ? { authorization } : {} });
    expect((await ask('203.0.113.7')).statusCode).toBe(200);
    expect((await ask('203.0.113.7', 'Bearer nonsense')).statusCode).toBe(401);
    const refused = await ask('203.0.113.7', 'Bearer guess');
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'too_many_requests']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['ratelimit-remaining']).toBe('0');
    // Neighbours, and callers with a token behind the same address, are not held up.
    expect((await ask('203.0.113.8')).statusCode).toBe(200);
    expect((await ask('203.0.113.7', 'Bearer test:document_write')).statusCode).toBe(200);
  });

  it('429: the addresses of one IPv6 network count as one', async () => {
    const { app } = api({ perAddress: 1 });
    const ask = (remoteAddress: string) =>
      app.inject({ url: '/public', remoteAddress }).then((answer) => answer.statusCode);
    expect(await ask('2001:db8:1:2::1')).toBe(200);
    expect(await ask('2001:db8:1:2:ffff::9')).toBe(429);
    expect(await ask('2001:db8:1:3::1')).toBe(200);
    expect(await ask('::ffff:203.0.113.7')).toBe(200);
    expect(await ask('203.0.113.7')).toBe(429);
  });

  it('believes X-Forwarded-For from trusted proxies only', async () => {
    const { app } = api({ perAddress: 1 });
    const ask = (remoteAddress: string, forwarded: string) =>
      app
        .inject({ url: '/public', remoteAddress, headers: { 'x-forwarded-for': forwarded } })
        .then((answer) => answer.statusCode);
    expect(await ask('10.0.0.1', '203.0.113.7')).toBe(200);
    expect(await ask('10.0.0.1', '203.0.113.8')).toBe(200);
    expect(await ask('198.51.100.1', '203.0.113.9')).toBe(200);
    expect(await ask('198.51.100.1', '203.0.113.10')).toBe(429);
  });
});

describe('restrictions of a body', () => {
  it('400: reports all violations at once, by camelCase path and code', async () => {
    const { status, body } = await create({
      name: 'x',
      colour: 'blue',
      count: 5000,
      ready: 'perhaps',
      due: '2026-02-30',
      owner: 'nobody',
      tags: ['ok', 'x'.repeat(21)],
      fields: { a: 1 },
    });
    expect([status, body.code, body.message]).toEqual([400, 'validation_failed', 'The request has 8 invalid fields.']);
    expect(
      Object.fromEntries(body.errors.map((one: { field: string; code: string }) => [one.field, one.code])),
    ).toEqual({
      name: 'min_length',
      colour: 'enum',
      count: 'max',
      ready: 'type',
      due: 'date',
      owner: 'format',
      'tags[1]': 'max_length',
      'fields.a': 'type',
    });
    expect(body.errors.find((one: { field: string }) => one.field === 'colour').message).toBe(
      'Must be one of: Red, Grey, donot_mix.',
    );
  });

  it.each([
    ['null', ['name', 'required']],
    ['{}', ['name', 'required']],
    ['{"name":null}', ['name', 'required']],
    ['[]', ['', 'type']],
    ['"text"', ['', 'type']],
    ['{"name":5}', ['name', 'type']],
    ['{"name":"ok","tags":["a","b","c","d","e","f"]}', ['tags', 'too_many_items']],
    ['{"name":"ok","count":1.5}', ['count', 'type']],
    ['{"name":"ok","count":-1}', ['count', 'min']],
    ['{"name":"ok","count":1e400}', ['count', 'max']],
    ['{"name":"ok","colour":1}', ['colour', 'type']],
  ])('400: %s', async (text, [field, code]) => {
    const { status, body } = await create(text);
    expect(status).toBe(400);
    expect(body.errors).toContainEqual(expect.objectContaining({ field, code }));
  });

  it('400: at most 100 violations are reported', async () => {
    const { body } = await create({
      name: 'ok',
      fields: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i])),
    });
    expect(body.errors).toHaveLength(100);
  });

  it.each([
    ['a NUL', '"a\\u0000b"'],
    ['an escape character', '"a\\u001bb"'],
    ['DEL', '"a\\u007fb"'],
    ['a C1 control', '"a\\u0085b"'],
    ['half a surrogate pair', '"a\\ud83db"'],
    ['halves in the wrong order', '"\\udca9\\ud83d"'],
  ])('JS-8: refuses %s in any text, also in keys and lists', async (_what, text) => {
    for (const [field, payload] of [
      ['name', `{"name":${text}}`],
      ['tags[0]', `{"name":"ok","tags":[${text}]}`],
      ['fields.a', `{"name":"ok","fields":{"a":${text}}}`],
      ['fields', `{"name":"ok","fields":{${text}:"a"}}`],
    ]) {
      const { status, body } = await create(payload!);
      expect(status).toBe(400);
      expect(body.errors).toContainEqual(expect.objectContaining({ field, code: 'format' }));
    }
  });

  it('JS-8: takes tab, CR and LF, trims nothing, and counts code points', async () => {
    expect((await create({ name: ' a\t\r\n' })).received).toEqual({ name: ' a\t\r\n' });
    expect((await create({ name: '😀'.repeat(10) })).status).toBe(200);
    expect((await create({ name: '😀'.repeat(11) })).status).toBe(400);
  });

  it('JS-2: refuses two names that differ only in case', async () => {
    const { status, body } = await create(
      '{"name":"ok","GetSocialSecurityNumber":true,"getSocialSecurityNumber":false}',
    );
    expect([status, body.code]).toEqual([400, 'invalid_json']);
  });

  it('the operation sees the canonical form and nothing else', async () => {
    const { received } = await create(
      '{"NAME":"ok","Colour":" GRAY ","count":"7.0","ready":"True","due":"2026-03-01T13:00:00.1234567+01:00","owner":"{0195A000-0000-7000-8000-00000000000A}","tags":"one","unknown":1,"__proto__":{"count":3},"constructor":{}}',
    );
    expect(received).toEqual({
      name: 'ok',
      colour: 'Grey',
      count: 7,
      ready: true,
      due: '2026-03-01T12:00:00.123Z',
      owner: '0195a000-0000-7000-8000-00000000000a',
      tags: ['one'],
    });
    expect(received.constructor).toBe(Object);
  });

  it('CT-6: for a list, null and nothing are the empty one, and a bare value is one item', async () => {
    const { app, calls } = api();
    for (const payload of ['null', '', '"a"', '["a","b"]']) {
      await app.inject({ method: 'PUT', url: '/order', headers: { ...BEARER, ...JSON_TYPE }, payload });
    }
    expect(calls.map((call) => call.body)).toEqual([[], [], ['a'], ['a', 'b']]);
  });
});

describe('queries', () => {
  const search = async (query: string) => {
    const { app, calls } = api();
    const answer = await app.inject({ url: `/search?${query}`, headers: BEARER });
    return { status: answer.statusCode, body: answer.json(), query: calls[0]?.query };
  };

  it.each([
    ['LIMIT=5&FromDate=2026-03-01', { limit: 5, fromDate: '2026-03-01T00:00:00.000Z' }],
    ['fromDate=2026-03-01T13:00:00+01:00', { fromDate: '2026-03-01T12:00:00.000Z' }],
    ['fromDate=2026-03-01T13%3A00%3A00%2B01%3A00', { fromDate: '2026-03-01T12:00:00.000Z' }],
    ['fromDate=1526115007', { fromDate: '2018-05-12T08:50:07.000Z' }],
    ['ready=TRUE', { ready: true }],
    ['ready=0', { ready: false }],
    ['limit=&ready=', {}],
    ['limit=5&limit=5', { limit: 5 }],
    ['tags=a&tags=b', { tags: ['a', 'b'] }],
    ['tags=a+b', { tags: ['a b'] }],
    ['fileType=PADES', { fileFormat: 'pades' }],
    ['unknown=1&__proto__=2&constructor=3', {}],
    ['limit=5&', { limit: 5 }],
  ])('RT-1, RT-10, RT-12: %s', async (text, expected) => {
    const { status, query } = await search(text);
    expect(status).toBe(200);
    expect(query).toEqual(expected);
  });

  it.each([
    ['limit=0', 'limit', 'min'],
    ['limit=x', 'limit', 'type'],
    ['limit=5&limit=6', 'limit', 'duplicate'],
    ['limit=5&LIMIT=6', 'limit', 'duplicate'],
    ['fileFormat=pades&fileType=native', 'fileFormat', 'duplicate'],
    ['fromDate=yesterday', 'fromDate', 'date'],
    ['tags=%00', 'tags[0]', 'format'],
  ])('400: %s', async (text, field, code) => {
    const { status, body } = await search(text);
    expect([status, body.code]).toEqual([400, 'validation_failed']);
    expect(body.errors).toContainEqual(expect.objectContaining({ field, code }));
  });

  it.each([
    ['?changed-my-mind', { reason: 'changed-my-mind' }],
    ['?changed%20my%20mind', { reason: 'changed my mind' }],
    ['?changed+my+mind', { reason: 'changed my mind' }],
    ['?reason=', {}],
    ['?', {}],
    ['', {}],
    ['?a&b', {}],
  ])('RT-11: the query %j', async (query, expected) => {
    const { app, calls } = api();
    const url = `/things/${THING_ID}/cancel${query}`;
    expect((await app.inject({ method: 'POST', url, headers: BEARER })).statusCode).toBe(200);
    expect(calls[0]?.query).toEqual(expected);
  });
});
