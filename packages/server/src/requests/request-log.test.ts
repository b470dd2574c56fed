import { beforeEach, expect, it } from 'vitest';
import { silentLog, type TestDatabase } from '../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database, Log } from '../kernel/db/database.ts';
import { dropOldPartitions, ensurePartitions } from '../kernel/db/partitions.ts';
import type { RequestRecord } from '../kernel/http/request-record.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { createRequestLog } from './request-log.ts';

const NORDBANK = '0195a000-0000-7000-8000-00000000000a';
const SOUTHBANK = '0195a000-0000-7000-8000-00000000000b';
const DAY_MS = 24 * 3_600_000;

function request(changes: Partial<RequestRecord> = {}): RequestRecord {
  const receivedAt = changes.receivedAt ?? new Date();
  return {
    id: uuidv7(receivedAt).replaceAll('-', ''),
    receivedAt,
    accountId: NORDBANK,
    environment: 'test',
    clientId: `t${'0'.repeat(32)}`,
    method: 'POST',
    path: '/signature/documents',
    status: 422,
    durationMs: 12.5,
    errorCode: 'external_id_conflict',
    sdk: '.NET 2.1.0',
    clientRequestId: 'order-17',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    ...changes,
  };
}

describeOnEachDatabase('the request log', (open) => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await open();
  });

  it('HD-2: finds a request by the id of its answer, in any spelling, with everything that is kept of it', async () => {
    const log = createRequestLog({ database, log: silentLog });
    const record = request();
    log.record(record);
    await log.flush();
    expect(await log.find(record.id)).toEqual(record);
    expect(await log.find(record.id.toUpperCase())).toEqual(record);
    expect(await log.find('nonsense')).toBeUndefined();
    await log.close();
  });

  it('keeps requests that were answered before anybody was known, without an account', async () => {
    const log = createRequestLog({ database, log: silentLog });
    const record = request({
      accountId: undefined,
      environment: undefined,
      clientId: undefined,
      path: 'unknown',
      status: 404,
      sdk: undefined,
      clientRequestId: undefined,
      traceId: undefined,
    });
    log.record(record);
    await log.flush();
    expect(await log.find(record.id)).toEqual(record);
    expect(await log.find(record.id, { accountId: NORDBANK, environment: 'test' })).toBeUndefined();
    await log.close();
  });

  it('ENV-2: shows an account the requests of its own environment only', async () => {
    const log = createRequestLog({ database, log: silentLog });
    const records = [
      request({ accountId: SOUTHBANK }),
      request({ environment: 'prod' }),
      request({ status: 200 }),
      request({ status: 201 }),
    ];
    for (const record of records) log.record(record);
    await log.flush();
    const owner = { accountId: NORDBANK, environment: 'test' } as const;
    expect(await log.find(records[0]!.id, owner)).toBeUndefined();
    expect(await log.find(records[1]!.id, owner)).toBeUndefined();
    expect(await log.find(records[2]!.id, owner)).toEqual(records[2]);
    const newest = await log.list(owner, { limit: 1 });
    expect(newest).toEqual([records[3]]);
    expect(await log.list(owner, { limit: 10, beforeId: newest[0]!.id })).toEqual([records[2]]);
    await log.close();
  });

  it('leaves out what is not of the API', async () => {
    const log = createRequestLog({ database, log: silentLog });
    const paths = ['/health/live', '/docs', '/docs/*', '/trust/tsa', '/openapi.json', '/app/assets/*', '/test/inbox'];
    const kept = ['/signature/documents', '/app/v1/session', '/oauth/connect/token', '/start', 'unknown'];
    for (const path of [...paths, ...kept]) log.record(request({ path }));
    await log.flush();
    const listed = await log.list({ accountId: NORDBANK, environment: 'test' }, { limit: 50 });
    expect(listed.map((one) => one.path).reverse()).toEqual(kept);
    await log.close();
  });

  it('writes what is waiting when it is closed, and by itself while it is open', async () => {
    const closed = createRequestLog({ database, log: silentLog });
    const records = Array.from({ length: 1234 }, () => request());
    for (const record of records) closed.record(record);
    await closed.close();
    const log = createRequestLog({ database, log: silentLog });
    expect(await log.find(records.at(-1)!.id)).toEqual(records.at(-1));
    const { rows } = await database.query<{ n: number }>('select count(*)::int as n from requests');
    expect(rows[0]!.n).toBe(1234);
    const later = request();
    log.record(later);
    await expect.poll(() => log.find(later.id), { timeout: 20_000 }).toEqual(later);
    await log.close();
  });

  it('never blocks: while the database is away a bounded number waits, the rest is counted and dropped', async () => {
    const warned: object[] = [];
    const noting: Log = { info() {}, warn: (fields) => void warned.push(fields), error() {} };
    let away = true;
    const flaky = {
      ...database,
      query: (statement: never, values: never) =>
        away ? Promise.reject(new Error('away')) : database.query(statement, values),
    } as unknown as Database;
    const log = createRequestLog({ database: flaky, log: noting, maxWaiting: 100 });
    const records = Array.from({ length: 130 }, () => request());
    for (const record of records) log.record(record);
    await log.flush();
    await log.flush();
    expect(warned).toContainEqual({ dropped: 30 });
    away = false;
    await log.flush();
    const owner = { accountId: NORDBANK, environment: 'test' } as const;
    expect((await log.list(owner, { limit: 500 })).map((one) => one.id).reverse()).toEqual(
      records.slice(0, 100).map((one) => one.id),
    );
    await log.close();
  });

  it('is not held up by a record that no database can store', async () => {
    const log = createRequestLog({ database, log: silentLog });
    log.record(request({ status: 1_000_000 }));
    await log.flush();
    const next = request();
    log.record(next);
    await log.flush();
    expect(await log.find(next.id)).toEqual(next);
    await log.close();
  });

  it('is searched in one partition, by its key', async () => {
    const { rows } = await database.query(
      `explain select * from requests where id = '${uuidv7(new Date())}' and (null::uuid is null or account_id = null)`,
    );
    const plan = rows.map((row) => Object.values(row)[0]).join('\n');
    expect(plan).toMatch(/requests_\d{4}_\d\d_\d\d/);
    expect(plan.match(/ on requests_/g)).toHaveLength(1);
  });

  it('keeps requests for 30 days', async () => {
    const log = createRequestLog({ database, log: silentLog });
    const today = new Date();
    await ensurePartitions(database, new Date(today.getTime() - 40 * DAY_MS));
    const [old, young] = [
      request({ receivedAt: new Date(today.getTime() - 40 * DAY_MS) }),
      request({ receivedAt: new Date(today.getTime() - 29 * DAY_MS) }),
    ];
    for (const record of [old, young]) log.record(record);
    await log.flush();
    expect(await log.find(old.id)).toEqual(old);
    await dropOldPartitions(database, today);
    expect(await log.find(old.id)).toBeUndefined();
    expect(await log.find(young.id)).toEqual(young);
    await log.close();
  });
});
