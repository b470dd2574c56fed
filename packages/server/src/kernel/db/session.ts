import { AsyncLocalStorage } from 'node:async_hooks';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import type { Log, Queryable, QueryResult, Statement, Transaction } from './database.ts';

/** What both drivers answer: one result, or one for each statement of a text that holds several. */
type DriverResult = pg.QueryResult | pg.QueryResult[];

/** Sends one statement down one connection. */
export type Send = (config: pg.QueryConfig) => Promise<DriverResult>;

/** A query result with the command tag, which Kysely needs to tell affected from returned rows. */
interface TaggedResult<Row> extends QueryResult<Row> {
  command: string;
}

export function toQueryConfig(statement: Statement, values?: readonly unknown[]): pg.QueryConfig {
  if (typeof statement === 'string') {
    return values ? { text: statement, values: values as unknown[] } : { text: statement };
  }
  const given = values ?? statement.values;
  const { name, text } = statement;
  return given ? { name, text, values: given as unknown[] } : { name, text };
}

/** A text of several statements answers with the rows of all of them. */
export function toQueryResult<Row>(result: DriverResult): QueryResult<Row> {
  const tagged: TaggedResult<Row> = Array.isArray(result)
    ? {
        rows: result.flatMap((one) => one.rows as Row[]),
        rowCount: result.reduce((sum, one) => sum + (one.rowCount ?? 0), 0),
        command: result.at(-1)?.command ?? '',
      }
    : { rows: result.rows as Row[], rowCount: result.rowCount ?? 0, command: result.command };
  return tagged;
}

/** Kysely's PostgreSQL dialect over anything that runs single statements. */
export function kyselyOver<Tables>(target: Queryable): Kysely<Tables> {
  const client = {
    async query(text: string, values: readonly unknown[]) {
      if (/^(begin|start transaction)/.test(text)) {
        throw new Error('start transactions with database.transaction(), not with Kysely');
      }
      return (await target.query(text, values)) as TaggedResult<never>;
    },
    release() {},
  };
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: { connect: async () => client, end: async () => {}, options: {} } as never }),
  });
}

/** A text that opens a transaction of its own, as migrations of libraries do: it needs a connection for itself. */
export function opensTransaction(config: pg.QueryConfig): boolean {
  return !config.values?.length && /(^|;)\s*(begin|start\s+transaction)\b/i.test(config.text);
}

interface OpenTransaction {
  owner: object;
  open: boolean;
}

const currentTransaction = new AsyncLocalStorage<OpenTransaction>();

/**
 * A query on the database from inside one of its transactions waits forever on the embedded database (one connection)
 * and escapes the transaction on PostgreSQL. Both are bugs of the caller, so both are refused.
 */
export function refuseInsideTransaction(owner: object, what: string): void {
  const current = currentTransaction.getStore();
  if (current?.open && current.owner === owner) {
    throw new Error(`${what} on the database inside a transaction: use the transaction`);
  }
}

export interface TransactionOptions {
  owner: object;
  send: Send;
  /** Called once. An error says that the connection may be in a bad state. */
  release: (failure?: Error) => void;
  /** The connection answers in order, so whoever comes next may send before the last statement is answered. */
  releaseWhenSent: boolean;
  timeoutMs: number;
  log: Log;
}

/** Begin, work, commit or roll back on one connection, which is released at the end. */
export async function runTransaction<T>(
  options: TransactionOptions,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const { owner, send, log } = options;
  const state: OpenTransaction = { owner, open: true };
  const afterCommit: Array<() => void> = [];
  let begun = false;
  let builder: Kysely<unknown> | undefined;

  const tx: Transaction = {
    async query<Row>(statement: Statement, values?: readonly unknown[]) {
      if (!state.open) throw new Error('the transaction is over');
      if (!begun) {
        begun = true;
        // Not awaited: it goes down the same connection just before the statement, which fails when this fails.
        send({ text: 'begin' }).catch(() => {});
      }
      return toQueryResult<Row>(await send(toQueryConfig(statement, values)));
    },
    kysely<Tables>() {
      builder ??= kyselyOver<unknown>(tx);
      return builder as unknown as Kysely<Tables>;
    },
    afterCommit(callback) {
      afterCommit.push(callback);
    },
  };

  let result: T;
  try {
    result = await withDeadline(
      options.timeoutMs,
      currentTransaction.run(state, () => work(tx)),
    );
  } catch (error) {
    state.open = false;
    await finish(options, begun, 'rollback').catch((failure) => log.warn({ err: failure }, 'a rollback failed'));
    throw error;
  }
  state.open = false;
  const outcome = await finish(options, begun, 'commit');
  // PostgreSQL answers COMMIT with ROLLBACK when an earlier statement of the transaction failed.
  if (outcome === 'ROLLBACK') {
    throw new Error('the transaction was rolled back: a statement in it failed and its error was swallowed');
  }
  for (const callback of afterCommit) {
    try {
      callback();
    } catch (error) {
      log.error({ err: error }, 'an after-commit callback failed');
    }
  }
  return result;
}

async function finish(options: TransactionOptions, begun: boolean, command: string): Promise<string> {
  if (!begun) {
    options.release();
    return '';
  }
  const sent = options.send({ text: command });
  if (options.releaseWhenSent) options.release();
  try {
    const result = (await sent) as pg.QueryResult;
    if (!options.releaseWhenSent) options.release();
    return result.command;
  } catch (error) {
    if (!options.releaseWhenSent) options.release(error as Error);
    throw error;
  }
}

async function withDeadline<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const deadline = Promise.withResolvers<never>();
  const expire = () => deadline.reject(new Error(`the transaction took longer than ${timeoutMs} ms`));
  const timer = setTimeout(expire, timeoutMs);
  timer.unref();
  try {
    return await Promise.race([work, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}
