import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { createEidRegistry } from '../eid/index.ts';
import type { Database } from '../kernel/db/database.ts';
import type { FileStore } from '../kernel/files/files.ts';
import { createLocalFileStore } from '../kernel/files/local-file-store.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { createLog } from '../kernel/log/log.ts';
import type { CreateDocumentRequestWrapper, SignerWrapper } from './contract/document.ts';
import {
  checkRestrictions,
  checkRules,
  type MethodOffer,
  requestFingerprint,
  withDefaults,
} from './document-request.ts';
import { EVIDENCE_START, nextEvidence } from './evidence.ts';
import { messageContent } from './message-content.ts';
import { receiptsDue } from './receipts-due.ts';
import { createSignLinks } from './sign-link.ts';
import { signersToAsk } from './signers-to-ask.ts';
import { insertDocument, insertSignature, updateDocument } from './store.ts';

const NORDBANK = '0195a000-0000-7000-8000-00000000000a';
const CREATED = new Date();
const OFFER: MethodOffer = { available: ['no_bankid_netcentric'], signs: new Map([['no_bankid_netcentric', ['pdf']]]) };

function signer(name: string, changes: Partial<SignerWrapper> = {}): SignerWrapper {
  return {
    externalSignerId: `signer-${name}`,
    redirectSettings: { redirectMode: 'donot_redirect' },
    signatureType: { mechanism: 'pkisignature' },
    signerInfo: { email: `${name}@example.com`, mobile: { countryCode: '0047', number: '999 00 001' } },
    notifications: { setup: { request: 'sendBoth' } },
    ...changes,
  };
}

function document(signers: SignerWrapper[], changes: object = {}): CreateDocumentRequestWrapper {
  return {
    title: 'Loan agreement',
    externalId: `contract-${uuidv7(CREATED)}`,
    signers,
    dataToSign: { base64Content: '', fileName: 'loan.pdf' },
    contactDetails: { email: 'ola@nordbank.example' },
    ...changes,
  };
}

function refusal(given: CreateDocumentRequestWrapper): unknown {
  try {
    const request = withDefaults(given);
    checkRestrictions(request, 'test', CREATED);
    checkRules(request, OFFER);
    return 'accepted';
  } catch (error) {
    const { status, code, errors } = error as {
      status: number;
      code: string;
      errors: { field: string; code: string }[];
    };
    return { status, code, errors: errors.map((one) => `${one.field} ${one.code}`) };
  }
}

