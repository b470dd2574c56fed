import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';

export type Watched = {
  page: Page;
  /** What the browser complained about: exceptions, console errors, breaches of the page's policy. */
  complaints: string[];
  close(): Promise<void>;
};

/** Opens a tab whose complaints are kept. Refused requests are not complaints: the app has to cope with them. */
export async function openTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'en-GB', ...options });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    const refused = message.text().startsWith('Failed to load resource');
    if ((message.type() === 'error' || message.type() === 'warning') && !refused) complaints.push(message.text());
  });
  return { page, complaints, close: () => context.close() };
}

/** Every rule that axe knows for WCAG 2.2 AA and good practice must pass on what is shown now. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const findings = await page.evaluate(async () => {
    // Halfway between two colours, as after a change to dark, nothing has the contrast of either.
    for (const animation of document.getAnimations()) if (animation instanceof CSSTransition) animation.finish();
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ['violations'],
    });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} (${node.failureSummary})`));
  });
  expect(findings, what).toEqual([]);
}

/** Nothing asks for sideways scrolling, not even the document until it is magnified. */
export async function expectNoSidewaysScrolling(page: Page, what: string): Promise<void> {
  const wider = await page.evaluate(() =>
    [
      document.documentElement,
      ...document.querySelectorAll('.sheet-ground, .reader, dialog[open], .top-bar, .action-bar'),
    ]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => `${element.className || element.tagName}: ${element.scrollWidth} in ${element.clientWidth}`),
  );
  expect(wider, what).toEqual([]);
}

/** Keeps a picture when `SEGL_SCREENSHOTS` names a folder, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.SEGL_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}
