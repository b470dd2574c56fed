import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../examples/token', import.meta.url));
/** The first build of a Go program compiles the standard library too. */
const BUILD_TIMEOUT_MS = 180_000;

describe('the samples of the token guide', () => {
  let segl: SeglProcess;
  beforeAll(async () => {
    segl = await startSegl();
  });
  afterAll(() => segl?.remove());

  /** Whether a program can be run here. */
  const has = (program: string, ...version: string[]) => spawnSync(program, version).status === 0;

  const run = (program: string, args: string[], secret = segl.client.clientSecret) =>
    new Promise<{ code: number; stdout: string }>((resolve, reject) => {
      const env = {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        SEGL_URL: segl.url,
        SEGL_CLIENT_ID: segl.client.clientId,
        SEGL_CLIENT_SECRET: secret,
      };
      execFile(program, args, { cwd: FOLDER, env }, (error, stdout) => {
        if (error && typeof error.code !== 'number') reject(error);
        else resolve({ code: Number(error?.code ?? 0), stdout });
      });
    });

  const SAMPLES: [program: string, ...args: string[]][] = [
    ['sh', 'token.sh'],
    [process.execPath, 'token.ts'],
    ['python3', 'get_token.py'],
  ];
  const WHERE_INSTALLED: [sample: [program: string, ...args: string[]], installed: boolean][] = [
    [['java', 'Token.java'], has('java', '-version')],
    [['go', 'run', 'token.go'], has('go', 'version')],
    [['php', 'token.php'], has('php', '-r', 'exit((int) !extension_loaded("curl"));')],
  ];
  it.each([...SAMPLES, ...WHERE_INSTALLED.flatMap(([sample, installed]) => (installed ? [sample] : []))])(
    '%s %s gets a token and calls the API with it; with a wrong secret it fails',
    async (program, ...args) => {
      const good = await run(program, args);
      expect(good.code).toBe(0);
      expect(JSON.parse(good.stdout)).toMatchObject({ offset: 0, limit: 1, size: 0, data: [] });
      expect((await run(program, args, 'f'.repeat(64))).code).not.toBe(0);
    },
    BUILD_TIMEOUT_MS,
  );
});
