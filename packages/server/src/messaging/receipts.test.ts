import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database } from '../kernel/db/database.ts';
import { MessagingUnderTest, signingRequest } from './messaging.testing.ts';
import type { MessageContent, Receipt } from './messaging-deps.ts';

describeOnEachDatabase('receipts and notices of the end', (openDatabase) => {
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
  afterEach(() => segl.stop());

  const signature = { signedAt: new Date(), fullName: 'Kari Nordmann', methodName: 'BankID' };
  const receipt = (kind: Receipt['kind'], changes: object = {}): MessageContent & Receipt => ({
    ...signingRequest(),
    signature,
    ...changes,
    kind,
  });
  const sent = async () => (await segl.messages()).map((one) => [one.kind, one.channel, one.receiver, one.status]);

  it('follow the event, once, with the signer that it names', async () => {
    const kari = receipt('signatureReceipt', { channel: 'sendBoth' });
    segl.receipts = [kari];
    const event = {
      type: 'document_partially_signed',
      documentId: kari.documentId,
      payload: { signer: { id: kari.signerId } },
    };
    await segl.raise(event, event);
    expect(segl.changes[0]).toEqual({ type: event.type, documentId: kari.documentId, signerId: kari.signerId });
    expect(await sent()).toEqual([
      ['signatureReceipt', 'email', 'kari@example.com', 'SENT'],
      ['signatureReceipt', 'sms', '+4799900001', 'SENT'],
    ]);
  });

  it('go to several further recipients of one document', async () => {
    const { documentId } = signingRequest();
    const further = (index: number) =>
      receipt('finalReceipt', {
        documentId,
        signerId: undefined,
        signUrl: undefined,
        index,
        email: `${index}@example.com`,
      });
    segl.receipts = [further(0), further(1), receipt('finalReceipt', { documentId })];
    await segl.raise({ type: 'document_packaged', documentId }, { type: 'document_packaged', documentId });
    expect((await sent()).map(([, , receiver]) => receiver).sort()).toEqual([
      '0@example.com',
      '1@example.com',
      'kari@example.com',
    ]);
  });

  it.each([
    ['document_canceled', 'canceled'],
    ['document_expired', 'expired'],
  ] as const)('%s is told to those who had got a request, and to no other', async (type, kind) => {
    const kari = signingRequest();
    const { documentId } = kari;
    const ola = signingRequest({ documentId, email: 'ola@example.com' });
    segl.due = [kari];
    await segl.raise({ type: 'document_created', documentId });
    segl.receipts = [kari, ola].map((one) => ({ ...one, kind }));
    await segl.raise({ type, documentId });
    expect(await sent()).toEqual([
      ['request', 'email', 'kari@example.com', 'SENT'],
      [kind, 'email', 'kari@example.com', 'SENT'],
    ]);
  });

  it('carry a file that is read when it is sent, and not kept again', async () => {
    const taken: Buffer[] = [];
    await segl.stop();
    segl = new MessagingUnderTest(database, {
      transports: {
        email: {
          send: async (message) => {
            if (message.attachment) taken.push(await message.attachment.read());
          },
        },
      },
    });
    await segl.start();
    const bytes = Buffer.alloc(200_000, 'signed');
    const attachment = {
      fileName: 'loan-signed.pdf',
      mediaType: 'application/pdf',
      sizeBytes: bytes.length,
      read: async () => bytes,
    };
    const kari = receipt('finalReceipt', { environment: 'prod', attachment });
    segl.receipts = [kari];
    await segl.raise({ type: 'document_packaged', documentId: kari.documentId, environment: 'prod' });
    expect(taken).toEqual([bytes]);
    const [message] = await segl.messages();
    expect((message!.contentSealed as Buffer).length).toBeLessThan(20_000);
  });
});
