import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestDatabase } from '../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { ACCOUNT_CLOCK_MOVED } from '../kernel/clock/account-clocks.ts';
import type { Events } from '../kernel/events/events.ts';
import { createJobs } from '../kernel/jobs/create-jobs.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import { createSecretBox } from '../kernel/keys/sealed-box.ts';
import { createLog } from '../kernel/log/log.ts';
import { createMessaging } from '../messaging/index.ts';
import { messageContent, receiptsDue, reminderPlans, signersToAsk } from './index.ts';
import { PUBLIC_URL, SignatureUnderTest, SJOBANK, testSigner } from './signature.testing.ts';

/** Documents and messages together, as the composition joins them. */
class Together {
  signature!: SignatureUnderTest;
  private readonly database: TestDatabase;
  private readonly jobs: Jobs;
  private events!: Events;
  private sweeps: (() => Promise<void>)[] = [];

  constructor(database: TestDatabase) {
    this.database = database;
    this.jobs = createJobs({ database, clock: { now: () => new Date() }, log: createLog('silent') });
  }

  async start(): Promise<void> {
    const log = createLog('silent');
    const messaging = createMessaging({
      database: this.database,
      accountTime: { now: () => this.signature.now() },
      log,
      box: createSecretBox(randomBytes(32), 'messages'),
      publicUrl: PUBLIC_URL,
      signersToAsk: (db, ids) => signersToAsk(this.signature.deps, db, ids),
      receiptsDue,
      reminderPlans: (db, ids) => reminderPlans(this.signature.deps, db, ids),
      meter: async () => undefined,
      messageContent: (id, wanted) => messageContent(this.signature.deps, id, wanted),
      accountContacts: async () => [],
    });
    this.signature = await SignatureUnderTest.start(this.database, { messages: messaging });
    this.events = this.signature.deps.events;
    messaging.register(this.jobs, this.events);
    await this.jobs.start();
    await this.events.start();
    // As several processes would.
    const times = {
      clock: { now: () => this.signature.now() },
      clocks: { read: async () => this.signature.now() },
    };
    this.sweeps = [1, 2, 3].map(() => messaging.startReminders(times));
  }

