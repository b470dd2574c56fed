import { expect, it } from 'vitest';
import { breakingChanges, type OpenApi } from '../../scripts/check-compatibility.ts';
import { readText } from './repository.ts';

const read = async (path: string) => JSON.parse(await readText(path)) as OpenApi;

it('the contract breaks nothing of the last release (CP-1, CP-2)', async () => {
  // Replaced by a copy of openapi.json when a version is released, and at no other time.
  const released = await read('packages/server/openapi.released.json');
  const changes = breakingChanges(released, await read('packages/server/openapi.json'));
  expect(changes.map(({ kind, where, what }) => `${kind}  ${where}: ${what}`)).toEqual([]);
});
