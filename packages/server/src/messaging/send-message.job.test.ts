import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database } from '../kernel/db/database.ts';
import { messageLog } from './message-log.ts';
import type { OutgoingMessage } from './message-transport.ts';
import { MessagingUnderTest, SIGN_URL, signingRequest } from './messaging.testing.ts';
import type { MessagingDeps } from './messaging-deps.ts';

describeOnEachDatabase('requests to sign', (openDatabase) => {
  let database: Database;
  let segl: MessagingUnderTest;

  beforeAll(async () => {
    database = await openDatabase();
  });

  beforeEach(async () => {
    await database.query('delete from messages');
    segl = new MessagingUnderTest(database);
    await segl.start();
  });

  afterEach(async () => {
    await segl.stop();
    await database.query("delete from pgboss.job where state <> 'active'");
  });

  afterAll(async () => {
    await segl.stop();
  });

  async function restartWith(changes: Partial<MessagingDeps>): Promise<void> {
    await segl.stop();
    segl = new MessagingUnderTest(database, changes);
    await segl.start();
  }

  it('go over both channels when both are wanted, and are kept as sent', async () => {
    const kari = signingRequest({ channel: 'sendBoth' });
    segl.due = [kari];
    await segl.raise({ type: 'document_created', documentId: kari.documentId });
    const messages = await segl.messages();
    expect(messages.map(({ channel, receiver, sender, status }) => ({ channel, receiver, sender, status }))).toEqual([
      { channel: 'email', receiver: 'kari@example.com', sender: 'no-reply@localhost', status: 'SENT' },
      { channel: 'sms', receiver: '+4799900001', sender: 'Segl', status: 'SENT' },
    ]);
    expect(messages.every((one) => one.sentAt instanceof Date)).toBe(true);
    expect(
      segl.units.map(({ product, id, count, externalReference }) => [product, id, count, externalReference]),
    ).toEqual(
      expect.arrayContaining([
        ['EMAIL', messages[0]!.id, undefined, 'loan-4711'],
        // The quotation marks are no characters of the alphabet of SMS.
        ['SMS', messages[1]!.id, 3, 'loan-4711'],
      ]),
    );
    expect(segl.units).toHaveLength(2);
  });

  it('come as SMS from whom the account has chosen', async () => {
    await restartWith({ accountSmsSender: async () => 'Nordbank' });
    const kari = signingRequest({ channel: 'sendSms' });
    segl.due = [kari];
    await segl.raise({ type: 'document_created', documentId: kari.documentId });
    expect(await segl.messages()).toMatchObject([{ channel: 'sms', sender: 'Nordbank' }]);
  });

  it('lie nowhere in the database with their link readable', async () => {
    const kari = signingRequest({
      channel: 'sendBoth',
      texts: { sms: [{ language: 'EN', text: 'Sign here: {url}' }] },
    });
    segl.due = [kari];
    await segl.raise({ type: 'document_created', documentId: kari.documentId });
    const { rows } = await database.query<{ row: string; sealed: Buffer; text: string }>(
      'select messages::text as row, content_sealed as sealed, text from messages order by channel',
    );
    const token = new URL(SIGN_URL).searchParams.get('jwt')!;
    for (const { row, sealed } of rows) {
      expect(row).not.toContain(token);
      expect(sealed.includes(token)).toBe(false);
    }
    expect(rows[0]!.text).toContain('{url}');
    expect(rows[1]!.text).toBe('Sign here: {url}');
  });

  it('are sent once to each signer, however often events come', async () => {
    const kari = signingRequest();
    const { documentId } = kari;
    segl.due = [kari];
    await segl.raise({ type: 'document_created', documentId }, { type: 'document_created', documentId });
    const ola = signingRequest({ documentId, email: 'ola@example.com' });
    segl.due = [ola, kari];
    await segl.raise({ type: 'document_partially_signed', documentId });
    await segl.raise({ type: 'document_partially_signed', documentId });
    expect((await segl.messages()).map((one) => one.receiver)).toEqual(['kari@example.com', 'ola@example.com']);
  });

  it('are dropped when the signer has signed before they were written', async () => {
    const kari = signingRequest();
    await restartWith({ signersToAsk: async () => [kari] });
    await segl.raise({ type: 'document_created', documentId: kari.documentId });
    expect(await segl.messages()).toEqual([]);
  });

  it('are erased with their document and leave those of others', async () => {
    const [gone, stays] = [signingRequest(), signingRequest()];
    segl.due = [gone, stays];
    await segl.raise(
      { type: 'document_created', documentId: gone.documentId },
      { type: 'document_created', documentId: stays.documentId },
    );
    await segl.raise({ type: 'document_deleted', documentId: gone.documentId });
    expect((await segl.messages()).map((one) => one.documentId)).toEqual([stays.documentId]);
  });

  it('reach the gateway in production only, with an id that stays the same', async () => {
    const sent: OutgoingMessage[] = [];
    await restartWith({ transports: { email: { send: async (message) => void sent.push(message) } } });
    const [real, trial] = [signingRequest({ environment: 'prod' }), signingRequest()];
    segl.due = [real, trial];
    await segl.raise(
      { type: 'document_created', documentId: real.documentId, environment: 'prod' },
      { type: 'document_created', documentId: trial.documentId },
    );
    const messages = await segl.messages();
    expect(messages.map((one) => one.status)).toEqual(['SENT', 'SENT']);
    expect(sent.map(({ id, to }) => ({ id, to }))).toEqual([
      { id: messages.find((one) => one.documentId === real.documentId)!.id, to: 'kari@example.com' },
    ]);
  });

  it('by SMS are delivered or failed when the gateway reports so, each by an address of its own', async () => {
    const reports = new Map<string, string>();
    await restartWith({
      transports: { sms: { send: async ({ to, reportUrl }) => void reports.set(to, new URL(reportUrl!).pathname) } },
    });
    const [documentId, environment, channel] = [signingRequest().documentId, 'prod', 'sendSms'] as const;
    const [kari, ola] = ['+4799900001', '+4799900002'];
    segl.due = [kari, ola].map((mobile) => signingRequest({ documentId, environment, channel, mobile }));
    await segl.raise({ type: 'document_created', documentId, environment });
    const statuses = async () =>
      (await segl.messaging.log(documentId)).map(({ receiver, status }) => [receiver, status]).sort();
    expect(await statuses()).toEqual([
      [kari, 'SENT'],
      [ola, 'SENT'],
    ]);
    const report = async (to: string, body: string, type = 'application/json') =>
      (
        await segl.http.inject({
          method: 'POST',
          url: reports.get(to)!,
          headers: { 'content-type': type },
          payload: body,
        })
      ).statusCode;
    expect(await report(kari, '{"status":"queued"}')).toBe(204);
    expect(await report(kari, 'nonsense')).toBe(204);
    expect(await report(kari, '{"status":"Delivered"}')).toBe(204);
    expect(await report(kari, '{"status":"failed"}')).toBe(204);
    expect(await report(ola, 'MessageSid=SM1&MessageStatus=undelivered', 'application/x-www-form-urlencoded')).toBe(
      204,
    );
    expect(await statuses()).toEqual([
      [kari, 'DELIVERED'],
      [ola, 'FAILED'],
    ]);
    const forged = reports.get(kari)!.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'));
    const refused = await segl.http.inject({ method: 'POST', url: forged, payload: { status: 'failed' } });
    expect([refused.statusCode, refused.json().code]).toEqual([404, 'not_found']);
  });

  it('wait for a gateway that is down and are written anew with the link that works then', async () => {
    let isUp = false;
    const sent: OutgoingMessage[] = [];
    await restartWith({
      transports: {
        email: {
          send: async (message) => {
            if (!isUp) throw new Error('the gateway is down');
            sent.push(message);
          },
        },
      },
    });
    const kari = signingRequest({ environment: 'prod' });
    segl.due = [kari];
    await segl.raise({ type: 'document_created', documentId: kari.documentId, environment: 'prod' });
    expect(await segl.messages()).toMatchObject([
      { status: 'PENDING', title: 'Nordbank asks you to sign “Loan agreement”' },
    ]);
    const logged = async () => (await messageLog(database, kari.documentId)).map((one) => one.status);
    expect(await logged()).toEqual(['PENDING', 'FAILED']);
    isUp = true;
    expect(segl.units).toEqual([]);
    segl.due = [{ ...kari, signUrl: `${SIGN_URL}-rotated` }];
    await segl.retryNow();
    expect(segl.units.map(({ product }) => product)).toEqual(['EMAIL']);
    expect(await segl.messages()).toMatchObject([{ status: 'SENT' }]);
    expect(await logged()).toEqual(['FAILED', 'SENT']);
    expect(sent.map((message) => message.text.includes(`${SIGN_URL}-rotated\n`))).toEqual([true]);
  });

  it('fail for good after the last try, and say so', async () => {
    await restartWith({
      transports: {
        email: {
          send: async () => {
            throw new Error('the gateway is down');
          },
        },
      },
    });
    const kari = signingRequest({ environment: 'prod' });
    segl.due = [kari];
    await segl.raise({ type: 'document_created', documentId: kari.documentId, environment: 'prod' });
    for (let tried = 1; tried <= 8; tried++) {
      expect(await segl.messages()).toMatchObject([{ status: 'PENDING' }]);
      await segl.retryNow();
    }
    expect(await segl.messages()).toMatchObject([{ status: 'FAILED', sentAt: null }]);
    const tries = await messageLog(database, kari.documentId);
    expect(tries.map((one) => one.status)).toEqual(Array(9).fill('FAILED'));
    expect(tries[0]).toMatchObject({
      channel: 'email',
      receiver: 'kari@example.com',
      text: expect.stringContaining('{url}'),
    });
  });

  it('warn the operator when production has no gateway', async () => {
    const kari = signingRequest({ environment: 'prod' });
    segl.due = [kari];
    await segl.raise({ type: 'document_created', documentId: kari.documentId, environment: 'prod' });
    expect(segl.warnings).toEqual(['no transport is configured: a message of production is kept, not sent']);
  });
});
