import { readFile } from 'node:fs/promises';
import { launchBrowser } from '@segl/test-kit/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, openTab, picture } from './browser.ts';
import { buildApp } from './built-app.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';
import { contract, longDocument, scan } from './sample-pdf.ts';

const twoMethods = [
  { method: 'se_bankid', name: 'Swedish BankID', countryCode: 'SE' },
  { method: 'no_bankid_netcentric', name: 'BankID', countryCode: 'NO' },
];
const thousandPages = longDocument(1000);

let browser: Browser;
let app: Awaited<ReturnType<typeof buildApp>>;
let api: FakeApi;

beforeAll(async () => {
  [app, browser] = await Promise.all([buildApp(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await api?.close();
  await app?.remove();
});

async function serve(): Promise<void> {
  await api?.close();
  api = await startFakeApi(
    app.dist,
    {
      plain: {},
      two: { view: { methods: twoMethods } },
      back: { wayBack: '/sender', view: { redirect: { mode: 'redirect' } } },
      long: { pdf: thousandPages },
      scan: { pdf: scan },
      waiting: { view: { state: 'waiting_for_attachments' } },
    },
    contract,
  );
}

async function open(handle: string, options: Parameters<typeof openTab>[1] = {}) {
  await serve();
  const tab = await openTab(browser, options);
  await tab.page.goto(`${api.origin}/start?jwt=${handle}`);
  return tab;
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const shownPages = (page: Page) =>
  page.locator('.pdf-page').evaluateAll((pages) => pages.map((shown) => Number((shown as HTMLElement).dataset.page)));
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
const drawn = (page: Page, number: number) => page.locator(`.pdf-page[data-page="${number}"] canvas`).waitFor();
const count = (call: string) => api.calls.filter((made) => made === call).length;

/** Presses Tab until the control with this name has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    });
    if (!name.test(label)) continue;
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    expect(ring, `focus on ${label}`).not.toBe('none');
    return;
  }
  throw new Error(`Tab never reached ${name}`);
}

describe('signing', () => {
  it('works from the link to the copy without a mouse', async () => {
    const { page, complaints, close } = await open('two');
    await drawn(page, 1);
    expect(new URL(page.url()).pathname).toMatch(/^\/d\/two~\d+$/);
    expect(await focused(page)).toBe('Loan agreement 2026-114');

    await page.keyboard.press('End');
    await drawn(page, 7);
    await expect.poll(() => count('POST /documents/main/read')).toBe(1);
    await page.keyboard.press('Home');
    await drawn(page, 1);

    await tabTo(page, /^Continue to sign$/);
    await page.keyboard.press('Enter');
    await heading(page, 'How do you want to sign?').waitFor();
    expect(await focused(page)).toBe('How do you want to sign?');
    await tabTo(page, /Norwegian bank/);
    await page.keyboard.press('Space');

    await heading(page, 'eID').waitFor();
    await tabTo(page, /^signed$/);
    await page.keyboard.press('Enter');
    await heading(page, 'Signed.').waitFor();
    expect(await focused(page)).toBe('Signed.');
    await page.getByRole('button', { name: 'Download your copy' }).waitFor();
    await tabTo(page, /^Download your copy$/);
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    expect(download.suggestedFilename()).toBe('loan-agreement-signed.pdf');
    expect(await readFile(await download.path())).toEqual(contract);
    expect(count('POST /documents/main/read')).toBe(1);
    expect(complaints).toEqual([]);
    await close();
  });

  it('leads back to the sender and leaves nothing in the tab', async () => {
    const { page, close } = await open('back');
    await page.getByRole('button', { name: 'Continue to sign' }).click();
    await page.getByRole('link', { name: 'signed' }).click();
    await page.getByRole('button', { name: 'Back to Nordbank AS' }).click();
    await page.waitForURL('**/sender?status=success');
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await close();
  });

  it('comes back from an abandoned eID to the page that was being read', async () => {
    const { page, close } = await open('plain');
    await drawn(page, 1);
    for (let screenful = 0; screenful < 4; screenful += 1) await page.keyboard.press('PageDown');
    await expect.poll(() => shownPages(page)).toContain(5);
    await drawn(page, 5);
    const topmost = () =>
      page.evaluate(() => {
        const upper = document.querySelector('.reader')!.getBoundingClientRect().top;
        const papers = [...document.querySelectorAll<HTMLElement>('.pdf-page')];
        const paper = papers.find((shown) => shown.getBoundingClientRect().bottom > upper)!;
        const { top, height } = paper.getBoundingClientRect();
        return { page: Number(paper.dataset.page), fraction: Math.round(((upper - top) / height) * 20) / 20 };
      });
    await page.waitForTimeout(300);
    const before = await topmost();
    expect(before.page).toBeGreaterThan(2);
    await page.getByRole('button', { name: 'Continue to sign' }).click();
    await page.getByRole('link', { name: 'canceled' }).click();
    await page.getByText('Nothing has been signed.').waitFor();
    await drawn(page, before.page);
    await expect.poll(topmost).toEqual(before);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByText('Nothing has been signed.').count()).toBe(0);
    await close();
  });

  it('gives up the attempt when the browser’s own back leads out of the eID', async () => {
    const { page, close } = await open('plain');
    await drawn(page, 1);
    await page.getByRole('button', { name: 'Continue to sign' }).click();
    await heading(page, 'eID').waitFor();
    await page.goBack();
    await page.getByText('Nothing has been signed.').waitFor();
    await expect.poll(() => count('POST /sign/abort')).toBe(1);
    await close();
  });

  it('goes back one screen with the browser’s back, and does not load the document again', async () => {
    const { page, close } = await open('two');
    await drawn(page, 1);
    const loads = count('GET /documents/main/content');
    await page.getByRole('button', { name: 'Continue to sign' }).click();
    await heading(page, 'How do you want to sign?').waitFor();
    await page.goBack();
    await drawn(page, 1);
    await page.getByRole('button', { name: 'Continue to sign' }).click();
    await page.getByRole('button', { name: 'Back to the document' }).click();
    await drawn(page, 1);
    expect(count('GET /documents/main/content')).toBe(loads);
    await close();
  });

  it('is not left by the browser’s back without a question', async () => {
    const { page, close } = await open('plain');
    await drawn(page, 1);
    const question = page.getByRole('dialog', { name: 'Cancel signing?' });
    for (let time = 1; time <= 2; time += 1) {
      await page.goBack();
      await question.getByRole('button', { name: 'Keep reading' }).click();
      await question.waitFor({ state: 'hidden' });
      await drawn(page, 1);
    }
    await page.goBack();
    await question.getByRole('button', { name: 'Cancel signing' }).click();
    await heading(page, 'You cancelled signing').waitFor();
    await page.goBack();
    await page.waitForURL('about:blank');
    await close();
  });

  it('survives a reload, and needs the link again in another tab', async () => {
    const { page, close } = await open('plain');
    await drawn(page, 1);
    await page.reload();
    await drawn(page, 1);
    const other = await openTab(browser);
    await other.page.goto(page.url());
    await heading(other.page, 'Open the link again').waitFor();
    await other.close();
    await close();
  });

  it('starts again after the session has ended, and signs in the new one', async () => {
    const { page, close } = await open('plain');
    await drawn(page, 1);
    api.endSessions();
    await page.getByRole('button', { name: 'Continue to sign' }).click();
    await page.getByRole('button', { name: 'Start again' }).click();
    await drawn(page, 1);
    await page.getByRole('button', { name: 'Continue to sign' }).click();
    await page.getByRole('link', { name: 'signed' }).click();
    await heading(page, 'Signed.').waitFor();
    await close();
  });

  it('works where the browser forbids storage', async () => {
    await serve();
    const { page, complaints, close } = await openTab(browser);
    await page.addInitScript(() => {
      Object.defineProperty(window, 'sessionStorage', {
        get() {
          throw new DOMException('Access is denied for this document.', 'SecurityError');
        },
      });
    });
    await page.goto(`${api.origin}/start?jwt=two`);
    await drawn(page, 1);
    await page.getByRole('button', { name: 'Continue to sign' }).click();
    await heading(page, 'How do you want to sign?').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('the frame', () => {
  it('changes the language without losing the place, and keeps the choice', async () => {
    const { page, close } = await open('plain');
    await drawn(page, 1);
    await page.keyboard.press('End');
    await drawn(page, 7);
    await page.getByRole('combobox', { name: 'Language' }).first().selectOption('NO');
    await page.getByRole('button', { name: 'Gå til signering' }).waitFor();
    expect(await page.getByText('Side 7 av 7').count()).toBe(1);
    expect(await page.locator('html').getAttribute('lang')).toBe('nb');
    await page.reload();
    await page.getByRole('button', { name: 'Gå til signering' }).waitFor();
    await close();
  });

  it('downloads the document from the menu, byte for byte', async () => {
    const { page, close } = await open('plain');
    await drawn(page, 1);
    await page.getByRole('button', { name: 'Menu' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the document' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('loan-agreement.pdf');
    expect(await readFile(await download.path())).toEqual(contract);
    await close();
  });

  it('asks before it cancels, keeps the focus in the dialog, and gives it back', async () => {
    const { page, close } = await open('plain');
    await drawn(page, 1);
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('Menu');
    await page.getByRole('button', { name: 'Cancel signing' }).waitFor({ state: 'hidden' });
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Cancel signing' }).click();
    await page.getByRole('button', { name: 'Keep reading' }).click();
    expect(count('POST /session/cancel')).toBe(0);
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('button', { name: 'Cancel signing' }).click();
    await page.getByRole('dialog', { name: 'Cancel signing?' }).getByRole('button', { name: 'Cancel signing' }).click();
    await heading(page, 'You cancelled signing').waitFor();
    expect(count('POST /session/cancel')).toBe(1);
    await close();
  });

  it('notices that the sender is ready when the signer comes back to the tab', async () => {
    const { page, close } = await open('waiting');
    await heading(page, 'The sender is still preparing').waitFor();
    api.change('waiting', { state: 'sign' });
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await drawn(page, 1);
    await close();
  });

  it('stands still for people who want less motion', async () => {
    const { page, close } = await open('plain', { reducedMotion: 'reduce' });
    await drawn(page, 1);
    await page.getByRole('button', { name: 'Menu' }).click();
    const moving = await page.evaluate(
      () => document.getAnimations().filter(({ playState }) => playState === 'running').length,
    );
    expect(moving).toBe(0);
    await close();
  });

  it('asks nothing of other hosts', async () => {
    await serve();
    const { page, close } = await openTab(browser);
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await page.goto(`${api.origin}/start?jwt=plain`);
    await drawn(page, 1);
    hosts.delete('null');
    expect([...hosts]).toEqual([api.origin]);
    await close();
  });
});

describe('the document', () => {
  it('can be read by a screen reader, page by page', async () => {
    const { page, close } = await open('plain');
    await drawn(page, 1);
    const first = page.getByRole('article', { name: 'Page 1 of 7' });
    await expect.poll(() => first.textContent()).toContain('The borrower repays the loan');
    expect(await first.textContent()).toContain('Bjørn Ærlig, Ålesund');
    await close();
  });

  it('lays the text over the picture, also on a turned page', async () => {
    const { page, close } = await open('plain', { viewport: { width: 1000, height: 900 } });
    await drawn(page, 1);
    for (const number of [1, 3]) {
      await page.evaluate((at) => {
        const reader = document.querySelector('.reader')!;
        const sheet = document.querySelector('.pdf-pages__sheet') as HTMLElement;
        reader.scrollTop = (sheet.scrollHeight * (at - 1)) / 7 + 150;
      }, number);
      await drawn(page, number);
      const title = page.locator(`.pdf-page[data-page="${number}"] .textLayer span[role="presentation"]`).first();
      await title.waitFor({ state: 'attached' });
      const { inside, above } = await title.evaluate((run, turned) => {
        const paper = run.closest('.pdf-page')!;
        const canvas = paper.querySelector('canvas')!;
        const scale = canvas.width / paper.clientWidth;
        const box = run.getBoundingClientRect();
        const origin = canvas.getBoundingClientRect();
        /** Share of dark pixels in the run's box, moved by so many of its own line heights away from the next line. */
        const ink = (lines: number) => {
          const [x, y] = turned ? [lines * box.width, 0] : [0, -lines * box.height];
          const area = [box.left - origin.left + x, box.top - origin.top + y, box.width, box.height].map((side) =>
            Math.round(side * scale),
          );
          const { data } = canvas.getContext('2d')!.getImageData(area[0]!, area[1]!, area[2]!, area[3]!);
          let dark = 0;
          for (let at = 0; at < data.length; at += 4) if (data[at + 2]! < 128) dark += 4;
          return dark / data.length;
        };
        const ends = turned ? box.height / box.width : box.width / box.height;
        return { inside: ends > 5 ? ink(0) : 0, above: ink(1) };
      }, number === 3);
      expect(inside, `ink under the title's text of page ${number}`).toBeGreaterThan(0.08);
      expect(above, `ink beyond the title of page ${number}`).toBe(0);
    }
    await close();
  });

  it('has ink where the text is, with a font that the file does not bring', async () => {
    const { page, close } = await open('plain');
    await drawn(page, 1);
    const share = await page.locator('.pdf-page[data-page="1"] canvas').evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      let dark = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at]! < 128) dark += 1;
      return dark / (width * height);
    });
    expect(share).toBeGreaterThan(0.005);
    expect(share).toBeLessThan(0.2);
    await close();
  });

  it('shows JPEG 2000 and JBIG2 scans although the policy forbids WebAssembly, and says that they have no text', async () => {
    const { page, complaints, close } = await open('scan');
    for (const number of [1, 2]) {
      await drawn(page, number);
      const grey = await page.locator(`.pdf-page[data-page="${number}"] canvas`).evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        const at = (part: number) =>
          canvas.getContext('2d')!.getImageData(Math.floor(canvas.width * part), Math.floor(canvas.height / 2), 1, 1)
            .data[0]!;
        return { left: at(0.2), right: at(0.8) };
      });
      expect(grey.left, `left of page ${number}`).toBeLessThan(30);
      expect(grey.right, `right of page ${number}`).toBeGreaterThan(225);
    }
    expect(await page.getByText('This page is a picture without readable text.').count()).toBe(2);
    expect(complaints).toEqual([]);
    await close();
  });

  it('does not move what is already shown while it loads', async () => {
    await serve();
    const { page, close } = await openTab(browser);
    await page.addInitScript(() => {
      const shifts = { sum: 0 };
      Object.assign(globalThis, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.sum += (entry as unknown as { value: number }).value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(`${api.origin}/start?jwt=plain`);
    await drawn(page, 2);
    await page.waitForTimeout(300);
    const sum = await page.evaluate(() => (globalThis as unknown as { shifts: { sum: number } }).shifts.sum);
    console.log(`layout shift until the second page is drawn: ${sum.toFixed(4)}`);
    expect(sum).toBeLessThanOrEqual(0.05);
    await close();
  });

  it('zooms by buttons and keys, stays at the place, and says the new size', async () => {
    const { page, close } = await open('plain', { viewport: { width: 1000, height: 800 } });
    await drawn(page, 1);
    const width = () => page.locator('.pdf-page[data-page="1"]').evaluate((paper) => paper.clientWidth);
    const fitted = await width();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await expect.poll(width).toBeGreaterThan(fitted);
    await expect.poll(() => page.locator('[aria-live="polite"]').textContent()).toBe('Zoom 125 percent');
    await page.locator('.reader').focus();
    await page.keyboard.press('0');
    await expect.poll(width).toBe(fitted);
    await page.keyboard.press('End');
    await page.keyboard.press('+');
    await expect.poll(() => page.getByText('Page 7 of 7').count()).toBe(1);
    await picture(page, 'zoomed');
    await close();
  });

  it('finds words on pages that are not drawn, marks them, and goes to a page by its number', async () => {
    const { page, complaints, close } = await open('long', { viewport: { width: 1000, height: 800 } });
    await drawn(page, 1);
    await page.keyboard.press('Control+f');
    await page.getByRole('searchbox', { name: 'Search in the document' }).fill('Number  700');
    await drawn(page, 700);
    await page.getByText('1 of 1', { exact: true }).waitFor();
    await expect
      .poll(() => page.evaluate(() => [...(CSS.highlights.get('found-now') ?? [])].map((range) => String(range))))
      .toEqual([expect.stringMatching(/^number 700$/i)]);
    await page.getByRole('spinbutton', { name: 'Page' }).fill('42');
    await drawn(page, 42);
    await expectAccessible(page, 'searching');
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => CSS.highlights.get('found-now')?.size ?? 0)).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  it('keeps a handful of pages alive out of a thousand', async () => {
    const { page, complaints, close } = await open('long');
    await drawn(page, 1);
    await page.keyboard.press('End');
    await drawn(page, 1000);
    expect(await page.locator('.pdf-page').count()).toBeLessThanOrEqual(4);
    expect(await page.getByText('Page 1,000 of 1,000').count()).toBe(1);
    const slowest = await page.evaluate(async () => {
      const reader = document.querySelector('.reader')!;
      let worst = 0;
      for (let frame = 0; frame < 60; frame += 1) {
        const before = performance.now();
        reader.scrollTop = (reader.scrollHeight * frame) / 60;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        worst = Math.max(worst, performance.now() - before);
      }
      return worst;
    });
    console.log(`slowest frame while flying through 1000 pages: ${slowest.toFixed(0)} ms`);
    await expect.poll(() => page.locator('.pdf-page canvas').count(), { timeout: 10_000 }).toBeGreaterThan(0);
    expect(await page.locator('.pdf-page').count()).toBeLessThanOrEqual(4);
    expect(complaints).toEqual([]);
    await close();
  });

  it('follows its links only after asking, and shows them where they are, also on a turned page', async () => {
    const { page, complaints, close } = await open('plain', { viewport: { width: 1000, height: 900 } });
    await drawn(page, 1);
    const elsewhere: string[] = [];
    await page.context().route('https://nordbank.example/**', (route) => {
      elsewhere.push(route.request().url());
      return route.fulfill({ contentType: 'text/html', body: '<title>Terms</title>' });
    });
    for (const number of [1, 3]) {
      await page.evaluate((at) => {
        const reader = document.querySelector('.reader')!;
        const sheet = document.querySelector('.pdf-pages__sheet') as HTMLElement;
        reader.scrollTop = (sheet.scrollHeight * (at - 1)) / 7 + 150;
      }, number);
      const paper = page.locator(`.pdf-page[data-page="${number}"]`);
      const link = paper.getByRole('button', { name: 'Link to nordbank.example' });
      const title = paper.locator('.textLayer span[role="presentation"]').first();
      await title.waitFor({ state: 'attached' });
      const [over, under] = [(await link.boundingBox())!, (await title.boundingBox())!];
      const middle = { x: under.x + under.width / 2, y: under.y + under.height / 2 };
      expect(over.x < middle.x && middle.x < over.x + over.width, `sideways on page ${number}`).toBe(true);
      expect(over.y < middle.y && middle.y < over.y + over.height, `upright on page ${number}`).toBe(true);
    }
    const link = page.locator('.pdf-page[data-page="3"]').getByRole('button', { name: 'Link to nordbank.example' });
    await link.focus();
    await page.keyboard.press('Enter');
    await page.getByText('https://nordbank.example/terms/3', { exact: true }).waitFor();
    await expectAccessible(page, 'asking about a link');
    await picture(page, 'link-question');
    await page.getByRole('button', { name: 'Stay here' }).click();
    expect(elsewhere).toEqual([]);
    await link.click();
    const [opened] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('button', { name: 'Open the link' }).click(),
    ]);
    await opened.waitForLoadState();
    expect([opened.url(), await opened.evaluate(() => [window.opener, document.referrer])]).toEqual([
      'https://nordbank.example/terms/3',
      [null, ''],
    ]);
    expect(await page.title()).toContain('Loan agreement 2026-114');
    expect(complaints).toEqual([]);
    await close();
  });

  it('is printed whole, one sheet a page and nothing else, by the button and by the browser’s own key', async () => {
    const { page, complaints, close } = await open('plain');
    await drawn(page, 1);
    await page.evaluate(() => {
      window.print = () => document.documentElement.setAttribute('data-printing', '');
    });
    for (const press of [
      () => page.getByRole('button', { name: 'Print', exact: true }).click(),
      () => page.keyboard.press('Control+p'),
    ]) {
      await press();
      await page.locator('html[data-printing]').waitFor();
      const paper = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
      const boxes = [...paper.matchAll(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/g)];
      const wide = boxes.map(([, width, height]) => Number(width) > Number(height));
      // The second page lies; the third is turned to lie.
      expect(wide).toEqual([false, true, true, false, false, false, false]);
      await page.evaluate(() => {
        document.documentElement.removeAttribute('data-printing');
        window.dispatchEvent(new Event('afterprint'));
      });
      await page.locator('.print-sheets').waitFor({ state: 'detached' });
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it('fetches by ranges', async () => {
    await serve();
    const { page, close } = await openTab(browser);
    const ranges: string[] = [];
    page.on('request', (request) => {
      const range = request.headers().range;
      if (request.url().includes('/content') && range) ranges.push(range);
    });
    await page.goto(`${api.origin}/start?jwt=long`);
    await drawn(page, 1);
    expect(ranges.length).toBeGreaterThan(0);
    await close();
  });
});
