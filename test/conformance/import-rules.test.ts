import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFiles, ROOT, readText, runProgram } from './repository.ts';

const CONFIG = '.dependency-cruiser.cjs';
const { forbidden } = createRequire(import.meta.url)(join(ROOT, CONFIG)) as { forbidden: { name: string }[] };

const server = 'packages/server/src';

/** Per rule: a file that breaks it, and what that file imports. Nothing else is wrong with any of them. */
const VIOLATIONS: Record<string, { file: string; imports: string }> = {
  'no-cycles': { file: `${server}/kernel/clock/clock.ts`, imports: `${server}/kernel/clock/tick.ts` },
  'ades-knows-nothing-of-segl': { file: 'packages/ades/src/seal.ts', imports: 'packages/ui/src/index.ts' },
  'ui-knows-nothing-of-segl': { file: 'packages/ui/src/button.ts', imports: 'packages/ades/src/index.ts' },
  'kernel-is-the-bottom': { file: `${server}/kernel/log/log.ts`, imports: `${server}/version.ts` },
  'contracts-import-contracts-only': {
    file: `${server}/signature/contract/document.ts`,
    imports: `${server}/kernel/ids/uuid.ts`,
  },
  'only-the-door-of-another-capability': {
    file: `${server}/packaging/package-document.ts`,
    imports: `${server}/signature/store.ts`,
  },
  'admin-imports-no-capability': { file: `${server}/admin/a.ts`, imports: `${server}/eid/index.ts` },
  'content-imports-no-capability': { file: `${server}/content/a.ts`, imports: `${server}/signature/index.ts` },
  'eid-imports-admin': { file: `${server}/eid/a.ts`, imports: `${server}/signature/index.ts` },
  'trust-imports-no-capability': { file: `${server}/trust/a.ts`, imports: `${server}/admin/index.ts` },
  'signature-imports-eid-and-admin-and-content': {
    file: `${server}/signature/a.ts`,
    imports: `${server}/trust/index.ts`,
  },
  'identification-imports-eid-and-admin': {
    file: `${server}/identification/a.ts`,
    imports: `${server}/signature/index.ts`,
  },
  'packaging-imports-signature-and-trust': { file: `${server}/packaging/a.ts`, imports: `${server}/eid/index.ts` },
  'oauth-imports-identification-and-admin': { file: `${server}/oauth/a.ts`, imports: `${server}/eid/index.ts` },
  'notification-imports-no-capability': {
    file: `${server}/notification/a.ts`,
    imports: `${server}/signature/index.ts`,
  },
  'requests-imports-no-capability': { file: `${server}/requests/a.ts`, imports: `${server}/signature/index.ts` },
  'messaging-imports-no-capability': { file: `${server}/messaging/a.ts`, imports: `${server}/signature/index.ts` },
  'apps-reach-contracts-only': { file: 'apps/signing/src/app.ts', imports: `${server}/kernel/ids/uuid.ts` },
  'simulators-stand-alone': { file: 'packages/simulators/src/main.ts', imports: `${server}/kernel/ids/uuid.ts` },
  'only-stores-speak-sql': { file: `${server}/admin/list-accounts.ts`, imports: 'node_modules/pg/index.js' },
  'only-outbound-http-calls-out': {
    file: `${server}/trust/fetch-crl.ts`,
    imports: 'node_modules/undici/index.js',
  },
  'product-imports-no-test-code': {
    file: `${server}/oauth/token.ts`,
    imports: `${server}/oauth/token.fixture.ts`,
  },
};

interface Cruise {
  summary: { violations: { from: string; to: string; rule: { name: string } }[] };
}

async function cruise(folder: string): Promise<Cruise['summary']['violations']> {
  const answer = await runProgram(
    'depcruise',
    ['--config', CONFIG, '--output-type', 'json', 'packages', 'apps'],
    folder,
  );
  try {
    return (JSON.parse(answer.stdout) as Cruise).summary.violations;
  } catch {
    throw new Error(`dependency-cruiser gave no result: ${answer.text}`);
  }
}

it('nobody imports what the import rules forbid', async () => {
  expect((await cruise(ROOT)).map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
});

it('nobody calls out past the import rules, with what Node itself brings', async () => {
  const allowed =
    /^packages\/server\/src\/(kernel\/outbound-http|eid\/oidc|eid\/se-bankid)\/|\.(test|testing|fixture|conformance)\.ts$/;
  const paths = (await listFiles(server)).filter((path) => path.endsWith('.ts') && !allowed.test(path));
  expect(paths.length).toBeGreaterThan(50);
  const callers: string[] = [];
  for (const path of paths) if (callsOut(await readText(path))) callers.push(path);
  expect(callers).toEqual([]);
});

it('and would be noticed doing so', () => {
  expect(callsOut('const answer = await fetch(url);')).toBe(true);
  expect(callsOut("import { createServer, request } from 'node:https';")).toBe(true);
  expect(callsOut("import { STATUS_CODES } from 'node:http';\nthis.#fetch();\nboss.fetch(queue);")).toBe(false);
});

function callsOut(source: string): boolean {
  return (
    /(?<![.#\w]|async )fetch\(/.test(source) ||
    /import (\* as \w+|\{[^}]*\b(request|get|connect|createConnection)\b[^}]*\}) from 'node:(http|https|http2|net|tls)'/.test(
      source,
    )
  );
}

describe('an import rule catches what it forbids', () => {
  let folder: string;
  let violations: Cruise['summary']['violations'];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'segl-import-rules-'));
    await plant(folder);
    violations = await cruise(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(forbidden.map(({ name }) => name))('%s', (name) => {
    const planted = VIOLATIONS[name];
    expect(planted, 'no violation of this rule is planted').toBeDefined();
    const caught = violations.filter((one) => one.rule.name === name).map(({ from, to }) => ({ from, to }));
    expect(caught).toContainEqual({ from: planted!.file, to: planted!.imports });
  });

  it('and stays silent about what is allowed', () => {
    const planted = new Set(Object.values(VIOLATIONS).flatMap(({ file, imports }) => [file, imports]));
    expect(violations.filter(({ from }) => !planted.has(from))).toEqual([]);
  });
});

/** A tree with the same paths as the repository, in which every rule is broken once. */
async function plant(folder: string): Promise<void> {
  const files = new Map<string, string>();
  for (const { imports } of Object.values(VIOLATIONS)) files.set(imports, 'export const made = 1;\n');
  for (const { file, imports } of Object.values(VIOLATIONS)) files.set(file, importing(file, imports));
  const { file, imports } = VIOLATIONS['no-cycles']!;
  files.set(imports, importing(imports, file));
  for (const name of ['pg', 'undici']) {
    files.set(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
  }
  // Allowed: the door of another capability, and SQL in a store.
  files.set(`${server}/signature/index.ts`, importing(`${server}/signature/index.ts`, `${server}/eid/index.ts`));
  files.set(`${server}/eid/store.ts`, importing(`${server}/eid/store.ts`, 'node_modules/pg/index.js'));
  files.set('tsconfig.json', JSON.stringify({ compilerOptions: { allowImportingTsExtensions: true, noEmit: true } }));
  files.set('package.json', JSON.stringify({ private: true, dependencies: { pg: '1.0.0', undici: '1.0.0' } }));
  for (const [path, text] of files) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await cp(join(ROOT, CONFIG), join(folder, CONFIG));
}

function importing(from: string, target: string): string {
  const module = /^node_modules\/([^/]+)\//.exec(target)?.[1];
  const up = '../'.repeat(dirname(from).split('/').length);
  return `import * as it from '${module ?? up + target}';\nexport const made = it;\n`;
}
