import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readClients } from './client-registry.ts';

const client = { client_id: 'nordbank', client_secret: 's', redirect_uris: ['http://localhost/cb'] };

test('reads a list from the setting itself or from the file that it names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'segl-clients-'));
  try {
    await writeFile(join(folder, 'clients.json'), JSON.stringify([client]));
    expect(await readClients(JSON.stringify([client]))).toEqual([client]);
    expect(await readClients(join(folder, 'clients.json'))).toEqual([client]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  [{ ...client, client_id: '' }, 'client_id'],
  [{ ...client, client_secret: undefined }, 'client_secret or jwks'],
  [{ ...client, redirect_uris: [] }, 'redirect_uris'],
  ['nordbank', 'object'],
])('names the fault of %o', async (faulty, words) => {
  await expect(readClients(JSON.stringify([client, faulty]))).rejects.toThrow(new RegExp(`\\[1\\].*${words}`));
});
