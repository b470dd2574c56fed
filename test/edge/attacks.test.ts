import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { startWebhookReceiver, type WebhookReceiver } from '@segl/test-kit/webhook-receiver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersIn, type RawAnswer, sendRaw } from './raw-request.ts';

const REQUEST_TIMEOUT_S = 2;
const MAX_BODY = 4 * 1024 * 1024;

let segl: SeglProcess;
let api: ApiClient;
let pdf: Buffer;
let receiver: WebhookReceiver;

beforeAll(async () => {
  [segl, pdf] = await Promise.all([
    startSegl({
      environment: {
        SEGL_THROTTLE: 'off',
        SEGL_REQUEST_TIMEOUT: String(REQUEST_TIMEOUT_S),
        SEGL_MAX_BODY_BYTES: String(MAX_BODY),
      },
    }),
    sampleContract(),
  ]);
  receiver = await startWebhookReceiver();
  WEBHOOK.config.url = receiver.url;
  api = await connect(segl);
});
afterAll(async () => {
  await segl?.remove();
  await receiver?.close();
});

const WEBHOOK = { name: 'Orders', active: true, events: ['*'], config: { url: '' } };

/** The body of every error, the headers of every answer, and nothing of the inside. */
function expectError(answer: { status: number; headers: Headers | Record<string, string>; body: unknown }): void {
  const header = (name: string) =>
    answer.headers instanceof Headers ? answer.headers.get(name) : answer.headers[name];
  const body = answer.body as Record<string, unknown>;
  expect(body, String(answer.status)).toMatchObject({
    message: expect.stringMatching(/./),
    code: expect.stringMatching(/^[a-z_]+$/),
    requestId: header('request-id'),
  });
  expect(body).toMatchObject({ errorMessage: body.message, errorCode: body.code });
  expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts:|at \w+ \(|select |\bsql\b/i);
  expect(header('content-type')).toBe('application/json; charset=utf-8');
  expect(header('requestid')).toMatch(/^[0-9a-f]{32}$/);
  expect(header('x-idfy-environment')).toBe('test');
  expect(header('x-idfy-accountid')).toMatch(/^[0-9a-f-]{36}$/);
  expect(header('cache-control')).toBe('no-store');
  expect(header('x-content-type-options')).toBe('nosniff');
  expect(header('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(header('x-frame-options')).toBe('DENY');
  expect(header('referrer-policy')).toBe('no-referrer');
  expect(header('cross-origin-resource-policy')).toBe('same-origin');
}

const alive = async () => expect((await fetch(`${segl.url}/health/live`)).status).toBe(200);
const head = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`;
const post = (...lines: string[]) =>
  head(
    'POST /notification/webhooks HTTP/1.1',
    'Host: x',
    'Content-Type: application/json',
    `Authorization: Bearer ${api.token}`,
    ...lines,
  );
const SMUGGLED = head('GET /health/live HTTP/1.1', 'Host: x');

/** Bytes on the wire, and the one answer to them. `0`: the connection is closed without one. */
const WIRE: [string, () => string | Buffer, number][] = [
  ['CL and TE together', () => `${post('Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n${SMUGGLED}`, 400],
  ['TE and CL the other way round', () => `${post('Transfer-Encoding: chunked', 'Content-Length: 6')}0\r\n\r\nX`, 400],
  ['two lengths that differ', () => `${post('Content-Length: 2', 'Content-Length: 40')}{}${SMUGGLED}`, 400],
  ['two lengths in one header', () => `${post('Content-Length: 2, 40')}{}${SMUGGLED}`, 400],
  ['a length with a sign', () => `${post('Content-Length: +2')}{}`, 400],
  ['a length in hex', () => `${post('Content-Length: 0x2')}{}`, 400],
  ['a negative length', () => `${post('Content-Length: -1')}{}`, 400],
  ['a folded header', () => `${post('X-A: b\r\n folded: c', 'Content-Length: 2')}{}`, 400],
  ['a blank before the colon', () => `${post('Content-Length : 2')}{}${SMUGGLED}`, 400],
  ['a NUL in a header', () => head('GET / HTTP/1.1', 'Host: x', 'X-A: a\0b'), 400],
  ['lines that end in LF only', () => `GET /health/live HTTP/1.1\nHost: x\n\n`, 400],
  ['CR alone between headers', () => 'GET /health/live HTTP/1.1\rHost: x\r\r', 400],
  ['a chunk size that is no number', () => `${post('Transfer-Encoding: chunked')}xyz\r\n{}\r\n0\r\n\r\n`, 400],
  [
    'a chunk size that is too large to be one',
    () => `${post('Transfer-Encoding: chunked')}${'f'.repeat(20)}\r\n{}`,
    400,
  ],
  ['a chunk longer than it says', () => `${post('Transfer-Encoding: chunked')}2\r\n{}XX\r\n0\r\n\r\n`, 400],
  ['a negative chunk size', () => `${post('Transfer-Encoding: chunked')}-2\r\n{}\r\n0\r\n\r\n`, 400],
  ['an unknown transfer coding', () => `${post('Transfer-Encoding: chunked, identity')}0\r\n\r\n`, 400],
  ['a hidden transfer coding', () => `${post('Transfer-Encoding: xchunked')}0\r\n\r\n`, 400],
  ['HTTP/0.9', () => 'GET /health/live\r\n\r\n', 400],
  ['HTTP/3 over TCP', () => head('GET / HTTP/3.0', 'Host: x'), 400],
  ['the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['a TLS hello', () => Buffer.from('16030100c8010000c403030102030405', 'hex'), 400],
  ['an unknown verb', () => head('BREW /coffee HTTP/1.1', 'Host: x'), 400],
  ['no Host', () => head('GET /health/live HTTP/1.1'), 400],
  ['two Hosts', () => head('GET /health/live HTTP/1.1', 'Host: x', 'Host: evil.example'), 400],
  ['a Host that is none', () => head('GET /health/live HTTP/1.1', 'Host: x/../y'), 400],
  ['a header section over 32 KiB', () => head('GET / HTTP/1.1', 'Host: x', `X-A: ${'a'.repeat(33 * 1024)}`), 431],
  [
    'many small headers over 32 KiB',
    () => head('GET / HTTP/1.1', 'Host: x', ...Array.from({ length: 4000 }, (_, at) => `X-${at}: aaaa`)),
    431,
  ],
  ['an address over 8 KiB', () => head(`GET /${'a/'.repeat(4100)} HTTP/1.1`, 'Host: x', 'Connection: close'), 400],
  ['a blank in the address', () => head('GET /a b HTTP/1.1', 'Host: x'), 400],
  ['CONNECT', () => head('CONNECT evil.example:443 HTTP/1.1', 'Host: evil.example:443'), 0],
  ['a body that is longer than it says', () => `${post('Content-Length: 2', 'Connection: close')}{}{"a":1}`, 400],
];

describe('bytes that are no proper request', () => {
  it.each(WIRE)('%s: one answer and the end of the connection', async (_what, bytes, status) => {
    const answer = await sendRaw(segl.url, [bytes()]);
    expect([answer.status, answersIn(answer)]).toEqual([status, status === 0 ? 0 : 1]);
    if (status !== 0) expectError(answer);
    await alive();
  });

  it('announced bodies over the limit are refused before they are sent', async () => {
    const answer = await sendRaw(segl.url, [post(`Content-Length: ${MAX_BODY + 1}`)]);
    expect(answer.status).toBe(413);
    expectError(answer);
  });

  it('takes the absolute form of an address, and looks at its path alone', async () => {
    const answer = await sendRaw(segl.url, [
      head('GET http://evil.example/notification/webhooks HTTP/1.1', 'Host: evil.example', 'Connection: close'),
    ]);
    expect([answer.status, answer.body.code]).toEqual([401, 'missing_token']);
    const elsewhere = await sendRaw(segl.url, [
      head('GET ftp://x/health/live HTTP/1.1', 'Host: x', 'Connection: close'),
    ]);
    expect(elsewhere.status).toBe(404);
  });
});

describe('slow senders (Slowloris)', () => {
  const slowly = async (start: string, drop: string): Promise<{ answer: RawAnswer; seconds: number }> => {
    const from = performance.now();
    const pieces = [start, ...Array.from({ length: 60 }, () => drop)];
    const answer = await sendRaw(segl.url, pieces, { pauseMs: 250 });
    return { answer, seconds: (performance.now() - from) / 1000 };
  };

  it.each([
    ['headers that never end', () => ['GET / HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n']],
    ['a body that never ends', () => [post('Content-Length: 1000'), ' ']],
    ['chunks that never end', () => [post('Transfer-Encoding: chunked'), '1\r\n \r\n']],
  ])('%s are cut off with 408', async (_what, make) => {
    const [start, drop] = make() as [string, string];
    const { answer } = await slowly(start, drop);
    expect(answer.status).toBe(408);
    expectError(answer);
  });

  it('200 of them do not keep others waiting', async () => {
    const slow = Array.from({ length: 200 }, () =>
      sendRaw(segl.url, ['GET / HTTP/1.1\r\nHost: x\r\n'], { quietMs: 60_000 }),
    );
    for (let count = 0; count < 5; count++)
      expect((await api.request('GET', '/notification/webhooks')).status).toBe(200);
    expect(new Set((await Promise.all(slow)).map(({ status }) => status))).toEqual(new Set([408]));
  });
});

/** Bodies of `POST /notification/webhooks`, and the code that they are refused with. */
const deep = (depth: number, inner = '1') => '{"a":'.repeat(depth) + inner + '}'.repeat(depth);
const BODIES: [string, () => string | Buffer, number, string][] = [
  ['nesting of 33', () => deep(33), 400, 'invalid_json'],
  ['nesting of 100,000', () => '['.repeat(100_000), 400, 'invalid_json'],
  ['a member given twice', () => '{"name":"a","name":"b"}', 400, 'invalid_json'],
  ['a member given twice with an escape', () => '{"name":"a","n\\u0061me":"b"}', 400, 'invalid_json'],
  ['a member given twice in another case', () => '{"name":"a","NAME":"b"}', 400, 'invalid_json'],
  ['a million items', () => `[${'1,'.repeat(999_999)}1]`, 400, 'invalid_json'],
  [
    'a million members',
    () => `{${Array.from({ length: 200_000 }, (_, at) => `"${at}":1`).join(',')}}`,
    400,
    'invalid_json',
  ],
  ['NaN', () => '{"name":NaN}', 400, 'invalid_json'],
  ['a comment', () => '{/* */"name":"a"}', 400, 'invalid_json'],
  ['two values', () => '{}{}', 400, 'invalid_json'],
  ['bytes that are not UTF-8', () => Buffer.from('{"name":"\xff\xfe"}', 'latin1'), 400, 'invalid_encoding'],
  ['an overlong encoding', () => Buffer.from('{"name":"\xc0\xaf"}', 'latin1'), 400, 'invalid_encoding'],
  ['UTF-16', () => Buffer.from('{"name":"a"}', 'utf16le'), 400, 'invalid_json'],
  ['half a surrogate pair', () => JSON.stringify({ ...WEBHOOK, name: '\ud800' }), 400, 'validation_failed'],
  ['NUL in text', () => JSON.stringify({ ...WEBHOOK, name: 'a\0b' }), 400, 'validation_failed'],
  ['1e400 for text', () => '{"name":1e400}', 400, 'validation_failed'],
  ['a number of 30 digits for text', () => `{"name":${'9'.repeat(30)}}`, 400, 'validation_failed'],
  ['text of a megabyte', () => JSON.stringify({ ...WEBHOOK, name: 'a'.repeat(1 << 20) }), 400, 'validation_failed'],
  ['a list for an object', () => '[]', 400, 'validation_failed'],
  ['text for an object', () => '"x"', 400, 'validation_failed'],
  ['40,000 tags', () => JSON.stringify({ ...WEBHOOK, tags: Array(40_000).fill('a') }), 400, 'validation_failed'],
];

describe('bodies', () => {
  it.each(BODIES)('%s', async (_what, make, status, code) => {
    const content = make();
    const response = await fetch(`${segl.url}/notification/webhooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' },
      body: typeof content === 'string' ? content : new Uint8Array(content),
    });
    const answer = { status: response.status, headers: response.headers, body: await response.json() };
    expect([answer.status, (answer.body as { code: string }).code]).toEqual([status, code]);
    expectError(answer);
    expect((answer.body as { errors: unknown[] }).errors.length).toBeLessThanOrEqual(100);
  });

  it.each([
    ['1e400', '1e400'],
    ['a number of 30 digits', '9'.repeat(30)],
    ['a fraction', '1.5'],
    ['less than nothing', '-0.0000001'],
  ])('%s is no integer that an operation takes', async (_what, number) => {
    const request = JSON.stringify(documentRequest(pdf, { advanced: { attachments: 'HERE' } })).replace(
      '"HERE"',
      number,
    );
    const answer = await api.request('POST', '/signature/documents', request);
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
  });

  it('keys that name parts of JavaScript are keys, and change nothing for anybody', async () => {
    const keys = '"__proto__":{"active":false,"polluted":1},"constructor":{"prototype":{"polluted":1}}';
    const hook = JSON.stringify(WEBHOOK).replace('{', `{${keys},`);
    const created = await api.request('POST', '/notification/webhooks', hook);
    expect([created.status, created.body.active]).toEqual([201, true]);
    const request = documentRequest(pdf);
    const [signer] = request.signers as Record<string, unknown>[];
    signer!.notifications = { mergeFields: { toString: 'x', HERE: 'y' } };
    const text = JSON.stringify(request).replace('"HERE"', '"__proto__"').replace('{', `{${keys},`);
    const document = await api.request('POST', '/signature/documents', text);
    expect(document.status).toBe(201);
    const other = await api.request('GET', `/signature/documents/${document.body.documentId}`);
    expect(JSON.stringify(other.body)).not.toContain('polluted');
    expect((await api.request('GET', '/notification/webhooks')).body[0]).not.toHaveProperty('polluted');
  });

  it.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip', 'x-unknown'])(
    'a body in Content-Encoding %s is refused, so that no small one can become a large one',
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(1 << 20));
      const response = await fetch(`${segl.url}/notification/webhooks`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${api.token}`,
          'content-type': 'application/json',
          'content-encoding': encoding,
        },
        body: new Uint8Array(bomb),
      });
      const answer = { status: response.status, headers: response.headers, body: await response.json() };
      expect([answer.status, (answer.body as { code: string }).code]).toEqual([415, 'unsupported_media_type']);
      expectError(answer);
    },
  );

  it('sixty bodies of a million items cost no memory that stays', async () => {
    const body = `[${'1,'.repeat(999_999)}1]`;
    const residentMb = async () =>
      Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${segl.processId}/status`, 'utf8'))?.[1]) / 1024;
    const send = () => api.request('POST', '/notification/webhooks', body);
    for (let count = 0; count < 10; count++) await send();
    const before = await residentMb();
    for (let count = 0; count < 60; count++) expect((await send()).status).toBe(400);
    expect((await residentMb()) - before).toBeLessThan(150);
  });
});

describe('addresses', () => {
  const PLACES = [
    '/signature/documents/{}',
    '/signature/documents/{}/status',
    '/signature/documents/{}/summary',
    '/signature/documents/{}/files?fileFormat=unsigned',
    '/signature/files/documents/{}?fileFormat=unsigned',
    '/notification/webhooks/{}',
    '/notification/webhooks/{}/deliveries',
    '/trust/{}',
    '/app/assets/{}',
    '/docs/{}',
  ];
  const PARTS = [
    '..%2f..%2f..%2fetc%2fpasswd',
    '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '..%5c..%5cwindows%5cwin.ini',
    '..%252f..%252fetc%252fpasswd',
    '....//....//etc/passwd',
    '../../../../etc/passwd',
    '%00',
    'a%00.pdf',
    '%c0%ae%c0%ae%c0%afetc%c0%afpasswd',
    '%ff',
    '%',
    '%u002e',
    "1'%20or%20'1'='1",
    '-1',
    '9'.repeat(30),
    'a'.repeat(2100),
    '%F0%9F%92%A9',
    '%0d%0aX-Injected:%201',
    '__proto__',
    'constructor',
  ];

  it.each(PLACES)('%s leads nowhere but to 404, whatever stands in it', async (place) => {
    for (const part of PARTS) {
      const answer = await sendRaw(segl.url, [
        head(
          `GET ${place.replace('{}', part)} HTTP/1.1`,
          'Host: x',
          `Authorization: Bearer ${api.token}`,
          'Connection: close',
        ),
      ]);
      expect(answer.headers).not.toHaveProperty('x-injected');
      expect(answer.text).not.toMatch(/root:|\[fonts\]/);
      // The web app's files are no part of the API: what tries to leave their folder is forbidden.
      if (place.startsWith('/app/assets') && answer.status === 403) continue;
      expect([part, answer.status]).toEqual([part, 404]);
      expect(answer.body.code, part).toMatch(/not_found$/);
    }
  });

  it('links come from the configuration, never from Host or X-Forwarded-Host', async () => {
    const body = JSON.stringify(documentRequest(pdf));
    const answer = await sendRaw(segl.url, [
      head(
        'POST http://evil.example/signature/documents HTTP/1.1',
        'Host: evil.example',
        'X-Forwarded-Host: evil.example',
        'X-Forwarded-Proto: https',
        'Forwarded: host=evil.example;proto=https',
        `Authorization: Bearer ${api.token}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        'Connection: close',
      ) + body,
    ]);
    expect(answer.status).toBe(201);
    expect(answer.text).not.toContain('evil.example');
    expect(answer.body.signers[0].url.startsWith(`${segl.url}/`)).toBe(true);
    expect(answer.headers.location).toBe(`${segl.url}/signature/documents/${answer.body.documentId}`);
    expect(answer.headers).not.toHaveProperty('strict-transport-security');
    for (const path of ['/openapi.json', '/oauth/.well-known/openid-configuration', '/docs']) {
      const page = await sendRaw(segl.url, [head(`GET ${path} HTTP/1.1`, 'Host: evil.example', 'Connection: close')]);
      expect([path, page.status]).toEqual([path, 200]);
      expect(page.text).not.toContain('evil.example');
    }
  });

  it('the verb is that of the request line; headers and parameters that name another are ignored', async () => {
    const { body: hook } = await api.request('POST', '/notification/webhooks', WEBHOOK);
    const path = `/notification/webhooks/${hook.id}`;
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      const answer = await api.request('GET', `${path}?_method=DELETE`, undefined, { [name]: 'DELETE' });
      expect(answer.status).toBe(200);
    }
    for (const verb of ['TRACE', 'OPTIONS', 'PUT', 'POST']) {
      const answer = await sendRaw(segl.url, [
        head(`${verb} ${path} HTTP/1.1`, 'Host: x', 'Content-Length: 0', 'Cookie: secret=1', 'Connection: close'),
      ]);
      expect([verb, answer.status, answer.body.code]).toEqual([verb, 405, 'method_not_allowed']);
      expect(answer.text).not.toContain('secret=1');
    }
    expect((await api.request('GET', path)).status).toBe(200);
  });

  it('no page of another origin may call, as no client lists one', async () => {
    const answer = await api.request('GET', '/notification/webhooks', undefined, { origin: 'https://evil.example' });
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});
