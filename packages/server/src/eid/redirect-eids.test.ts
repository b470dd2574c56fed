import { createHash, createSecretKey } from 'node:crypto';
import { startLogin, submitStep } from '@segl/simulators/src/openid/login-attempt.ts';
import type { SimulatedEid } from '@segl/simulators/src/openid/simulated-eid.ts';
import { cancelAtSimulator, loginAtSimulator } from '@segl/simulators/src/openid/test-login.ts';
import { simulatedEids } from '@segl/simulators/src/simulated-eids.ts';
import {
  CompactEncrypt,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../kernel/clock/clock.ts';
import { describeEidProviderConformance } from './eid-provider.conformance.ts';
import type { EidPerson, EidStart } from './eid-provider.ts';
import { type HostileOpenIdProvider, startHostileOpenIdProvider } from './oidc/hostile-openid-provider.fixture.ts';
import type { OidcEidSettings } from './oidc/oidc-eid-provider.ts';
import { REDIRECT_EIDS, type RedirectMethod } from './redirect-eids.ts';
import { forkSimulators } from './simulators.testing.ts';
import { verifyNative } from './verify-native.ts';

const callbackUrl = 'http://localhost:9/eid/callback';
const clientSecret = 'only for this test run 0123456789';
const start: EidStart = {
  attemptId: 'a',
  accountName: 'Nordbank',
  environment: 'test',
  purpose: 'sign',
  documentTitle: 'Købekontrakt',
  documentSha256: createHash('sha256').update('contract').digest('hex'),
  language: 'en',
  callbackUrl,
};

interface Subject {
  method: RedirectMethod;
  simulated: SimulatedEid;
  /** The simulator's first person, as the eID tells of them. */
  person: EidPerson;
  nationalNumber: string | undefined;
  assuranceLevel: string;
}

const subjects: Subject[] = [
  {
    method: 'no_buypass',
    simulated: simulatedEids.noBuypass,
    person: {
      fullName: 'Tomas Topstad',
      firstName: 'Tomas',
      lastName: 'Topstad',
      dateOfBirth: '2007-01-01',
      uniqueId: expect.stringMatching(/^9578-4050-\d{9}$/),
    },
    nationalNumber: '01010750160',
    assuranceLevel: 'high',
  },
  {
    method: 'mitid',
    simulated: simulatedEids.mitId,
    person: {
      fullName: 'TestUser Tester',
      firstName: 'TestUser',
      lastName: 'Tester',
      dateOfBirth: '1937-07-19',
      uniqueId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
    nationalNumber: '1907371213',
    assuranceLevel: 'substantial',
  },
  {
    method: 'dk_nemid',
    simulated: simulatedEids.mitId,
    person: {
      fullName: 'TestUser Tester',
      firstName: 'TestUser',
      lastName: 'Tester',
      dateOfBirth: '1937-07-19',
      uniqueId: expect.stringMatching(/^9208-2002-2-\d{12}$/),
    },
    nationalNumber: '1907371213',
    assuranceLevel: 'substantial',
  },
  ...(['fi_eid', 'fi_tupas', 'fi_mobiilivarmenne'] as const).map((method) => ({
    method,
    simulated: simulatedEids.fiEid,
    person: {
      fullName: 'PORTAALIA TESTAA',
      firstName: 'TESTAA',
      lastName: 'PORTAALIA',
      dateOfBirth: '1981-02-21',
    },
    nationalNumber: '210281-9988',
    assuranceLevel: 'substantial',
  })),
  {
    method: 'itsme',
    simulated: simulatedEids.itsme,
    person: {
      fullName: 'Georges Peeters',
      firstName: 'Georges',
      lastName: 'Peeters',
      dateOfBirth: '1985-07-30',
      uniqueId: expect.any(String),
      phoneNumber: '+32470000001',
    },
    nationalNumber: '85073003328',
    assuranceLevel: 'high',
  },
  ...(['google', 'microsoft', 'linkedin', 'github', 'facebook'] as const).map((method) => ({
    method,
    simulated: simulatedEids[method === 'linkedin' ? 'linkedIn' : method],
    person: {
      fullName: 'Kari Klaven',
      firstName: 'Kari',
      lastName: 'Klaven',
      uniqueId: expect.any(String),
      email: 'kari.klaven@example.com',
    },
    nationalNumber: undefined,
    assuranceLevel: 'low',
  })),
];
const isSigned = ({ simulated }: Subject): boolean => simulated.resources === undefined;

let keys: Record<'signing' | 'decryption', JWK>;
let simulators: Awaited<ReturnType<typeof forkSimulators>>;

async function newKey(alg: string, use: 'sig' | 'enc'): Promise<[privateKey: JWK, publicKey: JWK]> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const facts = { kid: use, alg, use };
  return [
    { ...(await exportJWK(privateKey)), ...facts },
    { ...(await exportJWK(publicKey)), ...facts },
  ];
}

beforeAll(async () => {
  const [[signing, signingPublic], [decryption, encryption]] = await Promise.all([
    newKey('RS256', 'sig'),
    newKey('RSA-OAEP', 'enc'),
  ]);
  keys = { signing, decryption };
  const jwks = { keys: [signingPublic, encryption] };
  simulators = await forkSimulators([
    { client_id: 'nordbank', client_name: 'Nordbank', client_secret: clientSecret, jwks, redirect_uris: [callbackUrl] },
  ]);
});
afterAll(() => simulators.stop());

function settingsFor(issuer: string, { strict }: SimulatedEid): OidcEidSettings {
  return {
    issuer,
    clientId: 'nordbank',
    authentication: strict
      ? { method: 'private_key_jwt', privateKey: keys.signing }
      : { method: 'client_secret_basic', clientSecret },
    decryptionKey: keys.decryption,
    simulator: true,
    clock: systemClock,
  };
}

const providerOf = ({ method, simulated }: Subject) =>
  REDIRECT_EIDS[method](settingsFor(simulators.issuers[simulated.name]!, simulated));

describe.each(subjects)('$method', (subject) => {
  const { method, simulated } = subject;

  describeEidProviderConformance(
    method,
    async () => ({
      provider: providerOf(subject),
      unreachable: REDIRECT_EIDS[method](settingsFor(`http://127.0.0.1:9/${simulated.path}`, simulated)),
      callbackUrl,
      authenticate: (url) => loginAtSimulator(url, simulated.testLogin({})),
      cancel: cancelAtSimulator,
      enterWrongCode: (url) => loginAtSimulator(url, simulated.testLogin({ word: 'guess' })),
    }),
    isSigned(subject),
  );

  const purpose = isSigned(subject) ? 'sign' : 'identify';

  async function login(word?: string, changes: Partial<EidStart> = {}) {
    const provider = providerOf(subject);
    const { step, state } = await provider.start({ ...start, purpose, ...changes });
    const callback = Object.fromEntries(
      new URL(await loginAtSimulator(step.url, simulated.testLogin({ word }))).searchParams,
    );
    return provider.complete({ state, callback, now: new Date() });
  }

  test('tells who it was, and the national number to those who ask for it only', async () => {
    const { person, assuranceLevel, nationalNumber } = subject;
    const outcome = await login();
    expect(outcome).toMatchObject({ result: 'completed', assuranceLevel });
    expect(outcome.result === 'completed' && outcome.person).toEqual(person);
    const asked = await login(undefined, { wantsNationalNumber: true });
    const number = asked.result === 'completed' ? asked.person.nationalNumber : undefined;
    expect(number).toEqual(nationalNumber && { value: nationalNumber, countryCode: providerOf(subject).countryCode });
  });

  test.each([
    ['blocked', 'id_blocked'],
    ['revoked', 'id_revoked'],
    ['expired', 'id_expired'],
    ['unknown', 'id_not_found'],
    ['down', 'provider_unavailable'],
    ['error', 'provider_error'],
  ])('reports the outcome "%s" as %s', async (word, code) => {
    expect(await login(word)).toMatchObject({ result: 'failed', code, providerCode: expect.any(String) });
  });

  test('reports the word "cancel" as canceled', async () => {
    expect(await login('cancel')).toEqual({ result: 'canceled' });
  });

  test('keeps title, digest and number out of the address that the browser opens', async () => {
    const nationalNumber = subject.nationalNumber ?? '0000';
    const { step } = await providerOf(subject).start({ ...start, purpose, nationalNumber });
    const address = decodeURIComponent(step.url);
    for (const secret of [start.documentTitle!, start.documentSha256!.slice(0, 4), nationalNumber]) {
      expect(address).not.toContain(secret);
      expect(address).not.toContain(Buffer.from(secret).toString('base64').slice(0, 8));
    }
  });

  test('is sent back to no address but the registered one', async () => {
    const evil = 'https://evil.example/eid/callback';
    const refused = await providerOf(subject)
      .start({ ...start, purpose, callbackUrl: evil })
      .then(async ({ step }) => {
        const response = await fetch(step.url, { redirect: 'manual' });
        return response.status === 400 && response.headers.get('location') === null;
      })
      .catch(({ code }: { code: string }) => code === 'eid_unavailable');
    expect(refused).toBe(true);
  });
});

describe.each(subjects.filter(isSigned))('an attack on $method', ({ method, simulated }) => {
  let op: HostileOpenIdProvider;
  const invalid = { result: 'failed', code: 'provider_error', providerCode: 'invalid_id_token' };

  beforeEach(async () => {
    op = await startHostileOpenIdProvider();
  });
  afterEach(() => op.close());

  /** What an honest provider of this eID would say for the login with this nonce. */
  function honestClaims(nonce: string): JWTPayload {
    const attempt = startLogin('');
    const typed = simulated.testLogin({});
    simulated.steps.forEach(({ segment }, index) => {
      submitStep(simulated.steps, attempt, index, typed[segment]!, 0, 0);
    });
    const { person } = attempt;
    const { iss, aud, sub, iat, exp, auth_time } = op.claims(nonce, new Date());
    op.userinfo = { ...person!.claims, sub };
    const { acr, amr } = simulated;
    return {
      ...person!.claims,
      iss,
      aud,
      sub,
      iat,
      exp,
      auth_time,
      nonce,
      ...(acr ? { acr } : {}),
      ...(amr ? { amr } : {}),
    };
  }

  const provider = () =>
    REDIRECT_EIDS[method]({
      ...settingsFor(op.issuer, simulated),
      clientId: op.clientId,
    });

  async function begin(by = provider()) {
    const started = await by.start(start);
    const { searchParams } = new URL(started.step.url);
    const request = searchParams.get('request');
    const { nonce } = request === null ? Object.fromEntries(searchParams) : decodeJwt(request);
    return { ...started, by, nonce: nonce as string };
  }

  /** An attacker can encrypt for us as well as the provider can. */
  async function send(idToken: string): Promise<void> {
    if (!simulated.strict) {
      op.idToken = idToken;
      return;
    }
    const { d: _, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...publicKey } = keys.decryption;
    op.idToken = await new CompactEncrypt(Buffer.from(idToken))
      .setProtectedHeader({ alg: 'RSA-OAEP', enc: 'A128CBC-HS256', kid: 'enc', cty: 'JWT' })
      .encrypt(await importJWK(publicKey));
  }

  async function completeWith(forge: (claims: JWTPayload) => Promise<string> | string) {
    const { by, state, callbackKey, nonce } = await begin();
    await send(await forge(honestClaims(nonce)));
    return by.complete({ state, callback: { code: 'c', state: callbackKey }, now: new Date() });
  }

  test('is none while everything is honest', async () => {
    expect(await completeWith((claims) => op.sign(claims))).toMatchObject({ result: 'completed' });
  });

  test('by the state of another login is refused before the code is spent', async () => {
    const [one, other] = [await begin(), await begin()];
    const callback = { code: 'c', state: other.callbackKey };
    expect(await one.by.complete({ state: one.state, callback, now: new Date() })).toMatchObject({
      providerCode: 'state_mismatch',
    });
    expect(op.requests).not.toContain('/token');
  });

  test('by the answer of another provider is refused where ours names itself', async () => {
    op.metadata = { authorization_response_iss_parameter_supported: true };
    const { by, state, callbackKey, nonce } = await begin();
    await send(await op.sign(honestClaims(nonce)));
    const callback = { code: 'c', state: callbackKey, iss: 'https://evil.example' };
    expect(await by.complete({ state, callback, now: new Date() })).toMatchObject({ result: 'failed' });
  });

  test('by an id_token of another login, of which the nonce is known, is refused', async () => {
    const by = provider();
    const [one, other] = [await begin(by), await begin(by)];
    await send(await op.sign(honestClaims(other.nonce)));
    const callback = { code: 'c', state: one.callbackKey };
    expect(await by.complete({ state: one.state, callback, now: new Date() })).toMatchObject(invalid);
  });

  test.each<[string, (claims: JWTPayload) => Promise<string> | string]>([
    ['of another client', (claims) => op.sign({ ...claims, aud: 'other' })],
    ['of another issuer', (claims) => op.sign({ ...claims, iss: 'https://evil.example' })],
    ['without a signature', (claims) => new UnsecuredJWT(claims).encode()],
    [
      'signed with the client secret',
      (claims) =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
          .sign(createSecretKey(Buffer.from(clientSecret))),
    ],
    [
      'signed with the public key as a secret',
      (claims) =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
          .sign(createSecretKey(Buffer.from(JSON.stringify(op.keys[0])))),
    ],
    ['signed with another algorithm than the provider uses', (claims) => op.sign(claims, op.pssKey, { alg: 'PS256' })],
  ])('by an id_token %s is refused', async (_what, forge) => {
    expect(await completeWith(forge)).toMatchObject(invalid);
  });

  test('by what the userinfo endpoint tells of somebody else is refused', async () => {
    const outcome = await completeWith((claims) => {
      op.userinfo = { ...op.userinfo, sub: 'somebody else' };
      return op.sign(claims);
    });
    expect(outcome.result).toBe(op.requests.includes('/me') ? 'failed' : 'completed');
  });
});

describe.each(subjects.filter((subject) => !isSigned(subject)))('an attack on $method', (subject) => {
  const { simulated } = subject;

  async function begin() {
    const by = providerOf(subject);
    const started = await by.start({ ...start, purpose: 'identify' });
    const address = await loginAtSimulator(started.step.url, simulated.testLogin({}));
    return { ...started, by, callback: Object.fromEntries(new URL(address).searchParams) };
  }

  test('by the state of another login, or its code, is refused', async () => {
    const [one, other] = [await begin(), await begin()];
    const complete = (callback: Record<string, string>) =>
      one.by.complete({ state: one.state, callback, now: new Date() });
    expect(await complete(other.callback)).toMatchObject({ providerCode: 'state_mismatch' });
    // The verifier of this login does not fit the code of the other.
    expect(await complete({ ...other.callback, state: one.callback.state! })).toMatchObject({ result: 'failed' });
  });

  test('by the answer of another provider is refused', async () => {
    const { by, state, callback } = await begin();
    const mixedUp = { ...callback, iss: 'https://evil.example' };
    expect(await by.complete({ state, callback: mixedUp, now: new Date() })).toMatchObject({ result: 'failed' });
  });

  test('by its own word for evidence is none: what was not signed is never taken as proof', async () => {
    const { by, state, callback } = await begin();
    const outcome = await by.complete({ state, callback, now: new Date() });
    if (outcome.result !== 'completed') throw new Error(JSON.stringify(outcome));
    expect(await verifyNative(outcome.native)).toEqual({ valid: false, fault: 'unknown_format' });
    await expect(by.start(start)).rejects.toThrow('cannot sign');
  });
});
