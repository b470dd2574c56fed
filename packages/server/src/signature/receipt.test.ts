import { createHash } from 'node:crypto';
import { pdfStructure, pdfsig, pdfText } from '@segl/test-kit/judges';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../../test-kit/src/databases.ts';
import { listEvidence } from './evidence-store.ts';
import { PackagingUnderTest } from './packaging.testing.ts';
import { PDF, pdf, testSigner } from './signature.testing.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let database: TestDatabase;
let packaging: PackagingUnderTest;
beforeAll(async () => {
  database = await freshDatabase('embedded');
  packaging = await PackagingUnderTest.start(database);
});
afterAll(async () => {
  await packaging.stop();
  await database.close();
});

/** Text as it is found however the page breaks its lines. */
const unbroken = (text: string) => text.replace(/\s+/g, '');

async function signedByFirst(language: string) {
  const { signature } = packaging;
  const dataToSign = { fileName: 'lease.pdf', base64Content: PDF.toString('base64') };
  const first = { ...testSigner('kari'), ui: { language } };
  const { body } = await signature.create({ dataToSign, signers: [first, testSigner('ola')] });
  const rules = pdf(`House rules ${language}`);
  const { id } = (
    await signature.api('POST', `/signature/documents/${body.documentId}/attachments`, {
      body: { fileName: 'rules.pdf', title: 'Rules', type: 'sign', data: rules.toString('base64') },
    })
  ).body;
  const session = await signature.open(body.signers[0].url);
  await signature.app('GET', `/documents/${id}/content`, session.token);
  await signature.app('POST', `/attachments/${id}/accept`, session.token, { contentSha256: sha256(rules) });
  const tooEarly = await signature.app('GET', '/receipt', session.token);
  const returnedAttempt = signature.returned(await signature.goToEidAndBack(session));
  const { view } = (await signature.app('POST', '/sign/complete', session.token, { returnedAttempt })).body;
  return { documentId: body.documentId as string, rules, token: session.token, tooEarly, view };
}

it('is a sealed page that says who signed what, when and how, before the others have signed', async () => {
  const { documentId, rules, token, tooEarly, view } = await signedByFirst('EN');
  expect([tooEarly.status, tooEarly.body.code]).toEqual([404, 'file_not_ready']);
  expect(view.remainingSigners).toBe(1);
  expect(view.signature.receipt).toEqual({ fileName: 'lease-signed-receipt.pdf', url: '/app/v1/receipt' });

  const answer = await packaging.signature.app('GET', '/receipt', token);
  expect(answer.headers['content-type']).toBe('application/pdf');
  expect(answer.headers['content-disposition']).toContain('lease-signed-receipt.pdf');
  const signatures = await pdfsig(answer.bytes, packaging.deps.trust.anchors[0]!);
  expect(signatures.map((one) => one.commonName)).toEqual(['Nordbank seal', 'Segl test time-stamp authority']);
  expect(signatures[0]!.signature).toBe('Signature is Valid.');

  const text = unbroken(await pdfText(answer.bytes));
  const entry = (await listEvidence(database, documentId)).find(({ kind }) => kind === 'signed')!;
  for (const told of [
    'Receipt for a signature',
    'what Kari Nordmann has signed',
    'Method: Test eID',
    view.signature.signedTime.slice(0, 19).replace('T', ' '),
    'Lease agreement',
    sha256(PDF),
    sha256(rules),
    `Entry ${entry.sequence}`,
    entry.hash.toString('hex'),
    'TEST: no legal effect',
    'Receipt, page 1 of 1',
  ]) {
    expect(text).toContain(unbroken(told));
  }

  const { tagged, elements } = await pdfStructure(answer.bytes);
  expect(tagged).toBe(true);
  expect(elements).toMatch(/H1.*\n +"Receipt for a signature"[\s\S]*H3.*\n +"Kari Nordmann"[\s\S]*Form/);

  // Kept: the second answer is the first one, and the account sees nothing that it did not ask for.
  const again = await packaging.signature.app('GET', '/receipt', token);
  expect(sha256(again.bytes)).toBe(sha256(answer.bytes));
  const status = await packaging.signature.api('GET', `/signature/documents/${documentId}/status`);
  expect(status.body).toMatchObject({ documentStatus: 'partialsigned', completedPackages: [], attachmentPackages: {} });
});

it.each([
  ['NO', 'Kvittering for en signatur', 'TEST: uten rettslig virkning'],
  ['DA', 'Kvittering for en underskrift', 'TEST: uden retsvirkning'],
  ['SV', 'Kvitto på en underskrift', 'TEST: utan rättsverkan'],
  ['FI', 'Vahvistus allekirjoituksesta', 'TESTI: ei oikeusvaikutusta'],
])('speaks the language of the signer: %s', async (language, heading, mark) => {
  const { token } = await signedByFirst(language);
  const text = await pdfText((await packaging.signature.app('GET', '/receipt', token)).bytes);
  expect(text).toContain(heading);
  expect(text).toContain(mark);
  expect(text).not.toMatch(/[{}]/);
});
