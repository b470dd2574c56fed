import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../../test-kit/src/each-database.ts';
import { Base64, DateTime, stringEnum } from '../contract/primitives.ts';
import type { Database } from '../db/database.ts';
import { SeglError } from '../errors/segl-error.ts';
import { createSecretBox } from '../keys/sealed-box.ts';
import { createLog } from '../log/log.ts';
import { createHttpServer } from './http-server.ts';
import { createIdempotency, type KeepAnswer } from './idempotency.ts';
import { requestFingerprint } from './idempotency-fingerprint.ts';
import { deleteExpiredKeys } from './idempotency-store.ts';
import { registerRoutes } from './register-routes.ts';
import type { OperationResult, RouteDefinition } from './route.ts';

const ACCOUNT = '0195a000-0000-7000-8000-00000000000a';
const Gadget = Type.Object({
  name: Type.String({ maxLength: 20 }),
  colour: Type.Optional(stringEnum(['red', 'blue'], { default: 'red' })),
  due: Type.Optional(DateTime()),
  tags: Type.Optional(Type.Array(Type.String())),
  content: Type.Optional(Base64()),
});
const GadgetView = Type.Object({
  number: Type.Integer(),
  link: Type.String(),
  secret: Type.Optional(Type.String({ 'x-shown-once': true })),
});

type Work = (keepAnswer: KeepAnswer | undefined, count: number) => Promise<OperationResult>;

/** The HTTP layer on a real database; what the operations do is up to the test, and every call of theirs is counted. */
class ApiUnderTest {
  readonly app: FastifyInstance;
  count = 0;
  nowMs = Date.parse('2026-03-01T12:00:00Z');
  work: Work = async (_keep, count) => created(count);

  constructor(database: Database, masterKey: Buffer = randomBytes(32)) {
    const log = createLog('silent');
    const clock = { now: () => new Date(this.nowMs) };
    const idempotency = createIdempotency({ database, box: createSecretBox(masterKey, 'answers'), clock, log });
    this.app = createHttpServer({
      maxBodyBytes: 1_000_000,
      trustedProxies: [],
      log,
      defaultEnvironment: 'test',
      clock,
    });
    const operation = (method: 'POST' | 'PUT', path: string, operationId: string): RouteDefinition => ({
      method,
      path,
      operationId,
      summary: '',
      tags: ['Gadgets'],
      scope: 'gadget',
      body: Gadget,
      responses: { 201: GadgetView, 204: null },
      handle: (context) => {
        this.count += 1;
        return this.work(context.keepAnswer, this.count);
      },
    });
    const routes = [
      operation('POST', '/gadgets', 'Gadgets_Create'),
      operation('POST', '/gizmos', 'Gizmos_Create'),
      operation('PUT', '/gadgets', 'Gadgets_Replace'),
    ];
    registerRoutes(this.app, routes, {
      authenticate: async (token) => {
        const [clientId = '', environment] = token.split('.');
        return { clientId, accountId: ACCOUNT, environment: environment as 'test', scopes: new Set(['gadget']) };
      },
      requireProduct: async () => undefined,
      idempotency,
      clock,
      log,
    });
  }

