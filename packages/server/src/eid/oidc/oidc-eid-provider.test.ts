import { createHash, createSecretKey } from 'node:crypto';
import { generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock/clock.ts';
import type { EidOutcome, EidStart } from '../eid-provider.ts';
import { noBankIdNetcentricProfile } from '../no-bankid/no-bankid-netcentric.ts';
import { type HostileOpenIdProvider, startHostileOpenIdProvider } from './hostile-openid-provider.fixture.ts';
import { createOidcEidProvider, type OidcEidSettings } from './oidc-eid-provider.ts';
import type { OutboundFetch } from './oidc-fetch.ts';

const callbackUrl = 'https://segl.example/eid/callback';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const input: EidStart = {
  attemptId: 'a',
  accountName: 'Nordbank',
  environment: 'test',
  purpose: 'sign',
  documentTitle: 'Contract',
  documentSha256: sha256('contract'),
  language: 'en',
  callbackUrl,
};

let op: HostileOpenIdProvider;

beforeEach(async () => {
  op = await startHostileOpenIdProvider();
});

afterEach(() => op.close());

function createProvider(changes: Partial<OidcEidSettings> = {}) {
  return createOidcEidProvider(noBankIdNetcentricProfile, {
    issuer: op.issuer,
    clientId: op.clientId,
    authentication: { method: 'client_secret_basic', clientSecret: op.clientSecret },
    simulator: true,
    clock: systemClock,
    ...changes,
  });
}

async function startLogin(provider = createProvider(), start = input) {
  const started = await provider.start(start);
  return { ...started, provider, nonce: new URL(started.step.url).searchParams.get('nonce')! };
}

/** A login at whose end the provider hands out the id_token that `forge` makes of the honest claims. */
async function completeWith(
  forge: (claims: JWTPayload, now: Date) => Promise<string> | string,
  changes: Partial<OidcEidSettings> = {},
): Promise<EidOutcome> {
  const { provider, state, callbackKey, nonce } = await startLogin(createProvider(changes));
  const now = new Date();
  op.idToken = await forge(op.claims(nonce, now), now);
  return provider.complete({ state, callback: { code: 'c', state: callbackKey }, now });
}

describe('an id_token', () => {
  test('that is honest completes the login', async () => {
    expect(await completeWith((claims) => op.sign(claims))).toMatchObject({
      result: 'completed',
      person: { firstName: 'Kari', middleName: 'Marie', lastName: 'Nordmann' },
    });
  });

  const day = 86_400;
  test.each<[string, (claims: JWTPayload) => JWTPayload]>([
    ['with another nonce', (claims) => ({ ...claims, nonce: sha256('x') })],
    ['without a nonce', ({ nonce: _, ...claims }) => claims],
    ['for another client', (claims) => ({ ...claims, aud: 'someone-else' })],
    ['for several clients without saying which', (claims) => ({ ...claims, aud: ['segl', 'other'] })],
    ['issued to another client', (claims) => ({ ...claims, aud: ['segl', 'other'], azp: 'other' })],
    ['issued to another client although we are the audience', (claims) => ({ ...claims, azp: 'other' })],
    ['of another issuer', (claims) => ({ ...claims, iss: 'https://evil.example' })],
    ['that has expired', (claims) => ({ ...claims, exp: claims.iat! - 60 })],
    ['without an expiry', ({ exp: _, ...claims }) => claims],
    ['from the future', (claims) => ({ ...claims, iat: claims.iat! + day })],
    ['from before the login began', (claims) => ({ ...claims, iat: claims.iat! - day })],
    ['without a time of issue', ({ iat: _, ...claims }) => claims],
    ['of an authentication before the login began', (claims) => ({ ...claims, auth_time: claims.iat! - day })],
    ['without a time of authentication', ({ auth_time: _, ...claims }) => claims],
    ['of a lower assurance level', (claims) => ({ ...claims, acr: 'urn:bankid:bis;LOA=3' })],
    ['without the unique id of the person', ({ bankid_altsub: _, ...claims }) => claims],
    ['without a subject', ({ sub: _, ...claims }) => claims],
  ])('%s is refused', async (_name, forge) => {
    expect(await completeWith((claims) => op.sign(forge(claims)))).toMatchObject({
      result: 'failed',
      code: 'provider_error',
      providerCode: 'invalid_id_token',
    });
  });

  const refused = { result: 'failed', code: 'provider_error', providerCode: 'invalid_id_token' };

  test('signed with a key that the provider does not publish is refused', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    expect(await completeWith((claims) => op.sign(claims, privateKey))).toMatchObject(refused);
    expect(await completeWith((claims) => op.sign(claims, privateKey, { kid: 'k9' }))).toMatchObject(refused);
  });

  test('without a signature is refused', async () => {
    expect(await completeWith((claims) => new UnsecuredJWT(claims).encode())).toMatchObject(refused);
  });

  test('signed with the client secret or with the public key as a secret is refused', async () => {
    const withSecret = (secret: string) => (claims: JWTPayload) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(createSecretKey(Buffer.from(secret)));
    expect(await completeWith(withSecret(op.clientSecret))).toMatchObject(refused);
    expect(await completeWith(withSecret(JSON.stringify(op.keys[0])))).toMatchObject(refused);
  });

  test('whose content was changed after signing is refused', async () => {
    const outcome = await completeWith(async (claims) => {
      const [header, , signature] = (await op.sign(claims)).split('.');
      const forged = Buffer.from(JSON.stringify({ ...claims, family_name: 'Other' })).toString('base64url');
      return `${header}.${forged}.${signature}`;
    });
    expect(outcome).toMatchObject(refused);
  });

  test('that is no token at all is refused', async () => {
    expect(await completeWith(() => 'nonsense')).toMatchObject(refused);
    expect(await completeWith(() => '')).toMatchObject(refused);
  });

  test('of a login for another document is refused, although provider, person and time are right', async () => {
    const provider = createProvider();
    const other = await startLogin(provider, { ...input, documentSha256: sha256('another contract') });
    const own = await startLogin(provider);
    const now = new Date();
    op.idToken = await op.sign(op.claims(other.nonce, now));
    expect(
      await provider.complete({ state: own.state, callback: { code: 'c', state: own.callbackKey }, now }),
    ).toMatchObject(refused);
  });

  test('of another login for the same document is refused', async () => {
    const provider = createProvider();
    const first = await startLogin(provider);
    const second = await startLogin(provider);
    const now = new Date();
    op.idToken = await op.sign(op.claims(first.nonce, now));
    expect(
      await provider.complete({ state: second.state, callback: { code: 'c', state: second.callbackKey }, now }),
    ).toMatchObject(refused);
  });

  test('signed with a key that was rotated in after we last looked is accepted', async () => {
    const provider = createProvider();
    const before = await startLogin(provider);
    op.idToken = await op.sign(op.claims(before.nonce, new Date()));
    await provider.complete({
      state: before.state,
      callback: { code: 'c', state: before.callbackKey },
      now: new Date(),
    });
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    op.keys = [{ ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'k2' }];
    const after = await startLogin(provider);
    op.idToken = await op.sign(op.claims(after.nonce, new Date()), privateKey, { kid: 'k2' });
    const outcome = await provider.complete({
      state: after.state,
      callback: { code: 'c', state: after.callbackKey },
      now: new Date(),
    });
    expect(outcome).toMatchObject({ result: 'completed', native: { binding: { jwks: { keys: [{ kid: 'k2' }] } } } });
  });
});

