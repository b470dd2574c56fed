import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from '@segl/test-kit/browser';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RunningSimulators, startSimulators } from '../src/simulator-server.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const screenshots = join(tmpdir(), 'segl-no-bankid');
const phone = { width: 360, height: 740 };
const desk = { width: 1440, height: 900 };
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let browser: Browser;
let relyingParty: Server;
let redirectUri: string;
let simulators: RunningSimulators;

beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  relyingParty = createServer((request, response) => {
    // A relying party sends the browser on at once, as Segl's callback does.
    if (request.url!.startsWith('/callback')) {
      response.writeHead(303, { location: request.url!.replace('/callback', '/done') }).end();
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Back</title>');
    }
  });
  await new Promise<void>((resolve) => relyingParty.listen(0, '127.0.0.1', resolve));
  redirectUri = `http://localhost:${(relyingParty.address() as AddressInfo).port}/callback`;
  simulators = await startSimulators({
    port: 0,
    host: '127.0.0.1',
    clients: [
      {
        client_id: 'nordbank',
        client_name: 'Nordbank Eiendomsmegling og Forvaltning AS',
        client_secret: 'only for this test run 0123456789',
        redirect_uris: [redirectUri],
      },
    ],
    waitSeconds: 4,
  });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await simulators?.close();
  relyingParty?.close();
});

function authorizationUrl(changes: Record<string, string> = {}): string {
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: 'nordbank',
    redirect_uri: redirectUri,
    scope: 'openid profile',
    state: 'the-state',
    nonce: 'the-nonce',
    code_challenge: createHash('sha256').update('v'.repeat(64)).digest('base64url'),
    code_challenge_method: 'S256',
    binding_message:
      'Kjøpekontrakt for Øvre Skogvei 17, seksjon 4, gnr. 112 bnr. 48 i Lillestrøm\nSHA-256 5f2c 91aa 03be 77d1 …',
    ui_locales: 'nb',
    ...changes,
  });
  return `${simulators.issuers.noBankId}/auth?${parameters}`;
}

async function withPage(options: BrowserContextOptions, use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ locale: 'nb-NO', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Chromium calls every answer of 4xx an error of the page.
    const isStatus = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isStatus) complaints.push(message.text());
  });
  page.setDefaultTimeout(30_000);
  try {
    await use(page);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
}

/** Checks a page as it is: no axe finding, nothing wider than the window, targets large enough; keeps a picture of it. */
async function inspect(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  // Evaluated by the debugger, so the page's own policy stays in force.
  await page.evaluate(axeSource);
  const findings = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
  });
  expect(findings, name).toEqual([]);
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(overflow, `${name} is wider than the window`).toBe(0);
  const targets = await page
    .locator('a, button, input, summary')
    .evaluateAll((elements) =>
      elements.map((element) => ({ html: element.outerHTML, height: element.getBoundingClientRect().height })),
    );
  const small = targets.filter(({ height }) => height < 44);
  expect(small, `${name} has targets lower than 44 px`).toEqual([]);
}

describe.each([
  ['phone', { viewport: phone }],
  ['phone dark', { viewport: phone, colorScheme: 'dark' }],
  ['desk', { viewport: desk }],
  ['desk dark', { viewport: desk, colorScheme: 'dark' }],
] as [string, BrowserContextOptions][])('on a %s', (device, options) => {
  test('every step, with and without faults, is accessible and leads back to the relying party', async () => {
    await withPage(options, async (page) => {
      const name = (step: string): string => `${device.replace(' ', '-')}-${step}`;
      await page.goto(authorizationUrl());
      await inspect(page, name('1-number'));
      await page.getByLabel('Fødselsnummer').fill('05128938543');
      await page.getByRole('button', { name: 'Neste' }).click();
      await inspect(page, name('1-number-fault'));
      await page.getByLabel('Fødselsnummer').fill('05128938534');
      await page.getByRole('button', { name: 'Neste' }).click();
      await page.getByText('Testutfall').click();
      await inspect(page, name('2-code'));
      await page.getByLabel('Engangskode').fill('feil');
      await page.getByRole('button', { name: 'Neste' }).click();
      await inspect(page, name('2-code-fault'));
      await page.getByLabel('Engangskode').fill('otp');
      await page.getByRole('button', { name: 'Neste' }).click();
      await inspect(page, name('3-password'));
      await page.getByLabel('Personlig passord').fill('qwer1234');
      await page.getByRole('button', { name: 'Signer' }).click();
      await page.waitForURL(/\/done\?/);
      expect(new URL(page.url()).searchParams.get('code')).toBeTruthy();
    });
  });
});

