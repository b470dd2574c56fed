import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './repository.ts';

const ALLOWED = new Set([
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'ISC',
  'BlueOak-1.0.0',
  'Zlib',
  'CC0-1.0',
  'Unlicense',
  'OFL-1.1',
]);

/** Packages without a licence in their manifest, and what their licence file begins with. */
const BY_FILE: Record<string, { file: string; licence: string; proof: RegExp }> = {
  'png-js': { file: 'LICENSE', licence: 'MIT', proof: /MIT License|Permission is hereby granted, free of charge/ },
};

/** Of `sharp` the LGPL covers libvips: a shared library of its own, installed unchanged and replaceable by another build. */
const SHARED_LIBRARIES = /(^|\/)@img\/sharp-[a-z0-9-]+$/;

/** What a user installs and runs. The test kit and the benchmarks stay with the developers. */
const PRODUCT = [
  'packages/server',
  'packages/ades',
  'packages/ui',
  'packages/simulators',
  'apps/signing',
  'apps/identification',
];

interface Entry {
  license?: string;
  link?: boolean;
  resolved?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Entry>;
};

/** Paths in the lock of everything that the product depends on, directly or not. */
function productDependencies(): string[] {
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    const entry = packages[path]!;
    const names = { ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies };
    for (const name of Object.keys(names)) {
      const target = resolve(path, name);
      if (target !== undefined) visit(target);
    }
  };
  for (const path of PRODUCT) visit(path);
  return [...found].filter((path) => path.includes('node_modules/'));
}

/** Node's lookup: the nearest `node_modules` on the way up. */
function resolve(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.replace(/(^|\/)[^/]*$/, '')) {
    const candidate = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    const entry = packages[candidate];
    if (entry) return entry.link ? entry.resolved : candidate;
    if (folder === '') return undefined;
  }
}

function isAllowed(expression: string, also?: string): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1');
  if (bare.includes(' OR ')) return bare.split(' OR ').some((licence) => isAllowed(licence, also));
  return bare.split(' AND ').every((licence) => ALLOWED.has(licence.trim()) || licence.trim() === also);
}

describe('the licences of what the product depends on', () => {
  const paths = productDependencies();

  it('are all known and permissive', () => {
    expect(paths.length).toBeGreaterThan(50);
    const refused = paths.flatMap((path) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const licence = packages[path]!.license ?? BY_FILE[name]?.licence ?? 'unknown';
      return isAllowed(licence, SHARED_LIBRARIES.test(path) ? 'LGPL-3.0-or-later' : undefined)
        ? []
        : [`${path}: ${licence}`];
    });
    expect(refused).toEqual([]);
  });

  it('are as their files say where the manifest is silent', () => {
    const silent = paths.filter((path) => packages[path]!.license === undefined && existsSync(join(ROOT, path)));
    for (const path of silent) {
      const known = BY_FILE[path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)];
      expect(known, path).toBeDefined();
      expect(readFileSync(join(ROOT, path, known!.file), 'utf8'), path).toMatch(known!.proof);
    }
  });
});