describe('a callback', () => {
  test('with another state, or with none, is refused before the code is spent', async () => {
    const { provider, state } = await startLogin();
    const other = await startLogin(provider);
    for (const callback of [{ code: 'c', state: other.callbackKey }, { code: 'c' }] as Record<string, string>[]) {
      expect(await provider.complete({ state, callback, now: new Date() })).toMatchObject({
        result: 'failed',
        providerCode: 'state_mismatch',
      });
    }
    expect(op.requests).not.toContain('/token');
  });

  test('of another provider is refused when ours names itself in its answers', async () => {
    op.metadata = { authorization_response_iss_parameter_supported: true };
    const { provider, state, callbackKey, nonce } = await startLogin();
    op.idToken = await op.sign(op.claims(nonce, new Date()));
    const complete = (callback: Record<string, string>) =>
      provider.complete({ state, callback: { code: 'c', state: callbackKey, ...callback }, now: new Date() });
    expect(await complete({ iss: 'https://evil.example' })).toMatchObject({ result: 'failed' });
    expect(await complete({})).toMatchObject({ result: 'failed' });
    expect(await complete({ iss: op.issuer })).toMatchObject({ result: 'completed' });
  });

  test('with a code that the provider does not take is reported with its code', async () => {
    const { provider, state, callbackKey } = await startLogin();
    op.tokenAnswer = { status: 400, body: '{"error":"invalid_grant"}' };
    expect(
      await provider.complete({ state, callback: { code: 'used', state: callbackKey }, now: new Date() }),
    ).toMatchObject({ result: 'failed', code: 'provider_error', providerCode: 'invalid_grant' });
  });

  test('brings no control characters and no long texts of an attacker into the outcome', async () => {
    const { provider, state, callbackKey } = await startLogin();
    const callback = { state: callbackKey, error: 'access_denied', error_description: `a\r\nb${'x'.repeat(5000)}` };
    const outcome = await provider.complete({ state, callback, now: new Date() });
    expect(outcome).toMatchObject({ result: 'failed', providerCode: `a  b${'x'.repeat(96)}` });
  });
});