describe('a document whose signers are to be asked', () => {
  it.each(['off', 'sendEmail', 'sendSms', 'sendBoth'] as const)('is accepted with the channel %s', (request) => {
    expect(refusal(document([signer('kari', { notifications: { setup: { request } } })]))).toBe('accepted');
  });

  it.each([
    ['sendEmail', {}, ['email required']],
    ['sendSms', { email: 'kari@example.com' }, ['mobile required']],
    ['sendBoth', { mobile: { countryCode: '+47' } }, ['email required', 'mobile required']],
  ] as const)('is refused when an address for %s is missing', (request, signerInfo, missing) => {
    expect(
      refusal(document([signer('ola'), signer('kari', { signerInfo, notifications: { setup: { request } } })])),
    ).toEqual({
      status: 422,
      code: 'notification_recipient_missing',
      errors: missing.map((one) => `signers[1].signerInfo.${one}`),
    });
  });

  it('is refused with a mobile number that is none, whether it is needed or not', () => {
    const signerInfo = { mobile: { countryCode: '+47', number: 'ring meg' } };
    expect(refusal(document([signer('kari', { signerInfo, notifications: {} })]))).toEqual({
      status: 400,
      code: 'validation_failed',
      errors: ['signers[0].signerInfo.mobile mobile'],
    });
  });

  it('is refused with two texts in one language', () => {
    const email = [{ language: 'NO' }, { language: 'EN' }, { language: 'NO' }];
    expect(refusal(document([signer('kari')], { notification: { signRequest: { email } } }))).toEqual({
      status: 400,
      code: 'validation_failed',
      errors: ['notification.signRequest.email[2].language duplicate'],
    });
  });

  it.each(['reminder', 'signatureReceipt', 'finalReceipt', 'canceled', 'expired'] as const)(
    'is refused when an address for a message of the kind %s is missing',
    (kind) => {
      const notification = { reminder: { chronSchedule: '0 0 9 * * ?' } };
      const wanting = (signerInfo: object) =>
        document([signer('kari', { signerInfo, notifications: { setup: { [kind]: 'sendBoth' } } })], { notification });
      expect(refusal(wanting({ email: 'kari@example.com' }))).toEqual({
        status: 422,
        code: 'notification_recipient_missing',
        errors: ['signers[0].signerInfo.mobile required'],
      });
      const mobile = { countryCode: '47', number: '99900001' };
      expect(refusal(wanting({ email: 'kari@example.com', mobile }))).toBe('accepted');
    },
  );

  it('is refused when somebody is to be reminded and nothing says when', () => {
    const reminding = signer('kari', { notifications: { setup: { reminder: 'sendEmail' } } });
    expect(refusal(document([signer('ola'), reminding]))).toEqual({
      status: 422,
      code: 'reminder_schedule_missing',
      errors: ['notification.reminder.chronSchedule required', 'signers[1].notifications.setup.reminder enum'],
    });
  });

  it.each([
    ['0 9 * * *', 400, 'validation_failed', 'cron'],
    ['nonsense', 400, 'validation_failed', 'cron'],
    ['0 0 9 * * ? 2020', 400, 'validation_failed', 'cron'],
    ['0 0,30 9 * * ?', 422, 'reminder_interval_too_short', 'min'],
    ['0 0/59 * * * ?', 422, 'reminder_interval_too_short', 'min'],
  ])('is refused with the schedule %s', (chronSchedule, status, code, fieldCode) => {
    expect(refusal(document([signer('kari')], { notification: { reminder: { chronSchedule } } }))).toEqual({
      status,
      code,
      errors: [`notification.reminder.chronSchedule ${fieldCode}`],
    });
  });

  it.each(['0 0 9 * * ?', '0 0 * * * ?', '0 30 8 ? * MON-FRI', '0 0 9 LW * ? 2026-2099'])(
    'is accepted with the schedule %s, and ten reminders unless it says how many',
    (chronSchedule) => {
      const given = document([signer('kari')], { notification: { reminder: { chronSchedule } } });
      expect(refusal(given)).toBe('accepted');
      expect(withDefaults(given).notification?.reminder?.maxReminders).toBe(10);
    },
  );

  it('is the same request however the mobile number is written', () => {
    const written = (countryCode: string, number: string) => {
      const given = document([signer('kari', { signerInfo: { mobile: { countryCode, number } } })], {
        externalId: 'same',
      });
      return requestFingerprint(withDefaults(given), 'content').toString('hex');
    };
    expect(written('0047', '999-00-001')).toBe(written('+47', '99900001'));
    expect(written('+47', '99900002')).not.toBe(written('+47', '99900001'));
  });
});

