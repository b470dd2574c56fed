import { type JobInsert, PgBoss, type QueueResult, type UpdateQueueOptions } from 'pg-boss';
import { ACCOUNT_CLOCK_MOVED } from '../clock/account-clocks.ts';
import type { Clock } from '../clock/clock.ts';
import type { Database, Log, Transaction } from '../db/database.ts';
import { uuidv7 } from '../ids/uuid.ts';
import { bossDatabase } from './boss-database.ts';
import { anyDue, type DelayedAccountJob, insertDelayed, takeDue } from './delayed-account-jobs.ts';
import type { Jobs, QueueDefinition, SendOptions } from './jobs.ts';
import { QueueWorker } from './queue-worker.ts';

/** A handler that runs longer is broken; its job is given to another worker. */
const LONGEST_RUN_SECONDS = 3_600;
const SHORTEST_HEARTBEAT_SECONDS = 10;

/** Tries beyond the schedule for jobs whose process was killed: those are no failures of the handler. */
const TRIES_AFTER_KILLS = 5;

/** Failed jobs are kept this long for whoever looks into them; done ones are deleted at once. */
const KEEP_FAILED_SECONDS = 30 * 86_400;

/** How long a job may wait for its time to come. */
const KEEP_WAITING_SECONDS = 365 * 86_400;

/** How often to look for jobs that no signal told of: those that start later, and those whose signal got lost. */
const LOOK_EVERY_MS = 1_000;

const FIND_QUEUES_WITH_WORK = {
  name: 'find-queues-with-work',
  text: `select distinct name from pgboss.job
         where state < 'active' and not blocked and start_after <= pgboss.job_now() and name = any($1)`,
};

export interface JobsOptions {
  database: Database;
  clock: Clock;
  log: Log;
}

/** Jobs in pg-boss's tables, on either database, with workers of our own that take as many jobs as they have hands. */
export function createJobs({ database, clock, log }: JobsOptions): Jobs {
  const queues = new Map<string, QueueDefinition<object>>();
  const workers = new Map<string, QueueWorker>();
  const bossDb = bossDatabase(database);
  let boss: PgBoss | undefined;
  let looking: NodeJS.Timeout | undefined;
  let stopListening = () => {};
  let lookAgain = false;
  let looks: Promise<void> | undefined;

  function define<Data extends object>(queue: QueueDefinition<Data>): void {
    if (boss) throw new Error(`queue ${queue.name} was defined after the start`);
    if (queues.has(queue.name)) throw new Error(`there is already a queue named ${queue.name}`);
    queues.set(queue.name, queue as unknown as QueueDefinition<object>);
  }

  async function sendMany(queue: string, jobs: Array<{ data: object } & SendOptions>, tx?: Transaction) {
    if (!boss) throw new Error('jobs can be sent after jobs.start()');
    if (!queues.has(queue)) throw new Error(`there is no queue named ${queue}`);
    if (jobs.length === 0) return;
    const now = clock.now();
    const delayed = jobs.flatMap((job) => toDelayed(queue, job, now) ?? []);
    if (delayed.length > 0) await insertDelayed(tx ?? database, delayed);
    const rows = jobs.filter((job) => !waitsForAccount(job)).map((job) => toInsert(job, now));
    if (rows.length === 0) return;
    await boss.insert(queue, rows, { db: tx ? bossDatabase(tx) : bossDb });
    // What starts later is found by the look of every second.
    if (!jobs.some(({ startAfter }) => startAfter === undefined || startAfter <= now)) return;
    const wake = () => database.signals.send(topicOf(queue));
    if (tx) tx.afterCommit(wake);
    else wake();
  }

  /** Queues the jobs whose account's clock has got to their time. */
  async function queueDelayed(): Promise<void> {
    const names = [...queues.keys()];
    while (await anyDue(database, names, clock.now())) {
      const due = await database.transaction(async (tx) => {
        const taken = await takeDue(tx, names, clock.now());
        for (const [queue, jobs] of Map.groupBy(taken, (one) => one.queue)) {
          await sendMany(
            queue,
            jobs.map(({ data, singletonKey }) => (singletonKey === null ? { data } : { data, singletonKey })),
            tx,
          );
        }
        return taken.length;
      });
      if (due === 0) return;
    }
  }

  async function look(): Promise<void> {
    try {
      await queueDelayed();
      const { rows } = await database.query<{ name: string }>(FIND_QUEUES_WITH_WORK, [[...workers.keys()]]);
      for (const { name } of rows) workers.get(name)?.wake();
    } catch (error) {
      log.error({ err: error }, 'the job queues could not be looked at');
    }
  }

  /** One look at a time; whoever comes meanwhile gets another one. */
  function lookSoon(): void {
    lookAgain = true;
    looks ??= (async () => {
      while (lookAgain) {
        lookAgain = false;
        await look();
      }
      looks = undefined;
    })();
  }

  return {
    define,
    sendMany,
    async send(queue, data, { tx, ...options } = {}) {
      await sendMany(queue, [{ data, ...options }], tx);
    },
    async start({ work } = { work: true }) {
      const started = newBoss(database, bossDb);
      started.on('error', (error) => log.error({ err: error }, 'the job queue reported an error'));
      started.on('warning', (warning) => log.warn({ warning }, 'the job queue reported a warning'));
      await started.start();
      await makeQueues(started, [...queues.values()], database);
      if (database.kind === 'embedded') await takeBackJobsOfDeadProcess(database);
      boss = started;
      if (!work) return;
      for (const queue of queues.values()) {
        const worker = new QueueWorker({ queue, boss: started, database, log });
        workers.set(queue.name, worker);
        worker.start(database.signals, topicOf(queue.name));
      }
      looking = setInterval(lookSoon, LOOK_EVERY_MS);
      looking.unref();
      stopListening = database.signals.on(ACCOUNT_CLOCK_MOVED, lookSoon);
    },
    async stop() {
      clearInterval(looking);
      stopListening();
      await looks;
      await Promise.all([...workers.values()].map((worker) => worker.stop()));
      workers.clear();
      await boss?.stop({ close: false, graceful: false });
      boss = undefined;
    },
  };
}

