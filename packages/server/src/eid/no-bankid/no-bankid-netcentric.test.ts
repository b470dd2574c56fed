import { createHash } from 'node:crypto';
import { authenticateAtNoBankId, cancelAtNoBankId } from '@segl/simulators/src/no-bankid/test-person.ts';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock/clock.ts';
import { describeEidProviderConformance } from '../eid-provider.conformance.ts';
import type { EidStart } from '../eid-provider.ts';
import type { OidcEidSettings } from '../oidc/oidc-eid-provider.ts';
import { forkSimulators } from '../simulators.testing.ts';
import { verifyNative } from '../verify-native.ts';
import { createNoBankIdNetcentric, noBankIdNetcentricProfile } from './no-bankid-netcentric.ts';

const callbackUrl = 'http://localhost:9/eid/callback';
const john = { nationalNumber: '05128938534' };
let simulators: Awaited<ReturnType<typeof forkSimulators>>;
let settings: OidcEidSettings;
let privateKeySettings: OidcEidSettings;

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid: 'rp', alg: 'ES256', use: 'sig' };
  const redirect_uris = [callbackUrl];
  simulators = await forkSimulators([
    {
      client_id: 'nordbank',
      client_name: 'Nordbank',
      client_secret: 'only for this test run 0123456789',
      redirect_uris,
    },
    { client_id: 'vestbank', jwks: { keys: [publicJwk] }, redirect_uris },
  ]);
  settings = {
    issuer: simulators.issuers.noBankId!,
    clientId: 'nordbank',
    authentication: { method: 'client_secret_basic', clientSecret: 'only for this test run 0123456789' },
    simulator: true,
    clock: systemClock,
  };
  const privateJwk = { ...(await exportJWK(privateKey)), kid: 'rp', alg: 'ES256' };
  privateKeySettings = {
    ...settings,
    clientId: 'vestbank',
    authentication: { method: 'private_key_jwt', privateKey: privateJwk },
  };
});

afterAll(() => simulators.stop());

describeEidProviderConformance('no_bankid_netcentric', async () => ({
  provider: createNoBankIdNetcentric(settings),
  unreachable: createNoBankIdNetcentric({ ...settings, issuer: 'http://127.0.0.1:9/no-bankid' }),
  callbackUrl,
  authenticate: (url) => authenticateAtNoBankId(url, john),
  cancel: cancelAtNoBankId,
  enterWrongCode: (url) => authenticateAtNoBankId(url, { ...john, oneTimeCode: 'guess' }),
}));

describe('no_bankid_netcentric', () => {
  const start: EidStart = {
    attemptId: 'a',
    accountName: 'Nordbank',
    environment: 'test',
    purpose: 'sign',
    documentTitle: 'Contract',
    documentSha256: createHash('sha256').update('contract').digest('hex'),
    language: 'en',
    callbackUrl,
  };

  async function login(provider = createNoBankIdNetcentric(settings), credentials = john, input = start) {
    const { step, state } = await provider.start(input);
    const callback = Object.fromEntries(new URL(await authenticateAtNoBankId(step.url, credentials)).searchParams);
    return provider.complete({ state, callback, now: new Date() });
  }

  test('reports the person as BankID writes it, without the national number', async () => {
    const outcome = await login();
    expect(outcome).toMatchObject({
      result: 'completed',
      assuranceLevel: 'high',
      native: { format: 'oidc_id_token', mediaType: 'application/jwt', fileName: 'bankid-id-token.jwt' },
    });
    if (outcome.result !== 'completed') return;
    expect(outcome.person).toEqual({
      fullName: 'Doe, John',
      firstName: 'John',
      lastName: 'Doe',
      dateOfBirth: '1989-12-05',
      uniqueId: '9578-6000-4-602403',
    });
    const verdict = await verifyNative(outcome.native);
    expect(JSON.stringify(verdict)).not.toContain(john.nationalNumber);
  });

  test('reports the national number when it is asked for', async () => {
    expect(await login(undefined, undefined, { ...start, wantsNationalNumber: true })).toMatchObject({
      result: 'completed',
      person: { nationalNumber: { value: john.nationalNumber, countryCode: 'NO' } },
    });
  });

  test('authenticates to BankID with a private key too', async () => {
    expect(await login(createNoBankIdNetcentric(privateKeySettings))).toMatchObject({ result: 'completed' });
  });

  test('is unavailable, not failed, when BankID does not know the client', async () => {
    const provider = createNoBankIdNetcentric({ ...settings, clientId: 'unknown' });
    await expect(provider.start(start)).rejects.toMatchObject({ code: 'eid_unavailable' });
  });

  test('keeps number, title and digest out of the address that the browser opens', async () => {
    const { step } = await createNoBankIdNetcentric(settings).start({ ...start, nationalNumber: john.nationalNumber });
    expect([...new URL(step.url).searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
  });

  test.each([
    ['blocked', 'id_blocked'],
    ['revoked', 'id_revoked'],
    ['expired', 'id_expired'],
    ['unknown', 'id_not_found'],
    ['down', 'provider_unavailable'],
    ['error', 'provider_error'],
  ])('reports the outcome "%s" as %s', async (oneTimeCode, code) => {
    expect(await login(undefined, { ...john, oneTimeCode } as typeof john)).toEqual({
      result: 'failed',
      code,
      providerCode: code,
    });
  });

  test('reports a wrong password as wrong_credentials', async () => {
    const outcome = await login(undefined, { ...john, password: 'qwer' } as typeof john);
    expect(outcome).toMatchObject({ result: 'failed', code: 'wrong_credentials' });
  });
});

describe('names of no_bankid_netcentric', () => {
  const person = (claims: Record<string, unknown>) =>
    noBankIdNetcentricProfile.toPerson({ bankid_altsub: '9578-6000-4-1', ...claims }, { asksNationalNumber: false });

  test('takes the first of several given names as the first name', () => {
    expect(person({ name: 'Lie, Ane Marie Sofie', given_name: 'Ane Marie Sofie', family_name: 'Lie' })).toMatchObject({
      fullName: 'Lie, Ane Marie Sofie',
      firstName: 'Ane',
      middleName: 'Marie Sofie',
      lastName: 'Lie',
    });
  });

  test('splits the full name at the comma when BankID sends nothing else', () => {
    expect(person({ name: 'Åmodt Vik, Odd' })).toMatchObject({ firstName: 'Odd', lastName: 'Åmodt Vik' });
  });

  test('finds nobody without a name or without the unique id', () => {
    expect(person({})).toBeUndefined();
    expect(person({ name: 'Lie, Ane', bankid_altsub: '' })).toBeUndefined();
  });

  test('asks for the prefilled number only where it does not pass through the browser', () => {
    const input = { nationalNumber: '05128938534', language: 'no' } as EidStart;
    expect(noBankIdNetcentricProfile.requestParameters(input, { pushed: true }).login_hint).toBe('BID:05128938534');
    expect(noBankIdNetcentricProfile.requestParameters(input, { pushed: false }).login_hint).toBe('BID');
  });

  test('takes access_denied without a reason as a cancel, and with an unknown one as a failure', () => {
    const { toOutcome } = noBankIdNetcentricProfile;
    expect(toOutcome('access_denied', undefined)).toEqual({ result: 'canceled' });
    expect(toOutcome('access_denied', 'C-42')).toEqual({
      result: 'failed',
      code: 'provider_error',
      providerCode: 'C-42',
    });
  });
});
