import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { ASSERTION_TYPE } from './client-assertion.ts';
import { OAuthUnderTest, PUBLIC_URL } from './oauth.testing.ts';

const KEYS = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
const ISSUER = `${PUBLIC_URL}/oauth`;

describeOnEachDatabase('oauth.md 2.2: private_key_jwt', (open) => {
  let oauth: OAuthUnderTest;
  let clientId: string;

  beforeAll(async () => {
    oauth = await OAuthUnderTest.start(await open());
    clientId = await oauth.addClient({});
    await oauth.addKey(clientId, KEYS.RS256.publicKey);
  });
  afterAll(() => oauth.stop());

  const nowSeconds = () => oauth.now().getTime() / 1000;
  const claims = (id = clientId): JWTPayload => ({
    iss: id,
    sub: id,
    aud: ISSUER,
    jti: randomUUID(),
    iat: nowSeconds(),
    exp: nowSeconds() + 60,
  });
  const signed = (payload: JWTPayload, header: object = { alg: 'RS256' }, key: KeyObject = KEYS.RS256.privateKey) =>
    new SignJWT(payload).setProtectedHeader(header as { alg: string }).sign(key);
  const ask = async (assertion: string, more: Record<string, string> = {}, path = '/oauth/connect/token') =>
    oauth.post(path, {
      grant_type: 'client_credentials',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: assertion,
      ...more,
    });

  it.each(Object.keys(KEYS) as (keyof typeof KEYS)[])('a key of the client proves it with %s', async (alg) => {
    const id = await oauth.addClient({});
    await oauth.addKey(id, KEYS[alg].publicKey);
    const answer = await ask(await signed(claims(id), { alg }, KEYS[alg].privateKey));
    expect(answer.status).toBe(200);
    expect((await oauth.tokens.verify(answer.body.access_token)).clientId).toBe(id);
  });

  it.each([
    ISSUER,
    `${PUBLIC_URL}/oauth/connect/token`,
    `${PUBLIC_URL}/connect/token`,
    [ISSUER, 'https://other.example.com'],
  ])('the audience may be %j', async (aud) => {
    expect((await ask(await signed({ ...claims(), aud }))).status).toBe(200);
  });

  it('the client_id beside it must be the same', async () => {
    expect((await ask(await signed(claims()), { client_id: clientId })).status).toBe(200);
    const other = await oauth.addClient({});
    expect((await ask(await signed(claims()), { client_id: other })).body.error).toBe('invalid_request');
  });

  it('any of several keys will do, the one that kid names first', async () => {
    const id = await oauth.addClient({});
    await oauth.addKey(id, KEYS.PS256.publicKey, 'old');
    await oauth.addKey(id, KEYS.RS256.publicKey, 'new');
    expect((await ask(await signed(claims(id)))).status).toBe(200);
    expect((await ask(await signed(claims(id), { alg: 'RS256', kid: 'new' }))).status).toBe(200);
    expect((await ask(await signed(claims(id), { alg: 'RS256', kid: 'old' }))).status).toBe(401);
  });

  it('is good once, also when it is sent twenty times at the same moment', async () => {
    const assertion = await signed(claims());
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(assertion)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(401)]);
    expect(oauth.logged.some((entry) => entry.reason === 'assertion used before')).toBe(true);
  });

  it('a key that has expired proves nothing', async () => {
    const id = await oauth.addClient({});
    await oauth.addKey(id, KEYS.RS256.publicKey, undefined, oauth.now());
    expect((await ask(await signed(claims(id)))).status).toBe(401);
  });

  it('works for revocation and introspection too', async () => {
    const { body } = await ask(await signed(claims()));
    const token = body.access_token as string;
    const introspected = await ask(await signed(claims()), { token }, '/connect/introspect');
    expect(introspected.body).toMatchObject({ active: true, client_id: clientId });
    expect((await ask(await signed(claims()), { token }, '/connect/revocation')).status).toBe(200);
    expect((await ask(await signed(claims()), { token }, '/connect/introspect')).body).toEqual({ active: false });
  });

  describe('is refused', () => {
    const now = () => nowSeconds();
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const cases: Record<string, () => Promise<string> | string> = {
      'expired, beyond the skew': () => signed({ ...claims(), exp: now() - 31 }),
      'living longer than five minutes': () => signed({ ...claims(), exp: now() + 3600 }),
      'of the future': () => signed({ ...claims(), iat: now() + 3600 }),
      'not valid yet': () => signed({ ...claims(), nbf: now() + 3600 }),
      'without expiry': () => signed({ ...claims(), exp: undefined } as JWTPayload),
      'without jti': () => signed({ ...claims(), jti: undefined } as JWTPayload),
      'with an empty jti': () => signed({ ...claims(), jti: '' }),
      'with an endless jti': () => signed({ ...claims(), jti: 'x'.repeat(256) }),
      'without audience': () => signed({ ...claims(), aud: undefined } as JWTPayload),
      'for another server': () => signed({ ...claims(), aud: 'https://other.example.com/oauth' }),
      'for the API': () => signed({ ...claims(), aud: PUBLIC_URL }),
      'of another issuer': () => signed({ ...claims(), iss: 'me' }),
      'by a foreign key': () => signed(claims(), { alg: 'RS256' }, foreign.privateKey),
      'by a key that it brings': () =>
        signed(claims(), { alg: 'RS256', jwk: foreign.publicKey.export({ format: 'jwk' }) }, foreign.privateKey),
      'by a key at an address': () =>
        signed(claims(), { alg: 'RS256', jku: 'http://127.0.0.1/jwks' }, foreign.privateKey),
      'with x5u, although the key is right': () => signed(claims(), { alg: 'RS256', x5u: 'http://127.0.0.1/x' }),
      'alg none': () => `${encoded({ alg: 'none' })}.${encoded(claims())}.`,
      'HMAC with the public key': () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256' })
          .sign(Buffer.from(KEYS.RS256.publicKey.export({ type: 'spki', format: 'pem' }))),
      'RS384, which is not on the list': () => signed(claims(), { alg: 'RS384' }),
      'an access token of the client': async () => (await oauth.token(clientId)).body.access_token as string,
      'no JWT': () => 'x.y.z',
      nothing: () => '',
    };
    it.each(Object.keys(cases))('%s', async (name) => {
      const answer = await ask(await cases[name]!());
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    });

    it('beside a secret, or with another assertion type', async () => {
      const assertion = await signed(claims());
      expect((await ask(assertion, { client_secret: 'x' })).body.error).toBe('invalid_request');
      const saml = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer';
      expect((await ask(assertion, { client_assertion_type: saml })).body.error).toBe('invalid_request');
    });
  });
});
