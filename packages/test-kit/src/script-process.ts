import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ScriptProcess {
  child: ChildProcess;
  /** Lines that the script printed so far. */
  lines: string[];
  /** Resolves with the first line, already printed or not, that starts with the text. */
  line(start: string): Promise<string>;
  /** Resolves when the process has ended and everything it printed was read. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; errors: string }>;
}

/** Runs TypeScript text as a process of its own, which a test can kill. Imports need absolute paths. */
export function startScript(text: string, args: string[] = []): ScriptProcess {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', text, '--', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  const ended = new Promise<Awaited<ScriptProcess['ended']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, errors }));
  });
  return {
    child,
    lines,
    ended,
    line: (start) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((line) => line.startsWith(start));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then(({ code, signal }) => {
          reject(new Error(`the script ended (${code ?? signal}) without printing "${start}": ${errors}`));
        });
      }),
  };
}
