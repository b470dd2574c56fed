import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { silentLog, type TestDatabase } from '../../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../../test-kit/src/each-database.ts';
import { letJobsWait } from '../../../../test-kit/src/job-time.ts';
import { startScript } from '../../../../test-kit/src/script-process.ts';
import { systemClock } from '../clock/clock.ts';
import type { Log } from '../db/database.ts';
import { openDatabase } from '../db/open-database.ts';
import { createJobs } from './create-jobs.ts';
import type { Jobs, QueueDefinition } from './jobs.ts';

interface Letter {
  to: string;
}

const QUEUE = 'mail.send-letter';

describeOnEachDatabase('jobs', (open, kind) => {
  let database: TestDatabase;
  let running: Jobs[];
  let errors: object[];

  beforeAll(async () => {
    database = await open();
  });
  beforeEach(() => {
    running = [];
    errors = [];
  });
  afterEach(async () => {
    for (const jobs of running) await jobs.stop();
    await database.query('delete from pgboss.job');
  });

  function newJobs(
    handle: QueueDefinition<Letter>['handle'],
    queue: Partial<QueueDefinition<Letter>> = {},
    on = database,
  ) {
    const log: Log = { ...silentLog, error: (fields) => errors.push(fields) };
    const jobs = createJobs({ database: on, clock: systemClock, log });
    jobs.define<Letter>({
      name: QUEUE,
      concurrency: 2,
      retryDelaysSeconds: [5, 60],
      expireSeconds: 10,
      handle,
      ...queue,
    });
    running.push(jobs);
    return jobs;
  }

  const stored = async () =>
    (await database.query<{ state: string; to: string }>(`select state, data->>'to' as to from pgboss.job order by id`))
      .rows;

  it('does a job once, with its data, and forgets it', async () => {
    const done: unknown[] = [];
    const jobs = newJobs(async (data, { jobId, attempt, signal }) => {
      done.push([data, typeof jobId, attempt, signal.aborted]);
    });
    await jobs.start();
    await jobs.send(QUEUE, { to: 'Kari' });
    await expect.poll(() => done).toEqual([[{ to: 'Kari' }, 'string', 1, false]]);
    await expect.poll(stored).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('takes a job exactly when the transaction commits', async () => {
    const done: string[] = [];
    const jobs = newJobs(async ({ to }) => void done.push(to));
    await jobs.start();
    await database
      .transaction(async (tx) => {
        await jobs.send(QUEUE, { to: 'nobody' }, { tx });
        throw new Error('undo');
      })
      .catch(() => {});
    await database.transaction(async (tx) => {
      await jobs.send(QUEUE, { to: 'Kari' }, { tx });
      await jobs.sendMany(QUEUE, [{ data: { to: 'Ola' } }, { data: { to: 'Per' } }], tx);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(done).toEqual([]);
    });
    await expect.poll(() => [...done].sort()).toEqual(['Kari', 'Ola', 'Per']);
  });

  it('works on as many at a time as it may, and starts the next one when any ends', async () => {
    let atOnce = 0;
    let most = 0;
    const ends = new Map<string, () => void>();
    const jobs = newJobs(async ({ to }) => {
      most = Math.max(most, ++atOnce);
      await new Promise<void>((resolve) => ends.set(to, resolve));
      atOnce--;
    });
    await jobs.start();
    await jobs.sendMany(
      QUEUE,
      ['a', 'b', 'c', 'd'].map((to) => ({ data: { to } })),
    );
    await expect.poll(() => [...ends.keys()]).toEqual(['a', 'b']);
    ends.get('b')!();
    await expect.poll(() => [...ends.keys()]).toEqual(['a', 'b', 'c']);
    ends.get('c')!();
    await expect.poll(() => [...ends.keys()]).toEqual(['a', 'b', 'c', 'd']);
    ends.get('a')!();
    ends.get('d')!();
    await expect.poll(stored).toEqual([]);
    expect(most).toBe(2);
  });

  it('tries again after the pauses of the schedule, and keeps the job as failed after the last', async () => {
    const attempts: number[] = [];
    const jobs = newJobs(async (_data, { attempt }) => {
      attempts.push(attempt);
      throw new Error(`no answer ${attempt}`);
    });
    await jobs.start();
    await jobs.send(QUEUE, { to: 'Kari' });
    const pause = async () => {
      const { rows } = await database.query<{
        state: string;
        pause: number | null;
        output: { message: string } | null;
      }>(
        `select state, round(extract(epoch from start_after - clock_timestamp()))::int as pause, output from pgboss.job`,
      );
      return rows[0];
    };
    await expect.poll(pause).toEqual({ state: 'retry', pause: 5, output: { message: 'no answer 1' } });
    await letJobsWait(database, 4);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(attempts).toEqual([1]);
    await letJobsWait(database, 1);
    await expect
      .poll(pause, { timeout: 5_000 })
      .toEqual({ state: 'retry', pause: 60, output: { message: 'no answer 2' } });
    await letJobsWait(database, 60);
    await expect.poll(async () => (await pause())?.state, { timeout: 5_000 }).toBe('failed');
    expect(attempts).toEqual([1, 2, 3]);
    await letJobsWait(database, 100_000);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('waits until a job may start', async () => {
    const done: string[] = [];
    const jobs = newJobs(async ({ to }) => void done.push(to));
    await jobs.start();
    await jobs.send(QUEUE, { to: 'later' }, { startAfter: new Date(Date.now() + 3_600_000) });
    await jobs.send(QUEUE, { to: 'now' }, { startAfter: new Date(Date.now() - 3_600_000) });
    await expect.poll(() => done).toEqual(['now']);
    await letJobsWait(database, 3_590);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(done).toEqual(['now']);
    await letJobsWait(database, 20);
    await expect.poll(() => done, { timeout: 5_000 }).toEqual(['now', 'later']);
  });

  it('adds no second job with the key of one that waits, but does with the key of one that runs', async () => {
    const done: string[] = [];
    const end = Promise.withResolvers<void>();
    const jobs = newJobs(async ({ to }) => {
      done.push(to);
      await end.promise;
    });
    await jobs.start({ work: false });
    await jobs.send(QUEUE, { to: 'first' }, { singletonKey: 'kari' });
    await jobs.send(QUEUE, { to: 'second' }, { singletonKey: 'kari' });
    await jobs.send(QUEUE, { to: 'other' }, { singletonKey: 'ola' });
    await jobs.send(QUEUE, { to: 'without' });
    await jobs.send(QUEUE, { to: 'without' });
    expect((await stored()).map(({ to }) => to)).toEqual(['first', 'other', 'without', 'without']);
    await jobs.stop();

    const workers = newJobs(
      async ({ to }) => {
        done.push(to);
        await end.promise;
      },
      { concurrency: 10 },
    );
    await workers.start();
    await expect.poll(() => done.length).toBe(4);
    await workers.send(QUEUE, { to: 'third' }, { singletonKey: 'kari' });
    await expect.poll(() => done.length).toBe(5);
    end.resolve();
    await expect.poll(stored).toEqual([]);
  });

  it('does what was sent while nobody worked', async () => {
    const sender = newJobs(async () => {
      throw new Error('a sender does not work');
    });
    await sender.start({ work: false });
    await sender.send(QUEUE, { to: 'Kari' });
    await sender.stop();
    const done: string[] = [];
    await newJobs(async ({ to }) => void done.push(to)).start();
    await expect.poll(() => done).toEqual(['Kari']);
  });

  it('waits for running handlers when it stops, and takes no more', async () => {
    const log: string[] = [];
    const end = Promise.withResolvers<void>();
    const jobs = newJobs(
      async ({ to }) => {
        log.push(`begin ${to}`);
        await end.promise;
        log.push(`end ${to}`);
      },
      { concurrency: 1 },
    );
    await jobs.start();
    await jobs.sendMany(QUEUE, [{ data: { to: 'a' } }, { data: { to: 'b' } }]);
    await expect.poll(() => log).toEqual(['begin a']);
    const stopped = jobs.stop().then(() => log.push('stopped'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(log).toEqual(['begin a']);
    end.resolve();
    await stopped;
    expect(log).toEqual(['begin a', 'end a', 'stopped']);
    expect(await stored()).toEqual([{ state: 'created', to: 'b' }]);
  });

  it('aborts handlers that go on after a stop, and does not wait for those that do not care', async () => {
    const aborted: string[] = [];
    const jobs = newJobs(async ({ to }, { signal }) => {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          aborted.push(to);
          if (to === 'heeds') resolve();
        });
      });
    });
    await jobs.start();
    await jobs.sendMany(QUEUE, [{ data: { to: 'heeds' } }, { data: { to: 'does not care' } }]);
    await expect.poll(async () => (await stored()).map(({ state }) => state)).toEqual(['active', 'active']);
    await jobs.stop();
    expect(aborted).toEqual(['heeds', 'does not care']);
    expect(await stored()).toEqual([{ state: 'active', to: 'does not care' }]);
  });

  it('refuses what could never be done', async () => {
    const jobs = newJobs(async () => {});
    await expect(jobs.send(QUEUE, { to: 'Kari' })).rejects.toThrow('after jobs.start()');
    await jobs.start();
    await expect(jobs.send('mail.unknown', {})).rejects.toThrow('no queue named mail.unknown');
    expect(() =>
      jobs.define({ name: 'late', concurrency: 1, retryDelaysSeconds: [], expireSeconds: 10, handle: async () => {} }),
    ).toThrow('after the start');
  });

  it('gives the job of a killed process to another one, without counting it as a failure of the handler', async () => {
    const own = await open();
    const { location } = own;
    const sender = newJobs(async () => {}, {}, own);
    await sender.start({ work: false });
    await sender.send(QUEUE, { to: 'Kari' });
    await sender.stop();
    if (kind === 'embedded') await own.release();

    const worker = startScript(
      `
      import { openDatabase } from ${JSON.stringify(new URL('../db/open-database.ts', import.meta.url).href)};
      import { createJobs } from ${JSON.stringify(new URL('./create-jobs.ts', import.meta.url).href)};
      const [dataDir, url] = process.argv.slice(1);
      const log = { info() {}, warn() {}, error(fields) { throw fields.err; } };
      const database = await openDatabase({ dataDir, url, log, onFatal: (error) => { throw error; } });
      const jobs = createJobs({ database, log, clock: { now: () => new Date() } });
      jobs.define({ name: ${JSON.stringify(QUEUE)}, concurrency: 1, retryDelaysSeconds: [], expireSeconds: 10, async handle() {
        console.log('begun');
        await new Promise(() => {});
      } });
      await jobs.start();
      setInterval(() => {}, 1000);`,
      [location.dataDir, ...(location.url ? [location.url] : [])],
    );
    await worker.line('begun');
    worker.child.kill('SIGKILL');
    await worker.ended;

    const again = await openDatabase({ ...location, log: silentLog, onFatal: () => {} });
    const done: string[] = [];
    const jobs = newJobs(async ({ to }) => void done.push(to), { retryDelaysSeconds: [] }, again as TestDatabase);
    await jobs.start();
    if (kind === 'postgresql') {
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      expect(done).toEqual([]);
      await letJobsWait(again, 10);
    }
    await expect.poll(() => done, { timeout: 20_000 }).toEqual(['Kari']);
    await jobs.stop();
    await again.close();
  }, 120_000);

  if (kind === 'postgresql') {
    it('aborts a handler whose job was given to another worker', async () => {
      const aborted: unknown[] = [];
      const begun: number[] = [];
      const jobs = newJobs(
        (_data, { attempt, signal }) => {
          begun.push(attempt);
          if (attempt > 1) return Promise.resolve();
          return new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              aborted.push((signal.reason as Error).message);
              reject(signal.reason);
            });
          });
        },
        { expireSeconds: 2 },
      );
      await jobs.start();
      await jobs.send(QUEUE, { to: 'Kari' });
      await expect.poll(() => begun).toEqual([1]);
      // What a supervisor does to a job without heartbeat.
      await database.query(`update pgboss.job set state = 'retry', start_after = now()`);
      await expect.poll(() => aborted, { timeout: 10_000 }).toEqual(['the job was given to another worker']);
      await expect.poll(() => begun, { timeout: 10_000 }).toEqual([1, 2]);
      await expect.poll(stored).toEqual([]);
    });

    it('does each job once when several processes work', async () => {
      const others = await Promise.all(
        [1, 2].map(() => openDatabase({ ...database.location, log: silentLog, onFatal: () => {} })),
      );
      const done: string[] = [];
      const all = [database, ...(others as TestDatabase[])].map((on) =>
        newJobs(async ({ to }) => void done.push(to), {}, on),
      );
      await Promise.all(all.map((jobs) => jobs.start()));
      const letters = Array.from({ length: 100 }, (_, n) => `letter ${n}`);
      await all[0]!.sendMany(
        QUEUE,
        letters.map((to) => ({ data: { to } })),
      );
      await expect.poll(() => done.length, { timeout: 10_000 }).toBe(100);
      expect([...done].sort()).toEqual([...letters].sort());
      for (const jobs of running.splice(0)) await jobs.stop();
      for (const other of others) await other.close();
    });
  }
});
