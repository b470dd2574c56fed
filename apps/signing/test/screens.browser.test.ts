import { launchBrowser } from '@segl/test-kit/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, expectNoSidewaysScrolling, openTab, picture } from './browser.ts';
import { buildApp } from './built-app.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';
import { contract } from './sample-pdf.ts';
import { screens } from './screen-cases.ts';

const sizes = [
  { width: 360, height: 740 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];
let browser: Browser;
let app: Awaited<ReturnType<typeof buildApp>>;
let api: FakeApi;

beforeAll(async () => {
  [app, browser] = await Promise.all([buildApp(), launchBrowser()]);
  const scenarios = Object.entries(screens).filter(([name]) => name !== 'unknown-link');
  api = await startFakeApi(
    app.dist,
    Object.fromEntries(scenarios.map(([name, { scenario }]) => [name, scenario])),
    contract,
  );
});

afterAll(async () => {
  await browser?.close();
  await api?.close();
  await app?.remove();
});

/** The language of the page, changed where every screen has the choice; under an open dialog it cannot be clicked. */
async function speak(page: Page, code: string, tag: string): Promise<void> {
  await page.evaluate((wanted) => {
    const choice = document.querySelector<HTMLSelectElement>('.top-bar select, dialog select')!;
    choice.value = wanted;
    choice.dispatchEvent(new Event('change', { bubbles: true }));
  }, code);
  await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe(tag);
}

const wear = (page: Page, mode: 'light' | 'dark') =>
  page.evaluate((wanted) => {
    document.documentElement.dataset.mode = wanted;
  }, mode);

/** One tab each: colours do not depend on the language, nor the length of words on the colours. */
describe.each(Object.entries(screens))('the screen %s', (name, { reach, heading }) => {
  it('is accessible at every size, in every language, light and dark', async () => {
    const { page, complaints, close } = await openTab(browser);
    await page.goto(`${api.origin}/start?jwt=${name}`);
    await reach?.(page);
    await page
      .getByRole('heading', { name: new RegExp(`^${heading[0]}`) })
      .first()
      .waitFor();
    expect(await page.locator('h1').count()).toBe(1);
    const check = async (what: string, withRules = true) => {
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      await picture(page, `${name}-${what}`);
      if (withRules) await expectAccessible(page, `${name}-${what}`);
      await expectNoSidewaysScrolling(page, `${name}-${what}`);
    };
    // The widths in between differ from the outer ones in nothing that a rule looks at.
    for (const size of [...sizes].reverse()) {
      await page.setViewportSize(size);
      await check(`EN-${size.width}`, size.width !== 768);
    }
    await wear(page, 'dark');
    await check('EN-360-dark');
    if ((await page.locator('.top-bar select, dialog select').count()) > 0) {
      for (const [code, tag] of [
        ['DA', 'da'],
        ['SV', 'sv'],
        ['FI', 'fi'],
        ['NO', 'nb'],
      ] as const) {
        await speak(page, code, tag);
        await check(`${code}-360-dark`);
      }
      await page
        .getByRole('heading', { name: new RegExp(`^${heading[1]}`) })
        .first()
        .waitFor();
    }
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);
});

it('needs no sideways scrolling at 320 px, nor at 400 % of a laptop', async () => {
  for (const name of [
    'reading-long-words',
    'attachment-read',
    'overview',
    'choosing',
    'signed',
    'failed',
    'menu',
    'not-your-turn',
    'proving-by-code',
    'dialog',
    'handwriting-drawn',
  ]) {
    for (const size of [
      { width: 320, height: 640 },
      { width: 320, height: 256 },
    ]) {
      const { page, close } = await openTab(browser, { viewport: size });
      await page.goto(`${api.origin}/start?jwt=${name}`);
      await screens[name]!.reach?.(page);
      await page
        .getByRole('heading', { name: new RegExp(`^${screens[name]!.heading[0]}`) })
        .first()
        .waitFor();
      await picture(page, `${name}-320x${size.height}`);
      await expectNoSidewaysScrolling(page, `${name} at ${size.width}×${size.height}`);
      await close();
    }
  }
}, 60_000);

it('gives every control at least 44 px', async () => {
  for (const name of [
    'attachment-read',
    'reading',
    'choosing',
    'signed',
    'failed',
    'menu',
    'cancel-question',
    'proving-by-code',
    'accepting',
    'handwriting-drawn',
  ]) {
    const { page, close } = await openTab(browser);
    await page.goto(`${api.origin}/start?jwt=${name}`);
    await screens[name]!.reach?.(page);
    await page
      .getByRole('heading', { name: new RegExp(`^${screens[name]!.heading[0]}`) })
      .first()
      .waitFor();
    const small = await page.evaluate(() => {
      const ground = document.querySelector('dialog[open]') ?? document;
      // A link of the document is as large as the sender has made it.
      return [...ground.querySelectorAll('button:not(.pdf-page__link), a[href], select')]
        .map((control) => ({ control, box: control.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (Math.round(box.width) < 44 || Math.round(box.height) < 44))
        .map(({ control, box }) => `${control.outerHTML.slice(0, 80)} ${box.width}×${box.height}`);
    });
    expect(small, name).toEqual([]);
    await close();
  }
}, 60_000);
