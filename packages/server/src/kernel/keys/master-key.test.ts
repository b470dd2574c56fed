import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadMasterKey } from './master-key.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'segl-master-key-'));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true });
});

it('makes a key of 32 bytes once, for its owner alone', async () => {
  const key = await loadMasterKey({ dataDir });
  expect(key).toHaveLength(32);
  expect((await loadMasterKey({ dataDir })).equals(key)).toBe(true);
  expect((await readFile(join(dataDir, 'master.key'), 'utf8')).trim()).toBe(key.toString('base64'));
  expect((await stat(join(dataDir, 'master.key'))).mode & 0o777).toBe(0o600);
});

it('gives everyone the same key when several start at once', async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => loadMasterKey({ dataDir })));
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  expect(await readdir(dataDir)).toEqual(['master.key']);
});

it('prefers the key of the environment and then writes none', async () => {
  const given = randomBytes(32);
  expect((await loadMasterKey({ dataDir, fromEnvironment: given.toString('base64') })).equals(given)).toBe(true);
  expect(await readdir(dataDir)).toEqual([]);
});

it.each([
  '',
  'secret',
  randomBytes(31).toString('base64'),
  randomBytes(33).toString('base64'),
  randomBytes(32).toString('hex'),
])('refuses "%s" as a key', async (fromEnvironment) => {
  await expect(loadMasterKey({ dataDir, fromEnvironment })).rejects.toThrow('is not 32 bytes in base64');
});

it('refuses a damaged key file instead of replacing it', async () => {
  await writeFile(join(dataDir, 'master.key'), 'damaged');
  await expect(loadMasterKey({ dataDir })).rejects.toThrow('master.key is not 32 bytes');
  expect(await readFile(join(dataDir, 'master.key'), 'utf8')).toBe('damaged');
});
