import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository, without a trailing slash. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

const PROGRAMS = join(ROOT, 'node_modules', '.bin');

export interface ProgramAnswer {
  code: number;
  stdout: string;
  /** Both streams, as a person would see them. */
  text: string;
}

/** Runs one of the installed tools, or another program, on the Node version of this repository. */
export function runProgram(program: string, args: readonly string[], cwd = ROOT): Promise<ProgramAnswer> {
  const env = { ...process.env, PATH: PROGRAMS + delimiter + process.env.PATH, NO_COLOR: '1' };
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: Number(error?.code ?? 0), stdout, text: stdout + stderr });
    });
  });
}

/** Paths of all files that are, or are about to be, in the repository; ignored ones are not among them. */
export async function listFiles(...patterns: string[]): Promise<string[]> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...patterns];
  const listed = await runProgram('git', args);
  if (listed.code !== 0) throw new Error(`git cannot list the files: ${listed.text}`);
  const deleted = await runProgram('git', ['ls-files', '--deleted', '-z']);
  const gone = new Set(deleted.stdout.split('\0'));
  return [...new Set(listed.stdout.split('\0'))].filter((path) => path !== '' && !gone.has(path)).sort();
}

export function readText(path: string): Promise<string> {
  return readFile(join(ROOT, path), 'utf8');
}
