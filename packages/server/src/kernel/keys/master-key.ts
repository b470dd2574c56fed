import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../db/sync-tree.ts';

const SIZE_BYTES = 32;

export interface MasterKeyOptions {
  dataDir: string;
  /** 32 bytes in base64; every process of an instance must be given the same. */
  fromEnvironment?: string | undefined;
}

/**
 * The 32 bytes under which files, secrets and private keys are encrypted: from the environment, or from `master.key` in
 * the data folder, which is made at the first start. Whoever loses it loses all of them.
 */
export async function loadMasterKey({ dataDir, fromEnvironment }: MasterKeyOptions): Promise<Buffer> {
  if (fromEnvironment !== undefined) return decodeKey(fromEnvironment, 'the master key of the environment');
  const path = join(dataDir, 'master.key');
  try {
    return await readKey(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await mkdir(dataDir, { recursive: true });
  await createKey(dataDir, path);
  return await readKey(path);
}

async function readKey(path: string): Promise<Buffer> {
  return decodeKey(await readFile(path, 'utf8'), path);
}

/** Written whole and synced under another name first: a key file that exists is complete, and is never replaced. */
async function createKey(folder: string, path: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(SIZE_BYTES).toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(unfinished, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(unfinished);
  }
  await syncFolder(folder);
}

function decodeKey(text: string, source: string): Buffer {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, 'base64');
  if (key.length !== SIZE_BYTES || key.toString('base64') !== trimmed) {
    throw new Error(`${source} is not ${SIZE_BYTES} bytes in base64`);
  }
  return key;
}
