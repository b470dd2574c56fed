import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { signAt } from '@segl/test-kit/signer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT, readText, runProgram } from './repository.ts';

/** The shell blocks of the README's first steps. */
async function shellBlocks(): Promise<string[]> {
  const readme = await readText('README.md');
  const section = /^## Your first signed document$([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';
  return [...section.matchAll(/^```sh$([\s\S]*?)^```$/gm)].map((match) => match[1]!);
}

let segl: SeglProcess;
let folder: string;

beforeAll(async () => {
  [segl, folder] = await Promise.all([startSegl({ kind: 'embedded' }), mkdtemp(join(tmpdir(), 'segl-first-steps-'))]);
});
afterAll(async () => {
  await Promise.all([segl?.remove(), rm(folder, { recursive: true, force: true })]);
});

it('the first steps of the README work as pasted', async () => {
  const [create, fetchFile, ...others] = await shellBlocks();
  expect(others).toEqual([]);
  const here = create!
    .replace('BASE=http://localhost:8642', `BASE=${segl.url}`)
    .replace('<id>:<secret>', `${segl.client.clientId}:${segl.client.clientSecret}`)
    .replaceAll('examples/', `${ROOT}/examples/`);
  expect(here).toContain(segl.client.clientSecret);
  const created = await runProgram('bash', ['-c', here], folder);
  const document = JSON.parse(created.stdout) as { documentId: string; signers: { url: string }[] };
  await signAt(document.signers[0]!.url);
  await expect.poll(() => isPackaged(document.documentId), { timeout: 30_000 }).toBe(true);

  const beginning = here.slice(0, here.indexOf('{ printf'));
  const fetched = await runProgram(
    'bash',
    ['-c', beginning + fetchFile!.replace('<documentId>', document.documentId)],
    folder,
  );
  expect(fetched.stdout).toContain('Signature #3');
  expect(fetched.stdout.match(/Signature is Valid/g)).toHaveLength(2);
  const original = await sampleContract();
  expect((await readFile(join(folder, 'signed.pdf'))).subarray(0, original.length)).toEqual(original);
});

async function isPackaged(documentId: string): Promise<boolean> {
  const api = await connect(segl);
  const { body } = await api.request('GET', `/signature/documents/${documentId}/status`);
  return body.completedPackages.includes('pades');
}
