import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT, readText } from './repository.ts';

interface Step {
  number: number;
  path: string;
  /** In the page's words: `from 3`, `HTTP POST /app/v1/sign/start` or `event document_signed`. */
  reached: string | undefined;
}

/** `4. `path` (from 3): …`. The first step is where the process starts. */
function readSteps(page: string): Step[] {
  return [...page.matchAll(/^(\d+)\. `([^`]+)`(?: \((.+?)\))?:/gm)].map((match) => ({
    number: Number(match[1]),
    path: match[2]!,
    reached: match[3]?.replaceAll('`', ''),
  }));
}

const PAGES: [string, number][] = [
  ['signer-signs', 40],
  ['document-ends', 15],
];

describe.each(PAGES)('the page %s', (page, leastSteps) => {
  let steps: Step[];
  const sourceOf = (step: Step) => readText(step.path);

  beforeAll(async () => {
    steps = readSteps(await readText(`docs/flows/${page}.md`));
  });

  it('numbers its files from 1 on, and each of them exists', () => {
    expect(steps.length).toBeGreaterThanOrEqual(leastSteps);
    expect(steps.map((step) => step.number)).toEqual(steps.map((_, index) => index + 1));
    expect(steps.filter((step) => !existsSync(join(ROOT, step.path)))).toEqual([]);
  });

  it('tells of every file how it is reached', () => {
    expect(
      steps.filter((step) => !/^(start|from \d+|HTTP [A-Z]+ \/.*|event \w+|named in \d+)$/.test(step.reached ?? '')),
    ).toEqual([]);
  });

  it('lists a file after the one that imports it', async () => {
    for (const step of steps) {
      const caller = /^from (\d+)$/.exec(step.reached ?? '')?.[1];
      if (caller === undefined) continue;
      expect(Number(caller), step.path).toBeLessThan(step.number);
      const from = steps[Number(caller) - 1]!;
      const imported = [...(await sourceOf(from)).matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) =>
        resolveImport(from.path, match[1]!),
      );
      expect(imported, `${from.path} → ${step.path}`).toContain(step.path);
    }
  });

  it('lists a page or thread after the file that names it', async () => {
    for (const step of steps) {
      const namer = /^named in (\d+)$/.exec(step.reached ?? '')?.[1];
      if (namer === undefined) continue;
      expect(Number(namer), step.path).toBeLessThan(step.number);
      expect(await sourceOf(steps[Number(namer) - 1]!)).toContain(step.path.slice(step.path.lastIndexOf('/') + 1));
    }
  });

  it('names addresses that the file serves', async () => {
    for (const step of steps) {
      const path = /^HTTP [A-Z]+ (\S+)$/.exec(step.reached ?? '')?.[1];
      if (path !== undefined) expect(await sourceOf(step), step.path).toContain(path);
    }
  });

  it('names events that an earlier file raises and this one subscribes to', async () => {
    for (const step of steps) {
      const event = /^event (\w+)$/.exec(step.reached ?? '')?.[1];
      if (event === undefined) continue;
      expect(await sourceOf(step), step.path).toMatch(new RegExp(`subscribe\\([^)]*('${event}'|'\\*')`));
      const earlier = await Promise.all(steps.slice(0, step.number - 1).map(sourceOf));
      expect(
        earlier.some((source) => source.includes(`type: '${event}'`)),
        event,
      ).toBe(true);
    }
  });
});

const PACKAGE_DOORS: Record<string, string> = {
  '@segl/ades': 'packages/ades/src/index.ts',
};

function resolveImport(from: string, specifier: string): string {
  return (
    PACKAGE_DOORS[specifier] ?? (specifier.startsWith('.') ? normalize(join(dirname(from), specifier)) : specifier)
  );
}
