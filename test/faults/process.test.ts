import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect, documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));

async function runMain(environment: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = await once(child, 'exit');
  return { code: code as number | null, output };
}

describe('the process', () => {
  let segl: SeglProcess;
  beforeAll(async () => {
    segl = await startSegl();
  });
  afterAll(() => segl?.remove());

  it('says so and exits when a second process wants the same data folder', async () => {
    const { code, output } = await runMain({
      SEGL_DATA_DIR: segl.location.dataDir,
      SEGL_PORT: '18642',
      SEGL_SIMULATORS: 'off',
    });
    expect(code).toBe(1);
    expect(output).toMatch(/is in use by another process/);
    expect((await fetch(`${segl.url}/health/ready`)).status).toBe(200);
  });

  it('names every mistake of the configuration, one line each, and exits', async () => {
    const { code, output } = await runMain({
      SEGL_PORT: 'many',
      SEGL_PUBLIC_URL: 'ftp://x',
      SEGL_TROTTLE: 'off',
      SEGL_OUTBOUND_ALLOW: '10.0.0.0',
    });
    expect(code).toBe(1);
    for (const name of ['SEGL_PORT', 'SEGL_PUBLIC_URL', 'SEGL_TROTTLE', 'SEGL_OUTBOUND_ALLOW']) {
      expect(output).toMatch(new RegExp(`^  ${name}: `, 'm'));
    }
  });

  it('stops cleanly on a signal and has everything after the next start, the same client too', async () => {
    const api = await connect(segl);
    const { body } = await api.request('POST', '/signature/documents', documentRequest(await sampleContract()));
    const { client } = segl;
    expect(await segl.stop()).toBe(0);
    await segl.start();
    expect(segl.client).toEqual(client);
    const again = await (await connect(segl)).request('GET', `/signature/documents/${body.documentId}`);
    expect(again.body).toEqual(body);
  });

  it('logs no secrets, tokens, sign links or personal data', async () => {
    const api = await connect(segl);
    const request = documentRequest(await sampleContract(), { title: 'Hemmelig tittel' });
    (request.signers as Record<string, unknown>[])[0]!.signerInfo = {
      firstName: 'Ingeborg',
      lastName: 'Skogheim',
      socialSecurityNumber: '05128938534',
    };
    const { body } = await api.request('POST', '/signature/documents', request);
    await fetch(body.signers[0].url);
    const log = segl.output().slice(segl.output().lastIndexOf('Ctrl-C stops it.'));
    expect(log).toContain('"path":"/signature/documents"');
    for (const secret of [
      api.token,
      segl.client.clientSecret,
      'Hemmelig',
      'Ingeborg',
      '05128938534',
      'jwt=',
      body.signers[0].url.split('jwt=')[1],
    ]) {
      expect(log).not.toContain(secret);
    }
  });

  it('shows health, the API document and its reference page', async () => {
    const get = async (path: string) => fetch(segl.url + path);
    expect((await get('/health/live')).status).toBe(200);
    expect(((await (await get('/openapi.json')).json()) as { paths: object }).paths).toHaveProperty(
      '/signature/documents',
    );
    const docs = await get('/docs');
    expect([docs.status, docs.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  });
});
