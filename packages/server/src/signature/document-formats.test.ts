import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { ORDER, ORDER_SHEET } from '../../../test-kit/src/sample-order.ts';
import { PDF, SignatureUnderTest, testSigner } from './signature.testing.ts';

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const TEXT = 'Avtale om leie av båt ⚓\n';
const HTML = '<!doctype html><html><body onload="a()"><h1>Avtale</h1><script>a()</script></body></html>';

describeOnEachDatabase('documents that are not PDF', (open) => {
  let signature: SignatureUnderTest;

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open());
    signature.eid.signs = ['pdf', 'txt', 'xml', 'html'];
  });
  afterAll(() => signature.stop());

  const create = (dataToSign: object, changes: object = {}) => signature.create({ dataToSign, ...changes });
  const text = (changes: object = {}) => ({ fileName: 'lease.txt', base64Content: base64(TEXT), ...changes });
  const order = (changes: object = {}) => ({
    fileName: 'order.xml',
    base64Content: base64(ORDER),
    base64ContentStyleSheet: base64(ORDER_SHEET),
    ...changes,
  });
  const unsigned = (documentId: string) =>
    signature.api('GET', `/signature/documents/${documentId}/files?fileFormat=unsigned`);

  it.each([
    ['lease.txt', TEXT, 'txt', 'text/plain; charset=utf-8', undefined],
    ['order.XML', ORDER, 'xml', 'application/xml', undefined],
    ['page.html', HTML, 'html', 'text/html; charset=utf-8', { reduced: true }],
    ['page.htm', '<p>Avtale', 'html', 'text/html; charset=utf-8', { reduced: false }],
  ])('%s is stored byte for byte, shown and signed', async (fileName, content, format, mediaType, display) => {
    const { status, body } = await create({ fileName, base64Content: base64(content) });
    expect(status).toBe(201);
    expect(body.dataToSign).toMatchObject({ fileName, base64Content: '', packaging: { signaturePackageFormats: [] } });

    const file = await unsigned(body.documentId);
    expect([file.text, file.headers['content-type']]).toEqual([content, mediaType]);
    expect(file.headers['content-disposition']).toContain(fileName);

    const session = await signature.open(body.signers[0].url);
    expect(session.view.document).toMatchObject({ format, fileName, sha256: sha256(content) });
    expect([session.view.document.display, session.view.document.pageCount]).toEqual([display, undefined]);
    expect((await signature.app('GET', '/documents/main/content', session.token)).text).toBe(content);
    const shown = await signature.app('GET', '/documents/main/display', session.token);
    expect([shown.status, shown.headers['content-type']]).toEqual(
      display ? [200, 'text/plain; charset=utf-8'] : [404, expect.stringContaining('application/json')],
    );
    if (display) expect(shown.text).not.toMatch(/script|onload/);

    const attemptId = await signature.goToEidAndBack(session);
    expect(signature.eid.started.at(-1)).toMatchObject({ documentSha256: sha256(content) });
    expect(signature.eid.started.at(-1)?.attachmentSha256).toBeUndefined();
    const returnedAttempt = signature.returned(attemptId);
    const completed = await signature.app('POST', '/sign/complete', session.token, { returnedAttempt });
    expect(completed.body).toMatchObject({ outcome: 'signed', view: { state: 'signed' } });
    const native = await signature.api('GET', `/signature/documents/${body.documentId}/files?fileFormat=native`);
    expect([native.status, native.text]).toEqual([200, expect.stringContaining('token of Kari Nordmann')]);
    const pades = await signature.api('GET', `/signature/documents/${body.documentId}/files?fileFormat=pades`);
    expect([pades.status, pades.body.code]).toEqual([404, 'file_format_not_available']);
  });

  it('signs an XML document together with the style sheet through which it is shown', async () => {
    const { status, body } = await create(order());
    expect([status, body.dataToSign.base64ContentStyleSheet]).toEqual([201, undefined]);
    const session = await signature.open(body.signers[0].url);
    expect(session.view.document).toMatchObject({ sha256: sha256(ORDER), display: { reduced: false } });
    const shown = await signature.app('GET', '/documents/main/display', session.token);
    expect(shown.text).toContain('<h1>Ordre 2026-7</h1>');
    expect((await unsigned(body.documentId)).text).toBe(ORDER);

    const attemptId = await signature.goToEidAndBack(session);
    expect(signature.eid.started.at(-1)).toMatchObject({
      documentSha256: sha256(ORDER),
      attachmentSha256: [sha256(ORDER_SHEET)],
    });
    const returnedAttempt = signature.returned(attemptId);
    await signature.app('POST', '/sign/complete', session.token, { returnedAttempt });
    const evidence = await signature.query<{ kind: string; data: object }>(
      `select kind, data from evidence_entries where document_id = $1 and kind in ('document_created', 'signed') order by sequence`,
      [body.documentId],
    );
    expect(evidence.map((entry) => entry.data)).toEqual([
      expect.objectContaining({
        contentSha256: sha256(ORDER),
        styleSheetSha256: sha256(ORDER_SHEET),
        displaySha256: sha256(shown.text),
      }),
      expect.objectContaining({ documentSha256: sha256(ORDER), styleSheetSha256: sha256(ORDER_SHEET) }),
    ]);
  });

  it('keeps the style sheet and the copy with the document, and lets them go with it', async () => {
    const sheet = ORDER_SHEET.replace('Ordre', 'Bestilling');
    const { body } = await create(order({ base64ContentStyleSheet: base64(sheet) }));
    const files = () =>
      signature.query<{ sha256: string }>('select sha256 from files where owner_id = $1', [body.documentId]);
    expect((await files()).map((one) => one.sha256)).toEqual(
      expect.arrayContaining([sha256(ORDER), sha256(sheet), expect.any(String)]),
    );
    const [row] = await signature.query<{ request: object }>('select request from documents where id = $1', [
      body.documentId,
    ]);
    expect(JSON.stringify(row!.request)).not.toContain(base64(sheet).slice(0, 40));
    await signature.api('POST', `/signature/documents/${body.documentId}/cancel`, { body: { reason: 'test' } });
    await signature.api('DELETE', `/signature/documents/${body.documentId}`);
    expect(await files()).toEqual([]);
  });

  it('another style sheet under the same external id is another request', async () => {
    const request = signature.request({ dataToSign: order() });
    const post = (body: unknown) => signature.api('POST', '/signature/documents', { body });
    expect((await post(request)).status).toBe(201);
    expect((await post(request)).status).toBe(200);
    const other = { ...request, dataToSign: order({ base64ContentStyleSheet: base64(`${ORDER_SHEET}\n`) }) };
    expect((await post(other)).body.code).toBe('external_id_conflict');
  });

  it.each<[number, string, string, object]>([
    [422, 'file_content_mismatch', 'base64Content', text({ base64Content: base64(Buffer.from('båt', 'latin1')) })],
    [422, 'file_content_mismatch', 'base64Content', order({ base64Content: base64('<a>') })],
    [422, 'file_content_mismatch', 'base64ContentStyleSheet', order({ base64ContentStyleSheet: base64('<a/>') })],
    [422, 'file_content_mismatch', 'base64Content', { fileName: 'a.html', base64Content: base64('text') }],
    [422, 'file_content_mismatch', 'base64Content', { fileName: 'lease.pdf', base64Content: base64(TEXT) }],
    [422, 'unsupported_file_type', 'base64ContentStyleSheet', text({ base64ContentStyleSheet: base64(ORDER_SHEET) })],
    [422, 'unsupported_file_type', 'fileName', text({ fileName: 'lease.odt' })],
    [422, 'unsupported_file_type', 'fileName', text({ fileName: 'lease.png' })],
    [422, 'unsupported_file_type', 'fileName', order({ convertToPDF: true })],
    [422, 'packaging_not_supported', 'packaging.signaturePackageFormats', packaged('pades')],
    [422, 'packaging_not_supported', 'packaging.signaturePackageFormats', packaged('no_bankid_pades')],
    [400, 'validation_failed', 'base64ContentStyleSheet', order({ base64ContentStyleSheet: 'ø' })],
    [400, 'validation_failed', 'base64ContentStyleSheet', order({ base64ContentStyleSheet: '' })],
    [
      400,
      'validation_failed',
      'base64ContentStyleSheet',
      order({ base64ContentStyleSheet: base64(Buffer.alloc(1048577)) }),
    ],
  ])('%i %s: %s', async (status, code, field, dataToSign) => {
    const answer = await create(dataToSign);
    expect([answer.status, answer.body.code, answer.body.errors?.[0]?.field]).toEqual([
      status,
      code,
      `dataToSign.${field}`,
    ]);
  });

  function packaged(format: string) {
    return text({ packaging: { signaturePackageFormats: [format] } });
  }

  it('503 conversion_unavailable where nothing converts', async () => {
    const answer = await create(text({ convertToPDF: true }));
    expect([answer.status, answer.body.code]).toEqual([503, 'conversion_unavailable']);
  });

  it('asks each method whether it can sign the format', async () => {
    const refusal = async (dataToSign: object, signatureMethods?: string[]) => {
      const signatureType = { mechanism: 'pkisignature', ...(signatureMethods ? { signatureMethods } : {}) };
      const signers = [testSigner('ola'), testSigner('kari', { signatureType })];
      const { status, body } = await create(dataToSign, { signers });
      return [status, body.code, body.errors?.[0]?.field];
    };
    const listed = 'signers[1].signatureType.signatureMethods[1]';
    signature.eid.signs = ['txt'];
    try {
      expect(await refusal(text(), ['unknown', 'no_bankid_netcentric'])).toEqual([201, undefined, undefined]);
      // A group fits with one of its members.
      expect(await refusal(text(), ['unknown', 'no_bankid'])).toEqual([201, undefined, undefined]);
      for (const method of ['no_bankid_netcentric', 'no_bankid']) {
        const { status, body } = await create(order(), {
          signers: [
            testSigner('kari', { signatureType: { mechanism: 'pkisignature', signatureMethods: ['unknown', method] } }),
          ],
        });
        expect([status, body.code, body.errors[0].field]).toEqual([
          422,
          'unsupported_signature_format',
          listed.replace('[1]', '[0]'),
        ]);
      }
      expect(await refusal(order())).toEqual([
        422,
        'no_signature_method_available',
        'signers[0].signatureType.signatureMethods',
      ]);
      expect(await refusal({ fileName: 'a.pdf', base64Content: base64(PDF) })).toEqual([
        422,
        'no_signature_method_available',
        'signers[0].signatureType.signatureMethods',
      ]);
    } finally {
      signature.eid.signs = ['pdf', 'txt', 'xml', 'html'];
    }
  });

  it('a signer who comes later has the same formats', async () => {
    const { body } = await create(order());
    signature.eid.signs = ['pdf'];
    try {
      const signatureType = { mechanism: 'pkisignature', signatureMethods: ['no_bankid_netcentric'] };
      const answer = await signature.api('POST', `/signature/documents/${body.documentId}/signers`, {
        body: testSigner('ola', { signatureType }),
      });
      expect([answer.status, answer.body.code, answer.body.errors[0].field]).toEqual([
        422,
        'unsupported_signature_format',
        'signatureType.signatureMethods[0]',
      ]);
    } finally {
      signature.eid.signs = ['pdf', 'txt', 'xml', 'html'];
    }
  });

  it('whoever has to sign an attachment along must have an eID that signs PDF too', async () => {
    signature.eid.signs = ['txt'];
    try {
      const named = { signatureType: { mechanism: 'pkisignature', signatureMethods: ['no_bankid_netcentric'] } };
      const { body } = await create(text(), { signers: [testSigner('kari'), testSigner('ola', named)] });
      const [kari, ola] = body.signers;
      const path = `/signature/documents/${body.documentId}/attachments`;
      const attach = async (changes: object) => {
        const answer = await signature.api('POST', path, {
          body: { fileName: 'rules.pdf', title: 'Rules', data: base64(PDF), ...changes },
        });
        return [answer.status, answer.body.code, answer.body.errors?.[0]?.field];
      };
      expect(await attach({ type: 'sign', signers: [ola.id] })).toEqual([
        422,
        'unsupported_signature_format',
        'signers[1].signatureType.signatureMethods[0]',
      ]);
      expect(await attach({ type: 'sign', signers: [kari.id] })).toEqual([
        422,
        'no_signature_method_available',
        'signers[0].signatureType.signatureMethods',
      ]);
      expect(await attach({ type: 'read_accept' })).toEqual([201, undefined, undefined]);
      const [{ id }] = (await signature.api('GET', path)).body;
      const changed = await signature.api('PATCH', `${path}/${id}`, { body: { type: 'sign', signers: [ola.id] } });
      expect([changed.status, changed.body.code]).toEqual([422, 'unsupported_signature_format']);

      signature.eid.signs = ['pdf', 'txt'];
      expect(await attach({ type: 'sign' })).toEqual([201, undefined, undefined]);
      signature.eid.signs = ['txt'];
      const joined = await signature.api('POST', `/signature/documents/${body.documentId}/signers`, {
        body: testSigner('per', named),
      });
      expect([joined.status, joined.body.code]).toEqual([422, 'unsupported_signature_format']);
      expect((await signature.open(kari.url)).view.methods).toEqual([]);
    } finally {
      signature.eid.signs = ['pdf', 'txt', 'xml', 'html'];
    }
  });
});
