import { beforeAll, describe, expect, it } from 'vitest';
import { type ErrorCodes, readErrorCodes } from './error-codes.ts';
import { listFiles, readText } from './repository.ts';

const FOLDER = 'docs/errors';

describe('the pages of error codes', () => {
  let codes: ErrorCodes;
  let pages: Map<string, string>;

  beforeAll(async () => {
    codes = await readErrorCodes();
    const paths = (await listFiles(FOLDER)).filter((path) => path.endsWith('.md') && !path.endsWith('/README.md'));
    pages = new Map(
      await Promise.all(
        paths.map(async (path) => [path.slice(FOLDER.length + 1, -'.md'.length), await readText(path)] as const),
      ),
    );
  });

  it('are found from the source: every error has a code that can be read', () => {
    expect(codes.unreadable).toEqual([]);
    expect(codes.statuses.size).toBeGreaterThan(20);
  });

  it('exist for every code of the source, and for no other', () => {
    expect([...pages.keys()].sort()).toEqual([...codes.statuses.keys()].sort());
  });

  it('name every status that the source answers the code with', () => {
    for (const [code, statuses] of codes.statuses) {
      const line = /^Status: (.+)$/m.exec(pages.get(code) ?? '')?.[1] ?? '';
      for (const status of statuses) if (status !== undefined) expect(line, code).toContain(String(status));
    }
  });

  it('say what the code means and what to do', () => {
    for (const [code, page] of pages) {
      expect(page.startsWith(`# \`${code}\`\n`), code).toBe(true);
      expect(page, code).toMatch(/^## Meaning$/m);
      expect(page, code).toMatch(/^## What to do$/m);
    }
  });

  it('are all in the index', async () => {
    const linked = [...(await readText(`${FOLDER}/README.md`)).matchAll(/\]\(([a-z_]+)\.md\)/g)].map(
      (match) => match[1],
    );
    expect([...new Set(linked)].sort()).toEqual([...pages.keys()].sort());
  });

  it('list every code of a single field under validation_failed', () => {
    const page = pages.get('validation_failed') ?? '';
    expect(codes.fieldCodes.size).toBeGreaterThan(5);
    for (const code of codes.fieldCodes) expect(page).toContain(`\`${code}\``);
  });

  it('list every reason for which a PDF is refused under pdf_not_supported', async () => {
    const source = await readText('packages/ades/src/pdf/inspect-pdf.ts');
    const type = /export type PdfRefusalCode =([^;]+);/.exec(source)?.[1] ?? '';
    const reasons = [...type.matchAll(/'([a-z_]+)'/g)].map((match) => match[1]);
    expect(reasons.length).toBeGreaterThan(10);
    const page = pages.get('pdf_not_supported') ?? '';
    for (const reason of reasons) expect(page).toContain(`\`${reason}\``);
  });
});
