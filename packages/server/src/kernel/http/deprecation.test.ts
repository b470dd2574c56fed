import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../log/log.ts';
import { createHttpServer } from './http-server.ts';
import { openApiDocument } from './openapi.ts';
import { registerRoutes } from './register-routes.ts';
import type { RouteDefinition } from './route.ts';

const PATH = '/letters/{letterId}';
const DEPRECATION = {
  since: '2026-03-01T00:00:00Z',
  sunset: '2027-06-01T12:00:00Z',
  link: 'https://segl.example/docs/guide/compatibility',
  successor: 'GET /parcels/{parcelId}',
};
const ROUTE: RouteDefinition = {
  method: 'GET',
  path: PATH,
  operationId: 'Letters_Get',
  summary: 'Get a letter',
  tags: ['Letters'],
  scope: 'letter_read',
  product: 'letters',
  deprecation: DEPRECATION,
  params: Type.Object({ letterId: Type.String() }),
  responses: { 200: Type.Object({ id: Type.String() }) },
  handle: async (_context, { params }) => ({ status: 200, body: { id: params.letterId } }),
};

describe('a deprecated operation', () => {
  let now = new Date('2026-04-01T00:00:00Z');
  const logged: Record<string, unknown>[] = [];
  const log = createLog('info', { write: (line) => void logged.push(JSON.parse(line)) });
  const app = createHttpServer({ maxBodyBytes: 1000, trustedProxies: [], log, defaultEnvironment: 'test' });
  const get = (headers: Record<string, string> = { authorization: 'Bearer kari' }) =>
    app.inject({ url: '/letters/7', headers });

  beforeAll(() => {
    registerRoutes(app, [ROUTE], {
      authenticate: async (clientId) => ({
        clientId,
        accountId: '0195a000-0000-7000-8000-00000000000a',
        environment: 'test',
        scopes: new Set(['letter_read']),
      }),
      requireProduct: async () => undefined,
      clock: { now: () => now },
      log,
    });
  });
  afterAll(() => app.close());

  it('CP-3: answers as before, and every answer announces the end', async () => {
    for (const [answer, status] of [
      [await get(), 200],
      [await get({}), 401],
    ] as const) {
      expect(answer.statusCode).toBe(status);
      expect(answer.headers).toMatchObject({
        deprecation: '@1772323200',
        sunset: 'Tue, 01 Jun 2027 12:00:00 GMT',
        link: '<https://segl.example/docs/guide/compatibility>; rel="deprecation"; type="text/html"',
      });
    }
    expect((await get()).json()).toEqual({ id: '7' });
  });

  it('CP-3: its callers can be told from the request log, by client and path template', async () => {
    logged.length = 0;
    await get({ authorization: 'Bearer ola' });
    expect(logged).toContainEqual(expect.objectContaining({ path: PATH, clientId: 'ola', status: 200 }));
  });

  it('CP-4: is gone from the sunset on, and names its successor, whoever asks', async () => {
    now = new Date('2027-06-01T11:59:59.999Z');
    expect((await get()).statusCode).toBe(200);
    now = new Date('2027-06-01T12:00:00Z');
    for (const answer of [await get(), await get({})]) {
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toMatchObject({ code: 'route_not_found' });
      expect(answer.json().message).toContain('GET /parcels/{parcelId}');
    }
  });

  it('CP-3: is marked in the contract', () => {
    const { paths } = openApiDocument([ROUTE], { publicUrl: 'https://segl.example', version: '1' }) as {
      paths: Record<string, Record<string, unknown>>;
    };
    expect(paths[PATH]?.get).toMatchObject({ deprecated: true, 'x-sunset': '2027-06-01T12:00:00.000Z' });
  });
});
