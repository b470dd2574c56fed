import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { pdfText, qpdfCheck, unzipped, xmlsec } from '@segl/test-kit/judges';
import { ORDER, ORDER_SHEET } from '@segl/test-kit/sample-order';
import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { openSignUrl, signAt } from '@segl/test-kit/signer';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const hasOffice = spawnSync('sh', ['-c', 'command -v soffice']).status === 0;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const TEXT = 'Avtale om leie av båt ⚓\n';
const RTF = '{\\rtf1\\ansi\\uc1 Avtale om leie av b\\u229?t\\par}';

/** Documents of every format, from the request to what is kept of the signature, in a real process with the BankID simulator. */
describe('documents in other formats than PDF', () => {
  let segl: SeglProcess;
  let api: ApiClient;

  beforeAll(async () => {
    segl = await startSegl({ kind: 'embedded' });
    api = await connect(segl);
  });
  afterAll(() => segl?.remove());

  const create = (dataToSign: object) =>
    api.request('POST', '/signature/documents', documentRequest(Buffer.alloc(0), { dataToSign }));
  const file = (documentId: string, format: string) =>
    api.request('GET', `/signature/documents/${documentId}/files?fileFormat=${format}`);

  it.each([
    ['lease.txt', TEXT, undefined],
    ['order.xml', ORDER, ORDER_SHEET],
  ])('%s is signed with BankID over its own bytes', async (fileName, content, sheet) => {
    const styleSheet = sheet === undefined ? {} : { base64ContentStyleSheet: base64(sheet) };
    const packaging = { signaturePackageFormats: ['xades', 'asice'] };
    const { status, body } = await create({ fileName, base64Content: base64(content), packaging, ...styleSheet });
    expect(status).toBe(201);
    const { documentSha256 } = await openSignUrl(body.signers[0].url);
    expect(documentSha256).toBe(sha256(content));
    await signAt(body.signers[0].url);
    expect((await file(body.documentId, 'unsigned')).bytes.toString()).toBe(content);
    expect((await file(body.documentId, 'native')).bytes.toString()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);

    // What was signed and what was shown is in every package, under the account's seal.
    await vi.waitFor(
      async () => {
        const { body: now } = await api.request('GET', `/signature/documents/${body.documentId}/status`);
        expect(now.documentStatus).toBe('signed');
        expect(now.completedPackages.toSorted()).toEqual(['asice', 'native', 'standard_packaging', 'xades']);
      },
      { timeout: 20_000, interval: 200 },
    );
    const root = Buffer.from(await (await fetch(`${segl.url}/trust/root.cer`)).arrayBuffer());
    const signed = [content, ...(sheet === undefined ? [] : [sheet])];
    for (const format of ['xades', 'standard_packaging']) {
      const xml = (await file(body.documentId, format)).bytes;
      expect((await xmlsec(xml, root)).verified, format).toBe(true);
      for (const part of signed) expect(xml.toString().replace(/\s/g, ''), format).toContain(base64(part));
    }
    const container = await unzipped((await file(body.documentId, 'asice')).bytes);
    expect(container.get(fileName)?.toString()).toBe(content);
    expect(container.get('presentation/style-sheet.xsl')?.toString()).toBe(sheet);
    const binding = JSON.parse(container.get('natives/signer-1-binding.json')!.toString());
    expect([binding.documentSha256, binding.attachmentSha256]).toEqual([sha256(content), sheet && [sha256(sheet)]]);
    const evidence = JSON.parse(container.get('evidence/evidence.json')!.toString());
    const display = container.get('presentation/display.html');
    expect(evidence.entries[0].data.displaySha256).toBe(display && sha256(display));
  });

  it('HTML is refused, as this eID does not sign it', async () => {
    const answer = await create({ fileName: 'lease.html', base64Content: base64('<p>Avtale') });
    expect([answer.status, answer.body.code]).toEqual([422, 'unsupported_signature_format']);
  });

  it.skipIf(!hasOffice)('an office file is converted, and the PDF is what is signed (needs LibreOffice)', async () => {
    const { status, body } = await create({ fileName: 'lease.rtf', base64Content: base64(RTF), convertToPDF: true });
    expect([status, body.dataToSign]).toEqual([
      201,
      expect.objectContaining({ fileName: 'lease.rtf', convertToPDF: true }),
    ]);
    const unsigned = await file(body.documentId, 'unsigned');
    expect(unsigned.headers.get('content-disposition')).toContain('lease.pdf');
    expect(await pdfText(unsigned.bytes)).toContain('Avtale om leie av båt');
    const attached = await api.request('POST', `/signature/documents/${body.documentId}/attachments`, {
      fileName: 'rules.txt',
      title: 'House rules',
      data: base64(TEXT),
      convertToPdf: true,
    });
    expect([attached.status, attached.body]).toEqual([201, expect.objectContaining({ convertToPdf: true })]);
    const rules = await api.request(
      'GET',
      `/signature/documents/${body.documentId}/files/attachments/${attached.body.id}?fileFormat=unsigned`,
    );
    expect(rules.headers.get('content-disposition')).toContain('rules.pdf');
    expect(await pdfText(rules.bytes)).toContain('Avtale om leie av båt');
    await api.request('DELETE', `/signature/documents/${body.documentId}/attachments/${attached.body.id}`);
    await signAt(body.signers[0].url);
    const signed = await vi.waitFor(
      async () => {
        const answer = await file(body.documentId, 'pades');
        expect(answer.status).toBe(200);
        return answer.bytes;
      },
      { timeout: 20_000, interval: 200 },
    );
    expect(signed.subarray(0, unsigned.bytes.length).equals(unsigned.bytes)).toBe(true);
    expect((await qpdfCheck(signed)).clean).toBe(true);
  });
});
