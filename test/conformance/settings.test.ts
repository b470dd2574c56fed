import { expect, it } from 'vitest';
import { SETTINGS } from '../../packages/server/src/kernel/config/settings.ts';
import { readText } from './repository.ts';

/** Rows `| `NAME` | default | meaning |`; a default is in backticks, and `none` when there is none. */
function rowsOf(page: string): { name: string; defaultText: string; meaning: string }[] {
  return [...page.matchAll(/^\| `(SEGL_[A-Z_]+)` +\| (.*?) +\| (.*?) +\|$/gm)].map((match) => ({
    name: match[1]!,
    defaultText: match[2]!.replaceAll('`', '').replace(/^none$/, ''),
    meaning: match[3]!,
  }));
}

it('documents every setting of the server with its default, and no other', async () => {
  const rows = rowsOf(await readText('docs/operations.md'));
  const documented = Object.fromEntries(rows.map(({ name, defaultText }) => [name, defaultText]));
  const known = Object.fromEntries(Object.entries(SETTINGS).map(([name, { defaultText }]) => [name, defaultText]));
  expect(documented).toEqual(known);
  expect(rows.length).toBe(Object.keys(known).length);
});

it('says what each setting does', async () => {
  for (const { name, meaning } of rowsOf(await readText('docs/operations.md'))) {
    expect(meaning.length, name).toBeGreaterThan(15);
  }
});
