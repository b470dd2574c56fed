import type { Database } from '../kernel/db/database.ts';
import type { Log } from '../kernel/log/log.ts';
import { foldCountChanges } from './count-store.ts';

const INTERVAL_MS = 5_000;
const BATCH = 5_000;

/** Folds all changes of document counts that there are now, batch by batch; answers how many. */
export async function foldCounts(database: Database): Promise<number> {
  let total = 0;
  for (;;) {
    const folded = await database.transaction((tx) => foldCountChanges(tx, BATCH));
    total += folded;
    if (folded < BATCH) return total;
  }
}

/**
 * Folds every few seconds, so that lists add up few changes. Numbers are right without it, only slower to come by.
 * Any number of processes may do it. Returns the function that stops it.
 */
export function startFoldingCounts({ database, log }: { database: Database; log: Log }): () => Promise<void> {
  let running: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    running ??= foldCounts(database)
      .catch((err: unknown) => log.error({ err }, 'document counts were not folded'))
      .finally(() => {
        running = undefined;
      });
  }, INTERVAL_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
