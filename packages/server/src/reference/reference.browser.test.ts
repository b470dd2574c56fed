import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { axeFindings, launchBrowser, SCREENS } from '@segl/test-kit/browser';
import type { FastifyInstance } from 'fastify';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer } from '../kernel/http/http-server.ts';
import { createLog } from '../kernel/log/log.ts';
import { registerReference } from './index.ts';

const PICTURES = join(tmpdir(), 'segl-reference');
const CONTRACT = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8');

describe('the pages for developers', () => {
  let browser: Browser;
  let app: FastifyInstance;
  let base: string;

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    browser = await launchBrowser();
    app = createHttpServer({
      maxBodyBytes: 1000,
      trustedProxies: [],
      log: createLog('silent'),
      defaultEnvironment: 'test',
    });
    registerReference(app, { publicUrl: 'https://segl.example' });
    app.get('/openapi.json', async (_request, reply) => reply.type('application/json').send(CONTRACT));
    base = await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  /** Opens a page and takes note of everything that it asks for, and of everything that its policy refused. */
  async function open(path: string, screen: keyof typeof SCREENS, colorScheme: 'light' | 'dark') {
    const context = await browser.newContext({ viewport: SCREENS[screen], colorScheme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const elsewhere: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${base}/`) && !/^(data|blob):/.test(url)) elsewhere.push(url);
    });
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(base + path, { waitUntil: 'load' });
    return { page, elsewhere, complaints, close: () => context.close() };
  }

  const picture = (page: Page, name: string) => page.screenshot({ path: join(PICTURES, `${name}.png`) });

  describe.each(['/docs/guide', '/docs/guide/tokens'])('%s', (path) => {
    it.each([
      ['phone', 'light'],
      ['phone', 'dark'],
      ['desk', 'light'],
      ['desk', 'dark'],
    ] as const)(
      'on a %s, %s: no axe finding, nothing wider than the window, nothing from elsewhere',
      async (screen, scheme) => {
        const { page, elsewhere, complaints, close } = await open(path, screen, scheme);
        await picture(page, `${path.replaceAll('/', '-').slice(1)}-${screen}-${scheme}`);
        expect(await axeFindings(page)).toEqual([]);
        const overflow = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(overflow).toBe(0);
        expect(elsewhere).toEqual([]);
        expect(complaints).toEqual([]);
        await close();
      },
    );
  });

  it.each([
    ['phone', 'dark'],
    ['desk', 'light'],
  ] as const)(
    'the reference shows the operations on a %s, %s, and asks no other host for anything',
    async (screen, scheme) => {
      const { page, elsewhere, complaints, close } = await open('/docs', screen, scheme);
      // Groups further down are drawn when they are scrolled to.
      const operations = Object.values(
        JSON.parse(CONTRACT).paths as Record<string, Record<string, { tags: string[] }>>,
      );
      const [first] = Object.values(operations[0]!);
      await page.getByRole('heading', { name: 'Segl API' }).first().waitFor();
      await page.getByRole('heading', { name: first!.tags[0]! }).first().waitFor();
      // What it would load later than its first drawing: fonts, pictures, reports.
      await page.waitForTimeout(2000);
      await picture(page, `docs-${screen}-${scheme}`);
      expect(elsewhere).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    },
  );

  it('the introduction has every chapter with an example, and links that lead somewhere', async () => {
    const { page, close } = await open('/docs/guide', 'desk', 'light');
    const chapters = [
      'account',
      'authentication',
      'verbs',
      'codes',
      'formats',
      'headers',
      'idempotency',
      'paging',
      'compatibility',
      'status',
      'support',
    ];
    for (const id of chapters) {
      expect(await page.locator(`#${id} h2`).count(), id).toBe(1);
      expect(await page.locator(`#${id} pre`).count(), id).toBeGreaterThan(0);
    }
    const links = await page
      .locator('a')
      .evaluateAll((all) => all.map((one) => (one as unknown as { href: string }).href));
    for (const link of new Set(links)) {
      const url = new URL(link);
      const answer = await app.inject(url.pathname);
      expect([link, answer.statusCode]).toEqual([link, 200]);
      if (url.hash) expect(answer.body, link).toContain(`id="${url.hash.slice(1)}"`);
    }
    await close();
  });

  it('has policies that let nothing in: no inline script, no frame, no other host', async () => {
    for (const path of ['/docs', '/docs/guide', '/docs/guide/tokens']) {
      const { headers, body } = await app.inject(path);
      const policy = String(headers['content-security-policy']);
      expect(policy).toMatch(/^default-src 'none'/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/);
      expect(body).not.toMatch(/<script(?![^>]* src=)|\son\w+=/);
    }
  });

  it('the script comes compressed, and not again to whoever has it', async () => {
    const first = await app.inject({ url: '/docs/scalar.js', headers: { 'accept-encoding': 'gzip' } });
    expect([first.statusCode, first.headers['content-encoding']]).toEqual([200, 'gzip']);
    expect(first.rawPayload.length).toBeLessThan(2_000_000);
    const again = await app.inject({ url: '/docs/scalar.js', headers: { 'if-none-match': first.headers.etag } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });
});
