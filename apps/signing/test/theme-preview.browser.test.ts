import { launchBrowser } from '@segl/test-kit/browser';
import { themeColors } from '@segl/ui';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAccessible, expectNoSidewaysScrolling, openTab, picture } from './browser.ts';
import { buildApp } from './built-app.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';
import { contract } from './sample-pdf.ts';

let browser: Browser;
let app: Awaited<ReturnType<typeof buildApp>>;
let api: FakeApi;

beforeAll(async () => {
  [app, browser] = await Promise.all([buildApp(), launchBrowser()]);
  api = await startFakeApi(app.dist, {}, contract);
});

afterAll(async () => {
  await browser?.close();
  await api?.close();
  await app?.remove();
});

it('shows all 25 themes, light and dark, accessible in each, and asks the server for nothing', async () => {
  const { page, complaints, close } = await openTab(browser);
  const names = Object.keys(themeColors);
  expect(names).toHaveLength(25);
  for (const name of names) {
    for (const mode of ['Light', 'Dark']) {
      const spinner = mode === 'Light' ? 'Cubes' : 'Bounce';
      await page.goto(`${api.origin}/theme-preview?theme=${name}&mode=${mode}&spinner=${spinner}`);
      await page.getByRole('heading', { level: 1, name: `The theme ${name}` }).waitFor();
      expect(await page.evaluate(() => ({ ...document.documentElement.dataset }))).toMatchObject({
        mode: mode.toLowerCase(),
        spinner,
      });
      await expectAccessible(page, `${name} ${mode}`);
      await picture(page, `theme-${name}-${mode}`);
    }
  }
  await expectNoSidewaysScrolling(page, 'the preview');
  expect(api.calls).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
}, 120_000);
