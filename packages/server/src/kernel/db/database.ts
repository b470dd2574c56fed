import type { Kysely } from 'kysely';

export interface QueryResult<Row> {
  rows: Row[];
  rowCount: number;
}

/** Named statements are prepared once per connection; use a name on hot paths only. */
export type Statement = string | { name: string; text: string; values?: readonly unknown[] };

export interface Queryable {
  query<Row = Record<string, unknown>>(statement: Statement, values?: readonly unknown[]): Promise<QueryResult<Row>>;
}

/** A transaction. Everything in it commits or nothing does; use it, never the database, while it is open. */
export interface Transaction extends Queryable {
  /** Typed query builder on this transaction. Each `store.ts` declares the tables it owns. */
  kysely<Tables>(): Kysely<Tables>;
  /** Runs `callback` right after a successful commit, in this process only: a hint, lost when the process dies. */
  afterCommit(callback: () => void): void;
}

/**
 * Wake-up calls between the processes on one database. They may be merged and may get lost, so a listener must also
 * look for work from time to time.
 */
export interface Signals {
  send(topic: string): void;
  /** Also called, for every topic, whenever signals may have been missed. Returns the function that stops listening. */
  on(topic: string, listener: () => void): () => void;
}

/** The database, embedded or PostgreSQL: the same SQL, the same types of values, the same error codes (`23505` …). */
export interface Database extends Queryable {
  readonly kind: 'embedded' | 'postgresql';
  readonly signals: Signals;
  /** Typed query builder for single statements. Its own `transaction()` is refused: use the one below. */
  kysely<Tables>(): Kysely<Tables>;
  /**
   * Read committed. Refuses to nest, and refuses queries on the database itself from inside `work`. Rolled back with
   * an error when it takes longer than `timeoutMs`, by default one minute.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: { timeoutMs?: number }): Promise<T>;
  close(): Promise<void>;
}

/** The part of a pino logger that the kernel writes to. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
