import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { recordPackage } from './record-package.ts';
import { PDF, pdf, SignatureUnderTest, SJOBANK } from './signature.testing.ts';
import { MAIN_PART, type MadeFormat } from './wanted-packages.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const SIGNED_PDF = pdf('Signed');

describeOnEachDatabase('files of a document', (open) => {
  let signature: SignatureUnderTest;

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open());
  });
  afterAll(() => signature.stop());

  const get = (documentId: string, query: string, headers = {}, caller = {}) =>
    signature.api('GET', `/signature/documents/${documentId}/files${query}`, { headers, ...caller });

  /** Packages as the job does: the file first, then the record. */
  async function packaged(documentId: string, bytes: Buffer, format: MadeFormat = 'pades'): Promise<boolean> {
    const { documentId: id, accountId } = (await signature.api('GET', `/signature/documents/${documentId}/summary`))
      .body;
    const file = await signature.deps.files.put(accountId, bytes);
    return signature.deps.database.transaction((tx) =>
      recordPackage(
        signature.deps,
        tx,
        id,
        {
          part: MAIN_PART,
          format,
          ...file,
          fileName: 'lease-signed.pdf',
          mediaType: 'application/pdf',
          level: 'B-LTA',
        },
        signature.now(),
      ),
    );
  }

  it.each(['/signature/documents/{id}/files', '/signature/files/documents/{id}', '/SIGNATURE/Documents/{id}/Files/'])(
    'hands out the unsigned bytes at %s',
    async (path) => {
      const { documentId } = (await signature.create()).body;
      const answer = await signature.api('GET', `${path.replace('{id}', documentId)}?fileFormat=unsigned`);
      expect([answer.status, answer.text]).toEqual([200, PDF.toString('latin1')]);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/pdf',
        'content-length': String(PDF.length),
        etag: `"${sha256(PDF)}"`,
        'content-disposition': `attachment; filename="lease.pdf"; filename*=UTF-8''lease.pdf`,
        'cache-control': 'private, no-store',
      });
    },
  );

  it('FL-3: answers ranges, 304 and HEAD', async () => {
    const { documentId } = (await signature.create()).body;
    const part = await get(documentId, '?unsigned', { range: 'bytes=0-3' });
    expect([part.status, part.text]).toEqual([206, '%PDF']);
    const rest = await get(documentId, '?unsigned', { range: `bytes=${PDF.length - 6}-` });
    expect([rest.status, rest.text]).toEqual([206, '%%EOF\n']);
    expect((await get(documentId, '?unsigned', { 'if-none-match': `"${sha256(PDF)}"` })).status).toBe(304);
    expect((await get(documentId, '?unsigned', { range: `bytes=${PDF.length}-` })).status).toBe(416);
    const head = await signature.api('HEAD', `/signature/documents/${documentId}/files?unsigned`);
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', String(PDF.length)]);
  });

  it('signature.md 11: the parameter in its spellings', async () => {
    const { documentId } = (await signature.create()).body;
    for (const query of ['?fileFormat=UNSIGNED', '?fileType=unsigned', '?fileformat=Unsigned', '?unsigned']) {
      expect((await get(documentId, query)).status).toBe(200);
    }
  });

  it.each([
    '',
    '?fileFormat=',
    '?fileFormat=packaged',
    '?fileFormat=zip',
    '?zip',
    '?fileFormat=pades&fileFormat=unsigned',
  ])('400: %j', async (query) => {
    const { documentId } = (await signature.create()).body;
    const answer = await get(documentId, query);
    expect([answer.status, answer.body.code, answer.body.errors[0].field]).toEqual([
      400,
      'validation_failed',
      'fileFormat',
    ]);
  });

  it('404 file_not_ready before all have signed, and with Retry-After while the file is being made', async () => {
    const { documentId, signers } = (await signature.create()).body;
    const before = await get(documentId, '?pades');
    expect([before.status, before.body.code, before.headers['retry-after']]).toEqual([
      404,
      'file_not_ready',
      undefined,
    ]);
    await signature.sign(signers[0].url);
    const after = await get(documentId, '?pades');
    expect([after.status, after.body.code, after.headers['retry-after']]).toEqual([404, 'file_not_ready', '2']);
  });

  it.each(['xades', 'asice', 'no_bankid_pades'])(
    '404 file_format_not_available: %s was not asked for',
    async (format) => {
      const { documentId } = (await signature.create()).body;
      const answer = await get(documentId, `?${format}`);
      expect([answer.status, answer.body.code]).toEqual([404, 'file_format_not_available']);
    },
  );

  describe('what the eIDs produced', () => {
    const native = (documentId: string, signerId: string, path = '/signature/documents/{id}/files') =>
      signature.api('GET', `${path.replace('{id}', documentId)}/signers/${signerId}?fileFormat=native`);

    it.each(['/signature/documents/{id}/files', '/signature/files/documents/{id}'])(
      'is handed out per signer, as soon as that signer has signed: %s',
      async (path) => {
        const { documentId, signers } = (await signature.create({}, ['kari', 'ola'])).body;
        const before = await native(documentId, signers[0].id, path);
        expect([before.status, before.body.code, before.headers['retry-after']]).toEqual([
          404,
          'file_not_ready',
          undefined,
        ]);
        await signature.sign(signers[0].url);
        const answer = await native(documentId, signers[0].id, path);
        expect([answer.status, answer.text]).toEqual([200, expect.stringMatching(/^token of Kari Nordmann /)]);
        expect(answer.headers).toMatchObject({
          'content-type': 'application/jwt',
          'content-length': String(answer.text.length),
          etag: `"${sha256(Buffer.from(answer.text))}"`,
          'content-disposition': expect.stringContaining('filename="lease-signed.jwt"'),
        });
        expect((await native(documentId, signers[1].id, path)).body.code).toBe('file_not_ready');
      },
    );

    it('is there for the document when it has one signer', async () => {
      const alone = (await signature.create()).body;
      expect((await get(alone.documentId, '?native')).body.code).toBe('file_not_ready');
      await signature.sign(alone.signers[0].url);
      const answer = await get(alone.documentId, '?native');
      expect(answer.text).toBe((await native(alone.documentId, alone.signers[0].id)).text);
      const shared = (await signature.create({}, ['kari', 'ola'])).body;
      expect((await get(shared.documentId, '?native')).body.code).toBe('file_format_not_available');
    });

    it('knows its own formats only, under both names of the parameter', async () => {
      const { documentId, signers } = (await signature.create()).body;
      await signature.sign(signers[0].url);
      const ask = async (query: string) => {
        const path = `/signature/documents/${documentId}/files/signers/${signers[0].id}${query}`;
        const answer = await signature.api('GET', path);
        return answer.status === 200 ? 200 : `${answer.status} ${answer.body.code}`;
      };
      for (const query of ['?fileType=NATIVE', '?native']) expect(await ask(query)).toBe(200);
      for (const query of ['', '?fileFormat=pades', '?unsigned'])
        expect(await ask(query)).toBe('400 validation_failed');
    });

    it('of a signer of another document, and for another account, is not there', async () => {
      const [one, other] = [(await signature.create()).body, (await signature.create()).body];
      expect((await native(one.documentId, other.signers[0].id)).body.code).toBe('signer_not_found');
      const path = `/signature/documents/${one.documentId}/files/signers/${one.signers[0].id}?native`;
      const foreign = await signature.api('GET', path, { accountId: SJOBANK });
      expect(foreign.body.code).toBe('document_not_found');
    });
  });

  it('of two kinds of PAdES pades is the one that was asked for, and the general one where both were', async () => {
    const kinds = ['no_bankid_pades', 'pades'] as const;
    for (const wanted of [kinds.slice(0, 1), kinds]) {
      const packaging = { signaturePackageFormats: wanted };
      const dataToSign = { fileName: 'lease.pdf', base64Content: PDF.toString('base64'), packaging };
      const { documentId, signers } = (await signature.create({ dataToSign })).body;
      await signature.sign(signers[0].url);
      for (const kind of wanted) await packaged(documentId, pdf(kind), kind);
      expect((await get(documentId, '?no_bankid_pades')).text).toContain('(no_bankid_pades)');
      expect((await get(documentId, '?pades')).text).toContain(`(${wanted.at(-1)})`);
      const status = await signature.api('GET', `/signature/documents/${documentId}/status`);
      expect(status.body.completedPackages).toEqual(['native', 'pades']);
    }
  });

  it('hands out the signed file, to its account only', async () => {
    const { documentId, signers } = (await signature.create()).body;
    await signature.sign(signers[0].url);
    await packaged(documentId, SIGNED_PDF);
    const answer = await get(documentId, '?pades');
    expect([answer.status, answer.text]).toEqual([200, SIGNED_PDF.toString('latin1')]);
    expect(answer.headers['content-disposition']).toContain('lease-signed.pdf');
    const status = await signature.api('GET', `/signature/documents/${documentId}/status`);
    expect(status.body.completedPackages).toEqual(['native', 'pades']);
    expect((await get(documentId, '?pades', {}, { accountId: SJOBANK })).body.code).toBe('document_not_found');
  });

  describe('recording a package', () => {
    it('keeps the first one of a format, and raises document_packaged once, with the last one', async () => {
      const { documentId, signers } = (await signature.create()).body;
      await signature.sign(signers[0].url);
      expect(await packaged(documentId, pdf('Standard'), 'standard_packaging')).toBe(true);
      expect(await signature.events(documentId)).not.toContain('document_packaged');
      const kept = [];
      for (const bytes of [SIGNED_PDF, pdf('Signed again')]) kept.push(await packaged(documentId, bytes));
      expect(kept).toEqual([true, false]);
      expect((await get(documentId, '?pades')).text).toBe(SIGNED_PDF.toString('latin1'));
      expect((await signature.events(documentId)).filter((type) => type === 'document_packaged')).toHaveLength(1);
    });

    it('of two workers at once, one is kept', async () => {
      const { documentId, signers } = (await signature.create()).body;
      await signature.sign(signers[0].url);
      await packaged(documentId, pdf('Standard'), 'standard_packaging');
      const kept = await Promise.all([packaged(documentId, SIGNED_PDF), packaged(documentId, pdf('Another'))]);
      expect(kept.sort()).toEqual([false, true]);
      expect((await signature.events(documentId)).filter((type) => type === 'document_packaged')).toHaveLength(1);
    });

    it('does nothing for a document that is not signed', async () => {
      const { documentId } = (await signature.create()).body;
      expect(await packaged(documentId, SIGNED_PDF)).toBe(false);
      expect((await get(documentId, '?pades')).body.code).toBe('file_not_ready');
    });
  });

  describe('in the signing app', () => {
    it('the signer reads the bytes to be signed, and gets the signed file when it is there', async () => {
      const { documentId, signers } = (await signature.create()).body;
      const session = await signature.open(signers[0].url);
      const content = await signature.app('GET', '/documents/main/content', session.token);
      expect([content.status, content.text]).toEqual([200, PDF.toString('latin1')]);
      expect((await signature.app('GET', '/documents/main/signed', session.token)).body.code).toBe('file_not_ready');
      expect((await signature.app('GET', '/result', session.token)).body).toEqual({
        packaged: false,
        successAction: 'done',
        downloads: [],
      });
      await signature.sign(signers[0].url);
      await packaged(documentId, SIGNED_PDF);
      expect((await signature.app('GET', '/result', session.token)).body).toEqual({
        packaged: true,
        successAction: 'done',
        downloads: [{ kind: 'pades', fileName: 'lease-signed.pdf', url: '/app/v1/documents/main/signed' }],
      });
      const signed = await signature.app('GET', '/documents/main/signed', session.token);
      expect([signed.status, signed.text]).toEqual([200, SIGNED_PDF.toString('latin1')]);
    });
  });
});
