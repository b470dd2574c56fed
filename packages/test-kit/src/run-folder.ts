import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopPostgres } from './postgres.ts';

/** Set by the global set-up, so that all workers of one run share what is dear to make. */
const VARIABLE = 'SEGL_TEST_RUN_FOLDER';
const PREFIX = 'segl-test-';

/** Makes the folder of this run; what runs in it is stopped by `removeRunFolder`. */
export async function makeRunFolder(): Promise<string> {
  await removeFoldersOfDeadRuns();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // The database server runs as another user when this is root.
  await chmod(folder, 0o711);
  process.env[VARIABLE] = folder;
  return folder;
}

export async function removeRunFolder(folder: string): Promise<void> {
  await stopPostgres(join(folder, 'postgres'));
  await rm(folder, { recursive: true, force: true });
}

/** A run that was killed leaves its database server behind. */
async function removeFoldersOfDeadRuns(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const processId = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0] : Number.NaN);
    if (Number.isInteger(processId) && !isRunning(processId)) await removeRunFolder(join(tmpdir(), name));
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

let ownFolder: Promise<string> | undefined;

/** The folder of the run, or one of this process alone when there was no global set-up. */
export function runFolder(): Promise<string> {
  const shared = process.env[VARIABLE];
  if (shared) return Promise.resolve(shared);
  ownFolder ??= makeRunFolder();
  return ownFolder;
}

/** Makes something once per run: the first worker that needs it does, the others wait for it. */
export async function makeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(await runFolder(), name);
  const done = `${folder}.done`;
  const failed = `${folder}.failed`;
  try {
    await mkdir(`${folder}.lock`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    while (!existsSync(done)) {
      if (existsSync(failed)) throw new Error(`another test worker could not make ${name}`);
      await sleep(20);
    }
    return folder;
  }
  try {
    await make(folder);
  } catch (error) {
    await writeFile(failed, String(error));
    throw error;
  }
  await writeFile(done, '');
  return folder;
}