describe('a provider that does not serve us', () => {
  const outage = { code: 'eid_unavailable', status: 503 };

  async function completeAgainst(prepare: () => void, http?: OidcEidSettings['http']): Promise<EidOutcome> {
    const { provider, state, callbackKey, nonce } = await startLogin(createProvider({ http }));
    op.idToken = await op.sign(op.claims(nonce, new Date()));
    prepare();
    return provider.complete({ state, callback: { code: 'c', state: callbackKey }, now: new Date() });
  }

  test.each([
    ['fails', { status: 500, body: 'oops' }],
    ['redirects us', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }],
    ['sends more than the limit', { status: 200, body: ' '.repeat(300_000) }],
  ])('is unavailable when it %s', async (_name, answer) => {
    await expect(
      completeAgainst(() => {
        op.tokenAnswer = answer;
      }),
    ).rejects.toMatchObject(outage);
  });

  test('is unavailable when it is slower than the time limit', async () => {
    const slow = completeAgainst(
      () => {
        op.delayMs = 2000;
      },
      { timeoutMs: 100 },
    );
    await expect(slow).rejects.toMatchObject(outage);
  });

  test('tells how long to wait, within reason', async () => {
    const answering = (retryAfter: string) =>
      completeAgainst(() => {
        op.tokenAnswer = { status: 429, headers: { 'retry-after': retryAfter }, body: '' };
      });
    await expect(answering('7')).rejects.toMatchObject({ ...outage, retryAfterSeconds: 7 });
    await expect(answering('999999')).rejects.toMatchObject({ ...outage, retryAfterSeconds: 300 });
  });

  test('is unavailable when its metadata are those of another issuer', async () => {
    op.metadata = { issuer: 'https://evil.example' };
    await expect(createProvider().start(input)).rejects.toMatchObject(outage);
  });

  test('serves us again after an outage, as failures are not remembered', async () => {
    const provider = createProvider();
    op.metadata = { issuer: 'https://evil.example' };
    await expect(provider.start(input)).rejects.toMatchObject(outage);
    op.metadata = {};
    await expect(provider.start(input)).resolves.toMatchObject({ step: { kind: 'redirect' } });
  });

  test('is asked for its metadata once, however many start at the same time', async () => {
    const provider = createProvider();
    await Promise.all(Array.from({ length: 20 }, () => provider.start(input)));
    expect(op.requests).toEqual(['/.well-known/openid-configuration']);
  });
});

describe('settings', () => {
  test('with a plain http issuer are refused unless it is a simulator', () => {
    expect(() => createProvider({ simulator: false })).toThrow(/https/);
  });

  test('that hide a simulator behind https are found out by what it says of itself', async () => {
    const fetch: OutboundFetch = async () => {
      const issuer = 'https://bankid.example';
      const metadata = { issuer, authorization_endpoint: issuer, token_endpoint: issuer, segl_simulator: true };
      return new Response(JSON.stringify(metadata), { headers: { 'content-type': 'application/json' } }) as never;
    };
    const provider = createProvider({ issuer: 'https://bankid.example', simulator: false, http: { fetch } });
    await expect(provider.start(input)).rejects.toMatchObject({ code: 'eid_unavailable' });
  });

  test('refuse a callback address with a query, which the provider could not match', async () => {
    await expect(createProvider().start({ ...input, callbackUrl: `${callbackUrl}?a=b` })).rejects.toThrow(TypeError);
  });
});

describe('an authorization request', () => {
  test('demands a fresh login, PKCE, and a nonce that is the same for no two logins of one document', async () => {
    const first = await startLogin();
    const second = await startLogin();
    const query = new URL(first.step.url).searchParams;
    expect(query.get('prompt')).toBe('login');
    expect(query.get('code_challenge_method')).toBe('S256');
    expect(query.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(first.nonce).not.toBe(second.nonce);
    expect(query.has('binding_message')).toBe(false);
  });
});
