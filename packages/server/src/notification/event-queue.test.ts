import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database } from '../kernel/db/database.ts';
import type { NewEvent } from '../kernel/events/events.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { EventDto } from './contract/event.ts';
import { NORDBANK, NotificationUnderTest, SJOBANK } from './notification.testing.ts';

describeOnEachDatabase('the event queue', (openDatabase) => {
  let database: Database;
  let segl: NotificationUnderTest;

  beforeAll(async () => {
    database = await openDatabase();
  });

  beforeEach(async () => {
    await database.query('truncate events, event_outbox, event_samples');
    segl = new NotificationUnderTest(database);
  });

  afterEach(() => segl.close());

  async function happens(given: Partial<NewEvent> = {}): Promise<string> {
    const documentId = uuidv7(segl.deps.clock.now());
    const event = await database.transaction((tx) =>
      segl.events.append(tx, {
        accountId: NORDBANK,
        environment: 'test',
        type: 'document_created',
        documentId,
        payload: { documentId, externalDocumentId: 'contract-1042' },
        tags: [],
        ...given,
      }),
    );
    return event.id;
  }

  const poll = async (query = '', caller = {}) => {
    const { status, body } = await segl.request('GET', `/notification/events${query}`, caller);
    expect(status).toBe(200);
    return body as EventDto[];
  };
  const peek = async (query = '') =>
    ((await segl.request('GET', `/notification/events/peek${query}`)).body as EventDto[]).map(({ id }) => id);
  const ids = (events: EventDto[]) => events.map(({ id }) => id);

  it('hands out an event as it happened, in the words of the contract', async () => {
    const documentId = uuidv7(new Date());
    const id = await happens({ documentId, payload: { documentId, externalDocumentId: 'c-1' }, tags: ['leases'] });
    expect(await poll()).toEqual([
      {
        id,
        type: 'document_created',
        payload: { documentId, externalDocumentId: 'c-1' },
        timestamp: '2026-03-01T12:00:00.000Z',
        accountId: NORDBANK,
        tags: ['leases'],
      },
    ]);
  });

  it('Q-2 gives two pollers at once 100, 100 and 50 of 250 events, none of them twice', async () => {
    const made: string[] = [];
    for (let index = 0; index < 250; index++) made.push(await happens());
    const pages = [...(await Promise.all([poll(), poll()])), await poll()];
    expect(pages.map((page) => page.length)).toEqual([100, 100, 50]);
    expect(pages.flatMap(ids).sort()).toEqual(made.sort());
    expect(await poll()).toEqual([]);
  });

  it('Q-8 hands out events by time, those of the same time by id, whatever the order they were stored in', async () => {
    const made: string[] = [];
    for (let index = 0; index < 5; index++) made.push(await happens());
    segl.advance(-10);
    const earlier = await happens();
    expect(ids(await poll())).toEqual([earlier, ...made.sort()]);
  });

  it('Q-3 hands out an event again when 10 minutes are over and nobody has handled it', async () => {
    const [handled, left] = [await happens(), await happens()];
    expect(ids(await poll())).toEqual([handled, left]);
    await segl.request('POST', `/notification/events/${handled}/handle`);
    segl.advance(599);
    expect(await poll()).toEqual([]);
    segl.advance(1);
    expect(ids(await poll())).toEqual([left]);
  });

  it('Q-1 filters by types and tags, without regard to case, both at once', async () => {
    const signed = await happens({ type: 'document_signed', tags: ['Leases'] });
    const packaged = await happens({ type: 'document_packaged', tags: ['loans'] });
    await happens({ type: 'document_created', tags: ['leases'] });
    expect(await peek('?eventType=DOCUMENT_SIGNED,%20document_packaged')).toEqual([signed, packaged]);
    expect(await peek('?eventType=document_signed,document_packaged&tags=nothing,LEASES')).toEqual([signed]);
    expect(await peek('?eventType=&tags=loans')).toEqual([packaged]);
    expect(ids(await poll('?tags=loans'))).toEqual([packaged]);
  });

  it('Q-1 refuses a type that does not exist and locks nothing then', async () => {
    const id = await happens();
    for (const type of ['document_eaten', 'ping', '*']) {
      const { status, body } = await segl.request('GET', `/notification/events?eventType=${type}`);
      expect([status, body.errors[0].field, body.errors[0].code]).toEqual([400, 'eventType', 'enum']);
    }
    expect(ids(await poll())).toEqual([id]);
  });

  it('Q-4 handles an event without its lock, again and again, at both addresses', async () => {
    const [first, second] = [await happens(), await happens()];
    for (const path of [`${first}/handle`, `${first}/handle`, first, second.toUpperCase()]) {
      const { status, body } = await segl.request('POST', `/notification/events/${path}`);
      expect([status, body]).toEqual([200, undefined]);
    }
    expect(await peek()).toEqual([]);
  });

  it('Q-4, Q-9 knows no event of another account or environment', async () => {
    const id = await happens();
    for (const caller of [{ accountId: SJOBANK }, { environment: 'prod' as const }]) {
      expect(await poll('', caller)).toEqual([]);
      const { status, body } = await segl.request('POST', `/notification/events/${id}/handle`, caller);
      expect([status, body.code]).toEqual([404, 'event_not_found']);
      await segl.request('POST', '/notification/events/handle', { ...caller, body: [id] });
      await segl.request('POST', '/notification/events/clear', caller);
    }
    expect(await peek()).toEqual([id]);
    const unknown = await segl.request('POST', `/notification/events/${uuidv7(new Date())}/handle`);
    expect([unknown.status, unknown.body.code]).toEqual([404, 'event_not_found']);
  });

  it('Q-5 takes a list of ids, one id, an empty list and null, and passes over unknown ids', async () => {
    const [first, second, third] = [await happens(), await happens(), await happens()];
    const bodies = [[], null, [uuidv7(new Date()), first], second];
    for (const [index, body] of bodies.entries()) {
      const path = index % 2 === 0 ? '/notification/events/handle' : '/notification/events';
      const { status, body: answer } = await segl.request('POST', path, { body });
      expect([status, answer]).toEqual([200, undefined]);
    }
    expect(await peek()).toEqual([third]);
  });

  it('Q-4 handles nothing of a list with something that is no id', async () => {
    const id = await happens();
    const { status, body } = await segl.request('POST', '/notification/events/handle', { body: [id, 'no-id'] });
    expect([status, body.errors]).toEqual([400, [expect.objectContaining({ field: '[1]', code: 'format' })]]);
    expect(await peek()).toEqual([id]);
  });

  it('clears what is open, locked or not', async () => {
    await happens();
    await poll();
    await happens();
    const { status, body } = await segl.request('POST', '/notification/events/clear');
    expect([status, body]).toEqual([200, undefined]);
    expect(await peek()).toEqual([]);
    segl.advance(601);
    expect(await poll()).toEqual([]);
  });

  it('peeks at locked events too, and takes no lock', async () => {
    const id = await happens();
    expect(await peek()).toEqual([id]);
    expect(ids(await poll())).toEqual([id]);
    expect(await peek()).toEqual([id]);
  });

  it('Q-6 shows an event for 30 days', async () => {
    const id = await happens();
    segl.advance(30 * 86_400);
    expect(await peek()).toEqual([id]);
    segl.advance(1);
    expect(await peek()).toEqual([]);
    expect(await poll()).toEqual([]);
  });

  it('Q-7 holds a poll until an event comes', async () => {
    const waiting = poll('?wait=20');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const id = await happens();
    expect(ids(await waiting)).toEqual([id]);
  });

  it('Q-7 answers a waiting poll when the time is over, and when the process stops', async () => {
    expect(await poll('?wait=1')).toEqual([]);
    const waiting = poll('?wait=20');
    await new Promise((resolve) => setTimeout(resolve, 100));
    segl.askToStop();
    expect(await waiting).toEqual([]);
  });

  it.each(['0', '21', 'x'])('Q-7 refuses to wait %s seconds', async (wait) => {
    const { status, body } = await segl.request('GET', `/notification/events?wait=${wait}`);
    expect([status, body.errors[0].field]).toEqual([400, 'wait']);
  });

  it('lists the types of events in alphabetical order, those of shares only for who has the product', async () => {
    const list = async () => (await segl.request('GET', '/notification/events/types')).body as { id: string }[];
    const all = (await list()).map(({ id }) => id);
    expect(all).toHaveLength(20);
    expect(all.slice(0, 14)).toEqual(all.slice(0, 14).sort());
    segl.deps.hasProduct = async () => false;
    expect((await list()).map(({ id }) => id)).toEqual(all.slice(0, 14));
    expect((await list())[0]).toEqual({
      id: 'document_before_deleted',
      name: 'Document about to be deleted',
      description: expect.stringMatching(/\.$/),
    });
  });

  it('makes a sample of every type, which is in the queue like any other event', async () => {
    const types = ((await segl.request('GET', '/notification/events/types')).body as { id: string }[]).map(
      ({ id }) => id,
    );
    const made: EventDto[] = [];
    for (const eventType of types) {
      const { status, body } = await segl.request('POST', '/notification/events/mock', { body: { eventType } });
      expect([status, body.type, body.tags]).toEqual([200, eventType, ['mock']]);
      expect(Object.keys(body.payload).length).toBeGreaterThan(1);
      made.push(body);
    }
    const byId = (events: EventDto[]) => events.sort((one, other) => (one.id < other.id ? -1 : 1));
    expect(byId(await poll())).toEqual(byId(made));
  });

  it.each(['ping', '*', 'document_eaten'])('makes no sample of %s', async (eventType) => {
    const { status, body } = await segl.request('POST', '/notification/events/mock', { body: { eventType } });
    expect([status, body.errors[0].code]).toEqual([400, 'enum']);
    expect(await peek()).toEqual([]);
  });

  it('makes 60 samples an hour', async () => {
    const sample = () => segl.request('POST', '/notification/events/mock', { body: { eventType: 'document_created' } });
    for (let count = 0; count < 60; count++) expect((await sample()).status).toBe(200);
    segl.advance(600);
    const refused = await sample();
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '3000']);
    segl.advance(3000);
    expect((await sample()).status).toBe(200);
  });
});
