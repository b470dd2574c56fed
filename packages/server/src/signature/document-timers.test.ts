import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, type TestDatabase } from '../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { ACCOUNT_CLOCK_MOVED, createAccountClocks } from '../kernel/clock/account-clocks.ts';
import { openDatabase } from '../kernel/db/open-database.ts';
import { fireDueTimers, startDocumentTimers } from './document-timers.ts';
import { HOUR_MS, look, oneClock, packageAsPades } from './life-cycle.testing.ts';
import { NORDBANK, SignatureUnderTest, SJOBANK } from './signature.testing.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * HOUR_MS;

describeOnEachDatabase('what happens to documents by itself', (open, kind) => {
  let database: TestDatabase;
  let signature: SignatureUnderTest;
  beforeEach(async () => {
    database = await open();
    signature = await SignatureUnderTest.start(database);
  });
  afterEach(() => signature.stop());

  const at = (ms: number) => new Date(signature.now().getTime() + ms).toISOString();
  async function created(timeToLive: object, changes: object = {}, signers = ['kari']) {
    const { body } = await signature.create({ advanced: { timeToLive }, ...changes }, signers);
    return { documentId: body.documentId as string, urls: body.signers.map((one: { url: string }) => one.url) };
  }
  const status = async (documentId: string) =>
    (await signature.api('GET', `/signature/documents/${documentId}/status`)).body.documentStatus;
  const last = async (documentId: string) => (await signature.events(documentId)).at(-1);
  const timers = async () =>
    (await database.query<{ due: Date }>('select due_at as due from document_timers order by due_at')).rows.map(
      ({ due }) => due.toISOString(),
    );
  const cancel = (documentId: string) => signature.api('POST', `/signature/documents/${documentId}/cancel`);

  describe('the deadline', () => {
    it('expires the document when it is reached, not before, and ends its sessions', async () => {
      const { documentId, urls } = await created({ deadline: at(HOUR_MS) });
      signature.advance(HOUR_MS - 10 * MINUTE_MS);
      const session = await signature.open(urls[0]);
      signature.advance(10 * MINUTE_MS - 1);
      await look(signature);
      expect(await status(documentId)).toBe('unsigned');
      signature.advance(1);
      await look(signature);
      expect(await status(documentId)).toBe('expired');
      expect(await last(documentId)).toBe('document_expired');
      expect((await signature.app('GET', '/session', session.token)).body.state).toBe('expired');
      signature.advance(5 * MINUTE_MS);
      expect((await signature.app('GET', '/session', session.token)).status).toBe(401);
      expect((await signature.api('GET', '/signature/documents/summary?status=expired')).body.size).toBe(1);
    });

    it('waits five minutes for whoever is with an eID since before it: the signature counts', async () => {
      const { documentId, urls } = await created({ deadline: at(HOUR_MS) }, {}, ['kari', 'ola1']);
      signature.advance(HOUR_MS - 1);
      const session = await signature.open(urls[0]);
      const attemptId = await signature.goToEidAndBack(session);
      signature.advance(5 * MINUTE_MS);
      await look(signature);
      expect(await status(documentId)).toBe('unsigned');
      // What the app reads before it completes.
      expect((await signature.app('GET', '/session', session.token)).body.state).toBe('sign');
      const done = await signature.app('POST', '/sign/complete', session.token, {
        returnedAttempt: signature.returned(attemptId),
      });
      expect(done.body.outcome).toBe('signed');
      expect(await status(documentId)).toBe('partialsigned');
      signature.advance(1);
      await look(signature);
      expect(await status(documentId)).toBe('expired');
    });

    it('waits no longer than that, and not for those who turned away', async () => {
      const [away, silent] = [await created({ deadline: at(HOUR_MS) }), await created({ deadline: at(HOUR_MS) })];
      signature.advance(HOUR_MS - 1);
      const session = await signature.open(away.urls[0]);
      const { attemptId } = await signature.goToEid(session);
      await signature.app('POST', '/sign/abort', session.token, { attemptId });
      await signature.goToEid(await signature.open(silent.urls[0]));
      signature.advance(1);
      await look(signature);
      expect([await status(away.documentId), await status(silent.documentId)]).toEqual(['expired', 'unsigned']);
      signature.advance(5 * MINUTE_MS - 1);
      await look(signature);
      expect(await status(silent.documentId)).toBe('unsigned');
      signature.advance(1);
      await look(signature);
      expect(await status(silent.documentId)).toBe('expired');
    });

    it('leaves no attempt behind that was being started when the document expired', async () => {
      const { urls } = await created({ deadline: at(HOUR_MS) });
      signature.advance(HOUR_MS - 1);
      const session = await signature.open(urls[0]);
      const start = signature.eid.start.bind(signature.eid);
      signature.eid.start = async (input) => {
        signature.advance(1);
        await look(signature);
        return start(input);
      };
      await expect(signature.goToEid(session)).rejects.toThrow('signing_not_possible');
      expect((await signature.stored()).sign_attempts).toBe(0);
    });
  });

  describe('the end of one link', () => {
    it('stops its signer alone; it is never later than the deadline', async () => {
      const signers = ['kari', 'ola1', 'eva1'].map((name, index) => ({
        externalSignerId: name,
        redirectSettings: { redirectMode: 'donot_redirect' },
        signatureType: { mechanism: 'pkisignature' },
        ...(index === 0 ? { signUrlExpires: at(HOUR_MS) } : {}),
        ...(index === 1 ? { signUrlExpires: at(9 * HOUR_MS) } : {}),
      }));
      const deadline = at(2 * HOUR_MS);
      const expected = [at(HOUR_MS), deadline, deadline];
      const { body } = await signature.create({ advanced: { timeToLive: { deadline } }, signers });
      expect(body.signers.map((one: { signUrlExpires: string }) => one.signUrlExpires)).toEqual(expected);
      const read = await signature.api('GET', `/signature/documents/${body.documentId}`);
      expect(read.body).toEqual(body);
      signature.advance(HOUR_MS);
      await look(signature);
      expect((await signature.open(body.signers[0].url)).view.state).toBe('expired');
      expect((await signature.open(body.signers[1].url)).view.state).toBe('sign');
      expect(await status(body.documentId)).toBe('unsigned');
    });
  });

  describe('the deletion', () => {
    it('is announced a day ahead, done when the retention is over, and happens once', async () => {
      const { documentId } = await created({ deleteAfterHours: 72 });
      await cancel(documentId);
      signature.advance(48 * HOUR_MS - 1);
      await look(signature);
      expect(await last(documentId)).toBe('document_canceled');
      signature.advance(1);
      await look(signature);
      expect(await last(documentId)).toBe('document_before_deleted');
      signature.advance(24 * HOUR_MS - 1);
      await look(signature);
      expect(await last(documentId)).toBe('document_before_deleted');
      signature.advance(1);
      await look(signature);
      expect(await signature.events(documentId)).toEqual([
        'document_created',
        'document_canceled',
        'document_before_deleted',
        'document_deleted',
      ]);
      expect(await timers()).toEqual([]);
      await look(signature);
      expect(await signature.events(documentId)).toHaveLength(4);
    });

    it('of a document that a change completes counts from then; its deadline passes by', async () => {
      const { body } = await signature.create({ advanced: { timeToLive: { deadline: at(DAY_MS) } } }, ['kari', 'ola1']);
      await signature.sign(body.signers[0].url);
      await signature.api('DELETE', `/signature/documents/${body.documentId}/signers/${body.signers[1].id}`);
      expect(await signature.query('select 1 from document_timers where document_id = $1', [body.documentId])).toEqual(
        [],
      );
      await packageAsPades(signature, body.documentId);
      const happened: string[][] = [];
      for (const days of [2, 4, 1]) {
        signature.advance(days * DAY_MS);
        await look(signature);
        happened.push((await signature.events(body.documentId)).slice(-1));
      }
      expect(happened).toEqual([['document_packaged'], ['document_before_deleted'], ['document_deleted']]);
    });

    it('of a signed document counts from the signature, but waits until the signed file was there', async () => {
      const { documentId, urls } = await created({ deleteAfterHours: 10 });
      await signature.sign(urls[0]);
      signature.advance(20 * HOUR_MS);
      await look(signature);
      expect([await last(documentId), await timers()]).toEqual(['document_signed', []]);
      await packageAsPades(signature, documentId);
      await look(signature);
      expect(await last(documentId)).toBe('document_before_deleted');
      signature.advance(5 * HOUR_MS);
      await look(signature);
      expect(await last(documentId)).toBe('document_deleted');
    });
  });

  describe('several processes', () => {
    it('take each step once between them', async () => {
      const documents = [];
      for (let n = 0; n < 60; n++) documents.push(await created({ deadline: at(HOUR_MS), deleteAfterHours: 1 }));
      signature.advance(HOUR_MS);
      await Promise.all([look(signature), look(signature), look(signature)]);
      await look(signature);
      signature.advance(HOUR_MS / 2);
      await Promise.all([look(signature), look(signature), look(signature)]);
      await look(signature);
      signature.advance(HOUR_MS / 2);
      await Promise.all([look(signature), look(signature), look(signature)]);
      await look(signature);
      for (const { documentId } of documents) {
        expect(await signature.events(documentId)).toEqual([
          'document_created',
          'document_expired',
          'document_before_deleted',
          'document_deleted',
        ]);
      }
    });

    // The embedded database has one connection, on which nobody else can hold anything.
    if (kind === 'postgresql')
      it('go on with the others when one document is held by somebody', async () => {
        const [held, free] = [await created({ deadline: at(HOUR_MS) }), await created({ deadline: at(HOUR_MS) })];
        signature.advance(HOUR_MS);
        const second = await openDatabase({
          ...database.location,
          log: silentLog,
          onFatal: (error) => {
            throw error;
          },
        });
        await database.transaction(async (tx) => {
          await tx.query('select 1 from documents where id = $1 for update', [held.documentId]);
          await fireDueTimers({ ...signature.deps, database: second, clocks: oneClock(signature.deps.clock) });
        });
        await second.close();
        expect([await status(held.documentId), await status(free.documentId)]).toEqual(['unsigned', 'expired']);
        await look(signature);
        expect(await status(held.documentId)).toBe('expired');
      });
  });

  it('goes by the time of each account', async () => {
    const ahead = new Date(signature.now().getTime() + 2 * HOUR_MS);
    const clocks = createAccountClocks({ database, clock: signature.deps.clock, log: silentLog });
    await database.transaction((tx) => clocks.move(tx, NORDBANK, { to: ahead }));
    const own = await created({ deadline: at(HOUR_MS) });
    const others = await signature.api('POST', '/signature/documents', {
      accountId: SJOBANK,
      body: signature.request({ advanced: { timeToLive: { deadline: at(HOUR_MS) } } }),
    });
    await fireDueTimers({ ...signature.deps, clocks });
    expect(await last(own.documentId)).toBe('document_expired');
    expect(await last(others.body.documentId)).toBe('document_created');
    await database.query('delete from account_clocks');
  });

  it('is tried again a minute later where it failed, and holds nobody else up', async () => {
    const [broken, sound] = [await created({ deadline: at(HOUR_MS) }), await created({ deadline: at(HOUR_MS) })];
    signature.advance(HOUR_MS);
    const append = signature.deps.events.append;
    let failing = true;
    const events = {
      ...signature.deps.events,
      append: (...[tx, event]: Parameters<typeof append>) => {
        if (failing && event.documentId === broken.documentId) throw new Error('no');
        return append(tx, event);
      },
    };
    const deps = { ...signature.deps, events, clocks: oneClock(signature.deps.clock) };
    await fireDueTimers(deps);
    expect([await status(broken.documentId), await status(sound.documentId)]).toEqual(['unsigned', 'expired']);
    failing = false;
    await fireDueTimers(deps);
    expect(await status(broken.documentId)).toBe('unsigned');
    signature.advance(MINUTE_MS);
    await fireDueTimers(deps);
    expect(await status(broken.documentId)).toBe('expired');
  });

  it('is looked for all the time by a running process, at once when a clock was moved', async () => {
    const stop = startDocumentTimers({ ...signature.deps, clocks: oneClock(signature.deps.clock) });
    const { documentId } = await created({ deadline: at(HOUR_MS) });
    signature.advance(HOUR_MS);
    database.signals.send(ACCOUNT_CLOCK_MOVED);
    await expect.poll(() => status(documentId), { timeout: 10_000 }).toBe('expired');
    await stop();
  });
});
