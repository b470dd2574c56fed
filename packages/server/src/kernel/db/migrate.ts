import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Database, Log } from './database.ts';

/** `0012_signature_create_documents.sql`: a number that orders all migrations, and what it does. */
const FILE_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;

/** Any number, the same in every replica: replicas that start together migrate one after the other. */
const LOCK = 5_349_171;

const MIGRATION_TIMEOUT_MS = 3_600_000;

const UNDEFINED_TABLE = '42P01';

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../migrations/', import.meta.url));

interface Migration {
  name: string;
  sql: string;
  sha256: string;
}

export interface MigrateOptions {
  database: Database;
  log: Log;
  folder?: string;
}

/**
 * Brings the database up to date: runs the SQL files that were not run yet, in the order of their names, each in a
 * transaction of its own. Refuses when a file changed after it was run, or when the database knows one that is not
 * here, which happens when an older version of the program is started. Returns the names of the files it ran.
 */
export async function migrate({ database, log, folder = MIGRATIONS_FOLDER }: MigrateOptions): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const applied = await readApplied(database);
  refuseDivergence(migrations, applied);

  const pending = migrations.filter(({ name }) => !applied.has(name));
  const ran: string[] = [];
  for (const migration of pending) {
    if (await run(database, migration)) {
      ran.push(migration.name);
      log.info({ migration: migration.name }, 'migrated the database');
    }
  }
  return ran;
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return await Promise.all(
    files.map(async (name) => {
      if (!FILE_NAME.test(name)) throw new Error(`${name} is no name for a migration: 0000_capability_change.sql`);
      const sql = await readFile(`${folder}/${name}`, 'utf8');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Hash of each migration that was run, by name. */
async function readApplied(database: Database): Promise<Map<string, string>> {
  try {
    const { rows } = await database.query<{ name: string; sha256: string }>(
      'select name, sha256 from schema_migrations',
    );
    return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return new Map();
    throw error;
  }
}

function refuseDivergence(migrations: Migration[], applied: Map<string, string>): void {
  const known = new Map(migrations.map(({ name, sha256 }) => [name, sha256]));
  for (const [name, sha256] of applied) {
    if (!known.has(name)) throw new Error(`the database was migrated by a newer version: ${name} is not known here`);
    if (known.get(name) !== sha256) throw new Error(`migration ${name} was changed after it was run on this database`);
  }
}

/** Whether the migration was run; another replica may have been faster. */
async function run(database: Database, { name, sql, sha256 }: Migration): Promise<boolean> {
  try {
    return await database.transaction(
      async (tx) => {
        if (database.kind === 'postgresql') {
          await tx.query(`set local statement_timeout = 0`);
          await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
        }
        await tx.query(`create table if not exists schema_migrations (
        name text primary key,
        sha256 text not null,
        applied_at timestamptz not null default now()
      )`);
        const { rowCount } = await tx.query(
          'insert into schema_migrations (name, sha256) values ($1, $2) on conflict do nothing',
          [name, sha256],
        );
        if (rowCount === 0) return false;
        await tx.query(sql);
        return true;
      },
      { timeoutMs: MIGRATION_TIMEOUT_MS },
    );
  } catch (error) {
    throw new Error(`migration ${name} failed: ${(error as Error).message}`, { cause: error });
  }
}
