import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshDatabase, freshLocation, removeLocation, silentLog } from '../../../../test-kit/src/databases.ts';
import { startScript } from '../../../../test-kit/src/script-process.ts';
import { type EmbeddedDatabase, openEmbeddedDatabase } from './embedded-database.ts';
import { createHousekeeping } from './embedded-housekeeping.ts';

const OPEN = `
  import { openEmbeddedDatabase } from ${JSON.stringify(new URL('./embedded-database.ts', import.meta.url).href)};
  const log = { info() {}, warn() {}, error() {} };
  const open = (dataDir) => openEmbeddedDatabase({ dataDir, log, onFatal: (error) => { throw error; } });
  const [dataDir] = process.argv.slice(1);
`;

async function openEmbedded(): Promise<EmbeddedDatabase> {
  return (await freshDatabase('embedded')) as unknown as EmbeddedDatabase;
}

it('makes exactly one sync for one commit and none for reading', async () => {
  const database = await openEmbedded();
  await database.query('create table notes (id integer, text text)');
  // The first use of a table may extend files; what counts is the steady state.
  await database.query(`insert into notes values (0, '')`);

  const before = database.syncCount();
  for (let id = 1; id <= 10; id++) await database.query('insert into notes values ($1, $2)', [id, 'single']);
  expect(database.syncCount() - before).toBe(10);

  for (let id = 11; id <= 15; id++) {
    await database.transaction(async (tx) => {
      await tx.query('insert into notes values ($1, $2)', [id, 'first']);
      await tx.query('update notes set text = $2 where id = $1', [id, 'second']);
    });
  }
  expect(database.syncCount() - before).toBe(15);

  await database.query('select * from notes');
  expect(database.syncCount() - before).toBe(15);
  await database.close();
});

it('refuses a data folder that another process has open, until that one ends', async () => {
  const location = await freshLocation('embedded');
  const other = startScript(`${OPEN} await open(dataDir); console.log('open'); setInterval(() => {}, 1000);`, [
    location.dataDir,
  ]);
  await other.line('open');
  const options = { dataDir: location.dataDir, log: silentLog, onFatal: () => {} };
  await expect(openEmbeddedDatabase(options)).rejects.toThrow('is in use by another process');

  other.child.kill('SIGKILL');
  await other.ended;
  const database = await openEmbeddedDatabase(options);
  await expect(openEmbeddedDatabase(options)).rejects.toThrow('is in use by another process');
  await database.close();
  await removeLocation(location);
});

it('loses no acknowledged row when the process is killed while it commits', async () => {
  const location = await freshLocation('embedded');
  const script = `${OPEN}
    const database = await open(dataDir);
    await database.query('create table if not exists acknowledged (id text primary key, round int)');
    await Promise.all(Array.from({ length: 6 }, async (_, worker) => {
      for (let i = 0; ; i++) {
        const id = crypto.randomUUID();
        if (worker === 0 && i % 50 === 49) await database.query('checkpoint');
        if (worker % 2) await database.query('insert into acknowledged values ($1, $2)', [id, i]);
        else await database.transaction(async (tx) => {
          await tx.query('insert into acknowledged values ($1, $2)', [id, i]);
          await tx.query('insert into acknowledged values ($1, $2)', [id + '-b', i]);
        });
        console.log('acknowledged ' + id);
      }
    }));`;
  for (let round = 0; round < 3; round++) {
    const writer = startScript(script, [location.dataDir]);
    await writer.line('acknowledged');
    await new Promise((resolve) => setTimeout(resolve, 150 + 200 * Math.random()));
    writer.child.kill('SIGKILL');
    await writer.ended;
    const acknowledged = writer.lines.map((line) => line.split(' ')[1]!);
    expect(acknowledged.length).toBeGreaterThan(10);

    const database = await openEmbeddedDatabase({ ...location, log: silentLog, onFatal: () => {} });
    const { rows: lost } = await database.query(
      'select id from unnest($1::text[]) id where id not in (select id from acknowledged)',
      [acknowledged],
    );
    expect(lost).toEqual([]);
    const { rows: halves } = await database.query(
      `select b.id from acknowledged b where b.id like '%-b' and regexp_replace(b.id, '-b$', '') not in (select id from acknowledged)`,
    );
    expect(halves).toEqual([]);
    await database.close();
  }
  await removeLocation(location);
}, 120_000);

it.each(['insert into notes values (1)', 'checkpoint'])(
  'breaks for good when a sync fails, instead of acknowledging: %s',
  async (statement) => {
    const location = await freshLocation('embedded');
    const script = `
    const [folder, statement] = process.argv.slice(1);
    import { startEngine } from ${JSON.stringify(new URL('./embedded-engine.ts', import.meta.url).href)};
    import { fdatasyncSync } from 'node:fs';
    let diskFails = false;
    const engine = await startEngine({
      folder,
      onSync() {},
      syncFile(descriptor) { if (diskFails) throw new Error('disk gone'); fdatasyncSync(descriptor); },
      onBroken(message) { console.log('broken ' + message); process.exit(3); },
    });
    const run = (text) => {
      engine.run(Buffer.concat([Buffer.from('Q'), Buffer.of(0, 0, 0, text.length + 5), Buffer.from(text + '\\0')]), () => {});
      engine.syncWal();
    };
    run('create table notes (id int)');
    diskFails = true;
    run(statement);
    console.log('acknowledged');
  `;
    const engine = startScript(script, [join(location.dataDir, 'database'), statement]);
    const { code } = await engine.ended;
    expect(engine.lines.join('\n')).toContain('could not fsync');
    expect(engine.lines).not.toContain('acknowledged');
    expect(code).toBe(3);
    await removeLocation(location);
  },
);

