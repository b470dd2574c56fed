import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeOnce } from '@segl/test-kit/run-folder';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const inFolder = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const SAMPLE = inFolder('../../examples/sample-contract.pdf');
const INSTALL_TIMEOUT_MS = 60_000;

/** The public Python client in an environment of its own; nothing where Python, venv or PyPI are out of reach. */
const python = await makeOnce('python-sdk', async (folder) => {
  await run('python3', ['-m', 'venv', folder], { timeout: INSTALL_TIMEOUT_MS });
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', '-r'];
  await run(join(folder, 'bin/python'), [...install, inFolder('python-sdk.txt')], { timeout: INSTALL_TIMEOUT_MS });
}).then(
  (folder) => join(folder, 'bin/python'),
  () => undefined,
);

describe.skipIf(!python)('oauth.md 11.2, SDK acceptance: the unmodified Python client', () => {
  let segl: SeglProcess;

  beforeAll(async () => {
    segl = await startSegl();
  });
  afterAll(() => segl?.remove());

  it('gets a token, does the main job, manages webhooks and understands refusals', async () => {
    const { stdout } = await run(python!, ['-W', 'ignore', inFolder('python_sdk.py')], {
      env: {
        SEGL_URL: segl.url,
        SEGL_CLIENT_ID: segl.client.clientId,
        SEGL_CLIENT_SECRET: segl.client.clientSecret,
        SEGL_SAMPLE: SAMPLE,
      },
    });
    const { unsigned, ...result } = JSON.parse(stdout);
    expect(Buffer.from(unsigned, 'base64').equals(await sampleContract())).toBe(true);
    expect(result).toEqual({
      created: ['Leieavtale', 'unsigned', 1],
      read: 'python-1',
      status: 'unsigned',
      summary: 1,
      page: [0, 1, 1, [true]],
      webhook: ['Flow', 'Flow 2', 0],
      unknown: { status: 404, message: expect.any(String) },
      stranger: { status: 401, message: 'Client authentication failed.' },
    });
  });
});
