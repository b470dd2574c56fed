import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ApiClient, connect } from '@segl/test-kit/api-client';
import { launchBrowser, pageFaults, SCREENS } from '@segl/test-kit/browser';
import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { KARI } from '@segl/test-kit/signer';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PARENT = new URL('../../examples/identification/index.html', import.meta.url);

/** The built app in a browser, with the real server and the eID's simulator behind it. */
describe('a person identifies themselves', () => {
  let segl: SeglProcess;
  let api: ApiClient;
  let browser: Browser;
  let caller: Server;
  let callerOrigin: string;

  beforeAll(async () => {
    const parent = await readFile(PARENT);
    caller = createServer((request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(request.url === '/' ? parent : `<!doctype html><title>Caller</title><h1>${request.url}</h1>`);
    });
    await new Promise<void>((resolve) => caller.listen(0, '127.0.0.1', resolve));
    callerOrigin = `http://127.0.0.1:${(caller.address() as AddressInfo).port}`;
    [segl, browser] = await Promise.all([
      startSegl({ environment: { SEGL_THROTTLE: 'off' } }),
      launchBrowser(['--test-third-party-cookie-phaseout']),
    ]);
    api = await connect(segl);
  });
  afterAll(async () => {
    await browser?.close();
    await segl?.remove();
    caller?.closeAllConnections();
    caller?.close();
  });

  const returnUrls = () => ({
    Success: `${callerOrigin}/success`,
    Abort: `${callerOrigin}/abort`,
    Error: `${callerOrigin}/error?code=[0]`,
  });
  async function create(changes: object = {}): Promise<{ Url: string; RequestId: string }> {
    const { status, body } = await api.request('POST', '/identification/session', {
      ReturnUrls: returnUrls(),
      IdentityProvider: 'NO_BANKID_WEB',
      ...changes,
    });
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  }
  const resultOf = async (requestId: string) =>
    (await api.request('GET', `/identification/session?requestId=${requestId}`)).body;

  async function openPage(options: { dark?: boolean; locale?: string; size?: keyof typeof SCREENS } = {}) {
    const context = await browser.newContext({
      viewport: SCREENS[options.size ?? 'phone'],
      locale: options.locale ?? 'en-GB',
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(text);
    });
    return { page, complaints, close: () => context.close() };
  }

  /** At the eID: number, code, password, each confirmed by the keyboard. */
  async function passEid(page: Page, code = 'otp'): Promise<void> {
    const words = code === 'otp' ? [KARI, code, 'qwer1234'] : [KARI, code];
    for (const word of words) {
      await page.locator('#value').fill(word);
      const step = page.url();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.isClosed() || page.url() !== step).toBe(true);
    }
  }

  const expectFine = async (page: Page, name: string) => expect(await pageFaults(page, name), name).toEqual([]);

  it('by redirect: the only eID starts at once, and the user ends at the caller', async () => {
    const { Url, RequestId } = await create();
    const { page, complaints, close } = await openPage();
    await page.goto(Url);
    await page.waitForURL(/no-bankid/);
    await passEid(page);
    await page.waitForURL(`${callerOrigin}/success`);
    expect(complaints).toEqual([]);
    expect(await resultOf(RequestId)).toMatchObject({ Status: 'SUCCESS', Name: 'Doe, John' });

    await page.goto(Url);
    await page.getByRole('heading', { name: 'You have identified yourself' }).waitFor();
    expect(page.url()).toBe(Url);
    await expectFine(page, 'success');
    await close();
  });

  it.each([
    ['phone', 'en', 'light'],
    ['desk', 'no', 'dark'],
    ['phone', 'de', 'dark'],
    ['desk', 'fi', 'light'],
  ] as const)('on the %s, in %s, %s: choice, help, cancelling, by keyboard', async (size, language, themeMode) => {
    const answer = await api.request('POST', '/identification/v2/sessions', {
      flow: 'redirect',
      allowedProviders: ['no_bankid_netcentric'],
      language,
      ui: { themeMode },
      redirectSettings: { successUrl: callerOrigin, abortUrl: `${callerOrigin}/abort`, errorUrl: callerOrigin },
    });
    const { page, complaints, close } = await openPage({ size });
    await page.goto(answer.body.url);
    await page.waitForURL(/no-bankid/);
    // Back from the eID, with whatever the browser kept of the page.
    await page.goBack();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expect.poll(() => page.locator('.card-action').count()).toBe(1);
    expect(await page.evaluate('document.documentElement.lang')).toBe(language === 'no' ? 'nb' : language);
    await expectFine(page, `choosing-${size}-${language}`);
    await page.locator('.footer .button').focus();
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    await expectFine(page, `help-${size}-${language}`);
    await page.keyboard.press('Escape');
    await page.locator('.top-bar__menu').focus();
    await page.keyboard.press('Enter');
    await page.locator('dialog[open] .button--danger').focus();
    await expectFine(page, `cancel-${size}-${language}`);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/abort\?sessionId=/);
    expect(complaints).toEqual([]);
    await close();
  });

  it('an eID that turns the person away leads to the error URL, and the page says why', async () => {
    const { Url } = await create({ Language: 'SV' });
    const { page, close } = await openPage({ size: 'desk' });
    await page.goto(Url);
    await page.waitForURL(/no-bankid/);
    await passEid(page, 'blocked');
    await page.waitForURL(`${callerOrigin}/error?code=IDBLOCKED`);
    await page.goto(Url);
    await page.getByText('Din e-legitimation är spärrad').waitFor();
    await expectFine(page, 'failed');
    await close();
  });

  it('another browser, and a link that is none, are told so', async () => {
    const { Url } = await create();
    const first = await openPage();
    await first.page.goto(Url);
    await first.page.waitForURL(/no-bankid/);
    const second = await openPage({ locale: 'da-DK' });
    await second.page.goto(Url);
    await second.page.getByRole('heading', { name: 'Allerede i brug' }).waitFor();
    await expectFine(second.page, 'in-use');
    await second.page.goto(`${segl.url}/id/unknown`);
    await second.page.getByRole('heading', { name: 'Linket virker ikke' }).waitFor();
    await expectFine(second.page, 'unknown-link');
    await Promise.all([first.close(), second.close()]);
  });

  it.each([
    ['true: the page around is told, and its script moves it', true],
    ['false: the app moves the page around', false],
  ])('in a frame, WebMessaging %s', async (_what, WebMessaging) => {
    const iFrame = { Domain: callerOrigin, WebMessaging };
    const { Url, RequestId } = await create({ iFrame, ExternalReference: `frame-${WebMessaging}` });
    const { page, close } = await openPage({ size: 'desk' });
    const opened = page.context().waitForEvent('page');
    await page.goto(`${callerOrigin}/#${encodeURIComponent(Url)}`);
    const frame = page.frameLocator('#identification');
    await frame.getByRole('button', { name: 'Open Norwegian BankID' }).waitFor();
    if (process.env.SEGL_SCREENSHOTS) await page.screenshot({ path: join(process.env.SEGL_SCREENSHOTS, 'frame.png') });
    const told: { type: string; payload?: Record<string, unknown> }[] = (
      await page.locator('#messages code').allTextContents()
    ).map((text) => JSON.parse(text));
    const sizes = told.filter(({ type }) => type === 'resize');
    expect(Number(sizes.at(-1)?.payload?.height)).toBeGreaterThanOrEqual(320);
    expect(told.map(({ type }) => type)).toContain('app_started');
    expect(JSON.stringify(told)).not.toContain('Doe');

    const count = page.context().pages().length;
    if (count === 1) await frame.getByRole('button', { name: 'Open Norwegian BankID' }).click();
    const window = count === 1 ? await page.context().waitForEvent('page') : await opened;
    await window.waitForURL(/no-bankid/);
    await passEid(window);
    if (WebMessaging) await page.waitForURL(`${callerOrigin}/success`);
    else {
      // Without a click in the frame not long ago the browser keeps the page; then the link is there.
      const moved = page.waitForURL(`${callerOrigin}/success`);
      const link = frame.getByRole('link', { name: 'Continue' });
      await Promise.race([moved, link.click().catch(() => undefined)]);
      await moved;
    }
    expect(await resultOf(RequestId)).toMatchObject({ Status: 'SUCCESS' });
    await close();
  });

  it('a page that is not listed cannot show it', async () => {
    const { Url } = await create({ iFrame: { Domain: 'portal.example.com' } });
    const { page, close } = await openPage();
    await page.goto(`${callerOrigin}/#${encodeURIComponent(Url)}`);
    await expect.poll(() => page.frames().some((one) => one.url().startsWith('chrome-error'))).toBe(true);
    await close();
  });
});
