import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshDatabase, silentLog, type TestDatabase } from '../../../../test-kit/src/databases.ts';
import type { Database, Log } from '../db/database.ts';
import { openDatabase } from '../db/open-database.ts';
import { createThrottling, type ThrottleStore, type Throttling } from './throttle.ts';
import { BUCKET_SIZES, type BucketSizes, readBucketSizes } from './throttle-sizes.ts';
import { createThrottleStore } from './throttle-store.ts';

const SIZES: BucketSizes = {
  ...BUCKET_SIZES,
  client: { perMinute: 600, burst: 20 },
  account: { perMinute: 6000, burst: 50 },
};

describe('throttling in one process', () => {
  let time = 0;
  const throttling = (refuse = true) => createThrottling({ sizes: SIZES, refuse, log: silentLog, nowMs: () => time });
  const taken = (buckets: Throttling, times: number, key = 'a') =>
    Array.from({ length: times }, () => buckets.take(['client', key])).filter((one) => one.allowed).length;

  it('lets the burst through at once and then the long-run rate', () => {
    const buckets = throttling();
    expect(taken(buckets, 100)).toBe(20);
    time += 1000;
    expect(taken(buckets, 100)).toBe(10);
    time += 60_000;
    expect(taken(buckets, 100)).toBe(20);
  });

  it('says what is left, when it is full again and when to come back', () => {
    const buckets = throttling();
    expect(buckets.take(['client', 'a'])).toMatchObject({ allowed: true, limit: 600, remaining: 19, resetSeconds: 1 });
    taken(buckets, 19);
    expect(buckets.take(['client', 'a'])).toMatchObject({
      allowed: false,
      remaining: 0,
      resetSeconds: 2,
      retryAfterSeconds: 1,
    });
  });

  it('counts each key for itself', () => {
    const buckets = throttling();
    taken(buckets, 100, 'a');
    expect(taken(buckets, 100, 'b')).toBe(20);
  });

  it('takes from every bucket or, when one is empty, from none', () => {
    const buckets = throttling();
    const both = () => buckets.take(['client', 'a'], ['account', 'x']);
    for (let n = 0; n < 20; n++) expect(both().allowed).toBe(true);
    expect(both()).toMatchObject({ allowed: false, limit: 600 });
    expect(buckets.look('account', 'x').remaining).toBe(30);
  });

  it('describes the bucket that is closest to exhaustion', () => {
    const buckets = throttling();
    for (let n = 0; n < 45; n++) buckets.take(['account', 'x']);
    // 5 of 50 are left of the account, 19 of 20 of the client.
    expect(buckets.take(['client', 'a'], ['account', 'x'])).toMatchObject({ limit: 6000, remaining: 4 });
  });

  it('refuses nothing when it is off, and counts all the same', () => {
    const buckets = throttling(false);
    expect(taken(buckets, 100)).toBe(100);
    expect(buckets.look('client', 'a').remaining).toBe(0);
    time += 1000;
    expect(buckets.look('client', 'a').remaining).toBe(10);
  });

  it('stays bounded: a hundred thousand addresses push out the oldest', () => {
    const buckets = throttling();
    taken(buckets, 20, 'first');
    for (let n = 0; n < 100_000; n++) buckets.take(['client', `address ${n}`]);
    expect(buckets.look('client', 'first').remaining).toBe(20);
  });
});

describe('the sizes of buckets as a setting', () => {
  it('changes what it names and leaves the rest', () => {
    const { sizes, mistakes } = readBucketSizes(' client=6000/1000, token=60,');
    expect(mistakes).toEqual([]);
    expect(sizes).toEqual({
      ...BUCKET_SIZES,
      client: { perMinute: 6000, burst: 1000 },
      token: { perMinute: 60, burst: 60 },
    });
  });

  it.each(['clients=5', 'client', 'client=0', 'client=5/0', 'client=-1', 'client=1e3', '__proto__=5', 'client=5/'])(
    'refuses %s',
    (text) => {
      expect(readBucketSizes(text).mistakes).toEqual([expect.stringContaining(text)]);
      expect(readBucketSizes(text).sizes).toEqual(BUCKET_SIZES);
    },
  );
});

describe('throttling in several processes on one database', () => {
  let database: TestDatabase;
  let otherConnection: Database;
  let time = 0;
  const open: Throttling[] = [];

  beforeEach(async () => {
    database = await freshDatabase('postgresql');
    otherConnection = await openDatabase({ ...database.location, log: silentLog, onFatal() {} });
  });
  afterEach(async () => {
    for (const throttling of open.splice(0)) await throttling.close();
    await otherConnection.close();
    await database.close();
  });

  const process = (store: ThrottleStore, log: Log = silentLog) => {
    // A rate so low that the time which the test takes does not matter.
    const sizes = { ...SIZES, client: { perMinute: 1, burst: 100 } };
    const throttling = createThrottling({ sizes, refuse: true, store, log, nowMs: () => time });
    open.push(throttling);
    return throttling;
  };
  const storeOn = (on: Database) => {
    const store = createThrottleStore(on, silentLog);
    store.close();
    return store;
  };
  const take = (throttling: Throttling, times: number) =>
    Array.from({ length: times }, () => throttling.take(['client', 'a'])).filter((one) => one.allowed).length;

  it('takes over what others have taken', async () => {
    const [here, there] = [process(storeOn(database)), process(storeOn(otherConnection))];
    expect([take(here, 60), take(there, 10)]).toEqual([60, 10]);
    await here.settle();
    await there.settle();
    expect(there.look('client', 'a').remaining).toBe(30);
    expect(take(there, 100)).toBe(30);
    await there.settle();
    expect(take(here, 1)).toBe(1);
    // A single request settles within seconds.
    time += 6000;
    await here.settle();
    expect(take(here, 1)).toBe(0);
  });

  it('repays what was let through beyond the bucket before more is let through', async () => {
    const [here, there] = [process(storeOn(database)), process(storeOn(otherConnection))];
    expect(take(here, 100) + take(there, 100)).toBe(200);
    await here.settle();
    await there.settle();
    expect([take(here, 1), take(there, 1)]).toEqual([0, 0]);
    // One hundred too many were let through, at one per minute: the debt lasts a hundred minutes.
    expect(there.take(['client', 'a']).retryAfterSeconds).toBeGreaterThan(5990);
  });

  it('never waits for the database, and counts on without it', async () => {
    const warned: string[] = [];
    const log: Log = { info() {}, warn: (_fields, message) => void warned.push(message), error() {} };
    let away = true;
    const store = storeOn(database);
    const throttling = process(
      { settle: (given) => (away ? Promise.reject(new Error('away')) : store.settle(given)) },
      log,
    );
    expect(take(throttling, 40)).toBe(40);
    await throttling.settle();
    expect(warned).toHaveLength(1);
    expect(take(throttling, 100)).toBe(60);
    away = false;
    time += 1000;
    await throttling.settle();
    // Nothing that was taken meanwhile is forgotten.
    const other = process(storeOn(otherConnection));
    take(other, 1);
    await other.settle();
    expect(take(other, 1)).toBe(0);
  });

  it('stores neither addresses nor client ids', async () => {
    const throttling = process(storeOn(database));
    throttling.take(['anonymous', '192.0.2.7'], ['client', 'a']);
    await throttling.settle();
    const { rows } = await database.query<{ key: Buffer }>('select key from throttle_buckets');
    expect(rows.map((row) => row.key.length)).toEqual([16, 16]);
  });
});
