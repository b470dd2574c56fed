import { expect, it } from 'vitest';
import { runProgram } from './repository.ts';

const SLOW_MS = 300_000;

it('the types of server, libraries and tests fit together', { timeout: SLOW_MS }, async () => {
  expect(await problems('tsc', ['-p', 'tsconfig.json'])).toBe('');
});

it('the types of the signing app fit together', { timeout: SLOW_MS }, async () => {
  expect(await problems('tsc', ['-p', 'apps/signing'])).toBe('');
});

it('the types of the identification app fit together', { timeout: SLOW_MS }, async () => {
  expect(await problems('tsc', ['-p', 'apps/identification'])).toBe('');
});

it('every file is formatted and free of lint findings', { timeout: SLOW_MS }, async () => {
  expect(await problems('biome', ['check', '.', '--max-diagnostics=20'])).toBe('');
});

async function problems(program: string, args: string[]): Promise<string> {
  const answer = await runProgram(program, args);
  return answer.code === 0 ? '' : answer.text;
}
