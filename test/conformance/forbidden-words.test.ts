import { expect, it } from 'vitest';
import { listFiles, readText } from './repository.ts';

const BINARY = /\.(pdf|ttf|woff2?|png|ico)$/;

/** Put together here, so that this file does not contain them. */
const joined = (...parts: string[]) => parts.join('');

/** Places that exist on one machine only, and would mean nothing to anybody else. */
const FORBIDDEN = [
  joined('/wo', 'rk/'),
  joined('shared', '/spec'),
  joined('shared', '/research'),
  joined('shared', '/design'),
  joined('design', '.md'),
  joined('/tmp', '/briefs'),
  joined('/home', '/'),
  joined('/root', '/'),
];

it('no file names a place that only one machine has', async () => {
  const found: string[] = [];
  for (const path of await listFiles()) {
    if (BINARY.test(path)) continue;
    const text = await readText(path);
    for (const word of FORBIDDEN) if (text.includes(word)) found.push(`${path}: ${word}`);
  }
  expect(found).toEqual([]);
});

it('dependencies are tied to no registry: whoever installs uses their own', async () => {
  const { packages } = JSON.parse(await readText('package-lock.json')) as {
    packages: Record<string, { resolved?: string; link?: boolean }>;
  };
  const tied = Object.entries(packages).filter(([, { resolved, link }]) => resolved !== undefined && !link);
  expect(tied.map(([path]) => path)).toEqual([]);
  for (const path of await listFiles('*.npmrc', '.npmrc')) expect(await readText(path), path).not.toMatch(/registry/);
});
