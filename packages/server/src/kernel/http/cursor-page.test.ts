import Type from 'typebox';
import { expect, it } from 'vitest';
import { createLog } from '../log/log.ts';
import { CursorPage, cursorPage, cursorQuery, cursorWindow } from './cursor-page.ts';
import { createHttpServer } from './http-server.ts';
import { ListResult, listResult, listResultQuery, skippedPages } from './list-result.ts';
import { registerRoutes } from './register-routes.ts';
import type { RouteDefinition } from './route.ts';

const publicUrl = 'https://sign.example.org';
const log = createLog('silent');
const Item = Type.Object({ n: Type.Integer() });
const SESSIONS = { parameter: 'cursor', defaultLimit: 3, maxLimit: 5 };
const NUMBER = /^\d+$/;

const rows = Array.from({ length: 12 }, (_, index) => ({ n: index + 1 }));
const behind = (after: string | undefined, count: number) =>
  rows.filter(({ n }) => n > Number(after ?? 0)).slice(0, count);
const position = (row: { n: number }) => String(row.n);

/** Two lists over the same rows: one is read by cursor, one by the number of a page. */
const routes: Partial<RouteDefinition>[] = [
  {
    path: '/sessions',
    query: cursorQuery({}, SESSIONS),
    responses: { 200: CursorPage(Item) },
    handle: async (_context, { query }) => {
      const { limit, after } = cursorWindow(query, SESSIONS, NUMBER);
      return { status: 200, body: cursorPage(behind(after, limit + 1), limit, position) };
    },
  },
  {
    path: '/log/filter/{year}',
    naming: 'pascal',
    query: listResultQuery({ name: Type.Optional(Type.String()) }, 5),
    responses: { 200: ListResult(Type.Object({ N: Type.Integer(), Name: Type.Optional(Type.String()) })) },
    handle: async (_context, { query }) => {
      const window = skippedPages(query, 5);
      const start = window.skip * window.pageSize;
      const data = rows.slice(start, start + window.pageSize).map(({ n }) => ({ N: n }));
      const path = '/log/filter/2026';
      return { status: 200, body: listResult({ publicUrl, path, query, window, size: rows.length, data }) };
    },
  },
];

const app = createHttpServer({ maxBodyBytes: 1000, trustedProxies: [], log, defaultEnvironment: 'test' });
registerRoutes(
  app,
  routes.map(
    (one) => ({ method: 'GET', operationId: one.path, summary: '', tags: ['Lists'], ...one }) as RouteDefinition,
  ),
  {
    authenticate: async () => Promise.reject(new Error('nobody has a token')),
    requireProduct: async () => undefined,
    clock: { now: () => new Date() },
    log,
  },
);

async function get(url: string) {
  const answer = await app.inject({ url: url.replace(publicUrl, '') });
  return { status: answer.statusCode, body: answer.json() };
}
const numbers = (body: { data: { n: number }[] }) => body.data.map(({ n }) => n);

it('PG-4: a walk along nextCursor meets every match once and ends without a cursor', async () => {
  const seen: number[] = [];
  let cursor = '';
  for (let page = 0; page < 4; page++) {
    const { body } = await get(`/sessions?limit=3${cursor}`);
    expect('nextCursor' in body).toBe(page < 3);
    seen.push(...numbers(body));
    cursor = `&cursor=${body.nextCursor}`;
  }
  expect(seen).toEqual(rows.map(({ n }) => n));
});

it('PG-4: the default limit and the maximum are shown as used', async () => {
  expect((await get('/sessions')).body).toMatchObject({ limit: 3, data: { length: 3 } });
  expect((await get('/sessions?limit=1000')).body).toMatchObject({ limit: 5, data: { length: 5 } });
  expect((await get('/sessions?limit=0')).status).toBe(400);
});

it.each([
  ['that is no base64', '%00'],
  ['in another spelling', 'MQ=='],
  ['with a position of another form', Buffer.from('1; drop').toString('base64url')],
  ['that is too long', 'a'.repeat(501)],
])('PG-4: refuses a cursor %s, which no page had', async (_what, cursor) => {
  const { status, body } = await get(`/sessions?cursor=${cursor}`);
  expect([status, body.errors[0].field]).toEqual([400, 'cursor']);
});

it('PG-4: ListResult links to the next page by its number and with the filters, and to none on the last', async () => {
  const { body: first } = await get('/log/filter/2026?NAME=K%C3%A5re%20%26%20co&pagesize=5');
  const next = `${publicUrl}/log/filter/2026?name=K%C3%A5re%20%26%20co&skip=1&pageSize=5`;
  expect(first).toEqual({
    NextLink: next,
    TotalLinks: 3,
    List: [1, 2, 3, 4, 5].map((N) => ({ N, Name: null })),
  });
  const { body: second } = await get(first.NextLink);
  const { body: third } = await get(second.NextLink);
  expect(third).toEqual({ NextLink: null, TotalLinks: 3, List: [11, 12].map((N) => ({ N, Name: null })) });
  expect((await get('/log/filter/2026?skip=3')).body).toEqual({ NextLink: null, TotalLinks: 3, List: [] });
});
