import { createHmac, generateKeyPairSync } from 'node:crypto';
import { decodeProtectedHeader, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { createIssuedTokens, type IssuedTokens } from './issued-token.ts';
import { OAuthUnderTest, PUBLIC_URL } from './oauth.testing.ts';
import type { TokenKeys } from './token-keys.ts';
import { validateJwt } from './validate-jwt.ts';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describeOnEachDatabase('checking tokens of this instance', (open) => {
  let oauth: OAuthUnderTest;
  let keys: TokenKeys;
  let issued: IssuedTokens;

  beforeAll(async () => {
    oauth = await OAuthUnderTest.start(await open());
    keys = await oauth.tokenKeys();
    issued = createIssuedTokens({ publicUrl: PUBLIC_URL, keys, clock: { now: () => oauth.now() } });
  });
  afterAll(() => oauth.stop());

  const validate = (jwt: string) => validateJwt({ issued, tokens: oauth.tokens }, jwt);
  const issue = (claims = {}) => issued.issue('redirect+jwt', 600, () => claims);

  it('a token in time is valid, with its claims and the key in its header', async () => {
    const expiresAt = new Date(oauth.now().getTime() + 600_000);
    const jwt = await issued.issue('redirect+jwt', 600, (at) => ({ DocumentId: 'x', Expires: at.toISOString() }));
    const seconds = Math.floor(oauth.now().getTime() / 1000);
    const { kid } = keys.signing();
    expect(decodeProtectedHeader(jwt)).toEqual({ alg: 'RS256', typ: 'redirect+jwt', kid });
    expect(keys.jwks().keys.map((key) => key.kid)).toContain(kid);
    expect(await validate(jwt)).toEqual({
      valid: true,
      expires: expiresAt.toISOString(),
      payload: {
        DocumentId: 'x',
        Expires: expiresAt.toISOString(),
        iss: `${PUBLIC_URL}/oauth`,
        iat: seconds,
        exp: seconds + 600,
        jti: expect.any(String),
        kv: kid,
      },
    });
  });

  it('one that is too old or too young says so, and what it says', async () => {
    const old = await issue({ a: 1 });
    oauth.advance(600_000);
    expect(await validate(old)).toMatchObject({
      valid: false,
      error: 'expired',
      payload: { a: 1 },
      expires: expect.any(String),
    });
    const young = await issue({ nbf: Math.floor(oauth.now().getTime() / 1000) + 120 });
    expect(await validate(young)).toMatchObject({
      valid: false,
      error: 'not_yet_valid',
      payload: { nbf: expect.any(Number) },
    });
  });

  it('an access token is valid without its claims, until it is revoked or has expired', async () => {
    const clientId = await oauth.addClient({});
    const token = (await oauth.token(clientId)).body.access_token;
    expect(await validate(token)).toEqual({ valid: true, expires: expect.any(String) });
    await oauth.tokens.revoke(token, clientId);
    expect(await validate(token)).toEqual({ valid: false, expires: expect.any(String), error: 'revoked' });
    oauth.advance(3_600_000);
    expect(await validate(token)).toEqual({ valid: false, expires: expect.any(String), error: 'expired' });
  });

  it('a foreign one says nothing but why', async () => {
    const genuine = await issue();
    const [header, payload, signature] = genuine.split('.') as [string, string, string];
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { kid } = keys.signing();
    const foreign = (kidOf: string) =>
      new SignJWT({ a: 1 }).setProtectedHeader({ alg: 'RS256', kid: kidOf }).setExpirationTime('1h').sign(privateKey);
    const elsewhere = createIssuedTokens({
      publicUrl: 'https://else.example',
      keys,
      clock: { now: () => oauth.now() },
    });
    // The public key as the secret of a symmetric signature: the classic confusion of algorithms.
    const confused = `${encode({ alg: 'HS256', kid })}.${payload}`;
    const pem = keys.signing().publicKey.export({ format: 'pem', type: 'spki' });
    const cases: [string, string][] = [
      ['garbage', 'malformed'],
      ['a.b.c', 'malformed'],
      [`${header}.${payload}`, 'malformed'],
      [`${encode({ alg: 'none' })}.${payload}.`, 'unsupported_algorithm'],
      [`${confused}.${createHmac('sha256', pem).update(confused).digest('base64url')}`, 'unsupported_algorithm'],
      [await foreign('nobody'), 'unknown_key'],
      [await foreign(kid), 'invalid_signature'],
      [`${encode({ alg: 'ES256', kid })}.${payload}.${signature}`, 'invalid_signature'],
      [`${header}.${encode({ exp: 9e9 })}.${signature}`, 'invalid_signature'],
      [await elsewhere.issue('redirect+jwt', 600, () => ({})), 'unknown_issuer'],
    ];
    for (const [jwt, error] of cases) expect(await validate(jwt), jwt.slice(0, 60)).toEqual({ valid: false, error });
  });

  it('one of a key that has been replaced stays genuine while that key is published', async () => {
    const jwt = await issue();
    await keys.rotate();
    oauth.advance(25 * 3_600_000);
    expect(await validate(jwt)).toMatchObject({ valid: false, error: 'expired' });
    expect(decodeProtectedHeader(await issue()).kid).not.toBe(decodeProtectedHeader(jwt).kid);
  });
});
