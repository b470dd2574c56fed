import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { silentLog, type TestDatabase } from '../../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../../test-kit/src/each-database.ts';
import { startScript } from '../../../../test-kit/src/script-process.ts';
import type { Log } from '../db/database.ts';
import { openDatabase } from '../db/open-database.ts';
import { uuidv7 } from '../ids/uuid.ts';
import { createEvents } from './create-events.ts';
import type { EventRecord, Events, NewEvent } from './events.ts';

const nordbank = randomUUID();

function created(documentId: string, n: number): NewEvent {
  return {
    accountId: nordbank,
    environment: 'test',
    type: 'document_created',
    documentId,
    payload: { n },
    tags: ['loans'],
  };
}

describeOnEachDatabase('events', (open, kind) => {
  let database: TestDatabase;
  let now: Date;
  let errors: object[];
  let running: Events[];

  beforeAll(async () => {
    database = await open();
    await database.query('create table copies (event_id uuid primary key, n int)');
  });
  beforeEach(() => {
    now = new Date('2026-11-24T10:00:00Z');
    errors = [];
    running = [];
  });
  afterEach(async () => {
    for (const events of running) await events.stop();
    await database.query('truncate events, event_outbox, event_retries, copies');
  });

  function newEvents(on = database): Events {
    const log: Log = { ...silentLog, error: (fields) => errors.push(fields) };
    const events = createEvents({ database: on, clock: { now: () => now }, log });
    running.push(events);
    return events;
  }

  const append = (events: Events, event: NewEvent) => database.transaction((tx) => events.append(tx, event));
  const outbox = async () => (await database.query('select event_id from event_outbox')).rows.length;

  it('hands a committed event to the subscribers of its type, as it was appended', async () => {
    const events = newEvents();
    const all: EventRecord[] = [];
    const signed: EventRecord[] = [];
    events.subscribe('all', '*', async (list) => void all.push(...list));
    events.subscribe('signed', ['document_signed'], async (list) => void signed.push(...list));
    await events.start();
    const documentId = randomUUID();
    const first = await append(events, created(documentId, 1));
    const second = await append(events, { ...created(documentId, 2), type: 'document_signed', tags: [] });
    const { documentId: _none, ...withoutDocument } = created(documentId, 3);
    const third = await append(events, withoutDocument);
    await expect.poll(() => all).toEqual([first, second, third]);
    expect(signed).toEqual([second]);
    expect(await outbox()).toBe(0);
    expect(first).toEqual({ ...created(documentId, 1), id: first.id, occurredAt: now });
  });

  it('hands on nothing that was rolled back', async () => {
    const events = newEvents();
    const seen: number[] = [];
    events.subscribe('all', '*', async (list) => void seen.push(...list.map(({ payload }) => payload.n as number)));
    await events.start();
    const undone = database.transaction(async (tx) => {
      await events.append(tx, created(randomUUID(), 1));
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    await append(events, created(randomUUID(), 2));
    await expect.poll(() => seen).toEqual([2]);
  });

  it('lets the time of events rise within a document, whatever the clock says', async () => {
    const events = newEvents();
    const documentId = randomUUID();
    const times: number[] = [];
    for (const n of [1, 2, 3]) times.push((await append(events, created(documentId, n))).occurredAt.getTime());
    now = new Date(now.getTime() - 60_000);
    times.push((await append(events, created(documentId, 4))).occurredAt.getTime());
    now = new Date(now.getTime() + 120_000);
    times.push((await append(events, created(documentId, 5))).occurredAt.getTime());
    const start = Date.parse('2026-11-24T10:00:00Z');
    expect(times).toEqual([start, start + 1, start + 2, start + 3, start + 60_000]);
    expect((await append(events, created(randomUUID(), 6))).occurredAt).toEqual(now);
  });

  it('keeps the order of a document whose events are appended at the same time', async () => {
    const events = newEvents();
    const seen: EventRecord[] = [];
    events.subscribe('all', '*', async (list) => void seen.push(...list));
    await events.start();
    const documents = [randomUUID(), randomUUID(), randomUUID()];
    await Promise.all(Array.from({ length: 60 }, (_, n) => append(events, created(documents[n % 3]!, n))));
    await expect.poll(() => seen.length).toBe(60);
    for (const documentId of documents) {
      const times = seen
        .filter((event) => event.documentId === documentId)
        .map(({ occurredAt }) => occurredAt.getTime());
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      expect(times.length).toBe(20);
    }
  });

  it('takes an event from the SQL function alone, in the statement that creates the document', async () => {
    const events = newEvents();
    const seen: EventRecord[] = [];
    events.subscribe('all', '*', async (list) => void seen.push(...list));
    await events.start();
    await database.query('create table drafts (id uuid primary key)');
    const documentId = randomUUID();
    const id = uuidv7(now);
    await database.query(
      `with created as (insert into drafts values ($1) returning id)
       select append_event($2, $3, 'test', 'document_created', created.id, $4, '{"n": 1}', '{}', true) from created`,
      [documentId, id, nordbank, now],
    );
    events.wake();
    await expect.poll(() => seen).toEqual([{ ...created(documentId, 1), id, occurredAt: now, tags: [] }]);
  });

  it('removes an event only together with what its subscriber wrote', async () => {
    const events = newEvents();
    let fail = true;
    events.subscribe('copy', '*', async (list, tx) => {
      for (const { id } of list) await tx.query('insert into copies (event_id) values ($1)', [id]);
      if (fail) throw new Error('not yet');
    });
    await events.start();
    const { id } = await append(events, created(randomUUID(), 1));
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    expect((await database.query('select * from copies')).rows).toEqual([]);
    fail = false;
    now = new Date(now.getTime() + 2_000);
    await expect
      .poll(async () => (await database.query('select event_id from copies')).rows, { timeout: 5_000 })
      .toEqual([{ event_id: id }]);
    expect((await database.query('select * from event_retries')).rows).toEqual([]);
  });

  it('does not let a failing subscriber hold up others, nor its own other documents', async () => {
    const events = newEvents();
    const broken = randomUUID();
    const fine = randomUUID();
    const log: string[] = [];
    let repaired = false;
    const nameOf = ({ documentId, payload }: EventRecord) =>
      `${documentId === broken ? 'broken' : 'fine'} ${payload.n}`;
    events.subscribe('picky', '*', async (list) => {
      for (const event of list) {
        if (event.documentId === broken && event.payload.n === 2 && !repaired) throw new Error('poison');
      }
      log.push(...list.map((event) => `picky ${nameOf(event)}`));
    });
    events.subscribe('easy', '*', async (list) => void log.push(...list.map((event) => `easy ${nameOf(event)}`)));
    await events.start();
    const of = (who: string) => log.filter((line) => line.startsWith(who));

    await append(events, created(broken, 1));
    await expect.poll(() => of('picky')).toEqual(['picky broken 1']);
    await append(events, created(broken, 2));
    await append(events, created(broken, 3));
    await append(events, created(fine, 1));
    await expect.poll(() => of('easy')).toEqual(['easy broken 1', 'easy broken 2', 'easy broken 3', 'easy fine 1']);

    now = new Date(now.getTime() + 1_500);
    await expect.poll(() => of('picky'), { timeout: 5_000 }).toEqual(['picky broken 1', 'picky fine 1']);
    // A later event of the document that waits must wait too, one of another document not.
    await append(events, created(broken, 4));
    await append(events, created(fine, 2));
    await expect.poll(() => of('picky').at(-1)).toBe('picky fine 2');

    repaired = true;
    now = new Date(now.getTime() + 60_000);
    await expect
      .poll(() => of('picky').filter((line) => line.includes('broken')), { timeout: 5_000 })
      .toEqual([1, 2, 3, 4].map((n) => `picky broken ${n}`));
    expect(of('easy').length).toBe(6);
  });

  it('catches up with what was appended while no relay ran', async () => {
    const events = newEvents();
    const seen: number[] = [];
    events.subscribe('all', '*', async (list) => void seen.push(...list.map(({ payload }) => payload.n as number)));
    const documentId = randomUUID();
    await database.transaction(async (tx) => {
      for (let n = 0; n < 450; n++) await events.append(tx, created(documentId, n));
    });
    expect(await outbox()).toBe(450);
    await events.start();
    await expect.poll(() => seen.length).toBe(450);
    expect(seen).toEqual(Array.from({ length: 450 }, (_, n) => n));
  });

  it('hands on nothing twice and loses nothing when the process is killed while it relays', async () => {
    const own = await open();
    await own.query('create table copies (event_id uuid primary key, n int)');
    const events = newEvents(own);
    const documentId = randomUUID();
    await own.transaction(async (tx) => {
      for (let n = 0; n < 600; n++) await events.append(tx, created(documentId, n));
    });
    const { location } = own;
    if (kind === 'embedded') await own.release();
    const relay = startScript(
      `
      import { openDatabase } from ${JSON.stringify(new URL('../db/open-database.ts', import.meta.url).href)};
      import { createEvents } from ${JSON.stringify(new URL('./create-events.ts', import.meta.url).href)};
      const [dataDir, url] = process.argv.slice(1);
      const log = { info() {}, warn() {}, error(fields) { throw fields.err; } };
      const database = await openDatabase({ dataDir, url, log, onFatal: (error) => { throw error; } });
      const events = createEvents({ database, log, clock: { now: () => new Date() } });
      events.subscribe('copy', '*', async (list, tx) => {
        for (const { id, payload } of list) {
          await tx.query('insert into copies values ($1, $2)', [id, payload.n]);
          console.log('copied');
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      });
      await events.start();
      setInterval(() => {}, 1000);`,
      [location.dataDir, ...(location.url ? [location.url] : [])],
    );
    await expect.poll(() => relay.lines.length, { timeout: 60_000 }).toBeGreaterThan(250);
    relay.child.kill('SIGKILL');
    await relay.ended;

    const again = await openDatabase({ ...location, log: silentLog, onFatal: () => {} });
    const copies = async () =>
      (await again.query<{ n: number }>('select n from copies order by n')).rows.map(({ n }) => n);
    expect((await copies()).length % 200).toBe(0);
    const successor = newEvents(again as TestDatabase);
    successor.subscribe('copy', '*', async (list, tx) => {
      for (const { id, payload } of list) await tx.query('insert into copies values ($1, $2)', [id, payload.n]);
    });
    await successor.start();
    await expect.poll(copies, { timeout: 10_000 }).toEqual(Array.from({ length: 600 }, (_, n) => n));
    expect(errors).toEqual([]);
    await successor.stop();
    await again.close();
  }, 120_000);

  if (kind === 'postgresql') {
    it('hands each event on once when several processes relay', async () => {
      const others = await Promise.all(
        [1, 2].map(() => openDatabase({ ...database.location, log: silentLog, onFatal: () => {} })),
      );
      const seen: number[] = [];
      for (const on of [database, ...(others as TestDatabase[])]) {
        const events = newEvents(on);
        events.subscribe('all', '*', async (list) => {
          seen.push(...list.map(({ payload }) => payload.n as number));
        });
        await events.start();
      }
      const documentId = randomUUID();
      for (let n = 0; n < 100; n++) await append(running[0]!, created(documentId, n));
      await expect.poll(() => seen.length).toBe(100);
      expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => n));
      for (const events of running.splice(0)) await events.stop();
      for (const other of others) await other.close();
    });

    it('wakes the relay of another process', async () => {
      const other = await openDatabase({ ...database.location, log: silentLog, onFatal: () => {} });
      const seen: number[] = [];
      const relay = newEvents(other as TestDatabase);
      relay.subscribe('all', '*', async (list) => void seen.push(...list.map(({ payload }) => payload.n as number)));
      await relay.start();
      await append(newEvents(), created(randomUUID(), 1));
      await expect.poll(() => seen).toEqual([1]);
      await relay.stop();
      await other.close();
    });
  }
});
