import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import pg from 'pg';
import type { Database, Log, Statement, Transaction } from './database.ts';
import { PostgresqlSignals } from './postgresql-signals.ts';
import {
  kyselyOver,
  opensTransaction,
  refuseInsideTransaction,
  runTransaction,
  toQueryConfig,
  toQueryResult,
} from './session.ts';
import { valueTypes } from './value-types.ts';

const OLDEST_VERSION = 150_000;
const CONNECTIONS = 10;
const STATEMENT_TIMEOUT_MS = 30_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;
const TRANSACTION_TIMEOUT_MS = 60_000;

export interface PostgresqlOptions {
  url: string;
  log: Log;
}

/** A pool of at most ten connections to PostgreSQL 15 or later. */
export async function openPostgresqlDatabase(options: PostgresqlOptions): Promise<Database> {
  const connection = {
    connectionString: options.url,
    application_name: 'segl',
    types: valueTypes,
    // Plans of partitioned tables look dear before pruning, so PostgreSQL would plan every execution of a prepared
    // statement anew, which costs more than running it; partitions are pruned when a plan is run.
    options: '-c timezone=UTC -c plan_cache_mode=force_generic_plan -c jit=off',
    keepAlive: true,
  };
  const pool = new pg.Pool({
    ...connection,
    max: CONNECTIONS,
    // Statements that do not wait for each other, such as BEGIN and the one after it, share a round trip.
    pipeline: true,
    connectionTimeoutMillis: 10_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  } as pg.PoolConfig);
  // A connection that dies while idle: the pool replaces it, the next query does not notice.
  pool.on('error', (error) => options.log.warn({ err: error }, 'an idle database connection was lost'));
  try {
    const { rows } = await pool.query(`select current_setting('server_version_num')::int as version`);
    const { version } = rows[0] as { version: number };
    if (version < OLDEST_VERSION) {
      throw new Error(`PostgreSQL 15 or later is needed, this is ${Math.floor(version / 10_000)}`);
    }
  } catch (error) {
    await pool.end();
    throw error;
  }
  const signals = new PostgresqlSignals({
    process: randomUUID(),
    send: (text, values) => pool.query(text, values),
    connect: () => new pg.Client(connection),
    log: options.log,
  });
  return new PostgresqlDatabase(pool, signals, options.log);
}

class PostgresqlDatabase implements Database {
  readonly kind = 'postgresql';
  readonly signals: PostgresqlSignals;
  readonly #pool: pg.Pool;
  readonly #log: Log;
  #closing: Promise<void> | undefined;

  constructor(pool: pg.Pool, signals: PostgresqlSignals, log: Log) {
    this.#pool = pool;
    this.signals = signals;
    this.#log = log;
  }

  async query<Row = Record<string, unknown>>(statement: Statement, values?: readonly unknown[]) {
    refuseInsideTransaction(this, 'a query');
    const config = toQueryConfig(statement, values);
    if (!opensTransaction(config)) return toQueryResult<Row>(await this.#pool.query(config));

    const client = await this.#pool.connect();
    try {
      const result = toQueryResult<Row>(await client.query(config));
      client.release();
      return result;
    } catch (error) {
      // A failing script may leave its transaction open; such a connection is not given to anyone else.
      client.release(true);
      throw error;
    }
  }

  kysely<Tables>(): Kysely<Tables> {
    return kyselyOver<Tables>(this);
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: { timeoutMs?: number } = {}): Promise<T> {
    refuseInsideTransaction(this, 'a transaction');
    const client = await this.#pool.connect();
    return await runTransaction(
      {
        owner: this,
        send: (config) => client.query(config),
        release: (failure) => client.release(failure),
        releaseWhenSent: false,
        timeoutMs: options.timeoutMs ?? TRANSACTION_TIMEOUT_MS,
        log: this.#log,
      },
      work,
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.signals.close().then(() => this.#pool.end());
    return this.#closing;
  }
}
