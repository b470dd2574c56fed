import { launchBrowser } from '@segl/test-kit/browser';
import { ORDER } from '@segl/test-kit/sample-order';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { View } from '../src/server/contract.ts';
import { expectAccessible, expectNoSidewaysScrolling, openTab, picture } from './browser.ts';
import { buildApp } from './built-app.ts';
import { type FakeApi, type Scenario, startFakeApi } from './fake-api.ts';
import { contract } from './sample-pdf.ts';

const TEXT = `Avtale om leie av båt\n\n${'§ 1  Ærlig talt, på øya åt vi blåbærsyltetøy.\n'.repeat(80)}${'x'.repeat(3000)}\n日本語 ⚓ slutt\n`;
const LARGE = Array.from({ length: 120_000 }, (_, line) => `${line} Ærlig talt, på øya åt vi blåbærsyltetøy.\n`).join(
  '',
);

const page = (body: string, style = '') =>
  `<!doctype html><html lang="nb"><head><meta charset="utf-8"><style nonce="__SEGL_NONCE__">body{margin:0;padding:24px}${style}</style></head><body>${body}</body></html>`;
const SHOWN = page(
  `<h1>Ordre 2026-7</h1><p class="red">Kjøper: Blåbær AS</p>${'<p>Linje</p>'.repeat(60)}<p>Slutt på ordren</p>`,
  '.red{color:rgb(200, 0, 0)}',
);
/** What the server never sends; were it to, nothing of it may work. */
const HOSTILE = page(
  `<p>Avtale</p><script>parent.stolen = 1</script><img src="/sender?pixel" onerror="parent.stolen = 2">
   <iframe src="/sender?frame"></iframe><link rel="stylesheet" href="/sender?sheet">
   <form action="/sender?form"><button id="send">Send</button></form><a href="/sender?link" target="_top" id="out">Ut</a>
   <p style="position:fixed;background:url(/sender?style)">Stil</p><meta http-equiv="refresh" content="0;url=/sender?refresh">`,
);

const documentOf = (format: View['document']['format'], display?: View['document']['display']) => ({
  view: {
    document: {
      title: 'Order 2026-7',
      fileName: `order.${format}`,
      format,
      sizeBytes: 1,
      sha256: 'a'.repeat(64),
      display,
    },
  },
});
const html = {
  ...documentOf('html', { reduced: true }),
  pdf: Buffer.from('<h1 onclick="a()">Kilden'),
  display: SHOWN,
};
const scenarios: Record<string, Scenario> = {
  text: { ...documentOf('txt'), pdf: Buffer.from(TEXT) },
  short: { ...documentOf('txt'), pdf: Buffer.from('Kort avtale') },
  large: { ...documentOf('txt'), pdf: Buffer.from(LARGE) },
  xml: { ...documentOf('xml'), pdf: Buffer.from(ORDER) },
  sheet: { ...documentOf('xml', { reduced: false }), pdf: Buffer.from(ORDER), display: SHOWN },
  html,
  htmlNo: { ...html, view: { ...html.view, language: 'NO' } },
  hostile: { ...documentOf('html', { reduced: true }), pdf: Buffer.from('<h1>'), display: HOSTILE },
  gone: {
    ...documentOf('txt'),
    instead: { 'GET /documents/main/content': [{ status: 500, body: {} }] },
    pdf: Buffer.from('Avtale'),
  },
};

let browser: Browser;
let app: Awaited<ReturnType<typeof buildApp>>;
let api: FakeApi;

beforeAll(async () => {
  [app, browser] = await Promise.all([buildApp(), launchBrowser()]);
  api = await startFakeApi(app.dist, scenarios, contract);
});

afterAll(async () => {
  await browser?.close();
  await api?.close();
  await app?.remove();
});

async function open(link: string, options: Parameters<typeof openTab>[1] = {}) {
  api.calls.length = 0;
  const tab = await openTab(browser, options);
  await tab.page.goto(`${api.origin}/start?jwt=${link}`);
  return tab;
}

const reads = () => api.calls.filter((call) => call === 'POST /documents/main/read').length;
const frameOf = (shown: Page): FrameLocator => shown.frameLocator('.still-frame');
const source = (shown: Page) =>
  shown.locator('.plain-text__block').evaluateAll((blocks) => blocks.map((block) => block.textContent).join(''));

