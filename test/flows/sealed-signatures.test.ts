import { readFile } from 'node:fs/promises';
import { verifyXades } from '@segl/ades';
import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { launchBrowser } from '@segl/test-kit/browser';
import { attachedFiles, pdfsig, pdfText, qpdfCheck } from '@segl/test-kit/judges';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { KARI, openSignUrl, type Signer } from '@segl/test-kit/signer';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

/** A line through the area, as it was drawn. */
const STROKES = [[30, 150, 0, 0.5, 200, 40, 150, 0.6, 380, 160, 320, 0.6, 570, 50, 480, 0.4]];

let segl: SeglProcess;
let api: ApiClient;
let root: Buffer;
let picture: string;

beforeAll(async () => {
  segl = await startSegl();
  api = await connect(segl);
  root = Buffer.from(await (await fetch(`${segl.url}/trust/root.cer`)).arrayBuffer());
  picture = (await readFile(new URL('./handwritten-signature.png', import.meta.url))).toString('base64');
});
afterAll(() => segl?.remove());

const person = (name: string, changes: Record<string, unknown>) => ({
  externalSignerId: `signer-${name}`,
  redirectSettings: { redirectMode: 'donot_redirect' },
  ...changes,
});

it('what is drawn in a browser, and what a keyboard alone can sign, is taken', async () => {
  const browser = await launchBrowser();
  try {
    for (const kind of ['drawn', 'typed'] as const) {
      const created = await api.request(
        'POST',
        '/signature/documents',
        documentRequest(await sampleContract(), {
          signers: [person('kari', { signatureType: { mechanism: 'handwritten' } })],
        }),
      );
      const { documentId, signers } = created.body;
      const page = await browser.newPage();
      await page.goto(signers[0].url);
      await page.getByRole('button', { name: 'Continue to sign' }).click();
      await page.getByLabel('First name').fill('Kari');
      await page.getByLabel('Last name').fill('Nordmann');
      if (kind === 'drawn') {
        const { x, y, width, height } = (await page.locator('.drawing__area').boundingBox())!;
        await page.mouse.move(x + width * 0.2, y + height * 0.3);
        await page.mouse.down();
        await page.mouse.move(x + width * 0.8, y + height * 0.7, { steps: 20 });
        await page.mouse.up();
        await page.getByRole('button', { name: 'Sign', exact: true }).click();
      } else {
        await page.keyboard.press('Tab');
        await page.keyboard.press('ArrowDown');
        await page.getByRole('button', { name: 'Sign', exact: true }).focus();
        await page.keyboard.press('Enter');
      }
      await page.getByRole('heading', { name: 'Signed.' }).waitFor();
      const path = `/signature/documents/${documentId}/files/signers/${signers[0].id}?fileFormat=native`;
      const native = (await api.request('GET', path)).bytes.toString('utf8');
      expect(native).toContain(`<Handwriting kind="${kind}" firstName="Kari" lastName="Nordmann" nameFrom="signer">`);
      expect(native.includes('<Strokes ')).toBe(kind === 'drawn');
      await page.close();
    }
  } finally {
    await browser.close();
  }
}, 60_000);

/** One after the other: the code from the inbox's fixed one, the login, the signature. */
async function proveWithCode(signer: Signer): Promise<void> {
  const before = await signer.call('GET', '/app/v1/session');
  expect([before.body.document, before.body.authentication.step]).toEqual([undefined, 'code']);
  await signer.call('POST', '/app/v1/auth/otp/send', {});
  const passed = await signer.call('POST', '/app/v1/auth/otp/check', { code: '123456' });
  expect(passed.body.outcome).toBe('passed');
}

it('the signed file says of each signer how they signed, and the sealed evidence of each can be checked by itself', async () => {
  const created = await api.request(
    'POST',
    '/signature/documents',
    documentRequest(await sampleContract(), {
      signers: [
        person('hand', {
          signatureType: { mechanism: 'handwritten' },
          signerInfo: { mobile: { countryCode: '+47', number: '91234567' } },
          authentication: { mechanism: 'smsOtp' },
        }),
        person('login', {
          signatureType: { mechanism: 'identification', signatureMethods: ['no_bankid_netcentric'] },
          authentication: { socialSecurityNumber: KARI },
        }),
      ],
    }),
  );
  const { documentId, signers } = created.body;

  const byHand = await openSignUrl(signers[0].url);
  await proveWithCode(byHand);
  const { sha256: documentSha256 } = (await byHand.call('GET', '/app/v1/session')).body.document;
  const drawn = await byHand.call('POST', '/app/v1/sign/handwritten', {
    documentSha256,
    kind: 'drawn',
    firstName: 'Ola',
    lastName: 'Nordmann',
    picture,
    strokes: STROKES,
  });
  expect([drawn.status, drawn.body.outcome]).toEqual([200, 'signed']);

  const byLogin = await openSignUrl(signers[1].url);
  const { attemptId, url } = await byLogin.start();
  await byLogin.passEid(url);
  const identified = await byLogin.complete(attemptId);
  expect(identified.body).toMatchObject({ outcome: 'identified', view: { signStep: 'accept' } });
  const accepted = await byLogin.call('POST', '/app/v1/sign/accept', { documentSha256 });
  expect([accepted.status, accepted.body.outcome]).toEqual([200, 'signed']);

  for (const { id } of signers) {
    const native = await api.request('GET', `/signature/documents/${documentId}/files/signers/${id}?fileFormat=native`);
    const verdict = await verifyXades(native.bytes, { trustAnchors: [root] });
    expect([verdict.valid, verdict.level]).toEqual([true, 'B-LT']);
    expect(native.bytes.toString('utf8')).toContain(documentSha256);
  }

  await vi.waitFor(
    async () => {
      const { body } = await api.request('GET', `/signature/documents/${documentId}/status`);
      expect(body.completedPackages).toContain('pades');
    },
    { timeout: 20_000, interval: 200 },
  );
  const signed = await api.request('GET', `/signature/documents/${documentId}/files?fileFormat=pades`);
  expect((await qpdfCheck(signed.bytes)).clean).toBe(true);
  const fields = (await pdfsig(signed.bytes, root)).map(({ field, signature }) => [field, signature]);
  expect(fields.slice(0, 3)).toEqual(
    ['Certification', 'Signer1', 'Signer2'].map((field) => [field, 'Signature is Valid.']),
  );
  const text = await pdfText(signed.bytes);
  for (const words of [
    'Ola Nordmann',
    'Handwritten; name as written, no eID',
    'Norwegian BankID: logged in and accepted',
    'A code was sent to the mobile of Ola Nordmann',
    'Ola Nordmann signed by hand',
  ]) {
    expect(text).toContain(words);
  }
  expect(await attachedFiles(signed.bytes)).toContain('signer-1-signature-evidence.xml');
  // Whoever opens the file finds the same words in the signature itself, as the reason.
  for (const reason of ['Accepted after login with Norwegian BankID', 'Signed by hand; name as written, no eID']) {
    expect(signed.bytes.includes(Buffer.from(reason, 'utf16le').swap16().toString('hex'))).toBe(true);
  }
});
