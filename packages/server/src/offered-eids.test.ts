import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEidRegistry, REDIRECT_METHODS } from './eid/index.ts';
import { systemClock } from './kernel/clock/clock.ts';
import { offeredEids } from './offered-eids.ts';
import { simulatorsClient } from './simulators-process.ts';

const credentials = { issuer: 'https://broker.example/op', clientId: 'segl', clientSecret: 'very secret' };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segl-eids-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function offer(file: unknown, simulators: 'on' | 'off' = 'on') {
  const eidsFile = file === undefined ? undefined : join(folder, 'eids.json');
  if (eidsFile) await writeFile(eidsFile, typeof file === 'string' ? file : JSON.stringify(file));
  const config = { eidsFile, simulators, simulatorsUrl: 'http://localhost:8643' };
  const { registrations, testPersons } = await offeredEids(config, simulatorsClient(Buffer.alloc(32, 7)), systemClock);
  const registry = createEidRegistry({ providers: registrations });
  const list = (environment: 'test' | 'prod') => registry.list(environment).map(({ method }) => method);
  const simulated = (method: string) =>
    (registry.get(method, 'test') as { simulator?: boolean } | undefined)?.simulator;
  return { list, simulated, testPersons };
}

describe('the eIDs of an instance', () => {
  it('without a file are simulators, all of them in the test environment', async () => {
    const { list, simulated, testPersons } = await offer(undefined);
    expect([list('test'), list('prod')]).toEqual([REDIRECT_METHODS, []]);
    expect(REDIRECT_METHODS.filter((method) => !simulated(method))).toEqual([]);
    expect(Object.keys(testPersons)).toContain('fi_eid');
  });

  it('without a file and without simulators are none', async () => {
    const { list } = await offer(undefined, 'off');
    expect([list('test'), list('prod')]).toEqual([[], []]);
  });

  it('in production are those of the file and no other', async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(privateKey)), kid: 'k1', alg: 'RS256' };
    const { clientSecret: _, ...withKey } = credentials;
    const { list, simulated } = await offer({
      prod: { mitid: credentials, no_buypass: { ...withKey, privateKey: jwk } },
    });
    expect(list('prod').toSorted()).toEqual(['mitid', 'no_buypass']);
    expect(simulated('mitid')).toBe(true);
  });

  it('named for the test environment take the place of their simulator', async () => {
    const { list, simulated, testPersons } = await offer({ test: { mitid: credentials } });
    expect(list('test').toSorted()).toEqual(REDIRECT_METHODS.toSorted());
    expect([simulated('mitid'), testPersons.mitid]).toEqual([false, undefined]);
  });

  it.each<[string, unknown, RegExp]>([
    ['that is no JSON', '{"prod": very secret', /is not JSON/],
    ['with an eID that there is not', { prod: { my_eid: credentials } }, /\/prod\/my_eid is none of/],
    ['with another environment', { staging: {} }, /SEGL_EIDS_FILE: \//],
    ['without an issuer', { prod: { mitid: { ...credentials, issuer: undefined } } }, /\/prod\/mitid/],
    ['with an issuer over plain http', { prod: { mitid: { ...credentials, issuer: 'http://a' } } }, /mitid\/issuer/],
    ['that names a simulator', { prod: { mitid: { ...credentials, simulator: true } } }, /\/prod\/mitid/],
    [
      'without a secret',
      { prod: { mitid: { ...credentials, clientSecret: undefined } } },
      /clientSecret or privateKey/,
    ],
    ['without the keys that the eID demands', { prod: { fi_eid: credentials } }, /\/prod\/fi_eid .* private key/],
    ['with a member that is no text', { prod: { mitid: { ...credentials, clientId: 7 } } }, /mitid\/clientId/],
  ])('a file %s is refused by its place, without its secrets', async (_what, file, message) => {
    const error = await offer(file).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error?.name).toBe('ConfigError');
    expect(error?.message).toMatch(message);
    expect(error?.message).not.toContain('very secret');
  });
});