describeOnEachDatabase('open signing requests', (openDatabase) => {
  let database: Database;
  let files: FileStore;
  const links = createSignLinks(randomBytes(32));
  let now = CREATED;

  const deps = () => ({
    database,
    accountTime: { now: () => now },
    links,
    publicUrl: 'https://sign.example',
    accountName: async () => 'Nordbank',
    eids: createEidRegistry({ providers: [] }),
    files,
  });

  beforeAll(async () => {
    const opened = await openDatabase();
    database = opened;
    const directory = join(opened.location.dataDir, 'files');
    files = await createLocalFileStore({ directory, masterKey: randomBytes(32), log: createLog('silent') });
  });

  async function create(given: CreateDocumentRequestWrapper): Promise<{ id: string; signerIds: string[] }> {
    const request = withDefaults(given);
    const id = uuidv7(CREATED);
    const signers = request.signers.map((one) => ({
      id: uuidv7(CREATED),
      request: one,
      nationalNumberSealed: undefined,
      authenticationNumberSealed: undefined,
    }));
    const contentSha256 = createHash('sha256').update(id).digest('hex');
    await insertDocument(database, {
      id,
      accountId: NORDBANK,
      environment: 'test',
      status: 'unsigned',
      request,
      fingerprint: requestFingerprint(request, contentSha256),
      contentSha256,
      contentSizeBytes: 1,
      uploadedSha256: undefined,
      pageCount: 1,
      format: 'pdf',
      presentation: undefined,
      padesTemplate: undefined,
      requiredSignatures: request.advanced.requiredSignatures || signers.length,
      deadline: new Date(CREATED.getTime() + 3_600_000),
      createdAt: CREATED,
      signers,
      evidence: nextEvidence(id, EVIDENCE_START, { occurredAt: CREATED, kind: 'document_created', data: {} }),
      event: { id: uuidv7(CREATED), payload: {} },
    });
    return { id, signerIds: signers.map((one) => one.id) };
  }

  async function sign(documentId: string, signerId: string, status: 'partialsigned' | 'signed', count: number) {
    await database.transaction(async (tx) => {
      await insertSignature(
        tx,
        { id: documentId, accountId: NORDBANK },
        {
          signerId,
          sequence: count,
          method: 'no_bankid_netcentric',
          mechanism: 'pkisignature',
          fullName: 'Kari Nordmann',
          firstName: undefined,
          middleName: undefined,
          lastName: undefined,
          dateOfBirth: undefined,
          methodUniqueId: undefined,
          nationalNumberSealed: undefined,
          clientIp: undefined,
          userAgent: undefined,
          native: {
            sha256: '',
            sizeBytes: 1,
            format: 'id_token',
            mediaType: 'application/jwt',
            fileName: 'kari.jwt',
            binding: {},
          },
          documentSha256: '',
          signedAt: CREATED,
        },
      );
      const evidence = { sequence: 1 + count, hash: randomBytes(32) };
      await updateDocument(tx, documentId, { status, signatureCount: count, evidence });
    });
  }

  const asked = async (...ids: string[]) => (await signersToAsk(deps(), database, ids)).map((one) => one.signerId);
  const requested = async ({ id, signerIds }: { id: string; signerIds: string[] }) => {
    const wanted = signerIds.map((signerId) =>
      messageContent(deps(), id, { kind: 'request', signerId, index: 0, channel: 'email' }),
    );
    return (await Promise.all(wanted)).flatMap((content, at) => (content ? signerIds[at] : []));
  };

  it('are those of the open group, and of the next one when all of it have signed', async () => {
    const { id, signerIds } = await create(document([signer('kari'), signer('ola', { order: 1 }), signer('per')]));
    const [kari, ola, per] = signerIds as [string, string, string];
    expect(await asked(id)).toEqual([kari, per]);
    await sign(id, kari, 'partialsigned', 1);
    expect(await asked(id)).toEqual([per]);
    await sign(id, per, 'partialsigned', 2);
    expect(await asked(id)).toEqual([ola]);
    expect(await requested({ id, signerIds })).toEqual([ola]);
    await sign(id, ola, 'signed', 3);
    expect(await asked(id)).toEqual([]);
    expect(await requested({ id, signerIds })).toEqual([]);
  });

  it('are nobody’s when the document is complete without the rest', async () => {
    const { id, signerIds } = await create(
      document([signer('kari'), signer('ola', { order: 1 })], { advanced: { requiredSignatures: 1 } }),
    );
    await sign(id, signerIds[0]!, 'signed', 1);
    expect(await asked(id)).toEqual([]);
  });

  it('leave out signers who want none, and find the others of many documents', async () => {
    const silent = await create(document([signer('kari', { notifications: { setup: { request: 'off' } } })]));
    const unset = await create(document([signer('kari', { notifications: undefined })]));
    const wanting = await create(document([signer('kari', { notifications: undefined }), signer('ola')]));
    expect(await asked(silent.id, unset.id, wanting.id, uuidv7(CREATED))).toEqual([wanting.signerIds[1]]);
  });

  it('end with the deadline', async () => {
    const { id } = await create(document([signer('kari')]));
    now = new Date(CREATED.getTime() + 3_600_000);
    expect(await asked(id)).toEqual([]);
    now = CREATED;
  });

  it('read inside a transaction what it has written', async () => {
    const { id, signerIds } = await create(document([signer('kari')]));
    const found = await database.transaction((tx) => signersToAsk(deps(), tx, [id]));
    expect(found.map((one) => one.signerId)).toEqual(signerIds);
  });

  it('carry everything that the message says, with the link of the signer', async () => {
    const { id, signerIds } = await create(
      document(
        [
          signer('kari', {
            ui: { language: 'NO', styling: { colorTheme: 'Teal' } },
            notifications: { setup: { request: 'sendSms' }, mergeFields: { ref: 'A-1' as never } },
          }),
        ],
        { description: 'For the flat', notification: { signRequest: { sms: [{ language: 'NO', text: 'Hei' }] } } },
      ),
    );
    const content = await messageContent(deps(), id, {
      kind: 'request',
      signerId: signerIds[0],
      index: 0,
      channel: 'email',
    });
    const { signUrl, ...rest } = content!;
    expect(rest).toEqual({
      kind: 'request',
      accountId: NORDBANK,
      environment: 'test',
      externalId: expect.stringMatching(/^contract-/),
      documentId: id,
      email: 'kari@example.com',
      mobile: '+4799900001',
      language: 'NO',
      colorTheme: 'Teal',
      title: 'Loan agreement',
      description: 'For the flat',
      deadline: new Date(CREATED.getTime() + 3_600_000),
      accountName: 'Nordbank',
      contact: { email: 'ola@nordbank.example' },
      texts: { email: undefined, sms: [{ language: 'NO', text: 'Hei' }] },
      mergeFields: { ref: 'A-1' },
      signature: undefined,
      attachment: undefined,
    });
    const token = new URL(signUrl!).searchParams.get('jwt')!;
    expect(links.read(token)).toEqual({ documentId: id, signerId: signerIds[0], accountId: NORDBANK, rotation: 0 });
    expect(signUrl!.startsWith('https://sign.example/start?jwt=')).toBe(true);
  });

  describe('receipts', () => {
    const setup = { signatureReceipt: 'sendEmail', finalReceipt: 'sendBoth', canceled: 'sendSms' } as const;
    const wanting = (name: string) => signer(name, { notifications: { setup } });
    const due = async (type: string, documentId: string, signerId?: string) =>
      (await receiptsDue(database, [{ type, documentId, signerId }])).map((one) => [
        one.kind,
        one.signerId,
        one.channel,
      ]);

    it('after a signature are for that signer, in the end for all, and of the end for those who want to hear', async () => {
      const { id, signerIds } = await create(document([wanting('kari'), wanting('ola'), signer('per')]));
      const [kari, ola] = signerIds as [string, string];
      expect(await due('document_partially_signed', id, ola)).toEqual([['signatureReceipt', ola, 'sendEmail']]);
      expect(await due('document_packaged', id)).toEqual([
        ['finalReceipt', kari, 'sendBoth'],
        ['finalReceipt', ola, 'sendBoth'],
      ]);
      expect(await due('document_canceled', id)).toEqual([
        ['canceled', kari, 'sendSms'],
        ['canceled', ola, 'sendSms'],
      ]);
      expect(await due('document_expired', id)).toEqual([]);
    });

    it('go to others too, who have no link', async () => {
      const additionalRecipients = [
        { email: 'archive@nordbank.example' },
        { email: 'arkiv@nordbank.example', language: 'NO', customMergeFields: { ref: 'B' } },
      ];
      const { id, signerIds } = await create(
        document([signer('kari')], { notification: { finalReceipt: { additionalRecipients } } }),
      );
      await sign(id, signerIds[0]!, 'signed', 1);
      const receipts = await receiptsDue(database, [
        { type: 'document_packaged', documentId: id, signerId: undefined },
      ]);
      expect(receipts).toMatchObject(
        additionalRecipients.map(({ email }, index) => ({ email, index, signerId: undefined })),
      );
      const content = await messageContent(deps(), id, {
        kind: 'finalReceipt',
        signerId: undefined,
        index: 1,
        channel: 'email',
      });
      expect(content).toMatchObject({
        language: 'NO',
        mergeFields: { ref: 'B' },
        signUrl: undefined,
        mobile: undefined,
      });
      expect(content?.signature).toEqual({
        signedAt: CREATED,
        fullName: 'Kari Nordmann',
        methodName: 'no_bankid_netcentric',
      });
    });

    it('say nothing that is not so', async () => {
      const { id, signerIds } = await create(document([wanting('kari'), wanting('ola')]));
      const told = async (kind: 'reminder' | 'signatureReceipt' | 'finalReceipt' | 'canceled' | 'expired') =>
        (await messageContent(deps(), id, { kind, signerId: signerIds[0], index: 0, channel: 'email' })) !== undefined;
      expect(await told('reminder')).toBe(true);
      for (const kind of ['signatureReceipt', 'finalReceipt', 'canceled', 'expired'] as const) {
        expect([kind, await told(kind)]).toEqual([kind, false]);
      }
      await sign(id, signerIds[0]!, 'partialsigned', 1);
      expect([await told('reminder'), await told('signatureReceipt'), await told('finalReceipt')]).toEqual([
        false,
        true,
        false,
      ]);
    });

    it('of documents of which nobody wants any are none, also of unknown ones', async () => {
      const silent = await create(document([signer('kari')], { notification: { finalReceipt: {} } }));
      for (const id of [silent.id, uuidv7(CREATED)]) expect(await due('document_packaged', id)).toEqual([]);
    });
  });
});
