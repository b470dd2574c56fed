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
}

/** The database, embedded or PostgreSQL: the same SQL, the same types of values, the same error codes (`23505` …). */
export interface Database extends Queryable {
  readonly kind: 'embedded' | 'postgresql';
  kysely<Tables>(): Kysely<Tables>;
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
