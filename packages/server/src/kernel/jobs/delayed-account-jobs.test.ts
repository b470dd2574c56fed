import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { silentLog, type TestDatabase } from '../../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../../test-kit/src/each-database.ts';
import { type AccountClocks, createAccountClocks } from '../clock/account-clocks.ts';
import { systemClock } from '../clock/clock.ts';
import { openDatabase } from '../db/open-database.ts';
import type { Environment } from '../events/events.ts';
import { createJobs } from './create-jobs.ts';
import type { Jobs } from './jobs.ts';

const QUEUE = 'signature.expire-document';
const DAY_MS = 86_400_000;
/** Jobs are looked for every second. */
const LOOK_MS = 1_300;

describeOnEachDatabase('DT-7: jobs that wait for the clock of an account', (open, kind) => {
  let database: TestDatabase;
  let clocks: AccountClocks;
  let running: Jobs[];
  let done: string[];
  let account: string;

  beforeAll(async () => {
    database = await open();
  });
  beforeEach(async () => {
    [running, done, account] = [[], [], randomUUID()];
    clocks = createAccountClocks({ database, clock: systemClock, log: silentLog });
    await clocks.start();
  });
  afterEach(async () => {
    for (const jobs of running) await jobs.stop();
    clocks.close();
    await database.query('delete from delayed_account_jobs');
  });

  async function newJobs(on = database, options = { work: true }) {
    const jobs = createJobs({ database: on, clock: systemClock, log: silentLog });
    jobs.define<{ name: string }>({
      name: QUEUE,
      concurrency: 5,
      retryDelaysSeconds: [],
      expireSeconds: 10,
      handle: async ({ name }) => void done.push(name),
    });
    await jobs.start(options);
    running.push(jobs);
    return jobs;
  }

  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
  const later = (startAfter: Date, who = account, environment: Environment = 'test') => ({
    startAfter,
    onClockOf: { accountId: who, environment },
  });
  const advance = (days: number) => database.transaction((tx) => clocks.move(tx, account, { byMs: days * DAY_MS }));

  it('start when that clock is moved to their time, each when it is its turn', async () => {
    const jobs = await newJobs();
    await jobs.send(QUEUE, { name: 'in 3 days' }, later(inDays(3)));
    await jobs.send(QUEUE, { name: 'in 30 days' }, later(inDays(30)));
    await jobs.send(QUEUE, { name: 'of another account' }, later(inDays(3), randomUUID()));
    await jobs.send(QUEUE, { name: 'in production' }, later(inDays(3), account, 'prod'));
    await jobs.send(QUEUE, { name: 'in real time' }, { startAfter: inDays(3) });
    await advance(2);
    await sleep(LOOK_MS);
    expect(done).toEqual([]);
    await advance(2);
    await expect.poll(() => done, { timeout: 5_000 }).toEqual(['in 3 days']);
    await advance(30);
    await expect.poll(() => done, { timeout: 5_000 }).toEqual(['in 3 days', 'in 30 days']);
    await sleep(LOOK_MS);
    expect(done).toHaveLength(2);
  });

  it('start in real time too, in both environments', async () => {
    const jobs = await newJobs();
    await jobs.send(QUEUE, { name: 'test' }, later(new Date(Date.now() + 300)));
    await jobs.send(QUEUE, { name: 'prod' }, later(new Date(Date.now() + 300), account, 'prod'));
    await expect.poll(() => [...done].sort(), { timeout: 5_000 }).toEqual(['prod', 'test']);
  });

  it('are on the clock that was moved before they were sent', async () => {
    const jobs = await newJobs();
    await advance(10);
    await jobs.send(QUEUE, { name: 'the day after' }, later(inDays(11)));
    await jobs.send(QUEUE, { name: 'the day before' }, later(inDays(9)));
    await expect.poll(() => done, { timeout: 5_000 }).toEqual(['the day before']);
    await advance(1.5);
    await expect.poll(() => done, { timeout: 5_000 }).toEqual(['the day before', 'the day after']);
  });

  it('are there exactly when the transaction that sends them commits', async () => {
    const jobs = await newJobs();
    const undone = database.transaction(async (tx) => {
      await jobs.send(QUEUE, { name: 'undone' }, { tx, ...later(inDays(1)) });
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    await database.transaction((tx) => jobs.send(QUEUE, { name: 'kept' }, { tx, ...later(inDays(1)) }));
    await advance(2);
    await expect.poll(() => done, { timeout: 5_000 }).toEqual(['kept']);
  });

  it('start after a restart when the clock was moved while nobody worked', async () => {
    const sender = await newJobs(database, { work: false });
    await sender.send(QUEUE, { name: 'kept' }, later(inDays(1)));
    await sender.stop();
    await advance(2);
    await newJobs();
    await expect.poll(() => done, { timeout: 5_000 }).toEqual(['kept']);
  });

  it('start all when more are due than are taken at once', async () => {
    const jobs = await newJobs();
    await jobs.sendMany(
      QUEUE,
      Array.from({ length: 1_201 }, (_, n) => ({ data: { name: `${n}` }, ...later(inDays(1)) })),
    );
    await advance(2);
    await expect.poll(() => done.length, { timeout: 30_000 }).toBe(1_201);
    expect(new Set(done).size).toBe(1_201);
  });

  if (kind === 'postgresql') {
    it('start once when several processes work', async () => {
      const other = await openDatabase({ ...database.location, log: silentLog, onFatal: () => {} });
      const jobs = await newJobs();
      await newJobs(other as TestDatabase);
      for (let n = 0; n < 20; n++) await jobs.send(QUEUE, { name: `${n}` }, later(inDays(1)));
      await advance(2);
      await expect.poll(() => done.length, { timeout: 10_000 }).toBe(20);
      await sleep(LOOK_MS);
      expect(new Set(done).size).toBe(done.length);
      for (const one of running.splice(0)) await one.stop();
      await other.close();
    });
  }
});
