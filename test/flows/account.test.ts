import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { axeFindings, launchBrowser, SCREENS } from '@segl/test-kit/browser';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50"><rect width="200" height="50" fill="#0a5a2a"/></svg>`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** What people at the other end see of an account. */
describe('an account', () => {
  let segl: SeglProcess;
  let api: ApiClient;
  let browser: Browser;
  let signUrl: string;
  let identificationUrl: string;

  beforeAll(async () => {
    [segl, browser] = await Promise.all([startSegl({ environment: { SEGL_THROTTLE: 'off' } }), launchBrowser()]);
    api = await connect(segl);
    const document = await api.request('POST', '/signature/documents', documentRequest(await sampleContract()));
    signUrl = document.body.signers[0].url;
    const urls = {
      successUrl: 'https://caller.example',
      abortUrl: 'https://caller.example',
      errorUrl: 'https://caller.example',
    };
    const session = await api.request('POST', '/identification/v2/sessions', {
      flow: 'redirect',
      redirectSettings: urls,
    });
    identificationUrl = session.body.url;
  });
  afterAll(async () => {
    await browser?.close();
    await segl?.remove();
  });

  async function onPage(url: string, look: (page: Page) => Promise<void>): Promise<void> {
    const page = await browser.newPage({ viewport: SCREENS.phone, locale: 'en-GB' });
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load')) complaints.push(message.text());
    });
    try {
      await page.goto(url);
      await look(page);
      expect(complaints).toEqual([]);
    } finally {
      await page.close();
    }
  }

  it('shows its logo and its own style sheet to signers and to those who identify themselves', async () => {
    const logo = await api.request('POST', '/admin/account/logo', {
      Base64EncodedLogo: base64(LOGO),
      FileName: 'l.svg',
    });
    expect(logo.status).toBe(200);
    const css = '.top-bar__title { text-decoration: underline }';
    const styled = await api.request('POST', '/admin/account/styling', { Base64EncodedCssData: base64(css) });
    expect(styled.status).toBe(200);
    for (const url of [signUrl, identificationUrl]) {
      await onPage(url, async (page) => {
        const image = page.getByRole('img', { name: 'Test account' });
        await image.waitFor();
        expect(await image.getAttribute('src')).toBe(logo.body);
        await expect.poll(() => page.evaluate('document.querySelector(".top-bar__logo").naturalWidth')).toBe(400);
        const decoration = 'getComputedStyle(document.querySelector(".top-bar__title")).textDecorationLine';
        await expect.poll(() => page.evaluate(decoration)).toBe('underline');
        expect(await axeFindings(page)).toEqual([]);
      });
    }
  });

  it('account_closed: its open links say so, before and after they were opened, and its token ends', async () => {
    await onPage(signUrl, async (page) => {
      await page.getByRole('button', { name: 'Menu' }).waitFor();
      expect((await api.request('POST', '/admin/account/disable')).status).toBe(200);
      await expect.poll(async () => (await api.request('GET', '/admin/account')).body.code).toBe('account_disabled');
      await page.reload();
      await page.getByRole('heading', { name: 'The account is closed' }).waitFor();
      await page.getByText('sender@example.org').waitFor();
    });
    await onPage(signUrl, async (page) => {
      await page.getByRole('heading', { name: 'The account is closed' }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
    });
    expect((await fetch(signUrl)).status).toBe(403);
    await onPage(identificationUrl, async (page) => {
      await page.getByRole('heading', { name: 'The account is closed' }).waitFor();
    });
  });
});
