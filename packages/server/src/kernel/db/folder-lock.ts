import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Makes sure that one process at a time uses a data folder: two on one embedded database destroy each other's rows
 * without any error. On Linux the lock is an abstract socket named after the folder's device and inode, which the
 * kernel frees when the process dies; elsewhere it is a file with the process id.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  mkdirSync(folder, { recursive: true });
  return process.platform === 'linux' ? await lockBySocket(folder) : lockByFile(folder);
}

function inUse(folder: string): Error {
  return new Error(`data folder ${folder} is in use by another process`);
}

async function lockBySocket(folder: string): Promise<FolderLock> {
  const { dev, ino } = statSync(folder, { bigint: true });
  const name = createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? inUse(folder) : error);
    });
    server.listen({ path: `\0segl-${name}` }, resolve);
  });
  server.unref();
  return {
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function lockByFile(folder: string): FolderLock {
  const path = join(folder, 'segl.pid');
  const take = () => writeFileSync(path, String(process.pid), { flag: 'wx' });
  try {
    take();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (isRunning(Number(readFileSync(path, 'utf8')))) throw inUse(folder);
    rmSync(path);
    take();
  }
  return {
    release: async () => rmSync(path, { force: true }),
  };
}

function isRunning(processId: number): boolean {
  if (!Number.isInteger(processId) || processId <= 0) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
