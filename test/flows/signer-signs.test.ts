import { mkdir } from 'node:fs/promises';
import { connect, documentRequest } from '@segl/test-kit/api-client';
import { axeFindings, launchBrowser, SCREENS } from '@segl/test-kit/browser';
import {
  attachedFiles,
  opensslTimeStamp,
  pdfsig,
  pdfText,
  qpdfCheck,
  signatureContents,
  xmlsec,
} from '@segl/test-kit/judges';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { KARI } from '@segl/test-kit/signer';
import { startWebhookReceiver, type WebhookReceiver } from '@segl/test-kit/webhook-receiver';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The main job from start to verified file, as docs/flows/signer-signs.md tells it. */
const SHOTS = 'test-results/signer-signs';

describe.each([
  { screen: 'phone', kind: 'embedded', language: 'EN' },
  { screen: 'desk', kind: 'postgresql', language: 'NO' },
] as const)('a signer signs on a $screen, on the $kind database', ({ screen, kind, language }) => {
  let segl: SeglProcess;
  let browser: Browser;
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    await mkdir(SHOTS, { recursive: true });
    [segl, browser, receiver] = await Promise.all([startSegl({ kind }), launchBrowser(), startWebhookReceiver()]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), segl?.remove(), receiver?.close()]);
  });

  it('reads, signs with Norwegian BankID, and the caller gets a B-LTA file that every judge accepts', async () => {
    const original = await sampleContract();
    const api = await connect(segl);
    const webhook = await api.request('POST', '/notification/webhooks', {
      name: 'Flow',
      active: true,
      events: ['*'],
      config: { url: receiver.url, secret: 'flow-test-secret-1' },
    });
    expect(webhook.status).toBe(201);
    const request = documentRequest(original, { title: 'Leieavtale for Storgata 5' });
    const signaturePackageFormats = ['pades', 'no_bankid_pades', 'xades'];
    request.dataToSign = { ...(request.dataToSign as object), packaging: { signaturePackageFormats } };
    (request.signers as Record<string, unknown>[])[0]!.ui = { language };
    const created = await api.request('POST', '/signature/documents', request);
    expect(created.status).toBe(201);
    const { documentId, signers } = created.body;

    const context = await browser.newContext({ viewport: SCREENS[screen], reducedMotion: 'reduce' });
    const page = await context.newPage();
    const problems = watch(page);
    await page.goto(signers[0].url);
    await signInBrowser(page, `${screen}-${language}`);
    expect(problems).toEqual([]);
    expect(new URL(page.url()).pathname).toMatch(/^\/d\//);
    await context.close();

    const packaged = await receiver.waitFor('document_packaged', documentId);
    expect(packaged.headers['x-idfy-signature']).toMatch(/^[0-9a-f]{64}$/);
    const order = receiver.received
      .map(({ event }) => event)
      .filter((event) => event.payload.documentId === documentId)
      .sort((a, b) => a.timestamp.localeCompare(b.timestamp))
      .map((event) => event.type);
    expect(order).toEqual([
      'document_created',
      'document_link_opened',
      'document_read',
      'document_partially_signed',
      'document_signed',
      'document_packaged',
    ]);

    const status = await api.request('GET', `/signature/documents/${documentId}/status`);
    expect(status.body).toMatchObject({ documentStatus: 'signed', attachmentPackages: {} });
    expect(status.body.completedPackages.toSorted()).toEqual(['native', 'pades', 'standard_packaging', 'xades']);
    const file = await api.request('GET', `/signature/documents/${documentId}/files?fileFormat=pades`);
    expect(file.headers.get('content-type')).toBe('application/pdf');
    await judge(segl, original, file.bytes);
    const without = await api.request('GET', `/signature/documents/${documentId}/files?fileFormat=no_bankid_pades`);
    await judge(segl, original, without.bytes, { pages: false });
    for (const format of ['xades', 'standard_packaging']) {
      const sealed = await api.request('GET', `/signature/documents/${documentId}/files?fileFormat=${format}`);
      const root = Buffer.from(await (await fetch(`${segl.url}/trust/root.cer`)).arrayBuffer());
      expect((await xmlsec(sealed.bytes, root)).verified, format).toBe(true);
    }
  });
});

/** Everything the browser complains about: page errors, refused resources, policy violations. */
function watch(page: Page): string[] {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  return problems;
}

async function signInBrowser(page: Page, name: string): Promise<void> {
  const shoot = async (step: string) => {
    await page.screenshot({ path: `${SHOTS}/${name}-${step}.png` });
    expect(await axeFindings(page), step).toEqual([]);
  };
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('canvas').first().waitFor();
  await page.locator('.textLayer').first().waitFor();
  await shoot('1-document');
  await page.keyboard.press('End');
  await page.waitForTimeout(500);
  await page.getByRole('button', { name: /Continue to sign|Gå til signering/ }).click();
  await page.waitForURL(/no-bankid/);
  await shoot('2-number');
  await page.locator('input[name="value"]').fill(KARI);
  await page.locator('button[type="submit"]').first().click();
  await page.locator('input[name="value"]').fill('otp');
  await shoot('3-code');
  await page.locator('button[type="submit"]').first().click();
  await page.locator('input[type="password"]').fill('qwer1234');
  await page.locator('button[type="submit"]').first().click();
  await page.waitForURL(/\/d\//);
  await page.getByRole('heading', { name: /^(Signed|Signert)/ }).waitFor();
  await page.getByRole('button', { name: /Download your copy|Last ned/ }).waitFor();
  await shoot('4-signed');
}

async function judge(segl: SeglProcess, original: Buffer, signed: Buffer, { pages } = { pages: true }): Promise<void> {
  expect(signed.subarray(0, original.length).equals(original)).toBe(true);
  const root = Buffer.from(await (await fetch(`${segl.url}/trust/root.cer`)).arrayBuffer());
  const signatures = await pdfsig(signed, root);
  expect(signatures.map(({ field, signature, certificate }) => [field, signature, certificate])).toEqual([
    ['Certification', 'Signature is Valid.', 'Certificate is Trusted.'],
    ['Signer1', 'Signature is Valid.', 'Certificate is Trusted.'],
    ['DocumentTimeStamp', 'Signature has not yet been verified.', undefined],
  ]);
  expect(signatures.map((one) => one.type)).toEqual(['ETSI.CAdES.detached', 'ETSI.CAdES.detached', 'unknown']);
  expect(signatures[1]?.commonName).toBe('Doe, John');
  expect(signatures[2]?.wholeDocument).toBe(true);

  const check = await qpdfCheck(signed);
  expect(check.text).toContain('No syntax or stream encoding errors found');
  expect(check.clean).toBe(true);

  const { contents, covered } = signatureContents(signed, 2);
  const stamp = await opensslTimeStamp({
    token: contents,
    data: covered,
    root: await (await fetch(`${segl.url}/trust/root.pem`)).text(),
    intermediates: await (await fetch(`${segl.url}/trust/issuing.pem`)).text(),
  });
  expect(stamp.text).toContain('Verification: OK');

  const attached = ['evidence.json', 'signer-1-bankid-id-token.jwt', 'signer-1-binding.json'];
  expect((await attachedFiles(signed)).toSorted()).toEqual(attached);
  const text = await pdfText(signed);
  expect([text.includes('Doe, John'), text.includes('TEST: no legal effect')]).toEqual([pages, pages]);
  expect(signed.toString('latin1')).toMatch(/\/DSS/);
}
