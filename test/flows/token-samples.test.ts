import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../examples/token', import.meta.url));

describe('the samples of the token guide', () => {
  let segl: SeglProcess;
  beforeAll(async () => {
    segl = await startSegl();
  });
  afterAll(() => segl?.remove());

  const run = (program: string, file: string, secret = segl.client.clientSecret) =>
    new Promise<{ code: number; stdout: string }>((resolve, reject) => {
      const env = {
        PATH: process.env.PATH,
        SEGL_URL: segl.url,
        SEGL_CLIENT_ID: segl.client.clientId,
        SEGL_CLIENT_SECRET: secret,
      };
      execFile(program, [file], { cwd: FOLDER, env }, (error, stdout) => {
        if (error && typeof error.code !== 'number') reject(error);
        else resolve({ code: Number(error?.code ?? 0), stdout });
      });
    });

  it.each([
    ['sh', 'token.sh'],
    [process.execPath, 'token.ts'],
    ['python3', 'get_token.py'],
  ])('%s %s gets a token and calls the API with it; with a wrong secret it fails', async (program, file) => {
    const good = await run(program, file);
    expect(good.code).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ offset: 0, limit: 1, size: 0, data: [] });
    expect((await run(program, file, 'f'.repeat(64))).code).not.toBe(0);
  });
});
