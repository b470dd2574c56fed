import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { silentLog } from '../../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../../test-kit/src/each-database.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';

describeOnEachDatabase('migrations', (open, kind) => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'segl-migrations-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const write = (name: string, sql: string) => writeFile(join(folder, name), sql);
  const run = (database: Database) => migrate({ database, log: silentLog, folder });

  /** A database that no migration was run on. */
  async function openEmpty() {
    const database = await open();
    await database.query('drop schema public cascade; create schema public');
    return database;
  }

  it('runs each file once, in the order of their names', async () => {
    const database = await openEmpty();
    await write('0010_admin_second.sql', 'alter table things add column b int; insert into things values (1, 2)');
    await write('0001_kernel_first.sql', 'create table things (a int)');
    expect(await run(database)).toEqual(['0001_kernel_first.sql', '0010_admin_second.sql']);
    await write('0002_kernel_later.sql', 'insert into things values (3, 4)');
    expect(await run(database)).toEqual(['0002_kernel_later.sql']);
    expect(await run(database)).toEqual([]);
    expect((await database.query('select * from things')).rows).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
  });

  it('asks one question when there is nothing to do', async () => {
    const database = await openEmpty();
    await write('0001_kernel_first.sql', 'create table things (a int)');
    await run(database);
    const query = vi.spyOn(database, 'query');
    const transaction = vi.spyOn(database, 'transaction');
    expect(await run(database)).toEqual([]);
    expect(query).toHaveBeenCalledTimes(1);
    expect(transaction).not.toHaveBeenCalled();
  });

  it('keeps nothing of a file that fails, and goes on from there next time', async () => {
    const database = await openEmpty();
    await write('0001_kernel_first.sql', 'create table things (a int)');
    await write('0002_kernel_broken.sql', 'create table others (a int); insert into nowhere values (1)');
    await expect(run(database)).rejects.toThrow('0002_kernel_broken.sql failed: relation "nowhere" does not exist');
    expect((await database.query(`select to_regclass('others') as others`)).rows).toEqual([{ others: null }]);
    await write('0002_kernel_broken.sql', 'create table others (a int)');
    expect(await run(database)).toEqual(['0002_kernel_broken.sql']);
  });

  it('refuses a file that was changed after it was run', async () => {
    const database = await openEmpty();
    await write('0001_kernel_first.sql', 'create table things (a int)');
    await run(database);
    await write('0001_kernel_first.sql', 'create table things (a int, b int)');
    await expect(run(database)).rejects.toThrow('0001_kernel_first.sql was changed after it was run');
  });

  it('refuses a database that a newer version has migrated', async () => {
    const database = await openEmpty();
    await write('0001_kernel_first.sql', 'create table things (a int)');
    await write('0002_kernel_newer.sql', 'select 1');
    await run(database);
    await rm(join(folder, '0002_kernel_newer.sql'));
    await expect(run(database)).rejects.toThrow('0002_kernel_newer.sql is not known here');
  });

  it('refuses a file name that does not say its place', async () => {
    const database = await openEmpty();
    await write('first.sql', 'select 1');
    await expect(run(database)).rejects.toThrow('first.sql is no name for a migration');
  });

  if (kind === 'postgresql') {
    it('lets replicas that start together migrate one after the other', async () => {
      const database = await openEmpty();
      await write('0001_kernel_first.sql', 'create table things (a int); select pg_sleep(0.2)');
      await write('0002_kernel_second.sql', 'insert into things values (1)');
      const options = { ...database.location, log: silentLog, onFatal: () => {} };
      const replicas = await Promise.all(Array.from({ length: 4 }, () => openDatabase(options)));
      const ran = await Promise.all(replicas.map(run));
      expect(ran.flat().sort()).toEqual(['0001_kernel_first.sql', '0002_kernel_second.sql']);
      expect((await database.query('select * from things')).rows).toEqual([{ a: 1 }]);
      for (const replica of replicas) await replica.close();
    });
  }
});