describe('a text document', () => {
  it('is shown as it is, and reaching its end is told once', async () => {
    const { page, complaints, close } = await open('text');
    await page.locator('.plain-text__block').first().waitFor();
    expect(await source(page)).toBe(TEXT);
    expect(reads()).toBe(0);
    await page.keyboard.press('End');
    await expect.poll(reads).toBe(1);
    await page.keyboard.press('Home');
    await page.keyboard.press('End');
    await expectNoSidewaysScrolling(page, 'text');
    expect([reads(), complaints]).toEqual([1, []]);
    await close();
  });

  it('that fits on the screen has been read at once', async () => {
    const { page, close } = await open('short');
    await page.getByText('Kort avtale').waitFor();
    await expect.poll(reads).toBe(1);
    await close();
  });

  it('of more than 5 MiB is laid out piece by piece', async () => {
    const { page, close } = await open('large');
    const blocks = page.locator('.plain-text__block');
    await blocks.first().waitFor();
    expect(await blocks.count()).toBeGreaterThan(100);
    const skipped = await blocks.evaluateAll((all) => all.map((block) => getComputedStyle(block).contentVisibility));
    expect(new Set(skipped)).toEqual(new Set(['auto']));
    const endInSight = () => blocks.last().evaluate((block) => block.getBoundingClientRect().bottom < innerHeight);
    expect([await endInSight(), reads()]).toEqual([false, 0]);
    await expect
      .poll(async () => {
        await page.keyboard.press('End');
        return endInSight();
      })
      .toBe(true);
    expect(await blocks.last().evaluate((block) => block.textContent)).toMatch(/\n119999 Ærlig talt.*\n$/);
    await expect.poll(reads).toBe(1);
    await close();
  });

  it('grows and shrinks by the buttons', async () => {
    const { page, close } = await open('text');
    const size = () =>
      page.locator('.plain-text').evaluate((text) => Number.parseFloat(getComputedStyle(text).fontSize));
    await page.locator('.plain-text__block').first().waitFor();
    const before = await size();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await expect.poll(size).toBe(before * 1.25);
    await close();
  });

  it('that cannot be loaded can be tried again', async () => {
    const { page, close } = await open('gone');
    await page.getByText('SA-1025').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Avtale', { exact: true }).waitFor();
    await close();
  });
});

describe('an XML document', () => {
  it('without a style sheet is shown as indented source', async () => {
    const { page, close } = await open('xml');
    await page.locator('.plain-text__block').first().waitFor();
    expect(await source(page)).toContain('\n  <buyer>Blåbær AS</buyer>\n');
    expect(await page.getByRole('button', { name: 'Show the source text' }).count()).toBe(0);
    await close();
  });

  it('with one is shown through it, with its source one step away', async () => {
    const { page, complaints, close } = await open('sheet', { viewport: { width: 1440, height: 900 } });
    const frame = frameOf(page);
    await frame.getByRole('heading', { name: 'Ordre 2026-7' }).waitFor();
    const color = await page
      .locator('.still-frame')
      .evaluate((one: HTMLIFrameElement) => getComputedStyle(one.contentDocument!.querySelector('.red')!).color);
    expect(color).toBe('rgb(200, 0, 0)');
    // As high as its content: the page scrolls, not the frame.
    await expect.poll(() => page.locator('.still-frame').evaluate((one) => one.clientHeight)).toBeGreaterThan(1500);
    expect(reads()).toBe(0);
    await page.locator('.still-frame').click({ position: { x: 40, y: 40 } });
    await page.keyboard.press('End');
    await frame.getByText('Slutt på ordren').waitFor();
    await expect.poll(reads).toBe(1);
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: 'Show the source text' }).click();
    await page.locator('.plain-text__block').first().waitFor();
    expect(await source(page)).toContain('<buyer>Blåbær AS</buyer>');
    await page.getByRole('button', { name: 'Show the document' }).click();
    await frame.getByRole('heading', { name: 'Ordre 2026-7' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it('grows in its frame too', async () => {
    const { page, close } = await open('sheet', { viewport: { width: 1440, height: 900 } });
    await frameOf(page).getByRole('heading', { name: 'Ordre 2026-7' }).waitFor();
    const height = () => page.locator('.still-frame').evaluate((one) => one.clientHeight);
    await expect.poll(height).toBeGreaterThan(1500);
    const before = await height();
    // The keys of reading work with the focus in the frame as well.
    await page.locator('.still-frame').click({ position: { x: 40, y: 40 } });
    await page.keyboard.press('+');
    await expect.poll(height).toBeGreaterThan(before * 1.15);
    await page.getByRole('button', { name: 'Fit to width' }).click();
    await expect.poll(height).toBe(before);
    await close();
  });
});

describe('an HTML document', () => {
  it('can do nothing in its frame, whatever is in it', async () => {
    const { page, close } = await open('hostile');
    const asked: string[] = [];
    // A request that the policy stops is told of too, and then fails.
    page.on('response', (response) => asked.push(response.url()));
    const frame = frameOf(page);
    await frame.getByText('Avtale').waitFor();
    await frame.locator('#send').click();
    await frame.locator('#out').click();
    await expect.poll(reads).toBe(1);
    expect(asked.filter((url) => url.includes('/sender'))).toEqual([]);
    expect(await page.evaluate(() => (globalThis as { stolen?: number }).stolen)).toBeUndefined();
    expect(page.url()).toContain('/d/hostile');
    await close();
  });

  it.each([
    { link: 'htmlNo', width: 360, height: 740, missing: 'Deler av dokumentet', source: 'Vis kildeteksten' },
    { link: 'html', width: 1440, height: 900, missing: 'Parts of this document', source: 'Show the source text' },
  ])(
    'says that something is missing, and is accessible at $width',
    async ({ link, width, height, missing, source }) => {
      const { page, complaints, close } = await open(link, { viewport: { width, height } });
      await frameOf(page).getByRole('heading', { name: 'Ordre 2026-7' }).waitFor();
      await page.getByText(missing).waitFor();
      await picture(page, `html-${width}`);
      await expectAccessible(page, `html ${width}`);
      await expectNoSidewaysScrolling(page, `html ${width}`);
      await page.getByRole('button', { name: source }).click();
      await page.getByText('<h1 onclick="a()">Kilden').waitFor();
      await picture(page, `html-source-${width}`);
      await expectAccessible(page, `source ${width}`);
      expect(complaints).toEqual([]);
      await close();
    },
  );
});
