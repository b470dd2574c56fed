import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTestAuthority } from '@segl/simulators/src/se-bankid/test-authority.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from './kernel/clock/clock.ts';
import { ConfigError, readConfig } from './kernel/config/settings.ts';
import { createLog } from './kernel/log/log.ts';
import { offerSwedishBankId } from './swedish-bankid.ts';

let folder: string;
let files: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segl-bankid-settings-'));
  const { access } = await loadTestAuthority(undefined);
  files = {
    SEGL_SE_BANKID_CERTIFICATE_FILE: await kept('client.pem', access.clientCertificate),
    SEGL_SE_BANKID_KEY_FILE: await kept('client.key', access.clientKey),
    SEGL_SE_BANKID_SERVER_ROOT_FILE: await kept('server.pem', access.serverRoot),
    SEGL_SE_BANKID_SIGNING_ROOTS_FILE: await kept('persons.pem', access.signingRoot),
  };
});
afterAll(() => rm(folder, { recursive: true }));

async function kept(name: string, content: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content, { mode: 0o600 });
  return file;
}

const offer = (environment: Record<string, string>) =>
  offerSwedishBankId(readConfig({ SEGL_SIMULATORS: 'off', ...environment }), undefined, {
    clock: systemClock,
    log: createLog('silent'),
  });

it('is offered in production where its files are set, and nowhere else', async () => {
  expect(await offer({})).toEqual([]);
  const [only, ...others] = await offer(files);
  expect(others).toEqual([]);
  expect(only).toMatchObject({ environment: 'prod', provider: { method: 'se_bankid', simulator: false } });
});

it.each([
  ['no certificate among the roots of persons', 'SEGL_SE_BANKID_SIGNING_ROOTS_FILE', 'SEGL_SE_BANKID_KEY_FILE'],
  ['a key that is none', 'SEGL_SE_BANKID_KEY_FILE', 'SEGL_SE_BANKID_SERVER_ROOT_FILE'],
])('does not start with %s', async (_what, setting, instead) => {
  await expect(offer({ ...files, [setting]: files[instead]! })).rejects.toThrow(ConfigError);
});

it('wants the roots along with the certificate, and an https address', () => {
  const { SEGL_SE_BANKID_SERVER_ROOT_FILE: _, ...incomplete } = files;
  expect(() => readConfig(incomplete)).toThrow(/needs SEGL_SE_BANKID_SERVER_ROOT_FILE/);
  expect(() => readConfig({ SEGL_SE_BANKID_URL: 'http://appapi2.bankid.com/rp/v6.0' })).toThrow(/https/);
});
