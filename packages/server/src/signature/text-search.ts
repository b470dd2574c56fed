import type { Database, Queryable } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { limitStatements } from './summary-store.ts';

/** Searches that read every candidate, per process: they must leave connections and processor to everybody else. */
const AT_ONCE = 2;
const MAX_WAITING = 20;
const TIME_LIMIT_MS = 10_000;

const QUERY_CANCELED = '57014';

let running = 0;
const waiting: (() => void)[] = [];

/**
 * Runs a search whose cost grows with what it looks through: few at a time, and on PostgreSQL for ten seconds at most.
 * Throws 503 `service_unavailable` when it takes longer, or when too many wait.
 */
export async function runTextSearch<T>(database: Database, search: (db: Queryable) => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MAX_WAITING) {
      throw new SeglError(503, 'service_unavailable', 'Too many searches at the same time.', { retryAfterSeconds: 5 });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    if (database.kind === 'embedded') return await search(database);
    return await database.transaction(async (tx) => {
      await limitStatements(tx, TIME_LIMIT_MS);
      return search(tx);
    });
  } catch (error) {
    if ((error as { code?: string }).code !== QUERY_CANCELED) throw error;
    const message = 'The search took too long. Narrow it with fromDate and toDate.';
    throw new SeglError(503, 'service_unavailable', message, { retryAfterSeconds: 60, cause: error });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
