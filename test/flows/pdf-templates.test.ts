import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { pdfStructure, pdfsig, pdfText, qpdfCheck } from '@segl/test-kit/judges';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { signAt } from '@segl/test-kit/signer';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const TEMPLATES = '/admin/template';
const COVER = `<style>.big { font-size: 30pt; color: #1f4fd8 }</style>
  <h1 class="big">{{label.heading}}: {{document.title}}</h1><script>1</script><form>form</form>
  <img src="https://example.org/logo.png" alt="picture from elsewhere">
  {{#signers}}<div data-signer="{{index}}"><p>{{name}} at {{signedTime}} <b>{{nationalNumber}}</b></p></div>{{/signers}}
  <p>{{timeZone}} {{label.house}} {{{document.description}}}</p>`;

/** How accounts have their evidence pages look, in a real process with the BankID simulator. */
describe('PDF templates', () => {
  let segl: SeglProcess;
  let api: ApiClient;
  let contract: Buffer;

  beforeAll(async () => {
    segl = await startSegl({ kind: 'embedded' });
    api = await connect(segl);
    contract = await sampleContract();
  });
  afterAll(() => segl?.remove());

  const template = (changes: object = {}) => ({
    Name: 'House style',
    CoverPageHtml: COVER,
    Labels: { en: { house: 'In our house style', heading: 'Signed' } },
    VerifiedTemplate: { en: 'Verified by Nordbank, {page}/{pages}' },
    TimeZone: 'Europe/Oslo',
    ...changes,
  });

  async function signedWith(padesTemplateId: string, changes: object = {}): Promise<{ file: Buffer; title: string }> {
    const packaging = { signaturePackageFormats: ['pades'], padesSettings: { padesTemplateId, ...changes } };
    const dataToSign = { fileName: 'lease.pdf', base64Content: contract.toString('base64'), packaging };
    const title = 'Lån <i>Æ</i> & mer';
    const { status, body } = await api.request(
      'POST',
      '/signature/documents',
      documentRequest(contract, { title, dataToSign }),
    );
    expect(status).toBe(201);
    // What becomes of the template afterwards is not for this document.
    await api.request('PUT', `${TEMPLATES}/${padesTemplateId}`, { Name: 'Empty now', CoverPageSetting: 'HIDDEN' });
    expect((await api.request('DELETE', `${TEMPLATES}/${padesTemplateId}`)).status).toBe(204);
    await signAt(body.signers[0].url);
    const path = `/signature/documents/${body.documentId}/files?fileFormat=pades`;
    await vi.waitFor(async () => expect((await api.request('GET', path)).status).toBe(200), { timeout: 20_000 });
    return { file: (await api.request('GET', path)).bytes, title };
  }

  it('are made, listed, replaced and removed, with what is left out as it is built in', async () => {
    const made = await api.request('POST', TEMPLATES, template());
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`${segl.url}${TEMPLATES}/${made.body.Id}`);
    expect(made.body).toMatchObject({
      Name: 'House style',
      CoverPageSetting: 'FIRSTPAGE',
      CoverPageHtml: COVER,
      DetailsPageHtml: null,
      IncludeLogo: true,
      TimeZone: 'W. Europe Standard Time',
    });
    expect((await api.request('GET', `${TEMPLATES}/${made.body.Id}`)).body).toEqual(made.body);
    const base64 = Buffer.from('<h1>{{document.title}}</h1>').toString('base64');
    const replaced = await api.request('PUT', `${TEMPLATES}/${made.body.Id}`, {
      Name: 'Second',
      coverPageHtml: base64,
      TimeZone: 'FLE Standard Time',
    });
    expect(replaced.body).toMatchObject({
      CoverPageHtml: '<h1>{{document.title}}</h1>',
      Labels: null,
      TimeZone: 'FLE Standard Time',
    });
    const { body: list } = await api.request('GET', TEMPLATES);
    expect(list).toEqual([{ Id: made.body.Id, Name: 'Second', LastEdited: replaced.body.LastEdited }]);
    const taken = await api.request('POST', TEMPLATES, { Name: 'Second' });
    expect([taken.status, taken.body.errors[0]]).toEqual([
      400,
      expect.objectContaining({ field: 'name', code: 'duplicate' }),
    ]);
    expect((await api.request('DELETE', `${TEMPLATES}/${made.body.Id}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) {
      expect((await api.request(method, `${TEMPLATES}/${made.body.Id}`)).status).toBe(404);
    }
  });

  it.each([
    ['tags that do not match', { CoverPageHtml: '{{#signers}}<p>' }, 400, 'coverPageHtml'],
    [
      'lists inside lists',
      { CoverPageHtml: `${'{{#signers}}'.repeat(6)}x${'{{/signers}}'.repeat(6)}` },
      400,
      'coverPageHtml',
    ],
    ['elements too deep', { CoverPageHtml: '<div>'.repeat(400) }, 400, 'coverPageHtml'],
    ['pages without end', { CoverPageHtml: '<p style="break-before:page">x</p>'.repeat(400) }, 400, 'coverPageHtml'],
    ['a zone that is none', { TimeZone: 'Europe/Nowhere' }, 400, 'timeZone'],
    ['a logo by http', { LogoSourceUrl: 'http://example.org/logo.png' }, 400, 'logoSourceUrl'],
    ['a logo inside the network', { LogoSourceUrl: 'https://10.0.0.1/logo.png' }, 400, 'logoSourceUrl'],
    [
      'names on the last page',
      { AddListOfSignaturesOnLastPageOfExistingPDF: true },
      422,
      'addListOfSignaturesOnLastPageOfExistingPDF',
    ],
  ])('are refused with %s', async (_what, changes, status, field) => {
    const answer = await api.request('POST', TEMPLATES, template(changes));
    expect([answer.status, answer.body.errors?.map((one: { field: string }) => one.field)]).toEqual([status, [field]]);
  });

  it('put their cover before the document, which is still the beginning of the file, and stay as they were', async () => {
    const { body } = await api.request('POST', TEMPLATES, template({ Name: 'Cover' }));
    const { file, title } = await signedWith(body.Id, { includeSsnInPades: false });
    expect(file.subarray(0, contract.length).equals(contract)).toBe(true);
    expect((await qpdfCheck(file)).clean).toBe(true);
    const root = Buffer.from(await (await fetch(`${segl.url}/trust/root.cer`)).arrayBuffer());
    const signatures = await pdfsig(file, root);
    expect(signatures.slice(0, 2).map((one) => one.signature)).toEqual(Array(2).fill('Signature is Valid.'));
    expect(signatures.at(-1)!.wholeDocument).toBe(true);
    const text = await pdfText(file);
    const [cover, original] = text.split('\f');
    expect(cover).toContain(`Signed: ${title}`);
    expect(cover).toMatch(/at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\+0[12]:00/);
    expect(cover).toContain('In our house style');
    expect(cover).toContain('[picture from elsewhere]');
    expect(cover).toMatch(/Verified by Nordbank, 1\/\d/);
    expect(original).not.toContain('Verified by Nordbank');
    expect(text).not.toMatch(/<script>|form\b|05128938534|\{\{/);
    expect(text).toContain('What happened');
    expect((await pdfStructure(file)).elements).toMatch(
      /^Document[\s\S]*Signed: Lån[\s\S]*\nDocument[\s\S]*What happened/,
    );
  });

  it('of another account, or unknown, are not found by documents', async () => {
    for (const padesTemplateId of ['blue', '019a6c0e-2c1b-7a10-9d52-3c6a5a1f0e01']) {
      const packaging = { padesSettings: { padesTemplateId } };
      const dataToSign = { fileName: 'lease.pdf', base64Content: contract.toString('base64'), packaging };
      const { status, body } = await api.request(
        'POST',
        '/signature/documents',
        documentRequest(contract, { dataToSign }),
      );
      expect([status, body.code]).toEqual([422, 'template_not_found']);
    }
  });

  it('are looked at before they are saved, with samples in two languages, and so is their data', async () => {
    const model = {
      PdfTemplate: template({ CoverPageSetting: 'LASTPAGE' }),
      PrimaryLanguage: 'no',
      SecondaryLanguage: 'en',
    };
    const shown = await api.request('POST', `${TEMPLATES}/preview?xmlTemplate=MULTI_3_SIGNERS`, model);
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    const text = await pdfText(shown.bytes);
    for (const name of ['Kari Nordmann', 'Åsa Öberg', 'Søren Kjærgård']) expect(text).toContain(name);
    expect(text).toContain('Hva som skjedde / What happened');
    const { body: data } = await api.request('POST', `${TEMPLATES}/datasource?xmlTempalte=SINGLE_NEMID`, model);
    expect(data).toMatchObject({
      document: { title: 'Lease agreement', signed: '2026-03-02 09:07:00 UTC+01:00', pages: 3 },
      signers: [{ index: 1, name: 'Søren Kjærgård', methodName: 'NemID', signedTime: '2026-03-02 09:07:00 UTC+01:00' }],
      label: { heading: 'Signaturer' },
      label2: { heading: 'Signed', house: 'In our house style' },
      timeZone: 'W. Europe Standard Time',
    });
    expect(JSON.stringify(data)).not.toMatch(/nationalNumber"?:"?\d/);
  });

  it('show what a standard package says', async () => {
    const { body: document } = await api.request('POST', '/signature/documents', documentRequest(contract));
    await signAt(document.signers[0].url);
    const path = `/signature/documents/${document.documentId}/files?fileFormat=standard_packaging`;
    await vi.waitFor(async () => expect((await api.request('GET', path)).status).toBe(200), { timeout: 20_000 });
    const XmlSignature = (await api.request('GET', path)).bytes.toString('base64');
    const { body } = await api.request('POST', TEMPLATES, template({ Name: 'Saved', CoverPageSetting: 'HIDDEN' }));
    const shown = await api.request('POST', `${TEMPLATES}/preview/${body.Id}`, { PrimaryLanguage: 'sv', XmlSignature });
    expect(shown.status).toBe(200);
    expect(await pdfText(shown.bytes)).toMatch(/undertecknade med/);
    const model = { PdfTemplate: template(), PrimaryLanguage: 'sv', XmlSignature };
    const { body: data } = await api.request('POST', `${TEMPLATES}/datasource`, model);
    expect(data).toMatchObject({
      document: { id: document.documentId },
      signers: [{ index: 1, mechanism: 'pkisignature' }],
    });
    const broken = await api.request('POST', `${TEMPLATES}/datasource`, { ...model, XmlSignature: 'PGE+' });
    expect([broken.status, broken.body.errors[0].field]).toEqual([400, 'xmlSignature']);
  });

  it('have defaults to begin with: what is built in, as templates', async () => {
    const { body: cover } = await api.request('GET', `${TEMPLATES}/defaults/coverpage`);
    expect(cover).toMatchObject({ Id: '00000000-0000-0000-0000-000000000000', Name: 'Default' });
    const { body: details } = await api.request('GET', `${TEMPLATES}/defaults/details?language=da`);
    const builtIn = { PdfTemplate: { Name: 'x' }, PrimaryLanguage: 'da' };
    const same = { ...builtIn, PdfTemplate: { CoverPageHtml: cover.CoverPageHtml, DetailsPageHtml: { da: details } } };
    const [one, other] = await Promise.all(
      [builtIn, same].map(async (model) => pdfText((await api.request('POST', `${TEMPLATES}/preview`, model)).bytes)),
    );
    expect(one).toContain('Hvad der skete');
    expect(other).toBe(one);
    const zones = (await api.request('GET', `${TEMPLATES}/timezones`)).body;
    expect(zones).toEqual(expect.arrayContaining(['W. Europe Standard Time', 'FLE Standard Time', 'UTC']));
    expect((await api.request('GET', `${TEMPLATES}/defaults/details?language=xx`)).status).toBe(400);
  });

  it('are read and written by their scopes', async () => {
    const reader = await connect(segl, 'account_read');
    expect((await reader.request('GET', TEMPLATES)).status).toBe(200);
    expect((await reader.request('POST', TEMPLATES, template({ Name: 'No' }))).status).toBe(403);
    const stranger = await connect(segl, 'document_read');
    expect((await stranger.request('GET', TEMPLATES)).status).toBe(403);
  });
});