  async post(
    key: string | undefined,
    body: unknown,
    { path = '/gadgets', caller = 'client.test', verb = 'POST' } = {},
  ) {
    const answer = await this.app.inject({
      method: verb as 'POST',
      url: path,
      headers: {
        authorization: `Bearer ${caller}`,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      payload: JSON.stringify(body),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      replayed: answer.headers['idempotent-replayed'] === 'true',
      body: answer.body === '' ? undefined : answer.json(),
    };
  }
}

function created(number: number): OperationResult {
  return {
    status: 201,
    body: { number, link: `https://api.example.com/start?jwt=door-${number}` },
    headers: { location: `https://api.example.com/gadgets/${number}` },
  };
}

describeOnEachDatabase('IM-9: Idempotency-Key', (open, kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    await database.query('create table gadgets (number integer)');
  });
  beforeEach(() => database.query('delete from idempotency_keys; delete from gadgets'));

  it('IM-9: the same key and request answer the stored status, headers and body, and nothing happens twice', async () => {
    const api = new ApiUnderTest(database);
    const first = await api.post('k1', { name: 'a' });
    const second = await api.post('k1', { name: 'a' });
    expect([first.status, first.replayed, second.status, second.replayed]).toEqual([201, false, 201, true]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.location).toBe('https://api.example.com/gadgets/1');
    expect(api.count).toBe(1);
  });

  it('IM-9: an answer without a body is replayed as such', async () => {
    const api = new ApiUnderTest(database);
    api.work = async () => ({ status: 204 });
    await api.post('k1', { name: 'a' });
    expect(await api.post('k1', { name: 'a' })).toMatchObject({ status: 204, replayed: true, body: undefined });
    expect(api.count).toBe(1);
  });

  it('IM-9: the same key with another request answers 422 idempotency_key_reused', async () => {
    const api = new ApiUnderTest(database);
    await api.post('k1', { name: 'a' });
    const other = await api.post('k1', { name: 'b' });
    expect([other.status, other.body.code, other.body.errors[0].field]).toEqual([
      422,
      'idempotency_key_reused',
      'Idempotency-Key',
    ]);
    expect(api.count).toBe(1);
  });

  it('IM-9: another client, environment, operation or spelling of the key is another key', async () => {
    const api = new ApiUnderTest(database);
    api.app.addHook('onRequest', async (request) => {
      // Production is reached through a proxy that ends TLS.
      Object.defineProperty(request, 'protocol', { value: 'https' });
    });
    await api.post('key', { name: 'a' });
    for (const answer of [
      await api.post('Key', { name: 'a' }),
      await api.post('key', { name: 'a' }, { caller: 'other.test' }),
      await api.post('key', { name: 'a' }, { caller: 'client.prod' }),
      await api.post('key', { name: 'a' }, { path: '/gizmos' }),
    ]) {
      expect([answer.status, answer.replayed]).toEqual([201, false]);
    }
    expect(api.count).toBe(5);
  });

  it('IM-9: without the header, and on other verbs, every request counts', async () => {
    const api = new ApiUnderTest(database);
    await api.post(undefined, { name: 'a' });
    await api.post(undefined, { name: 'a' });
    await api.post('k', { name: 'a' }, { verb: 'PUT' });
    await api.post('k', { name: 'a' }, { verb: 'PUT' });
    expect(api.count).toBe(4);
  });

  it.each([
    ['an empty key', ''],
    ['a blank', 'two words'],
    ['256 characters', 'x'.repeat(256)],
    ['a letter outside of ASCII', 'nøkkel'],
  ])('IM-9: refuses %s with 400, together with what else is wrong', async (_what, key) => {
    const api = new ApiUnderTest(database);
    const answer = await api.post(key, { name: 5 });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((one: { field: string }) => one.field)).toEqual(['Idempotency-Key', 'name']);
    expect(api.count).toBe(0);
  });

  it('IM-9: takes a key of 255 characters', async () => {
    const api = new ApiUnderTest(database);
    await api.post('~'.repeat(255), { name: 'a' });
    expect((await api.post('~'.repeat(255), { name: 'a' })).replayed).toBe(true);
  });

  it('IM-6: a request that failed reserves nothing', async () => {
    const api = new ApiUnderTest(database);
    api.work = async () => {
      throw new SeglError(422, 'thing_locked', 'Locked.');
    };
    expect((await api.post('k1', { name: 'a' })).status).toBe(422);
    api.work = async () => {
      throw new Error('a defect');
    };
    expect((await api.post('k1', { name: 'b' })).status).toBe(500);
    expect((await database.query('select 1 from idempotency_keys')).rowCount).toBe(0);
    api.work = async (_keep, count) => created(count);
    expect(await api.post('k1', { name: 'c' })).toMatchObject({ status: 201, replayed: false });
  });

