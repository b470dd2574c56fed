import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createResolveHost } from './resolve-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'segl-hosts-'));
const hostsFile = join(folder, 'hosts');
writeFileSync(
  hostsFile,
  '# local names\n10.0.0.7 Intranet.example intranet\n10.0.0.8 intranet.example # second\nfd00::7\tintranet.example\nnonsense intranet.example\n',
);
afterAll(() => rmSync(folder, { recursive: true }));

it('gives every address that the hosts file has for a name', async () => {
  const resolveHost = createResolveHost(hostsFile);
  expect(await resolveHost('intranet.example', new AbortController().signal)).toEqual([
    '10.0.0.7',
    '10.0.0.8',
    'fd00::7',
  ]);
});

it('gives up at once when its signal has fired', async () => {
  const resolveHost = createResolveHost(hostsFile);
  await expect(resolveHost('elsewhere.example', AbortSignal.abort())).rejects.toThrow(/abort/i);
});

it('gives up a lookup that is under way when its signal fires', async () => {
  const silent = createSocket('udp4');
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
  const controller = new AbortController();
  const resolveHost = createResolveHost(hostsFile, [`127.0.0.1:${silent.address().port}`]);
  silent.once('message', () => controller.abort());
  await expect(resolveHost('elsewhere.example', controller.signal)).rejects.toThrow();
  silent.close();
});
