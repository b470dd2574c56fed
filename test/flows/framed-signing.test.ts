import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { launchBrowser, SCREENS } from '@segl/test-kit/browser';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { KARI } from '@segl/test-kit/signer';
import { decodeJwt } from 'jose';
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PAGE = new URL('../../examples/embedded/index.html', import.meta.url);

/** The integrator's sample page, on another site than the sign host, in a browser that gives frames no cookies. */
describe('signing inside the page of an integrator', () => {
  let segl: SeglProcess;
  let api: ApiClient;
  let browser: Browser;
  let host: Server;
  let hostOrigin: string;

  beforeAll(async () => {
    const sample = await readFile(PAGE);
    host = createServer((request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      if (request.url === '/outer') response.end(`<!doctype html><iframe src="/" name="inner"></iframe>`);
      else if (request.url === '/') response.end(sample);
      else response.end('<!doctype html><title>Sender</title><h1>Back at the sender</h1>');
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    // The sign host is `localhost`: another site, so the browser keeps what the frame stores apart from it.
    hostOrigin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
    [segl, browser] = await Promise.all([startSegl(), launchBrowser(['--test-third-party-cookie-phaseout'])]);
    api = await connect(segl);
  });
  afterAll(async () => {
    await browser?.close();
    await segl?.remove();
    host?.closeAllConnections();
    host?.close();
  });

  async function create(settings: Record<string, string>, changes = {}) {
    const request = documentRequest(await sampleContract(), changes);
    const [signer] = request.signers as Record<string, unknown>[];
    signer!.redirectSettings = settings;
    const { status, body } = await api.request('POST', '/signature/documents', request);
    expect(status, JSON.stringify(body)).toBe(201);
    return {
      documentId: body.documentId as string,
      signerId: body.signers[0].id as string,
      url: body.signers[0].url as string,
    };
  }
  const targets = () => ({
    success: `${hostOrigin}/success`,
    cancel: `${hostOrigin}/cancel`,
    error: `${hostOrigin}/error`,
  });

  interface Opened {
    page: Page;
    context: BrowserContext;
    frame: FrameLocator;
    /** What the page has been told, as types, and in full. */
    told(): Promise<string[]>;
    messages(): Promise<{ type: string; payload?: unknown }[]>;
  }
  async function open(url: string, prepare?: (context: BrowserContext) => Promise<void>): Promise<Opened> {
    const context = await browser.newContext({ viewport: SCREENS.desk, locale: 'en-GB' });
    await prepare?.(context);
    const page = await context.newPage();
    await page.goto(`${hostOrigin}/#${encodeURIComponent(url)}`);
    const messages = async () => (await page.locator('#messages li').allTextContents()).map((text) => JSON.parse(text));
    return {
      page,
      context,
      frame: page.frameLocator('#signing'),
      messages,
      told: async () => (await messages()).map(({ type }) => type),
    };
  }

  /** The person at the eID, in the window that it opened. */
  async function signAtEid({ page, frame }: Opened, leaveInstead = false): Promise<void> {
    const [eid] = await Promise.all([
      page.waitForEvent('popup'),
      frame.getByRole('button', { name: 'Continue to sign' }).click(),
    ]);
    await frame.getByRole('heading', { name: /^Continue in the .* window$/ }).waitFor();
    if (leaveInstead) return;
    const closed = eid.waitForEvent('close');
    for (const [field, value] of [
      ['input[name="value"]', KARI],
      ['input[name="value"]', 'otp'],
      ['input[type="password"]', 'qwer1234'],
    ] as const) {
      await eid.locator(field).fill(value);
      await eid.keyboard.press('Enter');
    }
    await closed;
  }

  it('is signed in a window of the eID, and the page is told each step in order', async () => {
    const document = await create({ redirectMode: 'iframe_with_webmessaging', domain: hostOrigin });
    const opened = await open(document.url);
    const { frame, page, context } = opened;
    await frame.getByRole('combobox', { name: 'Language' }).first().selectOption('NO');
    await frame.getByRole('combobox', { name: 'Språk' }).first().selectOption('EN');
    await frame.locator('.pdf-page canvas').first().waitFor();
    await frame.locator('.reader').focus();
    await page.keyboard.press('End');
    await expect.poll(opened.told).toContain('document_read');
    await signAtEid(opened);
    await frame.getByRole('heading', { name: 'Signed.' }).waitFor();
    await page.getByText('Thank you, the contract is signed.').waitFor();
    const payload = { documentId: document.documentId };
    expect(await opened.messages()).toEqual([
      { type: 'app_started', payload },
      { type: 'language_changed', payload: 'NO' },
      { type: 'language_changed', payload: 'EN' },
      { type: 'document_read', payload },
      { type: 'eid_selected', payload: 'no_bankid_netcentric' },
      { type: 'spinner_on' },
      { type: 'spinner_off' },
      { type: 'spinner_on' },
      { type: 'spinner_off' },
      { type: 'sign_success', payload },
    ]);
    const cookies = await context.cookies(segl.url);
    expect(cookies).toEqual([]);
    const { body } = await api.request('GET', `/signature/documents/${document.documentId}/status`);
    expect(body.documentStatus).toBe('signed');
    await context.close();
  });

  it('goes to the success address inside the frame after the last message', async () => {
    const settings = { redirectMode: 'iframe_with_redirect_and_webmessaging', domain: hostOrigin, ...targets() };
    const document = await create(settings);
    const opened = await open(document.url);
    await signAtEid(opened);
    await opened.frame.getByRole('heading', { name: 'Back at the sender' }).waitFor();
    expect((await opened.told()).at(-1)).toBe('sign_success');
    const address = new URL(opened.page.frames().at(-1)!.url());
    expect(address.pathname).toBe('/success');
    expect(decodeJwt(address.searchParams.get('idfy-jwt')!)).toMatchObject({
      DocumentId: document.documentId,
      SignSuccess: { SignatureMethod: 'no_bankid_netcentric' },
    });
    await opened.context.close();
  });

  it('comes back from the window to the document, and cancels into the frame without a message in the silent mode', async () => {
    const document = await create({ redirectMode: 'iframe_with_redirect', domain: hostOrigin, ...targets() });
    const opened = await open(document.url);
    const { frame } = opened;
    await signAtEid(opened, true);
    await frame.getByRole('button', { name: 'Back to the document' }).click();
    await frame.getByText('Nothing has been signed.').waitFor();
    await frame.getByRole('button', { name: 'Menu' }).click();
    await frame.getByRole('button', { name: 'Cancel signing' }).click();
    await frame
      .getByRole('dialog', { name: 'Cancel signing?' })
      .getByRole('button', { name: 'Cancel signing' })
      .click();
    await frame.getByRole('heading', { name: 'Back at the sender' }).waitFor();
    const address = new URL(opened.page.frames().at(-1)!.url());
    expect(address.pathname).toBe('/cancel');
    expect(decodeJwt(address.searchParams.get('idfy-jwt')!)).toMatchObject({ Aborted: true });
    expect(await opened.messages()).toEqual([]);
    await opened.context.close();
  });

  it('tells of a document that was cancelled while it is open, and leads to the error address', async () => {
    const settings = { redirectMode: 'iframe_with_redirect_and_webmessaging', domain: `*.example.com ${hostOrigin}` };
    const document = await create({ ...settings, ...targets() });
    const opened = await open(document.url);
    await opened.frame.getByRole('button', { name: 'Continue to sign' }).waitFor();
    await api.request('POST', `/signature/documents/${document.documentId}/cancel`);
    await opened.frame.getByRole('heading', { name: 'The sender has cancelled this' }).waitFor({ timeout: 12_000 });
    const { documentId } = document;
    expect((await opened.messages()).at(-1)).toMatchObject({
      type: 'sign_error',
      payload: { errorCode: 'document_canceled', documentId },
    });
    await opened.frame.getByRole('button', { name: /^Back to/ }).click();
    await opened.frame.getByRole('heading', { name: 'Back at the sender' }).waitFor();
    const address = new URL(opened.page.frames().at(-1)!.url());
    expect(address.pathname).toBe('/error');
    expect(decodeJwt(address.searchParams.get('idfy-jwt')!)).toMatchObject({
      Error: { ErrorCode: 'document_canceled' },
    });
    await opened.context.close();
  });

  it('answers a ping of the page it tells, and nothing else that is posted to it', async () => {
    const { url } = await create({ redirectMode: 'iframe_with_webmessaging', domain: hostOrigin });
    const opened = await open(url);
    await expect.poll(opened.told).toEqual(['app_started']);
    await opened.page.locator('#signing').evaluate((frame) => {
      const { contentWindow } = frame as unknown as {
        contentWindow: { postMessage(data: string, target: string): void };
      };
      for (const data of ['{"type":"user_canceled"}', 'nonsense', '{"type":"ping"}'])
        contentWindow.postMessage(data, '*');
    });
    await expect.poll(opened.told).toEqual(['app_started', 'pong']);
    await opened.context.close();
  });

  it('tells of a browser that is too old before all else, and starts when the signer tries anyway', async () => {
    const { url } = await create({ redirectMode: 'iframe_with_webmessaging', domain: hostOrigin });
    const opened = await open(
      url,
      async (context) => void (await context.addInitScript('delete globalThis.structuredClone')),
    );
    await opened.frame.getByRole('heading', { name: 'Your browser is too old for this page' }).waitFor();
    expect(await opened.told()).toEqual(['outdated_browser']);
    await opened.frame.getByRole('button', { name: 'Try anyway' }).click();
    await expect.poll(opened.told).toEqual(['outdated_browser', 'app_started']);
    await opened.context.close();
  });

  it.each([
    ['a host that is not named', { redirectMode: 'iframe_with_webmessaging', domain: 'https://other.example' }],
    ['a page, when the signer is not to be framed', { redirectMode: 'donot_redirect' }],
  ])('is not framed by %s', async (_who, settings) => {
    const { url } = await create(settings);
    const opened = await open(url);
    await expect.poll(() => opened.page.frames().at(-1)!.url()).toBe('chrome-error://chromewebdata/');
    expect(await opened.told()).toEqual([]);
    await opened.context.close();
  });

  it('is framed where a domain is given without messages', async () => {
    const { url } = await create({ redirectMode: 'donot_redirect', domain: hostOrigin });
    const opened = await open(url);
    await opened.frame.getByRole('button', { name: 'Continue to sign' }).waitFor();
    expect(await opened.told()).toEqual([]);
    await opened.context.close();
  });
});
