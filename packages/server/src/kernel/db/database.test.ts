import { beforeAll, expect, it } from 'vitest';
import type { TestDatabase } from '../../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../../test-kit/src/each-database.ts';

interface Note {
  id: number;
  text: string | null;
}

interface Tables {
  notes: Note;
}

describeOnEachDatabase('a database', (open) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await open();
    await database.query(
      'create table notes (id integer primary key, text text constraint no_shouting check (text = lower(text)))',
    );
  });

  it('gives every type of value in one shape', async () => {
    const { rows } = await database.query(
      `select 9007199254740991::int8 as int8, 7::int4 as int4, 1.50::numeric as numeric, true as yes, null as nothing,
              '2026-02-28'::date as date, '2026-02-28T12:00:00.123Z'::timestamptz as instant, '\\x00ff'::bytea as bytes,
              '{"a": [1, null]}'::jsonb as json, array['x', null] as texts, array['\\x01'::bytea] as blobs,
              '019388a0-0000-7000-8000-000000000000'::uuid as uuid, count(*) as count`,
    );
    expect(rows).toEqual([
      {
        int8: 9007199254740991,
        int4: 7,
        numeric: '1.50',
        yes: true,
        nothing: null,
        date: '2026-02-28',
        instant: new Date('2026-02-28T12:00:00.123Z'),
        bytes: Buffer.from([0, 255]),
        json: { a: [1, null] },
        texts: ['x', null],
        blobs: [Buffer.from([1])],
        uuid: '019388a0-0000-7000-8000-000000000000',
        count: 1,
      },
    ]);
    expect(Buffer.isBuffer(rows[0]!.bytes)).toBe(true);
  });

  it('takes the same values that it gives', async () => {
    const values = [
      1,
      '1.50',
      false,
      null,
      new Date('2026-02-28T12:00:00.123Z'),
      Buffer.from([0, 255]),
      ['x', 'y, "z"'],
    ];
    const { rows } = await database.query(
      `select $1::int8 as a, $2::numeric as b, $3::boolean as c, $4::text as d, $5::timestamptz as e, $6::bytea as f,
              $7::text[] as g, $8::jsonb as h`,
      [...values, { deep: { er: 1 } }],
    );
    expect(Object.values(rows[0]!)).toEqual([...values, { deep: { er: 1 } }]);
  });

  it('refuses a bigint that JavaScript cannot hold', async () => {
    await expect(database.query(`select 9007199254740993::int8`)).rejects.toThrow('safe integers');
    expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it.each([
    [
      'insert into notes values (1, null), (1, null)',
      { code: '23505', constraint: 'notes_pkey', table: 'notes', detail: 'Key (id)=(1) already exists.' },
    ],
    [`insert into notes values (2, 'A')`, { code: '23514', constraint: 'no_shouting', table: 'notes' }],
    ['insert into notes values (null, null)', { code: '23502', column: 'id', table: 'notes' }],
    ['select * from nowhere', { code: '42P01' }],
    ['selec 1', { code: '42601' }],
    [`select 'x'::int`, { code: '22P02' }],
    ['select 1/0', { code: '22012' }],
  ])('reports the fields of an error: %s', async (text, fields) => {
    await expect(database.query(text)).rejects.toMatchObject(fields);
    await expect(database.query({ name: `failing ${text.length}`, text, values: [] })).rejects.toMatchObject(fields);
  });

  it('counts the rows that a statement changed', async () => {
    await database.query(`insert into notes select i, 'count' from generate_series(100, 109) i`);
    expect(await database.query(`update notes set text = 'counted' where id > 104`)).toMatchObject({
      rows: [],
      rowCount: 5,
    });
    expect(await database.query(`delete from notes where text like 'count%' returning id`)).toMatchObject({
      rowCount: 10,
    });
  });

  it('repeats a named statement with other values', async () => {
    const statement = { name: 'double-it', text: 'select $1::int * 2 as doubled' };
    const results = await Promise.all(
      [1, 2, 3].map((value) => database.query<{ doubled: number }>(statement, [value])),
    );
    expect(results.map(({ rows }) => rows[0]!.doubled)).toEqual([2, 4, 6]);
  });

  it('gives the rows of all statements of a script', async () => {
    expect((await database.query('select 1 as n; select 2 as n')).rows).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('stays usable after a script failed inside its own transaction', async () => {
    await expect(
      database.query('begin; insert into notes values (50, null); select 1/0; commit'),
    ).rejects.toMatchObject({
      code: '22012',
    });
    expect((await database.query('select id from notes where id = 50')).rows).toEqual([]);
  });

  it('runs typed statements through Kysely', async () => {
    const db = database.kysely<Tables>();
    const inserted = await db.insertInto('notes').values({ id: 60, text: 'typed' }).executeTakeFirst();
    expect(inserted.numInsertedOrUpdatedRows).toBe(1n);
    const updated = await db.updateTable('notes').set({ text: 'retyped' }).where('id', '=', 60).executeTakeFirst();
    expect(updated.numUpdatedRows).toBe(1n);
    expect(await db.selectFrom('notes').selectAll().where('id', '=', 60).execute()).toEqual([
      { id: 60, text: 'retyped' },
    ]);
    await expect(db.transaction().execute(async () => 1)).rejects.toThrow('database.transaction()');
  });

  it('commits all of a transaction', async () => {
    const result = await database.transaction(async (tx) => {
      await tx.query('insert into notes values (10, $1)', ['a']);
      await tx.kysely<Tables>().insertInto('notes').values({ id: 11, text: 'b' }).execute();
      return 'done';
    });
    expect(result).toBe('done');
    expect((await database.query('select id from notes where id in (10, 11) order by id')).rows).toEqual([
      { id: 10 },
      { id: 11 },
    ]);
  });

  it('keeps nothing of a transaction that throws', async () => {
    const work = database.transaction(async (tx) => {
      await tx.query('insert into notes values (20, null)');
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect((await database.query('select id from notes where id = 20')).rows).toEqual([]);
  });

  it('does not report as committed what an error inside has undone', async () => {
    const work = database.transaction(async (tx) => {
      await tx.query('insert into notes values (21, null)');
      await tx.query('select 1/0').catch(() => {});
    });
    await expect(work).rejects.toThrow('rolled back');
    expect((await database.query('select id from notes where id = 21')).rows).toEqual([]);
  });

  it('isolates transactions that run at the same time', async () => {
    await database.query('insert into notes values (30, null)');
    await database.query('create table counters (id integer primary key, n integer not null)');
    await database.query('insert into counters values (1, 0)');
    await Promise.all(
      Array.from({ length: 20 }, () =>
        database.transaction(async (tx) => {
          const { rows } = await tx.query<{ n: number }>('select n from counters where id = 1 for update');
          await tx.query('update counters set n = $1 where id = 1', [rows[0]!.n + 1]);
        }),
      ),
    );
    expect((await database.query('select n from counters')).rows).toEqual([{ n: 20 }]);
  });

  it('does not let single statements into a transaction of somebody else', async () => {
    const inside = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const work = database.transaction(async (tx) => {
      await tx.query('insert into notes values (40, null)');
      inside.resolve();
      await goOn.promise;
      throw new Error('undo');
    });
    await inside.promise;
    const other = database.query('insert into notes values (41, null)');
    goOn.resolve();
    await expect(work).rejects.toThrow('undo');
    await other;
    expect((await database.query('select id from notes where id in (40, 41)')).rows).toEqual([{ id: 41 }]);
  });

  it('refuses the database itself inside a transaction, however it got there', async () => {
    await expect(database.transaction(async () => await database.query('select 1'))).rejects.toThrow(
      'use the transaction',
    );
    await expect(database.transaction(async () => await database.transaction(async () => 1))).rejects.toThrow(
      'use the transaction',
    );
    await expect(
      database.transaction(async (tx) => {
        await tx.query('select 1');
        await Promise.resolve().then(() => database.kysely<Tables>().selectFrom('notes').selectAll().execute());
      }),
    ).rejects.toThrow('use the transaction');
  });

  it('allows the database to work that a finished transaction left running', async () => {
    const later = Promise.withResolvers<void>();
    let query: Promise<unknown> | undefined;
    await database.transaction(async (tx) => {
      await tx.query('select 1');
      query = later.promise.then(() => database.query('select 2 as two'));
    });
    later.resolve();
    expect(await query).toMatchObject({ rows: [{ two: 2 }] });
  });

  it('refuses a transaction that is over', async () => {
    const tx = await database.transaction(async (open) => open);
    await expect(tx.query('select 1')).rejects.toThrow('the transaction is over');
  });

  it('rolls back a transaction that takes too long', async () => {
    const work = database.transaction(
      async (tx) => {
        await tx.query('insert into notes values (70, null)');
        await new Promise(() => {});
      },
      { timeoutMs: 50 },
    );
    await expect(work).rejects.toThrow('longer than 50 ms');
    expect((await database.query('select id from notes where id = 70')).rows).toEqual([]);
  });

  it('tells of a commit after it, and not of a rollback', async () => {
    const told: string[] = [];
    await database.transaction(async (tx) => {
      tx.afterCommit(() => told.push('committed'));
      await tx.query('select 1');
      expect(told).toEqual([]);
    });
    await database
      .transaction(async (tx) => {
        tx.afterCommit(() => told.push('undone'));
        throw new Error('undo');
      })
      .catch(() => {});
    expect(told).toEqual(['committed']);
  });

  it('wakes listeners of a topic until they stop', async () => {
    let woken = 0;
    const stop = database.signals.on('test', () => woken++);
    database.signals.send('test');
    await expect.poll(() => woken).toBeGreaterThan(0);
    stop();
    const before = woken;
    database.signals.send('test');
    await database.query('select 1');
    expect(woken).toBe(before);
  });
});
