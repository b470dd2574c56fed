import { randomUUID } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Database, Log } from '../../server/src/kernel/db/database.ts';
import { migrate } from '../../server/src/kernel/db/migrate.ts';
import { openDatabase } from '../../server/src/kernel/db/open-database.ts';
import { ensurePartitions } from '../../server/src/kernel/db/partitions.ts';
import { databaseUrl, startPostgres } from './postgres.ts';
import { makeOnce, runFolder } from './run-folder.ts';

export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres.ts';

export type DatabaseKind = Database['kind'];

/** Where a database is, for a second process or for opening it again. */
export interface DatabaseLocation {
  url?: string;
  dataDir: string;
}

export interface TestDatabase extends Database {
  location: DatabaseLocation;
  /** Closes it but leaves it where it is, for another process or for opening it again. */
  release(): Promise<void>;
}

/** For tests that do not look at the log. */
export const silentLog: Log = { info() {}, warn() {}, error() {} };

/** A new database with all migrations, of nobody else. `close` also removes it. */
export async function freshDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  const location = await freshLocation(kind);
  const database = await openDatabase({ ...location, log: silentLog, onFatal: rethrow });
  const close = database.close.bind(database);
  return Object.assign(database, {
    location,
    release: close,
    close: async () => {
      await close();
      await removeLocation(location);
    },
  });
}

/** Place and content of a new database that is not open yet. */
export async function freshLocation(kind: DatabaseKind): Promise<DatabaseLocation> {
  const dataDir = join(await runFolder(), `data-${randomUUID()}`);
  await mkdir(dataDir, { recursive: true });
  if (kind === 'embedded') {
    await copyFolder(await embeddedTemplate(), join(dataDir, 'database'));
    return { dataDir };
  }
  const { url, template } = await postgresTemplate();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(url, `create database ${name} template ${template}`);
  return { url: urlOf(url, name), dataDir };
}

export async function removeLocation({ url, dataDir }: DatabaseLocation): Promise<void> {
  await rm(dataDir, { recursive: true, force: true });
  if (url) {
    const { url: server } = await postgresTemplate();
    await administer(server, `drop database if exists ${nameOf(url)} with (force)`);
  }
}

/** A database folder with the migrations, closed. */
async function embeddedTemplate(): Promise<string> {
  const folder = await makeOnce('embedded-template', async (dataDir) => {
    await mkdir(dataDir, { recursive: true });
    const cache = cacheOfInitialised();
    if (existsSync(cache)) await copyFolder(cache, join(dataDir, 'database'));
    const database = await openDatabase({ dataDir, log: silentLog, onFatal: rethrow });
    if (!existsSync(cache)) {
      await database.close();
      await keepInitialised(join(dataDir, 'database'), cache);
      await prepare(await openDatabase({ dataDir, log: silentLog, onFatal: rethrow }));
      return;
    }
    await prepare(database);
  });
  return join(folder, 'database');
}

/** Making a database takes seconds and depends on nothing but the version, so it is kept between runs. */
function cacheOfInitialised(): string {
  const require = createRequire(new URL('../../server/package.json', import.meta.url));
  const manifest = require.resolve('@electric-sql/pglite').replace(/dist\/.*$/, 'package.json');
  const { version } = require(manifest) as { version: string };
  return fileURLToPath(new URL(`../../../node_modules/.cache/segl/embedded-${version}`, import.meta.url));
}

async function keepInitialised(folder: string, cache: string): Promise<void> {
  const unfinished = `${cache}.${process.pid}`;
  await copyFolder(folder, unfinished);
  try {
    await rename(unfinished, cache);
  } catch {
    // Another run was faster.
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE });
}

async function postgresTemplate(): Promise<{ url: string; template: string }> {
  const given = process.env.SEGL_TEST_POSTGRES_URL;
  const cluster = given
    ? undefined
    : await makeOnce('postgres', async (folder) => void (await startPostgres({ folder })));
  const url = given ?? databaseUrl(cluster!, 'postgres');
  // With a given server, several runs may share it.
  const template = `template_${(await runFolder()).replace(/\W/g, '_').toLowerCase()}`;
  await makeOnce('postgres-template', async () => {
    await administer(url, `create database ${template}`);
    await prepare(await openDatabase({ url: urlOf(url, template), dataDir: '', log: silentLog, onFatal: rethrow }));
  });
  return { url, template };
}

async function prepare(database: Database): Promise<void> {
  await migrate({ database, log: silentLog });
  await ensurePartitions(database, new Date());
  await database.close();
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

function rethrow(error: Error): never {
  throw error;
}
