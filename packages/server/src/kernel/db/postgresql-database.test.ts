import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { freshDatabase, silentLog } from '../../../../test-kit/src/databases.ts';
import { openDatabase } from './open-database.ts';

async function openTwo() {
  const database = await freshDatabase('postgresql');
  const other = await openDatabase({ ...database.location, log: silentLog, onFatal: () => {} });
  onTestFinished(async () => {
    await other.close();
    await database.close();
  });
  return { database, other };
}

it('wakes listeners in other processes, and calls them when signals may have been lost', async () => {
  const { database, other } = await openTwo();
  const heard: string[] = [];
  other.signals.on('events', () => heard.push('events'));
  other.signals.on('jobs', () => heard.push('jobs'));
  // The first call for each topic tells that the connection listens from now on.
  await expect.poll(() => [...heard].sort()).toEqual(['events', 'jobs']);
  heard.length = 0;

  for (let i = 0; i < 5; i++) database.signals.send('jobs');
  await expect.poll(() => heard).toEqual(['jobs']);

  const admin = new pg.Client({ connectionString: database.location.url! });
  await admin.connect();
  await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen segl_signals'`);
  await admin.end();
  await expect.poll(() => [...heard].sort(), { timeout: 5_000 }).toEqual(['events', 'jobs', 'jobs']);
  database.signals.send('events');
  await expect.poll(() => heard.filter((topic) => topic === 'events').length).toBe(2);
});

it('goes on after the server has ended its connections', async () => {
  const { database, other } = await openTwo();
  await Promise.all([database.query('select 1'), database.query('select 2')]);
  await other.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()`,
  );
  await expect
    .poll(() =>
      database.query('select 3 as three').then(
        ({ rows }) => rows,
        () => [],
      ),
    )
    .toEqual([{ three: 3 }]);
});

it('gives a connection back after every kind of end of a transaction', async () => {
  const { database } = await openTwo();
  for (let round = 0; round < 15; round++) {
    await database.transaction(async () => {});
    await database.transaction((tx) => tx.query('select 1'));
    await database.transaction((tx) => tx.query('select 1/0')).catch(() => {});
    await database.query('begin; select 1/0').catch(() => {});
  }
  expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

it('says which server it could not reach', async () => {
  const url = 'postgresql://postgres@127.0.0.1:1/postgres';
  await expect(openDatabase({ url, dataDir: '', log: silentLog, onFatal: () => {} })).rejects.toThrow('ECONNREFUSED');
});
