import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database } from '../kernel/db/database.ts';
import type { AccountNotice } from './account-notice.ts';
import type { OutgoingMessage } from './message-transport.ts';
import { MessagingUnderTest, NORDBANK } from './messaging.testing.ts';

const NOTICE: AccountNotice = {
  accountId: NORDBANK,
  environment: 'test',
  subject: 'The webhook "<Lån>" was switched off',
  paragraphs: ['Nothing was delivered for five days.', 'Switch it on with { "active": true } & see.'],
};

describeOnEachDatabase('notices to an account', (openDatabase) => {
  let database: Database;
  let sent: OutgoingMessage[];
  let segl: MessagingUnderTest;

  beforeAll(async () => {
    database = await openDatabase();
  });

  beforeEach(async () => {
    await database.query('delete from messages');
    sent = [];
    segl = new MessagingUnderTest(database, {
      transports: { email: { send: async (message) => void sent.push(message) } },
      inbox: { checkBasic: async () => false },
    });
    segl.contacts = ['ops@nordbank.example', 'ane@nordbank.example'];
    await segl.start();
  });

  afterEach(() => segl.stop());

  const tell = async (notice: AccountNotice) => {
    await database.transaction((tx) => segl.messaging.tellAccount(tx, notice));
    await segl.settle();
  };

  it('go to each of its contacts as an e-mail', async () => {
    await tell({ ...NOTICE, environment: 'prod' });
    expect(sent.map((one) => one.to).sort()).toEqual(['ane@nordbank.example', 'ops@nordbank.example']);
    expect(sent[0]).toMatchObject({
      subject: NOTICE.subject,
      text: `${NOTICE.paragraphs.join('\n\n')}\n\nYou get this because you are a contact of the account.\n`,
      html: expect.stringContaining('<h1 dir="auto">The webhook &#34;&#60;Lån&#62;&#34; was switched off</h1>'),
    });
  });

  it('are captured in the test environment, where the inbox shows them without a document', async () => {
    await tell(NOTICE);
    expect(sent).toEqual([]);
    const [notice] = await segl.messages();
    expect(notice).toMatchObject({ kind: 'accountNotice', status: 'SENT', title: NOTICE.subject });
    const page = await segl.http.inject({ url: `/test/inbox/${notice!.id}`, remoteAddress: '127.0.0.1' });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('Nothing was delivered for five days.');
    expect(page.body).not.toContain('<dt>Document</dt>');
  });

  it('are not sent when the transaction that told them is undone', async () => {
    await expect(
      database.transaction(async (tx) => {
        await segl.messaging.tellAccount(tx, NOTICE);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    await segl.settle();
    expect(await segl.messages()).toEqual([]);
  });
});
