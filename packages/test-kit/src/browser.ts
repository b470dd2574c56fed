import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Screens on which everything is looked at: a small phone, a tablet, a desk. */
export const SCREENS = {
  phone: { width: 360, height: 740 },
  tablet: { width: 768, height: 1024 },
  desk: { width: 1440, height: 900 },
} as const;

/**
 * Debian's Chromium, with these command-line `switches` besides ours. Throws when it is not installed: a browser test
 * never passes by not running.
 */
export async function launchBrowser(switches: readonly string[] = []): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error('Chromium is not installed: apt-get install chromium');
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...switches,
    ],
  });
}

/** Ids and targets of what axe finds on the page as it is now. Runs in an isolated world, so no page policy is weakened. */
export async function axeFindings(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');
  const { executionContextId } = await session.send('Page.createIsolatedWorld', {
    frameId: frameTree.frame.id,
    worldName: 'axe',
  });
  await session.send('Runtime.evaluate', { contextId: executionContextId, expression: await readFile(AXE, 'utf8') });
  const { result } = await session.send('Runtime.evaluate', {
    contextId: executionContextId,
    awaitPromise: true,
    returnByValue: true,
    expression: `axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations.flatMap(
      (one) => one.nodes.map((node) => one.id + ': ' + node.target.join(' '))))`,
  });
  await session.detach();
  return result.value as string[];
}

/**
 * What is wrong with the page once it has come to rest: what axe finds, and how far it is wider than the window. With
 * `SEGL_SCREENSHOTS`, a picture of it is kept in that folder under its name.
 */
export async function pageFaults(page: Page, name: string): Promise<string[]> {
  // What is still fading in has colours of its own.
  await page.evaluate('Promise.allSettled(document.getAnimations().map((one) => one.finished))');
  const folder = process.env.SEGL_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled', fullPage: true });
  const excess = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  return [...(await axeFindings(page)), ...(excess === 0 ? [] : [`wider than the window by ${excess} px`])];
}
