import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { createEidRegistry } from '../eid/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext } from '../kernel/http/route.ts';
import type { CreateDocumentRequestWrapper } from './contract/document.ts';
import { createDocument } from './create-document.ts';
import { NORDBANK, PDF, pdf, SignatureUnderTest, SJOBANK, testSigner } from './signature.testing.ts';

const DAY_MS = 24 * 3_600_000;

describeOnEachDatabase('creating a document', (open) => {
  let signature: SignatureUnderTest;

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open(), {
      requireFeatures: async (_account, [feature]) => {
        if (feature?.product !== 'sms') return;
        throw new SeglError(402, 'not_in_subscription', 'No text messages.', {
          errors: [{ field: feature.field, code: 'enum', message: 'No text messages.' }],
        });
      },
    });
  });
  afterAll(() => signature.stop());

  const post = (body: unknown, caller = {}) => signature.api('POST', '/signature/documents', { body, ...caller });

  it('201: answers the request with defaults, ids and sign URLs, and opens it for signing', async () => {
    const before = await signature.stored();
    const answer = await signature.create({}, ['kari', 'ola-n']);
    expect(answer.status).toBe(201);
    const { documentId, signers } = answer.body;
    expect(answer.headers.location).toBe(`http://localhost:8642/signature/documents/${documentId}`);
    expect(answer.body).toMatchObject({
      title: 'Lease agreement',
      status: { documentStatus: 'unsigned', completedPackages: [], attachmentPackages: {} },
      links: [],
      dataToSign: {
        base64Content: '',
        fileName: 'lease.pdf',
        convertToPDF: false,
        packaging: { signaturePackageFormats: ['pades'], padesSettings: { primaryLanguage: 'EN' } },
      },
      advanced: {
        tags: [],
        attachments: 0,
        requiredSignatures: 0,
        getSocialSecurityNumber: false,
        timeToLive: {
          deleteAfterHours: 168,
          deadline: new Date(signature.now().getTime() + 45 * DAY_MS).toISOString(),
        },
      },
    });
    expect(signers.map((one: { externalSignerId: string }) => one.externalSignerId)).toEqual([
      'signer-kari',
      'signer-ola-n',
    ]);
    for (const one of signers) {
      expect(one).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), order: 0, required: false, tags: [] });
      expect(one.url).toMatch(/^http:\/\/localhost:8642\/start\?jwt=ey/);
      expect(one.documentSignature).toBeUndefined();
    }
    expect(new Set(signers.map((one: { url: string }) => one.url)).size).toBe(2);
    expect(await signature.events(documentId)).toEqual(['document_created']);
    const after = await signature.stored();
    expect([after.documents! - before.documents!, after.signers! - before.signers!]).toEqual([1, 2]);
  });

  it('never answers a national number, and keeps it encrypted', async () => {
    const number = '01017000027';
    const answer = await signature.create({
      signers: [testSigner('kari', { signerInfo: { firstName: 'Kari', socialSecurityNumber: number } })],
    });
    expect(answer.text).not.toContain(number);
    const get = await signature.api('GET', `/signature/documents/${answer.body.documentId}`);
    expect(get.text).not.toContain(number);
    const rows = await signature.query<{ row: string }>(
      `select s::text || d::text as row from signers s join documents d on d.id = s.document_id where d.id = $1`,
      [answer.body.documentId],
    );
    expect(rows[0]!.row).not.toContain(number);
    const kept = await signature.query<{ id: string; national_number_sealed: Buffer }>(
      'select id, national_number_sealed from signers where document_id = $1',
      [answer.body.documentId],
    );
    const { box } = signature.deps;
    expect(box.decrypt(kept[0]!.national_number_sealed, `signer ${kept[0]!.id}`).toString()).toBe(number);
  });

  it('JS-10: takes content in every spelling of base64', async () => {
    const standard = PDF.toString('base64');
    for (const base64Content of [
      standard.replace(/=+$/, ''),
      PDF.toString('base64url'),
      `data:application/pdf;base64,${standard}`,
      standard.replace(/(.{76})/g, '$1\r\n'),
    ]) {
      expect((await signature.create({ dataToSign: { fileName: 'lease.pdf', base64Content } })).status).toBe(201);
    }
  });

  it('repairs a file that one rewrite repairs, and records both hashes', async () => {
    const broken = Buffer.from(PDF.toString('latin1').replace(/startxref\n\d+/, 'startxref\n1'), 'latin1');
    const { status, body } = await signature.create({
      dataToSign: { fileName: 'lease.pdf', base64Content: broken.toString('base64') },
    });
    expect(status).toBe(201);
    const [row] = await signature.query<{ content_sha256: string; uploaded_sha256: string }>(
      'select content_sha256, uploaded_sha256 from documents where id = $1',
      [body.documentId],
    );
    expect(row!.uploaded_sha256).toBe(createHash('sha256').update(broken).digest('hex'));
    expect(row!.content_sha256).not.toBe(row!.uploaded_sha256);
    const evidence = await signature.query<{ data: Record<string, unknown> }>(
      'select data from evidence_entries where document_id = $1',
      [body.documentId],
    );
    expect(evidence[0]!.data).toMatchObject({
      contentSha256: row!.content_sha256,
      uploadedSha256: row!.uploaded_sha256,
    });
  });

  describe('refusals', () => {
    const at = (ms: number) => new Date(signature.now().getTime() + ms).toISOString();
    const kari = (changes: Record<string, unknown>) => ({ signers: [testSigner('kari', changes)] });
    const toSign = (changes: Record<string, unknown>) => ({
      dataToSign: { fileName: 'lease.pdf', base64Content: PDF.toString('base64'), ...changes },
    });
    const redirect = (changes: Record<string, unknown>) =>
      kari({
        redirectSettings: {
          redirectMode: 'redirect',
          success: 'https://a.example',
          cancel: 'https://a.example',
          error: 'https://a.example',
          ...changes,
        },
      });

    it.each<[string, () => Record<string, unknown>, string, string]>([
      ['no title', () => ({ title: undefined }), 'title', 'required'],
      ['a title that is too long', () => ({ title: 'x'.repeat(301) }), 'title', 'max_length'],
      ['a short external id', () => ({ externalId: 'abc' }), 'externalId', 'min_length'],
      ['an external id with NUL', () => ({ externalId: 'abc\0def' }), 'externalId', 'format'],
      ['no signer', () => ({ signers: [] }), 'signers', 'min_length'],
      [
        '21 signers',
        () => ({ signers: Array.from({ length: 21 }, (_, n) => testSigner(`kari-${n}`)) }),
        'signers',
        'too_many_items',
      ],
      ['no contact', () => ({ contactDetails: {} }), 'contactDetails.email', 'required'],
      [
        'a contact that is no address',
        () => ({ contactDetails: { email: 'nobody' } }),
        'contactDetails.email',
        'email',
      ],
      [
        'a contact page of another scheme',
        () => ({ contactDetails: { email: 'a@b.example', url: 'ftp://a.example' } }),
        'contactDetails.url',
        'url',
      ],
      ['content that is no base64', () => toSign({ base64Content: '%%%' }), 'dataToSign.base64Content', 'base64'],
      ['content that is cut base64', () => toSign({ base64Content: 'QUJDR' }), 'dataToSign.base64Content', 'base64'],
      ['empty content', () => toSign({ base64Content: '' }), 'dataToSign.base64Content', 'min_length'],
      [
        'content over the limit',
        () => toSign({ base64Content: Buffer.alloc(100_001).toString('base64') }),
        'dataToSign.base64Content',
        'max_length',
      ],
      ['a file name with a path', () => toSign({ fileName: '../lease.pdf' }), 'dataToSign.fileName', 'format'],
      ['a file name with a Windows path', () => toSign({ fileName: 'C:\\lease.pdf' }), 'dataToSign.fileName', 'format'],
      [
        'an unknown package format',
        () => toSign({ packaging: { signaturePackageFormats: ['zip'] } }),
        'dataToSign.packaging.signaturePackageFormats[0]',
        'enum',
      ],
      [
        'a deadline in the past',
        () => ({ advanced: { timeToLive: { deadline: at(0) } } }),
        'advanced.timeToLive.deadline',
        'date_past',
      ],
      [
        'a deadline after 45 days',
        () => ({ advanced: { timeToLive: { deadline: at(45 * DAY_MS + 1) } } }),
        'advanced.timeToLive.deadline',
        'date_too_late',
      ],
      [
        'a deadline that is no date',
        () => ({ advanced: { timeToLive: { deadline: '2027-02-30' } } }),
        'advanced.timeToLive.deadline',
        'date',
      ],
      [
        'a retention over 744 hours',
        () => ({ advanced: { timeToLive: { deleteAfterHours: 745 } } }),
        'advanced.timeToLive.deleteAfterHours',
        'max',
      ],
      ['a tag with a comma', () => ({ advanced: { tags: ['a,b'] } }), 'advanced.tags[0]', 'format'],
      [
        'a link that expires in the past',
        () => kari({ signUrlExpires: at(-1) }),
        'signers[0].signUrlExpires',
        'date_past',
      ],
      [
        'an unknown redirect mode',
        () => kari({ redirectSettings: { redirectMode: 'jump' } }),
        'signers[0].redirectSettings.redirectMode',
        'enum',
      ],
      [
        'a redirect without its targets',
        () => kari({ redirectSettings: { redirectMode: 'redirect' } }),
        'signers[0].redirectSettings.success',
        'required',
      ],
      [
        'a frame without its host',
        () => kari({ redirectSettings: { redirectMode: 'iframe_with_webmessaging' } }),
        'signers[0].redirectSettings.domain',
        'required',
      ],
      [
        'a frame that is told whose host is a pattern',
        () => kari({ redirectSettings: { redirectMode: 'iframe_with_webmessaging', domain: '*.nordbank.example' } }),
        'signers[0].redirectSettings.domain',
        'format',
      ],
      [
        'a redirect to script',
        () => redirect({ success: 'javascript:alert(1)' }),
        'signers[0].redirectSettings.success',
        'url',
      ],
      ['a redirect to data', () => redirect({ error: 'DATA:text/html,x' }), 'signers[0].redirectSettings.error', 'url'],
      [
        'a redirect with a password',
        () => redirect({ cancel: 'https://a:b@c.example' }),
        'signers[0].redirectSettings.cancel',
        'url',
      ],
      [
        'a redirect without a host',
        () => redirect({ cancel: '/relative' }),
        'signers[0].redirectSettings.cancel',
        'url',
      ],
      [
        'a mobile number that is none',
        () => kari({ signerInfo: { mobile: { countryCode: '47', number: '12' } } }),
        'signers[0].signerInfo.mobile',
        'mobile',
      ],
      [
        'an unknown method',
        () => kari({ signatureType: { mechanism: 'pkisignature', signatureMethods: ['no_such'] } }),
        'signers[0].signatureType.signatureMethods[0]',
        'enum',
      ],
      [
        'two texts in one language',
        () => ({ notification: { signRequest: { sms: [{ language: 'NO' }, { language: 'no' }] } } }),
        'notification.signRequest.sms[1].language',
        'duplicate',
      ],
    ])('400: %s', async (_what, changes, field, code) => {
      const { status, body } = await signature.create(changes());
      expect([status, body.code]).toEqual([400, 'validation_failed']);
      expect(body.errors).toContainEqual(expect.objectContaining({ field, code }));
    });

    it('400: reports faults of content, dates and addresses together', async () => {
      const { body } = await signature.create({
        ...toSign({ base64Content: '%%%', fileName: 'a/b.pdf' }),
        ...redirect({ success: 'javascript:x' }),
      });
      expect(body.errors.map((one: { field: string }) => one.field).sort()).toEqual([
        'dataToSign.base64Content',
        'dataToSign.fileName',
        'signers[0].redirectSettings.success',
      ]);
    });

    it.each<[string, () => Record<string, unknown>, string]>([
      [
        'a method that the instance does not offer',
        () =>
          kari({
            signatureType: { mechanism: 'pkisignature', signatureMethods: ['no_bankid_netcentric', 'se_bankid'] },
          }),
        'signers[0].signatureType.signatureMethods[1]',
      ],
      [
        'text messages',
        () =>
          kari({
            signerInfo: { mobile: { countryCode: '47', number: '99900001' } },
            notifications: { setup: { request: 'sendSms' } },
          }),
        'signers[0].notifications.setup.request',
      ],
      // ST-2: what the account lacks is told before business rules.
      [
        'a missing method before a rule',
        () => ({
          signers: [
            testSigner('kari'),
            testSigner('kari', { signatureType: { mechanism: 'handwritten', signatureMethods: ['mitid'] } }),
          ],
        }),
        'signers[1].signatureType.signatureMethods[0]',
      ],
    ])('402 not_in_subscription: %s', async (_what, changes, field) => {
      const { status, body } = await signature.create(changes());
      expect([status, body.code]).toEqual([402, 'not_in_subscription']);
      expect(body.errors[0].field).toBe(field);
    });

    it.each<[string, () => Record<string, unknown>, string, string]>([
      [
        'duplicate_external_signer_id',
        () => ({ signers: [testSigner('kari'), testSigner('kari')] }),
        'two signers with one id',
        'signers[1].externalSignerId',
      ],
      [
        'required_signatures_exceed_signers',
        () => ({ advanced: { requiredSignatures: 2 } }),
        'more signatures than signers',
        'advanced.requiredSignatures',
      ],
      ['unsupported_file_type', () => toSign({ fileName: 'lease.docx' }), 'a Word file', 'dataToSign.fileName'],
      ['unsupported_file_type', () => toSign({ fileName: 'lease' }), 'no extension', 'dataToSign.fileName'],
      ['unsupported_file_type', () => toSign({ fileName: '.pdf' }), 'nothing but an extension', 'dataToSign.fileName'],
      ['unsupported_file_type', () => toSign({ convertToPDF: true }), 'conversion', 'dataToSign.fileName'],
      [
        'file_content_mismatch',
        () => toSign({ base64Content: Buffer.from('<xml/>').toString('base64') }),
        'content of another kind',
        'dataToSign.base64Content',
      ],
      [
        'pdf_not_supported',
        () => toSign({ base64Content: Buffer.from('%PDF-1.7 and nothing more').toString('base64') }),
        'a PDF that is none',
        'dataToSign.base64Content',
      ],
      [
        'packaging_not_supported',
        () => ({
          ...kari({ signatureType: { mechanism: 'handwritten' } }),
          ...toSign({ packaging: { signaturePackageFormats: ['no_bankid_pades'] } }),
        }),
        'the package of an eID that does not sign',
        'dataToSign.packaging.signaturePackageFormats',
      ],
      [
        'template_not_found',
        () => toSign({ packaging: { padesSettings: { padesTemplateId: 'blue' } } }),
        'a template that nobody has made',
        'dataToSign.packaging.padesSettings.padesTemplateId',
      ],
      [
        'notification_recipient_missing',
        () => kari({ notifications: { setup: { request: 'sendEmail' } } }),
        'an e-mail to nobody',
        'signers[0].signerInfo.email',
      ],
      [
        'feature_not_available',
        () => kari({ addons: { types: ['secureShare'] } }),
        'secure share',
        'signers[0].addons.types',
      ],
      [
        'authentication_target_missing',
        () => kari({ authentication: { mechanism: 'eid' } }),
        'proof of being nobody in particular',
        'signers[0].authentication.socialSecurityNumber',
      ],
      [
        'notification_recipient_missing',
        () => kari({ notifications: { setup: { finalReceipt: 'sendEmail' } } }),
        'email',
        'signers[0].signerInfo.email',
      ],
    ])('422 %s', async (code, changes, _what, field) => {
      const { status, body } = await signature.create(changes());
      expect([status, body.code]).toEqual([422, code]);
      expect(body.errors[0].field).toBe(field);
    });

    it('422 no_signature_method_available: the instance has no eID for the environment', async () => {
      const deps = { ...signature.deps, eids: createEidRegistry({ providers: [] }) };
      const body = signature.request() as unknown as CreateDocumentRequestWrapper;
      const context = { accountId: NORDBANK, environment: 'test', now: signature.now() } as OperationContext;
      await expect(createDocument(deps, context, body)).rejects.toMatchObject({
        status: 422,
        code: 'no_signature_method_available',
      });
    });

    it('ST-3: a refusal stores neither rows nor files', async () => {
      const before = await signature.stored();
      const refused = [
        { title: undefined },
        { dataToSign: { fileName: 'lease.pdf', base64Content: '%' } },
        {
          signers: [testSigner('kari', { signatureType: { mechanism: 'pkisignature', signatureMethods: ['mitid'] } })],
        },
        { signers: [testSigner('kari'), testSigner('kari')] },
        { dataToSign: { fileName: 'lease.pdf', base64Content: Buffer.from('%PDF-1.7 broken').toString('base64') } },
      ];
      for (const changes of refused) expect((await signature.create(changes)).status).toBeGreaterThanOrEqual(400);
      expect(await signature.stored()).toEqual(before);
    });
  });

  describe('the external id', () => {
    it('IM-1, IM-2: the same request again is answered with the document that exists, and nothing happens', async () => {
      const request = signature.request({
        advanced: {
          tags: ['a', 'b'],
          timeToLive: { deadline: new Date(signature.now().getTime() + DAY_MS).toISOString() },
        },
      });
      const first = await post(request);
      const before = await signature.stored();
      const { title, externalId, advanced, ...rest } = request as {
        title: string;
        externalId: string;
        advanced: { timeToLive: { deadline: string } };
      };
      const deadline = advanced.timeToLive.deadline;
      const variants = [
        request,
        {
          ...rest,
          ADVANCED: { ...advanced, requiredSignatures: null, attachments: 0 },
          externalId,
          Title: title,
          unknown: 1,
        },
        {
          ...request,
          advanced: { ...advanced, timeToLive: { deadline: deadline.replace('Z', '+00:00'), deleteAfterHours: '168' } },
        },
        {
          ...request,
          dataToSign: {
            fileName: 'lease.pdf',
            base64Content: PDF.toString('base64url'),
            packaging: { signaturePackageFormats: [] },
          },
        },
      ];
      for (const variant of variants) {
        const again = await post(variant);
        expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, 'true']);
        expect(again.body).toEqual(first.body);
      }
      expect(await signature.stored()).toEqual(before);
    });

    it('IM-1: the answer to a repetition shows the present status', async () => {
      const request = signature.request();
      const { body } = await post(request);
      await signature.sign(body.signers[0].url);
      const again = await post(request);
      expect(again.body.status.documentStatus).toBe('signed');
      expect(again.body.signers[0].documentSignature).toMatchObject({
        fullName: 'Kari Nordmann',
        dateOfBirth: '020684',
      });
    });

    it.each<[string, () => Record<string, unknown>]>([
      ['another title', () => ({ title: 'Another' })],
      [
        'other content',
        () => ({ dataToSign: { fileName: 'lease.pdf', base64Content: pdf('Other').toString('base64') } }),
      ],
      ['signers in another order', () => ({ signers: [testSigner('ola-n'), testSigner('kari')] })],
      ['another signer', () => ({ signers: [testSigner('kari'), testSigner('ole-n')] })],
    ])('IM-3: another request under it is refused: %s', async (_what, changes) => {
      const request = signature.request({}, ['kari', 'ola-n']);
      const first = await post(request);
      const { files: _files, ...before } = await signature.stored();
      const second = await post({ ...request, ...changes() });
      expect([second.status, second.body.code]).toEqual([422, 'external_id_conflict']);
      expect(second.body).toMatchObject({
        existingId: first.body.documentId,
        errors: [{ field: 'externalId', code: 'duplicate' }],
      });
      expect(second.body.message).toContain(signature.now().toISOString());
      // Content that was put before the conflict showed is waste without a row, for the sweep.
      const { files: _waste, ...after } = await signature.stored();
      expect(after).toEqual(before);
    });

    it('IM-8: is compared exactly, and belongs to one account', async () => {
      const request = signature.request();
      await post(request);
      expect((await post({ ...request, externalId: String(request.externalId).toUpperCase() })).status).toBe(201);
      expect((await post({ ...request, externalId: `${request.externalId} ` })).status).toBe(201);
      expect((await post(request, { accountId: SJOBANK })).status).toBe(201);
      expect((await post(request, { accountId: NORDBANK })).status).toBe(200);
    });

    it('IM-6: a refused request reserves nothing', async () => {
      const request = signature.request();
      expect((await post({ ...request, title: undefined })).status).toBe(400);
      expect((await post({ ...request, signers: [testSigner('kari'), testSigner('kari')] })).status).toBe(422);
      expect((await post(request)).status).toBe(201);
    });

    it('IM-5: fifty at once make one document', async () => {
      const request = signature.request();
      const before = await signature.stored();
      const answers = await Promise.all(Array.from({ length: 50 }, () => post(request)));
      const statuses = answers.map((answer) => answer.status).sort();
      expect(statuses).toEqual([...Array(49).fill(200), 201]);
      expect(new Set(answers.map((answer) => answer.body.documentId)).size).toBe(1);
      const after = await signature.stored();
      expect([after.documents! - before.documents!, after.events! - before.events!]).toEqual([1, 1]);
    });

    it('IM-5: of different requests at once, one wins and the others are told', async () => {
      const externalId = signature.request().externalId;
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, n) => post(signature.request({ externalId, title: `Version ${n}` }))),
      );
      const won = answers.filter((answer) => answer.status === 201);
      expect(won).toHaveLength(1);
      for (const answer of answers) {
        if (answer !== won[0])
          expect(answer.body).toMatchObject({ code: 'external_id_conflict', existingId: won[0]!.body.documentId });
      }
    });
  });
});
