import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { NORDBANK, SignatureUnderTest, SJOBANK, testSigner } from './signature.testing.ts';

const UNKNOWN = '0195a000-0000-7000-8000-0000000000ee';

describeOnEachDatabase('reading a document', (open) => {
  let signature: SignatureUnderTest;
  let created: Awaited<ReturnType<SignatureUnderTest['create']>>['body'];

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open());
    created = (await signature.create({ advanced: { tags: ['lease'] } }, ['kari', 'ola-n'])).body;
  });
  afterAll(() => signature.stop());

  describe.each(['', '/status', '/summary', '/files?fileFormat=unsigned'])('GET …/{documentId}%s', (tail) => {
    const get = (id: string, caller = {}) => signature.api('GET', `/signature/documents/${id}${tail}`, caller);

    it('ENV-2: 404 document_not_found alike for unknown and for another account', async () => {
      const answers = [await get(UNKNOWN), await get(created.documentId, { accountId: SJOBANK })];
      for (const answer of answers) {
        expect([answer.status, answer.body.code]).toEqual([404, 'document_not_found']);
        expect(answer.body.message).toBe(answers[0]!.body.message);
      }
    });

    it('ENV-2: 404 for the other environment', async () => {
      await signature.query(`update documents set environment = 'prod' where id = $1`, [created.documentId]);
      const answer = await get(created.documentId);
      await signature.query(`update documents set environment = 'test' where id = $1`, [created.documentId]);
      expect([answer.status, answer.body.code]).toEqual([404, 'document_not_found']);
    });

    it.each(['x', '0195a000', "'; drop table documents; --", '%00'])(
      'ID-2: 404 for the badly formed id %s',
      async (id) => {
        const answer = await get(encodeURIComponent(id).replace('%2500', '%00'));
        expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
      },
    );

    it('ID-1: finds it by every spelling of its id', async () => {
      const { documentId } = created;
      for (const id of [documentId.toUpperCase(), documentId.replaceAll('-', ''), `%7b${documentId}%7d`]) {
        expect((await get(id)).status).toBe(200);
      }
    });
  });

  it('answers what creation answered, as long as nothing happens', async () => {
    const { body } = await signature.api('GET', `/signature/documents/${created.documentId}`);
    expect(body).toEqual(created);
  });

  it('the status and the summary follow the signatures', async () => {
    const { body } = await signature.create({
      signers: [testSigner('kari', { order: 1 }), testSigner('ola-n', { order: 2 })],
      advanced: { tags: ['lease'] },
    });
    const path = `/signature/documents/${body.documentId}`;
    const status = async () => (await signature.api('GET', `${path}/status`)).body;
    expect(await status()).toEqual({
      documentStatus: 'unsigned',
      completedPackages: [],
      attachmentPackages: {},
      delayedPackages: [],
    });

    signature.advance(60_000);
    await signature.sign(body.signers[0].url);
    expect(await status()).toMatchObject({ documentStatus: 'partialsigned' });
    const half = (await signature.api('GET', `${path}/summary`)).body;
    expect(half).toEqual({
      documentId: body.documentId,
      accountId: NORDBANK,
      title: 'Lease agreement',
      externalId: body.externalId,
      created: new Date(signature.now().getTime() - 60_000).toISOString(),
      lastUpdated: signature.now().toISOString(),
      deadline: body.advanced.timeToLive.deadline,
      status: { documentStatus: 'partialsigned', completedPackages: [], attachmentPackages: {} },
      requiredSignatures: 2,
      currentSignatures: 1,
      tags: ['lease'],
      attachments: [],
      signers: body.signers.map((one: { id: string }) => one.id),
      documentSignatures: [
        {
          signerId: body.signers[0].id,
          externalSignerId: 'signer-kari',
          signatureMethod: 'no_bankid_netcentric',
          mechanism: 'pkisignature',
          fullName: 'Kari Nordmann',
          firstName: 'Kari',
          lastName: 'Nordmann',
          signedTime: signature.now().toISOString(),
          dateOfBirth: '020684',
          signatureMethodUniqueId: '9578-Kari Nordmann',
          clientIp: '127.0.0.1',
        },
      ],
    });

    signature.advance(60_000);
    signature.eid.answer = () => signature.eid.completed('Ola Nordmann');
    await signature.sign(body.signers[1].url);
    const whole = (await signature.api('GET', `${path}/summary`)).body;
    expect(whole).toMatchObject({
      status: { documentStatus: 'signed' },
      currentSignatures: 2,
      signedDate: signature.now().toISOString(),
    });
    expect(whole.documentSignatures.map((one: { fullName: string }) => one.fullName)).toEqual([
      'Kari Nordmann',
      'Ola Nordmann',
    ]);
    expect(await signature.events(body.documentId)).toEqual([
      'document_created',
      'document_link_opened',
      'document_partially_signed',
      'document_link_opened',
      'document_partially_signed',
      'document_signed',
    ]);
  });
});