describe('with the keyboard alone', () => {
  test('the whole login works, as each step puts the focus into its field', async () => {
    await withPage({ viewport: desk }, async (page) => {
      await page.goto(authorizationUrl());
      for (const typed of ['05128938534', 'otp', 'qwer1234']) {
        const address = page.url();
        await page.locator('#value:focus').waitFor();
        await page.keyboard.type(typed);
        await page.keyboard.press('Enter');
        await page.waitForURL((url) => url.href !== address);
      }
      await page.waitForURL(/\/done\?.*code=/);
    });
  });

  test('the way back and cancel come after the main button, in reading order', async () => {
    await withPage({ viewport: phone }, async (page) => {
      await page.goto(authorizationUrl({ ui_locales: 'en' }));
      await page.locator('#value:focus').waitFor();
      await page.keyboard.type('05128938534');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/code$/);
      await page.locator('#value:focus').waitFor();
      const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent.trim()');
      const order: string[] = [];
      for (let i = 0; i < 4; i++) {
        await page.keyboard.press('Tab');
        order.push(await focused());
      }
      expect(order).toEqual(['Next', 'Back', 'Cancel', 'Test outcomes']);
      await page.screenshot({ path: join(screenshots, 'keyboard-focus.png') });
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/done\?.*error=access_denied&error_description=user_cancelled/);
    });
  });
});

describe('in the browser', () => {
  test('the back button leads one step back and keeps the number', async () => {
    await withPage({ viewport: phone }, async (page) => {
      await page.goto(authorizationUrl());
      await page.getByLabel('Fødselsnummer').fill('05128938534');
      await page.getByRole('button', { name: 'Neste' }).click();
      await page.waitForURL(/\/code$/);
      await page.goBack();
      expect(await page.getByLabel('Fødselsnummer').inputValue()).toBe('05128938534');
    });
  });

  test('the language changes without losing the place', async () => {
    await withPage({ viewport: phone }, async (page) => {
      await page.goto(authorizationUrl());
      await page.getByLabel('Fødselsnummer').fill('05128938534');
      await page.getByRole('button', { name: 'Neste' }).click();
      await page.getByRole('link', { name: 'English' }).click();
      await page.getByRole('heading', { name: 'Enter your one-time code' }).waitFor();
      expect(await page.evaluate('document.documentElement.lang')).toBe('en');
      await inspect(page, 'phone-2-code-english');
    });
  });

  test('the pages of waiting, of an ended login and of a refused request are accessible', async () => {
    await withPage({ viewport: phone }, async (page) => {
      await page.goto(authorizationUrl());
      await page.getByLabel('Fødselsnummer').fill('05128938534');
      await page.getByRole('button', { name: 'Neste' }).click();
      const login = page.url();
      await page.getByLabel('Engangskode').fill('timeout');
      await page.getByRole('button', { name: 'Neste' }).click();
      await page.getByRole('heading', { name: 'Venter på eID-en' }).waitFor();
      await page.screenshot({ path: join(screenshots, 'phone-waiting.png') });
      await page.waitForURL(/\/done\?.*error_description=timed_out/);

      await page.goto(login);
      await page.getByRole('heading', { name: 'Innloggingen er ikke lenger åpen' }).waitFor();
      await inspect(page, 'phone-ended');
      await page.goto(authorizationUrl({ redirect_uri: 'https://evil.example/' }));
      await page.getByText('invalid_redirect_uri').waitFor();
      await inspect(page, 'phone-refused');
    });
  });

  test('reading is possible at 200 % zoom on a small window', async () => {
    await withPage({ viewport: { width: 320, height: 600 }, deviceScaleFactor: 2 }, async (page) => {
      await page.goto(authorizationUrl());
      await inspect(page, 'zoom-1-number');
    });
  });
});
