import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');

/**
 * Builds the app as it is delivered, into a folder of its own, so that tests neither need nor disturb `dist`. A process
 * of its own, because the surroundings of a test runner (`NODE_ENV=test`) would build the development React.
 */
export async function buildApp(): Promise<{ dist: string; remove(): Promise<void> }> {
  const dist = await mkdtemp(join(tmpdir(), 'segl-signing-'));
  const root = fileURLToPath(new URL('..', import.meta.url));
  await promisify(execFile)(
    process.execPath,
    [vite, 'build', root, '--outDir', dist, '--emptyOutDir', '--logLevel', 'warn'],
    {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production' },
    },
  );
  return { dist, remove: () => rm(dist, { recursive: true, force: true }) };
}