it('rejects what is pending and says so when its thread dies', async () => {
  const location = await freshLocation('embedded');
  const script = `${OPEN}
    import worker_threads from 'node:worker_threads';
    const { Worker } = worker_threads;
    let thread;
    const on = Worker.prototype.on;
    Worker.prototype.on = function (...args) { thread = this; return on.apply(this, args); };
    const fatal = Promise.withResolvers();
    const database = await openEmbeddedDatabase({ dataDir, log, onFatal: (error) => fatal.resolve(error) });
    const outcome = (work) => work.then(() => 'answered', (error) => 'rejected ' + error.message);
    const inTransaction = outcome(database.transaction(async (tx) => {
      await tx.query('select 1');
      await tx.query('select pg_sleep(0)');
      await new Promise((resolve) => setTimeout(resolve, 200));
      await tx.query('select 2');
    }));
    const waiting = outcome(database.query('select 3'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    void thread.terminate();
    console.log('fatal ' + (await fatal.promise).message);
    const late = [database.query('select 4'), database.transaction((tx) => tx.query('select 5'))].map(outcome);
    for (const line of [inTransaction, waiting, ...late]) console.log(await line);
    await database.close();
    console.log('closed');
  `;
  const process = startScript(script, [location.dataDir]);
  expect(await process.ended).toMatchObject({ code: 0 });
  expect(process.lines).toEqual([
    'fatal the embedded database ended unexpectedly',
    ...Array.from({ length: 4 }, () => 'rejected the embedded database ended unexpectedly'),
    'closed',
  ]);
  await removeLocation(location);
});

it('starts over when the process that created the database died half-way', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'segl-first-start-'));
  await mkdir(join(dataDir, 'database.new'));
  await writeFile(join(dataDir, 'database.new', 'PG_VERSION'), '18');
  const database = await openEmbeddedDatabase({ dataDir, log: silentLog, onFatal: () => {} });
  expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  expect(existsSync(join(dataDir, 'database.new'))).toBe(false);
  await database.close();
  await rm(dataDir, { recursive: true });
});

it('starts after a power cut that left an empty lock file of PostgreSQL', async () => {
  const location = await freshLocation('embedded');
  await writeFile(join(location.dataDir, 'database', 'postmaster.pid'), '');
  const database = await openEmbeddedDatabase({ ...location, log: silentLog, onFatal: () => {} });
  expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await database.close();
  await removeLocation(location);
});

it('keeps a table of which all rows change small', async () => {
  const database = await openEmbedded();
  const keepHouse = createHousekeeping(database);
  await database.query('create table states (id integer primary key, n integer, filler text)');
  await database.query(`insert into states select i, 0, repeat('x', 500) from generate_series(1, 200) i`);
  const sizes: number[] = [];
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 5; i++) await database.query('update states set n = n + 1');
    await keepHouse();
    const { rows } = await database.query<{ size: number }>(`select pg_relation_size('states') as size`);
    sizes.push(rows[0]!.size);
  }
  expect(sizes.at(-1)).toBe(sizes[0]);
  await database.close();
});

it('writes a checkpoint when much was written, so that a restart after a crash is fast', async () => {
  const database = await openEmbedded();
  const keepHouse = createHousekeeping(database);
  const redo = async () => (await database.query('select redo_lsn::text from pg_control_checkpoint()')).rows;
  await keepHouse();
  const before = await redo();
  await keepHouse();
  expect(await redo()).toEqual(before);
  await database.query('create table bulk as select gen_random_uuid() as id, i from generate_series(1, 900000) i');
  await keepHouse();
  expect(await redo()).not.toEqual(before);
  await database.close();
});

it('keeps transactions and statements in order when many wait', async () => {
  const database = await openEmbedded();
  await database.query('create table steps (n integer generated always as identity, who text)');
  const work: Promise<unknown>[] = [];
  for (let i = 0; i < 10; i++) {
    work.push(database.query('insert into steps (who) values ($1)', [`single ${i}`]));
    work.push(
      database.transaction(async (tx) => {
        await tx.query('insert into steps (who) values ($1)', [`begin ${i}`]);
        await new Promise((resolve) => setImmediate(resolve));
        await tx.query('insert into steps (who) values ($1)', [`end ${i}`]);
      }),
    );
  }
  await Promise.all(work);
  const { rows } = await database.query<{ who: string }>('select who from steps order by n');
  expect(rows.map(({ who }) => who)).toEqual(
    Array.from({ length: 10 }, (_, i) => [`single ${i}`, `begin ${i}`, `end ${i}`]).flat(),
  );
  await database.close();
});

it('answers a large value and a long list of small ones', async () => {
  const database = await openEmbedded();
  const text = randomUUID().repeat(100_000);
  const [large, many] = await Promise.all([
    database.query<{ text: string }>('select $1::text as text', [text]),
    database.query<{ n: number }>('select n from generate_series(1, 50000) n'),
  ]);
  expect(large.rows[0]!.text === text).toBe(true);
  expect(many.rows.length).toBe(50_000);
  expect(many.rows.at(-1)).toEqual({ n: 50_000 });
  await database.close();
});