  it('IM-5: of a hundred at the same time exactly one runs, and the others get its answer', async () => {
    const api = new ApiUnderTest(database);
    api.work = async (_keep, count) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return created(count);
    };
    const answers = await Promise.all(Array.from({ length: 100 }, () => api.post('k1', { name: 'a' })));
    expect(api.count).toBe(1);
    expect(answers.filter((answer) => !answer.replayed).length).toBe(1);
    expect(new Set(answers.map((answer) => JSON.stringify([answer.status, answer.body]))).size).toBe(1);
  });

  it('IM-5: whoever waits for one that fails runs in its place', async () => {
    const api = new ApiUnderTest(database);
    api.work = async (_keep, count) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (count === 1) throw new SeglError(503, 'service_unavailable', 'Try again.', { retryAfterSeconds: 2 });
      return created(count);
    };
    const answers = await Promise.all([api.post('k1', { name: 'a' }), api.post('k1', { name: 'b' })]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 503]);
    expect(api.count).toBe(2);
  });

  it('IM-5: waits at most ten seconds, then 503 with Retry-After', { timeout: 30_000 }, async () => {
    const api = new ApiUnderTest(database);
    const [started, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    api.work = async (_keep, count) => {
      started.resolve();
      await end.promise;
      return created(count);
    };
    const first = api.post('k1', { name: 'a' });
    await started.promise;
    const second = await api.post('k1', { name: 'a' });
    expect([second.status, second.body.code, second.headers['retry-after']]).toEqual([503, 'service_unavailable', '2']);
    end.resolve();
    expect((await first).status).toBe(201);
    expect((await api.post('k1', { name: 'a' })).replayed).toBe(true);
    expect(api.count).toBe(1);
  });

  it('IM-9: after 24 hours the key is free, and old keys are removed', async () => {
    const api = new ApiUnderTest(database);
    await api.post('k1', { name: 'a' });
    await api.post('k2', { name: 'a' });
    api.nowMs += 24 * 3_600_000 - 1;
    expect((await api.post('k1', { name: 'a' })).replayed).toBe(true);
    expect(await deleteExpiredKeys(database, new Date(api.nowMs))).toBe(0);
    api.nowMs += 1;
    expect(await api.post('k1', { name: 'b' })).toMatchObject({ status: 201, replayed: false });
    expect(await deleteExpiredKeys(database, new Date(api.nowMs))).toBe(1);
    const { rows } = await database.query<{ key: string }>('select key from idempotency_keys');
    expect(rows).toEqual([{ key: 'k1' }]);
  });

  it('IM-9: a secret that is shown once is not stored, and a replay answers without it', async () => {
    const masterKey = randomBytes(32);
    const api = new ApiUnderTest(database, masterKey);
    api.work = async (_keep, count) => ({
      status: 201,
      body: { ...(created(count).body as object), secret: 'shown-once', undeclared: 'never declared' },
    });
    expect((await api.post('k1', { name: 'a' })).body.secret).toBe('shown-once');
    const replay = await api.post('k1', { name: 'a' });
    expect(replay.replayed).toBe(true);
    expect(replay.body).toEqual(created(1).body);
    const { rows } = await database.query<{ answer_sealed: Buffer }>('select answer_sealed from idempotency_keys');
    const place = JSON.stringify([ACCOUNT, 'test', 'client', 'Gadgets_Create', 'k1']);
    const opened = createSecretBox(masterKey, 'answers').decrypt(rows[0]!.answer_sealed, place).toString('utf8');
    expect(JSON.parse(opened).body).toEqual(created(1).body);
  });

  it('IM-9: answers are kept encrypted: they hold links that open doors', async () => {
    const api = new ApiUnderTest(database);
    await api.post('k1', { name: 'a' });
    const { rows } = await database.query<{ row: string }>('select k::text as row from idempotency_keys k');
    expect(rows[0]!.row).not.toContain(Buffer.from('door-1').toString('hex'));
  });

  it('IM-9: an answer kept in the transaction of the work survives a failure right after it', async () => {
    const api = new ApiUnderTest(database);
    api.work = async (keepAnswer, count) => {
      await database.transaction(async (tx) => {
        await tx.query('insert into gadgets values ($1)', [count]);
        await keepAnswer!(tx, created(count));
      });
      throw new Error('the process stumbles before it answers');
    };
    expect((await api.post('k1', { name: 'a' })).status).toBe(500);
    expect(await api.post('k1', { name: 'a' })).toMatchObject({ status: 201, replayed: true, body: { number: 1 } });
    expect((await database.query('select 1 from gadgets')).rowCount).toBe(1);
  });

  it('IM-9: an answer kept in a transaction that is rolled back is not kept', async () => {
    const api = new ApiUnderTest(database);
    api.work = async (keepAnswer, count) => {
      await database.transaction(async (tx) => {
        await keepAnswer!(tx, created(count));
        if (count === 1) throw new SeglError(422, 'thing_locked', 'Locked.');
      });
      return created(count);
    };
    expect((await api.post('k1', { name: 'a' })).status).toBe(422);
    expect(await api.post('k1', { name: 'a' })).toMatchObject({ status: 201, replayed: false, body: { number: 2 } });
  });

  it('IM-9: when a process died at work another one takes over, and the dead one coming back has no effect', async () => {
    const api = new ApiUnderTest(database);
    const stall = Promise.withResolvers<void>();
    const stalled = Promise.withResolvers<void>();
    api.work = async (keepAnswer, count) => {
      if (count === 1) {
        stalled.resolve();
        await stall.promise;
      }
      await database.transaction(async (tx) => {
        await tx.query('insert into gadgets values ($1)', [count]);
        await keepAnswer!(tx, created(count));
      });
      return created(count);
    };
    const first = api.post('k1', { name: 'a' });
    await stalled.promise;
    await database.query(`update idempotency_keys set leased_until = clock_timestamp() - interval '1 second'`);
    expect(await api.post('k1', { name: 'a' })).toMatchObject({ status: 201, replayed: false, body: { number: 2 } });
    stall.resolve();
    expect((await first).status).toBe(503);
    const { rows } = await database.query<{ number: number }>('select number from gadgets');
    expect(rows).toEqual([{ number: 2 }]);
    expect((await api.post('k1', { name: 'a' })).body.number).toBe(2);
  });

  // The embedded database belongs to one process.
  if (kind === 'embedded') return;

  it('IM-5: two processes at once run the work once', async () => {
    const masterKey = randomBytes(32);
    const [one, other] = [new ApiUnderTest(database, masterKey), new ApiUnderTest(database, masterKey)];
    for (const api of [one, other]) {
      api.work = async (_keep, count) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return created(count);
      };
    }
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 ? one : other).post('k1', { name: 'a' })),
    );
    expect(one.count + other.count).toBe(1);
    expect(answers.every((answer) => answer.status === 201)).toBe(true);
  });
});

