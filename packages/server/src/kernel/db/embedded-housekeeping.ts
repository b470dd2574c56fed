import type { Log, Queryable } from './database.ts';

const INTERVAL_MS = 30_000;

/** Recovery after a crash reads the WAL since the last checkpoint: this much takes well under a second. */
const CHECKPOINT_AFTER_BYTES = 64 * 1024 * 1024;
const CHECKPOINT_AFTER_MS = 600_000;

/** The rule of PostgreSQL's autovacuum, with a threshold that suits queues: small tables, all rows changing. */
const TABLES_DUE = `
  select format('%I.%I', schemaname, relname) as name
  from pg_stat_user_tables
  where n_dead_tup > 500 + 0.1 * n_live_tup
     or n_ins_since_vacuum > 1000 + 0.2 * n_live_tup
     or n_mod_since_analyze > 500 + 0.1 * n_live_tup`;

/**
 * Vacuum and checkpoints of the embedded database, which has no background processes of its own. Without them queue
 * tables slow down and the WAL grows without end. Returns the function that stops it.
 */
export function startHousekeeping(database: Queryable, log: Log): () => Promise<void> {
  const keepHouse = createHousekeeping(database);
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= keepHouse()
      .catch((error: unknown) => log.error({ err: error }, 'housekeeping of the embedded database failed'))
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

/** One round: vacuums and analyses the tables that need it, writes a checkpoint when there is much new WAL. */
export function createHousekeeping(database: Queryable): () => Promise<void> {
  let checkpointAt = performance.now();
  let checkpointLsn: string | undefined;

  async function vacuumTablesDue(): Promise<void> {
    // Otherwise the counters lag behind by up to a second of activity.
    await database.query('select pg_stat_force_next_flush()');
    const { rows } = await database.query<{ name: string }>(TABLES_DUE);
    for (const { name } of rows) await database.query(`vacuum (analyze) ${name}`);
  }

  async function checkpointWhenDue(): Promise<void> {
    const { rows } = await database.query<{ lsn: string; bytes: string }>(
      `select pg_current_wal_lsn()::text as lsn,
              pg_current_wal_lsn() - coalesce($1::pg_lsn, pg_current_wal_lsn()) as bytes`,
      [checkpointLsn ?? null],
    );
    const { lsn, bytes } = rows[0]!;
    checkpointLsn ??= lsn;
    const grown = Number(bytes);
    const waited = performance.now() - checkpointAt;
    if (grown < CHECKPOINT_AFTER_BYTES && !(grown > 0 && waited > CHECKPOINT_AFTER_MS)) return;
    await database.query('checkpoint');
    checkpointAt = performance.now();
    checkpointLsn = lsn;
  }

  return async () => {
    await vacuumTablesDue();
    await checkpointWhenDue();
  };
}
