import { setTimeout as sleep } from 'node:timers/promises';
import type { JobWithMetadata, PgBoss } from 'pg-boss';
import type { Database, Log, Signals } from '../db/database.ts';
import type { QueueDefinition } from './jobs.ts';

/** How long running handlers may go on after a stop, and how long they may take to heed the abort after that. */
const STOP_GRACE_MS = 3_000;
const ABORT_GRACE_MS = 1_000;

export interface QueueWorkerOptions {
  queue: QueueDefinition<object>;
  boss: PgBoss;
  database: Database;
  log: Log;
}

interface RunningJob {
  job: JobWithMetadata<object>;
  abort: AbortController;
  done: Promise<void>;
}

/** Works on one queue in one process: takes as many jobs as it has free hands, each ends on its own. */
export class QueueWorker {
  readonly #queue: QueueDefinition<object>;
  readonly #boss: PgBoss;
  readonly #database: Database;
  readonly #log: Log;
  readonly #running = new Map<string, RunningJob>();
  #heartbeat: NodeJS.Timeout | undefined;
  #stopListening = () => {};
  #woken = false;
  #fetching: Promise<void> | undefined;
  #stopped = true;

  constructor({ queue, boss, database, log }: QueueWorkerOptions) {
    this.#queue = queue;
    this.#boss = boss;
    this.#database = database;
    this.#log = log;
  }

  start(signals: Signals, topic: string): void {
    this.#stopped = false;
    this.#stopListening = signals.on(topic, () => this.wake());
    if (this.#database.kind === 'postgresql') {
      this.#heartbeat = setInterval(() => void this.#beat(), (this.#queue.expireSeconds * 1_000) / 3);
      this.#heartbeat.unref();
    }
    this.wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopListening();
    clearInterval(this.#heartbeat);
    await this.#fetching;
    const done = Promise.all([...this.#running.values()].map((running) => running.done)).then(() => true);
    if (await Promise.race([done, sleep(STOP_GRACE_MS, false, { ref: false })])) return;
    this.#abortAll();
    if (await Promise.race([done, sleep(ABORT_GRACE_MS, false, { ref: false })])) return;
    this.#log.warn({ queue: this.#queue.name, jobs: this.#running.size }, 'handlers went on after the stop');
  }

  #abortAll(): void {
    for (const { abort } of this.#running.values()) abort.abort(new Error('the process stops'));
  }

  wake(): void {
    if (this.#stopped) return;
    this.#woken = true;
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
      // Woken again between the last look and now.
      if (this.#woken && this.#freeHands() > 0) this.wake();
    });
  }

  #freeHands(): number {
    return this.#queue.concurrency - this.#running.size;
  }

  async #fetch(): Promise<void> {
    try {
      while (this.#woken && !this.#stopped) {
        const batchSize = this.#freeHands();
        // The next job that ends wakes again.
        if (batchSize === 0) return;
        this.#woken = false;
        const jobs = await this.#boss.fetch<object>(this.#queue.name, { batchSize, includeMetadata: true });
        for (const job of jobs) this.#run(job);
        if (jobs.length === batchSize) this.#woken = true;
      }
    } catch (error) {
      this.#woken = false;
      this.#log.error({ err: error, queue: this.#queue.name }, 'jobs could not be fetched');
    }
  }

  #run(job: JobWithMetadata<object>): void {
    const abort = new AbortController();
    const done = this.#handle(job, abort.signal)
      .catch((error: unknown) => this.#log.error({ err: error, ...this.#label(job) }, 'a job could not be settled'))
      .finally(() => {
        this.#running.delete(job.id);
        if (this.#woken) this.wake();
      });
    this.#running.set(job.id, { job, abort, done });
  }

  async #handle(job: JobWithMetadata<object>, signal: AbortSignal): Promise<void> {
    const attempt = job.retryCount + 1;
    try {
      await this.#queue.handle(job.data, { jobId: job.id, attempt, signal });
    } catch (error) {
      await this.#fail(job, attempt, error);
      return;
    }
    await this.#boss.deleteJob(this.#queue.name, job.id);
  }

  /** pg-boss knows a fixed or a doubling pause only, so the state is set here. */
  async #fail(job: JobWithMetadata<object>, attempt: number, error: unknown): Promise<void> {
    const delaySeconds = this.#queue.retryDelaysSeconds[attempt - 1];
    const fields = { err: error, ...this.#label(job), attempt, delaySeconds };
    if (delaySeconds === undefined) this.#log.error(fields, 'a job failed for good');
    else this.#log.warn(fields, 'a job failed and will be tried again');
    await this.#database.query(
      {
        name: 'fail-job',
        text: `
          update pgboss.job
          set state = $4::pgboss.job_state,
              start_after = pgboss.job_now() + $5 * interval '1 second',
              completed_on = case when $4 = 'failed' then pgboss.job_now() end,
              output = $6
          where name = $1 and id = $2 and state = 'active' and retry_count = $3`,
      },
      [
        this.#queue.name,
        job.id,
        job.retryCount,
        delaySeconds === undefined ? 'failed' : 'retry',
        delaySeconds ?? 0,
        JSON.stringify({ message: error instanceof Error ? error.message : String(error) }),
      ],
    );
  }

  /** Tells that this process still works on its jobs, and aborts those that were given to another one. */
  async #beat(): Promise<void> {
    const running = [...this.#running.values()];
    if (running.length === 0) return;
    try {
      const { settled } = (await this.#boss.touch(
        this.#queue.name,
        running.map(({ job }) => job),
      )) as { settled?: string[] };
      if (!settled) return;
      const held = new Set(settled);
      for (const { job, abort } of running) {
        if (!held.has(job.id)) abort.abort(new Error('the job was given to another worker'));
      }
    } catch (error) {
      this.#log.warn({ err: error, queue: this.#queue.name }, 'a heartbeat could not be written');
    }
  }

  #label(job: JobWithMetadata<object>) {
    return { queue: this.#queue.name, jobId: job.id };
  }
}
