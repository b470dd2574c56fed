import { existsSync, globSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { headingAnchors, linkTargets, quotedPaths } from './markdown.ts';
import { listFiles, ROOT, readText } from './repository.ts';

describe('the pages of the repository', () => {
  let pages: Map<string, string>;

  beforeAll(async () => {
    const paths = await listFiles('*.md');
    pages = new Map(await Promise.all(paths.map(async (path) => [path, await readText(path)] as const)));
  });

  it('link to files and headings that exist', () => {
    const dead: string[] = [];
    for (const [path, page] of pages) {
      for (const target of linkTargets(page)) {
        if (/^[a-z][a-z0-9+.-]*:/i.test(target)) continue;
        const [file = '', anchor] = target.split('#');
        const linked = file === '' ? path : normalize(join(dirname(path), file)).replace(/\/$/, '');
        const exists = existsSync(join(ROOT, linked));
        const text = anchor && exists ? pages.get(linked) : undefined;
        if (!exists || (anchor && text !== undefined && !headingAnchors(text).includes(anchor))) {
          dead.push(`${path}: ${target}`);
        }
      }
    }
    expect(dead).toEqual([]);
  });

  it('quote paths that exist', () => {
    const missing = [...pages].flatMap(([path, page]) =>
      quotedPaths(page)
        .filter((quoted) => ['.', dirname(path)].every((folder) => !isThere(folder, quoted)))
        .map((quoted) => `${path}: ${quoted}`),
    );
    expect(missing).toEqual([]);
  });

  it('are found from the README, directly or by way of another page', () => {
    const reached = new Set<string>();
    const follow = (path: string): void => {
      const page = pages.get(path);
      if (page === undefined || reached.has(path)) return;
      reached.add(path);
      for (const target of linkTargets(page)) {
        const file = target.split('#')[0]!;
        if (file && !file.includes(':')) follow(normalize(join(dirname(path), file)));
      }
    };
    follow('README.md');
    expect([...pages.keys()].filter((path) => !reached.has(path))).toEqual([]);
  });
});

/** `quoted` may hold wildcards. */
function isThere(folder: string, quoted: string): boolean {
  return globSync(quoted.replace(/\/$/, ''), { cwd: join(ROOT, folder) }).length > 0;
}