describe('the fingerprint of a request', () => {
  const print = (value: unknown) => requestFingerprint([{ schema: Gadget, value }]).toString('hex');
  const base = { name: 'a', tags: ['x', 'y'], due: '2026-03-01T13:00:00.123Z', content: 'aGVpPz8+' };

  it.each([
    ['the order of members', { content: 'aGVpPz8+', due: base.due, tags: ['x', 'y'], name: 'a' }],
    ['a default that is written out', { ...base, colour: 'red' }],
    ['parts of a second', { ...base, due: '2026-03-01T13:00:00.999Z' }],
    ['the alphabet of base64', { ...base, content: 'aGVpPz8-' }],
    ['blanks in base64', { ...base, content: 'aGVp\n Pz8+' }],
    ['a data URL', { ...base, content: 'data:application/pdf;base64,aGVpPz8+' }],
  ])('IM-2: does not depend on %s', (_what, other) => {
    expect(print(other)).toBe(print(base));
  });

  it.each([
    ['the order of a list', { ...base, tags: ['y', 'x'] }],
    ['a whole second', { ...base, due: '2026-03-01T13:00:01.000Z' }],
    ['the case of a text', { ...base, name: 'A' }],
    ['other bytes', { ...base, content: 'aGVpPz8/' }],
    ['another choice than the default', { ...base, colour: 'blue' }],
    ['a member less', { ...base, tags: undefined }],
  ])('IM-2: depends on %s', (_what, other) => {
    expect(print(other)).not.toBe(print(base));
  });
});
