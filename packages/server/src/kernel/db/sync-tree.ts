import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Syncs a folder and everything below it to the disk. */
export async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncPath(path);
  }
  await syncFolder(folder);
}

/** Syncs the names in a folder: after that, a file made, renamed or removed in it stays so. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no folders that can be opened; its file system journals names.
  if (process.platform !== 'win32') await syncPath(folder);
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