  /** Waits until no reminder is due and what was due is sent. */
  async remind(): Promise<void> {
    this.database.signals.send(ACCOUNT_CLOCK_MOVED);
    for (;;) {
      const { rows } = await this.database.query('select 1 from reminder_timers where due_at <= $1', [
        this.signature.now(),
      ]);
      if (rows.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await this.settle();
  }

  /** Waits until events were handled and nothing is queued. */
  async settle(): Promise<void> {
    for (;;) {
      const { rows } = await this.database.query<{ open: number }>(
        `select ((select count(*) from event_outbox) + (select count(*) from event_retries)
                 + (select count(*) from pgboss.job where state in ('created', 'retry') and start_after <= now())
                 + (select count(*) from pgboss.job where state = 'active'))::integer as open`,
      );
      if (rows[0]!.open === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(): Promise<void> {
    for (const stop of this.sweeps) await stop();
    await this.events.stop();
    await this.jobs.stop();
    await this.signature.stop();
  }
}

describeOnEachDatabase('messages of a document', (open) => {
  let together: Together;
  let signature: SignatureUnderTest;

  beforeAll(async () => {
    together = new Together(await open());
    await together.start();
    ({ signature } = together);
  });
  afterAll(() => together.stop());

  const person = (name: string, changes = {}) =>
    testSigner(name, {
      signerInfo: { email: `${name}@example.com`, mobile: { countryCode: '+47', number: '99900001' } },
      ...changes,
    });
  const create = async (...signers: Record<string, unknown>[]) => {
    const { body } = await signature.create({ signers });
    await together.settle();
    return { ...body, ids: body.signers.map((one: { id: string }) => one.id) };
  };
  const remind = (documentId: string, body: unknown, headers = {}) =>
    signature.api('POST', `/signature/documents/${documentId}/notifications/reminder`, { body, headers });
  const log = async (documentId: string) => {
    await together.settle();
    return (await signature.api('GET', `/signature/documents/${documentId}/notifications`)).body;
  };
  const told = async (documentId: string) =>
    (await log(documentId)).map(
      (one: Record<string, string>) => `${one.messageType} ${one.receiver} ${one.title ?? one.text}`,
    );
  const refusal = async (answer: ReturnType<typeof remind>) => {
    const { status, body } = await answer;
    return `${status} ${body.code}`;
  };

  describe('the log', () => {
    it('has what was sent, without the link, and nothing else of it', async () => {
      const setup = { request: 'sendBoth' };
      const { documentId, signers } = await create(person('kari', { notifications: { setup } }));
      const entries = await log(documentId);
      expect(entries).toEqual([
        {
          sentTimeStamp: signature.now().toISOString(),
          title: 'Nordbank asks you to sign “Lease agreement”',
          text: expect.stringContaining('Read and sign:\n{url}\n'),
          messageType: 'EMAIL',
          status: 'SENT',
          fromAddress: 'no-reply@localhost',
          receiver: 'kari@example.com',
        },
        {
          sentTimeStamp: signature.now().toISOString(),
          text: expect.stringContaining('Read and sign: {url}'),
          messageType: 'SMS',
          status: 'SENT',
          fromAddress: 'Segl',
          receiver: '+4799900001',
        },
      ]);
      expect(JSON.stringify(entries)).not.toContain(signers[0].url.split('jwt=')[1]);
    });

    it('is empty where nobody is told anything, and not there for others', async () => {
      const { documentId } = await create(person('kari'));
      expect(await log(documentId)).toEqual([]);
      const path = `/signature/documents/${documentId}/notifications`;
      expect((await signature.api('GET', path, { accountId: SJOBANK })).body.code).toBe('document_not_found');
    });
  });

  describe('reminders by schedule', () => {
    const HOUR_MS = 3_600_000;
    const setup = { reminder: 'sendEmail' };
    const scheduled = async (reminder: object, ...signers: Record<string, unknown>[]) => {
      const notification = { reminder: { chronSchedule: '0 0 9 * * ?', ...reminder } };
      const { body } = await signature.create({ notification, signers });
      await together.settle();
      return body;
    };
    const wanting = (name: string, changes = {}) => person(name, { notifications: { setup }, ...changes });
    const reminded = async (documentId: string) =>
      (await log(documentId)).map((one: { receiver: string; sentTimeStamp: string }) => [
        one.receiver.split('@')[0],
        one.sentTimeStamp.slice(11, 16),
      ]);
    /** Moves the clock to a time of day that is yet to come, and lets what is due then happen. */
    const until = async (time: string) => {
      const now = signature.now();
      const at = new Date(`${now.toISOString().slice(0, 10)}T${time}:00.000Z`);
      signature.advance(at.getTime() - now.getTime() + (at <= now ? 24 * HOUR_MS : 0));
      await together.remind();
    };

    it('go out at each run, in UTC, to those who may sign and have not', async () => {
      await until('08:00');
      const { documentId, signers } = await scheduled(
        {},
        wanting('kari'),
        wanting('ola'),
        wanting('per', { order: 1 }),
        person('siv'),
      );
      await until('08:59');
      expect(await reminded(documentId)).toEqual([]);
      await until('09:00');
      expect((await reminded(documentId)).sort()).toEqual([
        ['kari', '09:00'],
        ['ola', '09:00'],
      ]);
      await signature.sign(signers[0].url);
      await until('09:00');
      expect((await reminded(documentId)).map(([name]: [string]) => name).sort()).toEqual(['kari', 'ola', 'ola']);
    });

    it('are sent once however many sweeps there are, and once for all runs that were missed', async () => {
      await until('08:00');
      const documents = await Promise.all(Array.from({ length: 8 }, () => scheduled({}, wanting('kari'))));
      signature.advance(3 * 24 * HOUR_MS);
      await until('09:30');
      for (const { documentId } of documents) expect(await reminded(documentId)).toEqual([['kari', '09:30']]);
      await until('09:00');
      for (const { documentId } of documents) expect((await reminded(documentId)).length).toBe(2);
    });

    it('are at most as many per signer as asked for; those by hand do not count', async () => {
      await until('08:00');
      const { documentId } = await scheduled({ maxReminders: 2 }, wanting('kari'));
      for (const _day of [1, 2, 3]) {
        await remind(documentId, { notificationSetting: 'sendEmail' });
        await together.settle();
        await until('09:00');
        await until('10:00');
      }
      expect((await reminded(documentId)).filter(([, time]: [string, string]) => time === '09:00').length).toBe(2);
      expect((await reminded(documentId)).length).toBe(5);
    });

    it('begin the given hours after it became the signer’s turn', async () => {
      await until('08:00');
      const { documentId, signers } = await scheduled(
        { firstReminderAfter: 48 },
        wanting('kari'),
        wanting('ola', { order: 1 }),
      );
      for (const _day of [1, 2]) await until('09:00');
      expect(await reminded(documentId)).toEqual([]);
      await until('09:00');
      expect((await reminded(documentId)).map(([name]: [string]) => name)).toEqual(['kari']);
      await signature.sign(signers[0].url);
      for (const _day of [1, 2]) await until('09:00');
      expect((await reminded(documentId)).map(([name]: [string]) => name)).toEqual(['kari', 'ola']);
    });

    it('end with the document, and with its deadline; nothing is left to look at', async () => {
      await until('08:00');
      const { documentId, signers } = await scheduled({}, wanting('kari'));
      await signature.sign(signers[0].url);
      await until('09:00');
      expect(await reminded(documentId)).toEqual([]);
      const left = await signature.query('select 1 from reminder_timers where document_id = $1', [documentId]);
      expect(left).toEqual([]);
      const late = await scheduled({ chronSchedule: '0 0 9 1 1 ? 2099' }, wanting('kari'));
      expect(await signature.query('select 1 from reminder_timers where document_id = $1', [late.documentId])).toEqual(
        [],
      );
    });

    it('take the older name of the schedule', async () => {
      const notification = { reminder: { cronSchedule: '0 0 9 * * ?' } };
      const { status, body } = await signature.create({ notification, signers: [wanting('kari')] });
      expect([status, body.notification.reminder]).toEqual([201, { chronSchedule: '0 0 9 * * ?', maxReminders: 10 }]);
    });
  });

  describe('a reminder by hand', () => {
    it('goes to everybody whose turn it is, and to nobody else', async () => {
      const { documentId, signers } = await create(person('kari'), person('ola'), person('per', { order: 1 }));
      await signature.sign(signers[0].url);
      const answer = await remind(documentId, { notificationSetting: 'sendEmail' });
      expect([answer.status, answer.body]).toEqual([200, { notificationSetting: 'sendEmail' }]);
      expect(await told(documentId)).toEqual([
        'EMAIL ola@example.com Reminder: Nordbank waits for you to sign “Lease agreement”',
      ]);
    });

    it('of those that are named leaves out who has signed or must wait', async () => {
      const { documentId, signers, ids } = await create(person('kari'), person('ola'), person('per', { order: 1 }));
      await signature.sign(signers[0].url);
      const body = { notificationSetting: 'sendBoth', signers: { [ids[0]]: null, [ids[1]]: null, [ids[2]]: {} } };
      expect((await remind(documentId, body)).body).toEqual(body);
      expect((await told(documentId)).map((one: string) => one.split(' ').slice(0, 2).join(' '))).toEqual([
        'EMAIL ola@example.com',
        'SMS +4799900001',
      ]);
    });

    it('goes to the other address that is given, and so does everything later', async () => {
      const notifications = { setup: { signatureReceipt: 'sendBoth' } };
      const { documentId, signers, ids } = await create(person('kari', { notifications }));
      const mobileOverride = { countryCode: '0046', number: '70 123 45 67' };
      const given = { [ids[0].toUpperCase()]: { EmailOverride: 'new@example.com', mobileOverride } };
      await remind(documentId, { notificationSetting: 'sendEmail', signers: given });
      await together.settle();
      signature.advance(60_000);
      await remind(documentId, { notificationSetting: 'sendSms' });
      await together.settle();
      signature.advance(1_000);
      await signature.sign(signers[0].url);
      expect((await log(documentId)).map((one: { receiver: string }) => one.receiver)).toEqual([
        'new@example.com',
        '+46701234567',
        'new@example.com',
        '+46701234567',
      ]);
      const { body } = await signature.api('GET', `/signature/documents/${documentId}`);
      expect([body.signers[0].url, body.signers[0].signerInfo.email]).toEqual([signers[0].url, 'kari@example.com']);
    });

    it('is sent once a minute to each signer: else 429, and then to nobody', async () => {
      const { documentId, ids } = await create(person('kari'), person('ola'));
      await remind(documentId, { notificationSetting: 'sendEmail', signers: { [ids[0]]: null } });
      signature.advance(20_000);
      const early = await remind(documentId, { notificationSetting: 'sendEmail' });
      expect([early.status, early.body.code, early.headers['retry-after']]).toEqual([429, 'too_many_requests', '40']);
      expect((await told(documentId)).length).toBe(1);
      expect((await remind(documentId, { notificationSetting: 'sendEmail', signers: { [ids[1]]: null } })).status).toBe(
        200,
      );
      signature.advance(60_000);
      expect((await remind(documentId, { notificationSetting: 'sendEmail' })).status).toBe(200);
      expect((await told(documentId)).length).toBe(4);
    });

    it('two at once: one is sent', async () => {
      const { documentId } = await create(person('kari'));
      const both = await Promise.all([1, 2].map(() => remind(documentId, { notificationSetting: 'sendEmail' })));
      expect(both.map((answer) => answer.status).sort()).toEqual([200, 429]);
      expect((await told(documentId)).length).toBe(1);
    });

    it('off does nothing', async () => {
      const { documentId, ids } = await create(person('kari'));
      const body = { notificationSetting: 'off', signers: { [ids[0]]: { emailOverride: 'new@example.com' } } };
      expect(await remind(documentId, body)).toMatchObject({ status: 200, body });
      expect((await remind(documentId, { notificationSetting: 'sendEmail' })).status).toBe(200);
      expect((await told(documentId))[0]).toMatch(/^EMAIL kari@example\.com /);
    });

    it('422 document_closed when nobody can sign any more', async () => {
      const { documentId, signers } = await create(person('kari'));
      await signature.sign(signers[0].url);
      expect(await refusal(remind(documentId, { notificationSetting: 'sendEmail' }))).toBe('422 document_closed');
      const deadline = new Date(signature.now().getTime() + 3_600_000).toISOString();
      const late = (await signature.create({ advanced: { timeToLive: { deadline } }, signers: [person('kari')] })).body;
      signature.advance(3_600_000);
      expect(await refusal(remind(late.documentId, { notificationSetting: 'sendEmail' }))).toBe('422 document_closed');
    });

    it('422 notification_recipient_missing when nobody can be reached', async () => {
      const { documentId, ids } = await create(testSigner('kari'), person('ola', { order: 1 }));
      for (const setting of ['sendEmail', 'sendSms', 'sendBoth']) {
        const answer = remind(documentId, { notificationSetting: setting });
        expect(await refusal(answer)).toBe('422 notification_recipient_missing');
      }
      const signers = { [ids[0]]: { emailOverride: 'kari@example.com' } };
      expect((await remind(documentId, { notificationSetting: 'sendBoth', signers })).status).toBe(200);
      expect((await told(documentId)).length).toBe(1);
    });

    it.each([
      [{}, 'notificationSetting', 'required'],
      [{ notificationSetting: 'pigeon' }, 'notificationSetting', 'enum'],
      [{ notificationSetting: 'sendEmail', signers: { kari: null } }, 'signers.kari', 'format'],
      [
        { notificationSetting: 'sendEmail', signers: { ID: { emailOverride: 'nobody' } } },
        'signers.ID.emailOverride',
        'email',
      ],
      [
        { notificationSetting: 'sendSms', signers: { ID: { mobileOverride: { number: 'ring meg' } } } },
        'signers.ID.mobileOverride',
        'mobile',
      ],
      [{ notificationSetting: 'sendEmail', signers: { OTHER: null } }, 'signers.OTHER', 'unknown_reference'],
    ])('400: %j', async (body, field, code) => {
      const { documentId, ids } = await create(person('kari'));
      const other = (await create(person('ola'))).ids[0];
      const named = (text: string) => text.replaceAll('ID', ids[0]).replaceAll('OTHER', other);
      const answer = await remind(documentId, JSON.parse(named(JSON.stringify(body))));
      expect([
        answer.status,
        answer.body.errors.map((one: { field: string; code: string }) => [one.field, one.code]),
      ]).toEqual([400, [[named(field), code]]]);
    });

    it('404 for a document of another account', async () => {
      const { documentId } = await create(person('kari'));
      const foreign = await signature.api('POST', `/signature/documents/${documentId}/notifications/reminder`, {
        body: { notificationSetting: 'sendEmail' },
        accountId: SJOBANK,
      });
      expect(foreign.body.code).toBe('document_not_found');
    });
  });

  it('receipts follow a signature', async () => {
    const setup = { signatureReceipt: 'sendSms' };
    const { documentId, signers } = await create(person('kari', { notifications: { setup } }), person('ola'));
    await signature.sign(signers[0].url);
    const [receipt] = await told(documentId);
    expect(receipt).toMatch(
      /^SMS \+4799900001 You have signed “Lease agreement” from Nordbank on \d\d\.\d\d\.\d{4} at /,
    );
  });
});
