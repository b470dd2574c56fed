import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Kysely } from 'kysely';
import pg from 'pg';
import type { Database, Log, QueryResult, Statement, Transaction } from './database.ts';
import { startHousekeeping } from './embedded-housekeeping.ts';
import type { EmbeddedWorkerData, FromWorker, ToWorker } from './embedded-messages.ts';
import { EmbeddedStream } from './embedded-stream.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { LocalSignals } from './local-signals.ts';
import {
  kyselyOver,
  opensTransaction,
  refuseInsideTransaction,
  runTransaction,
  toQueryConfig,
  toQueryResult,
} from './session.ts';
import { syncFolder, syncTree } from './sync-tree.ts';
import { valueTypes } from './value-types.ts';

const TRANSACTION_TIMEOUT_MS = 60_000;

export interface EmbeddedOptions {
  /** The data folder; the database is its subfolder `database`. */
  dataDir: string;
  log: Log;
  /** The database has stopped working; all that is open was rejected. The process must end. */
  onFatal: (error: Error) => void;
}

export interface EmbeddedDatabase extends Database {
  readonly kind: 'embedded';
  /** How many syncs have reached the disk since the start. */
  syncCount(): number;
}

/** Opens the embedded database of a data folder, creating it at the first start. */
export async function openEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const lock = await lockFolder(options.dataDir);
  try {
    const folder = join(options.dataDir, 'database');
    if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(folder, options.log);
    // PostgreSQL's own lock is left behind by a crash, and refused when a power cut left it empty. Ours is in force.
    await rm(join(folder, 'postmaster.pid'), { force: true });
    return await PgliteDatabase.start(folder, lock, options);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** In a folder beside, which is renamed when it is complete and on the disk: a half-made database is never opened. */
async function initialise(folder: string, log: Log): Promise<void> {
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  log.info({ folder }, 'creating the embedded database');
  const script = fileURLToPath(new URL('./initialise-embedded.ts', import.meta.url));
  const child = spawn(process.execPath, [script, unfinished], { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the embedded database could not be created: ${complaint.trim() || `exit ${code}`}`);
  await syncTree(unfinished);
  await rename(unfinished, folder);
  await syncFolder(dirname(folder));
}

interface Waiting {
  exclusive: boolean;
  start: () => void;
}

/**
 * One connection, shared: single statements are sent at once and answered in order; a transaction has the connection
 * for itself from its first to its last statement. The next one may send as soon as the last statement is on its way.
 */
class PgliteDatabase implements EmbeddedDatabase {
  readonly kind = 'embedded';
  readonly signals = new LocalSignals();
  readonly #worker: Worker;
  readonly #client: pg.Client;
  readonly #lock: FolderLock;
  readonly #log: Log;
  readonly #syncs: Int32Array;
  readonly #onFatal: (error: Error) => void;
  #taken = false;
  #waiting: Waiting[] = [];
  #stopHousekeeping = async () => {};
  #closing: Promise<void> | undefined;
  #failure: Error | undefined;

  private constructor(worker: Worker, syncs: Int32Array, lock: FolderLock, options: EmbeddedOptions) {
    this.#worker = worker;
    this.#syncs = syncs;
    this.#lock = lock;
    this.#log = options.log;
    this.#onFatal = options.onFatal;
    this.#client = new pg.Client({
      stream: () => new EmbeddedStream(worker) as never,
      pipeline: true,
      types: valueTypes,
      user: 'postgres',
      password: '',
      database: 'postgres',
      ssl: false,
    } as pg.ClientConfig);
    this.#client.on('error', (error) => this.#fail(error));
  }

  static async start(folder: string, lock: FolderLock, options: EmbeddedOptions): Promise<PgliteDatabase> {
    const syncCounter = new SharedArrayBuffer(4);
    const worker = new Worker(new URL('./embedded-worker.ts', import.meta.url), {
      workerData: { folder, syncCounter } satisfies EmbeddedWorkerData,
      // Flags of the process, such as --input-type, are not meant for this thread and can break it.
      execArgv: [],
    });
    await untilReady(worker);
    const database = new PgliteDatabase(worker, new Int32Array(syncCounter), lock, options);
    database.#watch();
    await database.#client.connect();
    database.#stopHousekeeping = startHousekeeping(database, options.log);
    return database;
  }

  #watch(): void {
    this.#worker.on('message', (message: FromWorker) => {
      if (message.kind === 'broken') this.#fail(new Error(`the embedded database broke: ${message.message}`));
    });
    this.#worker.on('error', (error: unknown) => this.#fail(error as Error));
    this.#worker.on('exit', () => {
      if (!this.#closing) this.#fail(new Error('the embedded database ended unexpectedly'));
    });
  }

  #fail(cause: Error): void {
    if (this.#failure) return;
    this.#failure = cause;
    this.#client.connection.stream.destroy(cause);
    for (const waiting of this.#waiting.splice(0)) waiting.start();
    this.#onFatal(cause);
  }

  syncCount(): number {
    return Atomics.load(this.#syncs, 0);
  }

  async query<Row = Record<string, unknown>>(statement: Statement, values?: readonly unknown[]) {
    refuseInsideTransaction(this, 'a query');
    const config = toQueryConfig(statement, values);
    if (opensTransaction(config)) return await this.#runScript<Row>(config);
    if (this.#taken || this.#waiting.length > 0) await this.#wait(false);
    return toQueryResult<Row>(await this.#send(config));
  }

  kysely<Tables>(): Kysely<Tables> {
    return kyselyOver<Tables>(this);
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: { timeoutMs?: number } = {}): Promise<T> {
    refuseInsideTransaction(this, 'a transaction');
    await this.#take();
    return await runTransaction(
      {
        owner: this,
        send: (config) => this.#send(config),
        release: () => this.#release(),
        releaseWhenSent: true,
        timeoutMs: options.timeoutMs ?? TRANSACTION_TIMEOUT_MS,
        log: this.#log,
      },
      work,
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#stopHousekeeping();
    if (!this.#failure) {
      await this.#take();
      await this.#client.end();
      const closed = new Promise<void>((resolve) => {
        this.#worker.on('message', (message: FromWorker) => {
          if (message.kind === 'closed') resolve();
        });
        this.#worker.once('exit', () => resolve());
      });
      this.#worker.postMessage('close' satisfies ToWorker);
      await closed;
    }
    await this.#worker.terminate();
    await this.#lock.release();
  }

  #send(config: pg.QueryConfig): Promise<pg.QueryResult | pg.QueryResult[]> {
    if (this.#failure) return Promise.reject(this.#failure);
    return this.#client.query(config);
  }

  /** A failing script may leave its transaction open, which would swallow whatever comes next. */
  async #runScript<Row>(config: pg.QueryConfig): Promise<QueryResult<Row>> {
    await this.#take();
    try {
      return toQueryResult<Row>(await this.#send(config));
    } catch (error) {
      await this.#send({ text: 'rollback' }).catch(() => {});
      throw error;
    } finally {
      this.#release();
    }
  }

  async #take(): Promise<void> {
    if (this.#taken || this.#waiting.length > 0) await this.#wait(true);
    else this.#taken = true;
  }

  #wait(exclusive: boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ exclusive, start: resolve });
    });
  }

  #release(): void {
    this.#taken = false;
    while (!this.#taken) {
      const next = this.#waiting.shift();
      if (!next) return;
      if (next.exclusive) this.#taken = true;
      next.start();
    }
  }
}

async function untilReady(worker: Worker): Promise<void> {
  const ready = Promise.withResolvers<void>();
  const onMessage = (message: FromWorker) => {
    if (message.kind === 'ready') ready.resolve();
    if (message.kind === 'broken') ready.reject(new Error(message.message));
  };
  const onExit = () => ready.reject(new Error('the embedded database did not start'));
  worker.on('message', onMessage).on('error', ready.reject).on('exit', onExit);
  try {
    await ready.promise;
  } finally {
    worker.off('message', onMessage).off('error', ready.reject).off('exit', onExit);
  }
}
