import { readFile } from 'node:fs/promises';
import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTRACT_FILE, contractOf } from '../../scripts/write-openapi.ts';

interface Contract {
  paths: Record<string, Record<string, { operationId: string; security?: unknown[]; responses: object }>>;
}

describe('the published contract', () => {
  let segl: SeglProcess;
  let published: string;

  beforeAll(async () => {
    [segl, published] = await Promise.all([startSegl({ kind: 'embedded' }), readFile(CONTRACT_FILE, 'utf8')]);
  });
  afterAll(() => segl?.remove());

  it('is what a running server answers; node scripts/write-openapi.ts writes it anew', async () => {
    expect(await contractOf(segl.url)).toBe(published);
  });

  it('gives every operation an id of its own, and a scope unless anybody may ask', () => {
    const operations = Object.values((JSON.parse(published) as Contract).paths).flatMap((path) => Object.values(path));
    const ids = operations.map((operation) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const open = operations.filter((operation) => !operation.security?.length).map(({ operationId }) => operationId);
    expect(open.sort()).toEqual([
      'JwtValidatePost',
      'JwtValidatePostByOlderPath',
      'Jwt_Validate',
      'Status_Ping',
      'Themes_ListSpinners',
      'Themes_ListThemes',
    ]);
  });
});
