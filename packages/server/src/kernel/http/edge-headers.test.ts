import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../log/log.ts';
import { createHttpServer } from './http-server.ts';
import { registerRoutes } from './register-routes.ts';

const ORIGIN = 'https://app.nordbank.example';
const LISTED: Record<string, string[]> = { kari: [ORIGIN], ola: [] };

describe('requests of pages of another origin (section 14)', () => {
  const log = createLog('silent');
  const app = createHttpServer({
    maxBodyBytes: 1000,
    trustedProxies: [],
    log,
    defaultEnvironment: 'test',
    corsOrigins: {
      corsOrigins: async (clientId) => LISTED[clientId] ?? [],
      isCorsOrigin: async (origin) => Object.values(LISTED).some((origins) => origins.includes(origin)),
    },
  });

  beforeAll(() => {
    registerRoutes(
      app,
      [
        {
          method: 'POST',
          path: '/letters',
          operationId: 'Letters_Create',
          summary: 'Create a letter',
          tags: ['Letters'],
          scope: 'letter_write',
          product: 'letters',
          body: Type.Object({ title: Type.String() }),
          responses: { 201: Type.Object({}) },
          handle: async () => ({ status: 201, body: {} }),
        },
      ],
      {
        authenticate: async (clientId) => ({
          clientId,
          accountId: '0195a000-0000-7000-8000-00000000000a',
          environment: 'test',
          scopes: new Set(['letter_write']),
        }),
        requireProduct: async () => undefined,
        clock: { now: () => new Date() },
        log,
      },
    );
  });
  afterAll(() => app.close());

  const preflight = (origin: string, url = '/letters') =>
    app.inject({ method: 'OPTIONS', url, headers: { origin, 'access-control-request-method': 'POST' } });
  const post = (clientId: string, origin: string, title: unknown = 'Lease') =>
    app.inject({
      method: 'POST',
      url: '/letters',
      headers: { origin, authorization: `Bearer ${clientId}` },
      payload: { title },
    });
  const corsHeaders = (headers: object) => Object.keys(headers).filter((name) => name.startsWith('access-control'));

  it('answers the preflight of an origin that a client lists, without credentials, with the standard headers', async () => {
    const answer = await preflight(ORIGIN);
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': expect.stringContaining('PATCH'),
      'access-control-allow-headers': expect.stringMatching(/authorization.*content-type.*idempotency-key/),
      vary: 'Origin',
      requestid: expect.stringMatching(/^[0-9a-f]{32}$/),
      'x-idfy-accountid': '00000000-0000-0000-0000-000000000000',
    });
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it.each([
    ['https://evil.example', '/letters', 405],
    [`${ORIGIN}.evil.example`, '/letters', 405],
    ['null', '/letters', 405],
    [ORIGIN, '/nowhere', 404],
  ])('answers the preflight of %s to %s as any OPTIONS request', async (origin, url, status) => {
    const answer = await preflight(origin, url);
    expect(answer.statusCode).toBe(status);
    expect(corsHeaders(answer.headers)).toEqual([]);
  });

  it('echoes the origin to the client that lists it, on errors too, and exposes the headers of the API', async () => {
    for (const [answer, status] of [
      [await post('kari', ORIGIN), 201],
      [await post('kari', ORIGIN, 7), 400],
    ] as const) {
      expect(answer.statusCode).toBe(status);
      expect(answer.headers).toMatchObject({ 'access-control-allow-origin': ORIGIN, vary: 'Origin' });
      const exposed = String(answer.headers['access-control-expose-headers']).split(', ');
      expect(exposed).toEqual(
        expect.arrayContaining(
          'RequestId,Request-Id,X-Idfy-Environment,X-Idfy-AccountId,RateLimit-Limit,RateLimit-Remaining,RateLimit-Reset,Retry-After,Location,ETag,Content-Disposition'.split(
            ',',
          ),
        ),
      );
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it('says nothing to another origin, nor for a client that lists none', async () => {
    for (const answer of [await post('kari', 'https://evil.example'), await post('ola', ORIGIN)]) {
      expect(answer.statusCode).toBe(201);
      expect(corsHeaders(answer.headers)).toEqual([]);
    }
  });
});