function topicOf(queue: string): string {
  return `job:${queue}`;
}

function newBoss(database: Database, db: ReturnType<typeof bossDatabase>): PgBoss {
  const embedded = database.kind === 'embedded';
  return new PgBoss({
    db,
    backend: embedded ? 'pglite' : 'postgres',
    schedule: false,
    registerInstance: false,
    persistWarnings: false,
    persistQueueStats: false,
    monitorVacuum: !embedded,
    reindex: !embedded,
    openTelemetry: { enabled: false },
    queueCacheIntervalSeconds: 600,
    // The only process of an embedded database has no dead colleagues to look for.
    superviseIntervalSeconds: embedded ? 600 : 5,
    monitorIntervalSeconds: embedded ? 600 : 5,
  });
}

async function makeQueues(boss: PgBoss, queues: QueueDefinition<object>[], database: Database): Promise<void> {
  const existing = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
  for (const queue of queues) {
    const options = {
      retryLimit: queue.retryDelaysSeconds.length + TRIES_AFTER_KILLS,
      retryDelay: 0,
      retryBackoff: false,
      expireInSeconds: LONGEST_RUN_SECONDS,
      retentionSeconds: KEEP_WAITING_SECONDS,
      deleteAfterSeconds: KEEP_FAILED_SECONDS,
      // The only process of an embedded database finds its own dead jobs when it starts.
      ...(database.kind === 'postgresql' && {
        heartbeatSeconds: Math.max(SHORTEST_HEARTBEAT_SECONDS, Math.ceil(queue.expireSeconds)),
      }),
    };
    const found = existing.get(queue.name);
    if (!found) await boss.createQueue(queue.name, { ...options, policy: 'short' });
    else if (!hasOptions(found, options)) await boss.updateQueue(queue.name, options);
  }
}

function hasOptions(queue: QueueResult, options: UpdateQueueOptions): boolean {
  return Object.entries(options).every(([name, value]) => queue[name as keyof QueueResult] === value);
}

type Sending = { data: object } & Omit<SendOptions, 'tx'>;

function waitsForAccount(job: Sending): job is Sending & Required<Pick<SendOptions, 'startAfter' | 'onClockOf'>> {
  return job.startAfter !== undefined && job.onClockOf !== undefined;
}

function toDelayed(queue: string, job: Sending, now: Date): DelayedAccountJob | undefined {
  if (!waitsForAccount(job)) return undefined;
  const { data, singletonKey, startAfter, onClockOf } = job;
  return { id: uuidv7(now), ...onClockOf, queue, data, singletonKey, startAfter };
}

function toInsert({ data, startAfter, singletonKey }: { data: object } & SendOptions, now: Date): JobInsert {
  const id = uuidv7(now);
  // A queue of the policy `short` keeps one waiting job per key; without a key of its own a job is like no other.
  const insert: JobInsert = { id, data, singletonKey: singletonKey ?? id };
  // As a pause on the database's clock, which is not the caller's.
  if (startAfter) insert.startAfter = `${Math.max(0, startAfter.getTime() - now.getTime())} milliseconds`;
  return insert;
}

async function takeBackJobsOfDeadProcess(database: Database): Promise<void> {
  await database.query(`
    update pgboss.job
    set state = (case when retry_count < retry_limit then 'retry' else 'failed' end)::pgboss.job_state,
        start_after = pgboss.job_now(),
        completed_on = case when retry_count < retry_limit then null else pgboss.job_now() end
    where state = 'active'`);
}
