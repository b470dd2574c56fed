import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIRST_SCREEN_BUDGET_BYTES, weighFirstScreen } from '@segl/ui/build/first-screen-weight.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from './built-app.ts';

let app: Awaited<ReturnType<typeof buildApp>>;

beforeAll(async () => {
  app = await buildApp();
});

afterAll(() => app.remove());

function scripts(): string[] {
  const folder = join(app.dist, 'assets');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => join(folder, file));
}

describe('the built app', () => {
  it('sends no more than 120 KiB of compressed script before the first screen', () => {
    const { gzipBytes } = weighFirstScreen(app.dist);
    console.log(`script before the first screen: ${(gzipBytes / 1024).toFixed(1)} KiB gzipped`);
    expect(gzipBytes).toBeLessThanOrEqual(FIRST_SCREEN_BUDGET_BYTES);
  });

  it('leaves the PDF viewer out of the first screen', () => {
    const { files } = weighFirstScreen(app.dist);
    const first = files.map((file) => readFileSync(join(app.dist, file), 'utf8')).join('');
    expect(first).not.toContain('GlobalWorkerOptions');
    expect(scripts().some((file) => readFileSync(file, 'utf8').includes('GlobalWorkerOptions'))).toBe(true);
  });

  it('has no script in the page but the boot data and a word to outdated browsers, and a nonce on every tag', () => {
    const page = readFileSync(join(app.dist, 'index.html'), 'utf8');
    const tags = page.match(/<(script|style|link)\b[^>]*>/g)!;
    expect(tags.length).toBeGreaterThan(3);
    for (const tag of tags) expect(tag).toContain('nonce="__SEGL_NONCE__"');
    // Browsers that are too old load none of the app's modules: what tells them so is in the page, and plain.
    expect(page.match(/<script\b[^>]*>[^<]/g)?.map((tag) => tag.slice(0, tag.indexOf('>') + 1))).toEqual([
      '<script type="application/json" id="segl-boot" nonce="__SEGL_NONCE__">',
      '<script nonce="__SEGL_NONCE__">',
    ]);
    expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
  });

  it('refers to nothing outside its own host', () => {
    const page = readFileSync(join(app.dist, 'index.html'), 'utf8');
    const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
    expect(addresses.length).toBeGreaterThan(2);
    for (const address of addresses) expect(address).toMatch(/^\/app\/assets\//);
  });

  it('brings the fonts, character maps and decoders that PDFs ask for', () => {
    const files = readdirSync(join(app.dist, 'assets'), { recursive: true, encoding: 'utf8' });
    for (const wanted of [
      'cmaps/UniJIS-UTF16-H.bcmap',
      'standard_fonts/LiberationSans-Regular.ttf',
      'wasm/openjpeg_nowasm_fallback.js',
      'wasm/jbig2_nowasm_fallback.js',
    ]) {
      expect(
        files.some((file) => file.endsWith(wanted)),
        wanted,
      ).toBe(true);
    }
  });
});
