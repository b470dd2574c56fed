import { mkdir } from 'node:fs/promises';
import { confirmAtPhone, openAtPhone } from '@segl/simulators/src/se-bankid/test-phone.ts';
import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { axeFindings, launchBrowser, SCREENS } from '@segl/test-kit/browser';
import { attachedFiles, pdfsig, pdfText } from '@segl/test-kit/judges';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import decodeQr from 'qr/decode.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SHOTS = 'test-results/swedish-bankid';
const KALLE = '198904207217';

describe('Swedish BankID, in a browser', () => {
  let segl: SeglProcess;
  let api: ApiClient;
  let browser: Browser;

  beforeAll(async () => {
    await mkdir(SHOTS, { recursive: true });
    [segl, browser] = await Promise.all([startSegl(), launchBrowser()]);
    api = await connect(segl);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), segl?.remove()]);
  });

  const DESK: BrowserContextOptions = { viewport: SCREENS.desk };
  const PHONE: BrowserContextOptions = { viewport: SCREENS.phone, hasTouch: true, isMobile: true };

  async function openPage(options: BrowserContextOptions) {
    const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-GB', ...options });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    return { page, problems, context };
  }

  async function shoot(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
    expect(await axeFindings(page), name).toEqual([]);
    const excess = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(excess, name).toBe(0);
  }

  /** What a phone's camera makes of the code on the screen. */
  async function scan(page: Page): Promise<string> {
    const picture = sharp(await page.locator('.qr-code').screenshot())
      .ensureAlpha()
      .raw();
    const { data, info } = await picture.toBuffer({ resolveWithObject: true });
    return decodeQr({ width: info.width, height: info.height, data: new Uint8Array(data) });
  }

  async function simulatorsOf(page: Page): Promise<string> {
    return new URL((await page.locator('.polled-eid a').getAttribute('href'))!).origin;
  }

  async function send(signer: Record<string, unknown>): Promise<{ documentId: string; url: string; signerId: string }> {
    const created = await api.request(
      'POST',
      '/signature/documents',
      documentRequest(await sampleContract(), {
        title: 'Hyresavtal',
        signers: [
          {
            externalSignerId: 'kalle',
            redirectSettings: { redirectMode: 'donot_redirect' },
            signatureType: { mechanism: 'pkisignature', signatureMethods: ['se_bankid'] },
            ...signer,
          },
        ],
      }),
    );
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    const { documentId, signers } = created.body;
    return { documentId, url: signers[0].url, signerId: signers[0].id };
  }

  const fileOf = async (documentId: string, format: string) => {
    const path = `/signature/documents/${documentId}/files?fileFormat=${format}`;
    await expect.poll(async () => (await api.request('GET', path)).status, { timeout: 30_000 }).toBe(200);
    return (await api.request('GET', path)).bytes;
  };

  it('signs at a desk by scanning a code that changes each second; the file says that the person’s own key signed', async () => {
    const { documentId, url, signerId } = await send({ ui: { language: 'SV' } });
    const { page, problems, context } = await openPage(DESK);
    await page.goto(url);
    await page.getByRole('button', { name: 'Gå till underskrift' }).click();
    await page.getByText('Starta BankID-appen.').waitFor();
    await shoot(page, 'desk-code');
    const first = await scan(page);
    await expect.poll(() => scan(page)).not.toBe(first);
    const act = { simulatorsUrl: await simulatorsOf(page), code: await scan(page), personalNumber: KALLE };
    await openAtPhone(act);
    await page.getByText('Skriv in din säkerhetskod').waitFor();
    expect(await page.locator('.qr-code').count()).toBe(0);
    await shoot(page, 'desk-confirming');
    // A page that is loaded anew goes on where it was.
    await page.reload();
    await page.getByText('Skriv in din säkerhetskod').waitFor();
    await confirmAtPhone({ ...act, code: '' });
    await page.getByRole('heading', { name: /^Underskrivet/ }).waitFor();
    expect(problems).toEqual([]);
    await context.close();

    const { body } = await api.request('GET', `/signature/documents/${documentId}`);
    expect(body.signers[0].documentSignature).toMatchObject({
      signatureMethod: 'se_bankid',
      fullName: 'Kalle Anka',
      mechanism: 'pkisignature',
    });
    const pades = await fileOf(documentId, 'pades');
    const root = Buffer.from(await (await fetch(`${segl.url}/trust/root.cer`)).arrayBuffer());
    expect((await pdfsig(pades, root)).map(({ field, signature }) => [field, signature])).toContainEqual([
      'Signer1',
      'Signature is Valid.',
    ]);
    const text = (await pdfText(pades)).replace(/\s+/g, ' ');
    expect(text).toContain('Kalle Anka');
    // The font has one glyph for two apostrophes.
    expect(text).toMatch(/Swedish BankID: signature by the person.s own key, attached/);
    expect((await attachedFiles(pades)).join(' ')).toContain('bankid-signature.xml');
    const native = await api.request(
      'GET',
      `/signature/documents/${documentId}/files/signers/${signerId}?fileFormat=native`,
    );
    expect(native.bytes.toString('utf8')).toContain('<bankIdSignedData');
    expect(await fileOf(documentId, 'standard_packaging')).toBeDefined();
  });

  it('proves on a phone who is there, by the app on the same device, before the document is shown', async () => {
    const { url } = await send({
      authentication: { mechanism: 'eid', socialSecurityNumber: '890420-7217' },
    });
    const { page, problems, context } = await openPage(PHONE);
    await page.goto(url);
    await page.getByRole('button', { name: 'Swedish BankID' }).click();
    const open = page.getByRole('link', { name: 'Open Swedish BankID on this device' });
    await open.waitFor();
    await shoot(page, 'phone-start');
    await page.getByRole('button', { name: 'Use another device' }).click();
    await page.locator('.qr-code').waitFor();
    await shoot(page, 'phone-code');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Swedish BankID' }).click();
    const [app] = await Promise.all([context.waitForEvent('page'), open.click()]);
    await app.locator('#number').fill(KALLE);
    await app.locator('button[type=submit]').click();
    await app.locator('#value').fill('123456');
    await app.locator('button.primary').click();
    await app.getByRole('heading', { name: 'Identified' }).waitFor();
    await app.close();
    await page.getByRole('button', { name: 'Continue to sign' }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  it('says what went wrong, and offers to try again', async () => {
    const { url, documentId } = await send({});
    const { page, context } = await openPage(DESK);
    await page.goto(url);
    await page.getByRole('button', { name: 'Continue to sign' }).click();
    await page.locator('.qr-code').waitFor();
    const act = { simulatorsUrl: await simulatorsOf(page), code: await scan(page), personalNumber: KALLE };
    await confirmAtPhone({ ...act, securityCode: 'blocked' });
    await page.getByText('certificateErr').waitFor();
    await shoot(page, 'desk-failed');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.qr-code').waitFor();
    await page.getByRole('button', { name: 'Back to the document' }).click();
    await page.getByRole('button', { name: 'Continue to sign' }).waitFor();
    expect((await api.request('GET', `/signature/documents/${documentId}/status`)).body.documentStatus).toBe(
      'unsigned',
    );
    await context.close();
  });

  it.each([
    ['phone', PHONE, 'fi', 'dark'],
    ['desk', DESK, 'de', 'light'],
  ] as const)('identifies on the %s', async (name, options, language, themeMode) => {
    const { body } = await api.request('POST', '/identification/v2/sessions', {
      flow: 'redirect',
      language,
      allowedProviders: ['se_bankid'],
      include: ['name'],
      ui: { themeMode },
      redirectSettings: { successUrl: `${segl.url}/docs`, abortUrl: segl.url, errorUrl: segl.url },
    });
    const { page, problems, context } = await openPage(options);
    await page.goto(body.url);
    await page.locator('.polled-eid a').waitFor();
    if (name === 'phone') await page.locator('.polled-eid button').click();
    await page.locator('.qr-code').waitFor();
    await shoot(page, `identification-${name}`);
    await confirmAtPhone({
      simulatorsUrl: await simulatorsOf(page),
      code: await scan(page),
      personalNumber: KALLE,
    });
    await page.waitForURL(/\/docs/);
    expect(problems).toEqual([]);
    const read = await api.request('GET', `/identification/v2/sessions/${body.id}`);
    expect(read.body).toMatchObject({ status: 'success', identity: { fullName: 'Kalle Anka' } });
    await context.close();
  });
});
