import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { TestDatabase } from '../../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../../test-kit/src/each-database.ts';
import { dropOldPartitions, ensurePartitions } from './partitions.ts';

/** An id as one made at that time; the generator itself never goes back. */
function uuidAt(time: string): string {
  const hex = Date.parse(time).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8${randomUUID().slice(20)}`;
}

describeOnEachDatabase('monthly partitions', (open) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await open();
    await database.query('delete from partitioned_tables');
    await database.query(`
      create table readings (id uuid primary key, n int, extra text default 'x') partition by range (id);
      create index readings_n on readings (n);
      insert into partitioned_tables values ('readings')`);
  });

  async function partitionsOf(ids: string[]): Promise<string[]> {
    const { rows } = await database.query<{ partition: string }>(
      'select tableoid::regclass::text as partition from readings where id = any($1) order by id',
      [ids],
    );
    return rows.map(({ partition }) => partition);
  }

  it('makes this month and the coming ones, once', async () => {
    expect(await ensurePartitions(database, new Date('2026-11-24T10:00:00Z'), 2)).toEqual([
      'readings_2026_11',
      'readings_2026_12',
      'readings_2027_01',
    ]);
    expect(await ensurePartitions(database, new Date('2026-11-30T23:59:59Z'), 2)).toEqual([]);
    expect(await ensurePartitions(database, new Date('2026-12-01T00:00:00Z'), 2)).toEqual(['readings_2027_02']);
  });

  it('puts an id into the month in which it was made, to the millisecond', async () => {
    const ids = [
      '2026-10-31T23:59:59.999Z',
      '2026-11-01T00:00:00.000Z',
      '2026-11-30T23:59:59.999Z',
      '2026-12-01T00:00:00.000Z',
      '2027-02-28T23:59:59.999Z',
      '2027-03-01T00:00:00.000Z',
    ].map((time) => uuidAt(time));
    for (const id of ids) await database.query('insert into readings (id) values ($1)', [id]);
    expect(await partitionsOf(ids)).toEqual([
      'readings_default',
      'readings_2026_11',
      'readings_2026_11',
      'readings_2026_12',
      'readings_2027_02',
      'readings_default',
    ]);
  });

  it('moves rows of a month that gets its partition late, and only those', async () => {
    const ids = ['2031-05-15T00:00:00Z', '2031-06-15T00:00:00Z', '2031-07-15T00:00:00Z'].map((time) => uuidAt(time));
    for (const [n, id] of ids.entries()) await database.query('insert into readings (id, n) values ($1, $2)', [id, n]);
    expect(await partitionsOf(ids)).toEqual(['readings_default', 'readings_default', 'readings_default']);
    await ensurePartitions(database, new Date('2031-06-01T00:00:00Z'), 0);
    expect(await partitionsOf(ids)).toEqual(['readings_default', 'readings_2031_06', 'readings_default']);
    expect((await database.query('select n, extra from readings where id = $1', [ids[1]])).rows).toEqual([
      { n: 1, extra: 'x' },
    ]);
  });

  it('reads one partition to find an id', async () => {
    const { rows } = await database.query(
      `explain select * from readings where id = '${uuidAt('2032-01-01T00:00:00Z')}'`,
    );
    const plan = rows.map((row) => Object.values(row)[0]).join('\n');
    expect(plan).toContain('readings_default');
    expect(plan).not.toContain('readings_2026_11');
  });

  it('is not disturbed by others that do the same', async () => {
    const now = new Date('2040-01-01T00:00:00Z');
    await Promise.all(Array.from({ length: 4 }, () => ensurePartitions(database, now, 1)));
    expect(await ensurePartitions(database, now, 1)).toEqual([]);
  });
});

describeOnEachDatabase('daily partitions', (open) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await open();
    await database.query('delete from partitioned_tables');
    await database.query(`
      create table visits (id uuid primary key) partition by range (id);
      insert into partitioned_tables (name, period, kept_days) values ('visits', 'day', 30)`);
  });

  const visit = (time: string) => database.query('insert into visits (id) values ($1)', [uuidAt(time)]);
  const partitions = async () =>
    (
      await database.query<{ partition: string }>(
        'select distinct tableoid::regclass::text as partition from visits order by partition',
      )
    ).rows.map((row) => row.partition);

  it('are made for today and the coming days, over the end of a month', async () => {
    expect(await ensurePartitions(database, new Date('2026-02-27T23:59:59Z'))).toEqual([
      'visits_2026_02_27',
      'visits_2026_02_28',
      'visits_2026_03_01',
      'visits_2026_03_02',
    ]);
    await visit('2026-02-28T00:00:00.000Z');
    await visit('2026-02-28T23:59:59.999Z');
    await visit('2026-03-01T00:00:00.000Z');
    await visit('2026-03-09T00:00:00.000Z');
    expect(await partitions()).toEqual(['visits_2026_02_28', 'visits_2026_03_01', 'visits_default']);
  });

  it('are dropped once their last row is older than the table keeps', async () => {
    expect(await dropOldPartitions(database, new Date('2026-03-30T23:59:59Z'))).toEqual(['visits_2026_02_27']);
    expect(await dropOldPartitions(database, new Date('2026-03-31T00:00:00Z'))).toEqual(['visits_2026_02_28']);
    expect(await partitions()).toEqual(['visits_2026_03_01', 'visits_default']);
    await dropOldPartitions(database, new Date('2026-04-08T00:00:00Z'));
    expect(await partitions()).toEqual(['visits_default']);
    await dropOldPartitions(database, new Date('2026-04-08T00:00:00.001Z'));
    expect(await partitions()).toEqual([]);
  });

  it('of a table that keeps everything stay', async () => {
    await database.query('update partitioned_tables set kept_days = null');
    await visit('2026-03-09T00:00:00.000Z');
    expect(await dropOldPartitions(database, new Date('2030-01-01T00:00:00Z'))).toEqual([]);
    expect(await partitions()).toEqual(['visits_default']);
  });
});
