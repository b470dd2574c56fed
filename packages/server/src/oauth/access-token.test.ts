import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { AccessTokens } from './access-token.ts';
import { OAuthUnderTest, PUBLIC_URL } from './oauth.testing.ts';

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describeOnEachDatabase('access tokens', (open) => {
  let oauth: OAuthUnderTest;

  beforeAll(async () => {
    oauth = await OAuthUnderTest.start(await open());
  });
  afterAll(() => oauth.stop());

  async function issued(client: Parameters<OAuthUnderTest['addClient']>[0] = {}) {
    const clientId = await oauth.addClient(client);
    const record = (await oauth.admin.findClient(clientId))!;
    const { accessToken } = await oauth.tokens.issue(record, record.allowedScopes, record.secrets[0]!.id);
    return { clientId, token: accessToken, record };
  }
  const refused = (tokens: AccessTokens, token: string) =>
    tokens.verify(token).then(
      () => 'accepted',
      (error: { status: number; code: string }) => `${error.status} ${error.code}`,
    );

  it('oauth.md 3: says who calls, for which account and environment, with which scopes', async () => {
    const { token, clientId } = await issued({ scopes: ['document_read', 'event'], environment: 'prod' });
    expect(await oauth.tokens.verify(token)).toEqual({
      clientId,
      accountId: oauth.accountId,
      environment: 'prod',
      scopes: new Set(['document_read', 'event']),
    });
  });

  it('every token has an id of its own', async () => {
    const { record, token } = await issued();
    const second = await oauth.tokens.issue(record, [], record.secrets[0]!.id);
    expect(decodeJwt(second.accessToken).jti).not.toBe(decodeJwt(token).jti);
  });

  it('401 invalid_token: expired, with 60 seconds of clock skew, remembered or not', async () => {
    const { token } = await issued({ lifetimeSeconds: 600 });
    expect(await refused(oauth.tokens, token)).toBe('accepted');
    oauth.advance(659_000);
    expect(await refused(oauth.tokens, token)).toBe('accepted');
    expect(await refused(await oauth.tokensFor(PUBLIC_URL), token)).toBe('accepted');
    oauth.advance(1_000);
    expect(await refused(oauth.tokens, token)).toBe('401 invalid_token');
    await expect(oauth.tokens.verify(token)).rejects.toThrow('expired');
    expect(await refused(await oauth.tokensFor(PUBLIC_URL), token)).toBe('401 invalid_token');
  });

  it('401 invalid_token: of another instance, as issuer and as audience', async () => {
    const { token } = await issued();
    expect(await refused(await oauth.tokensFor('https://other.example.com'), token)).toBe('401 invalid_token');
  });

  it('401 invalid_token: one changed character anywhere', async () => {
    const { token } = await issued();
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = decodeJwt(token);
    const forged = [
      `${header}.${encoded({ ...claims, scope: 'root' })}.${signature}`,
      `${header}.${encoded({ ...claims, account_id: '0195a000-0000-7000-8000-00000000000b' })}.${signature}`,
      `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `.${payload}.${signature}`,
      `${token}.x`,
      'ey',
      'e30.e30.e30',
    ];
    for (const one of forged) expect(await refused(oauth.tokens, one)).toBe('401 invalid_token');
  });

  it('401 invalid_token: another algorithm, a foreign key, or another kind of token', async () => {
    const { token } = await issued();
    const claims = decodeJwt(token);
    const header = decodeProtectedHeader(token) as { kid: string };
    const current = (await oauth.tokenKeys()).signing();
    const rsa = (head: object, body: object = claims, key = current.privateKey) => {
      const content = `${encoded(head)}.${encoded(body)}`;
      return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
    };
    const hmac = (secret: string | Buffer) => {
      const content = `${encoded({ ...header, alg: 'HS256' })}.${encoded(claims)}`;
      return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
    };
    const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { kid: _kid, ...withoutKid } = header;
    const forged: Record<string, string> = {
      'alg none': `${encoded({ ...header, alg: 'none' })}.${encoded(claims)}.`,
      'HMAC with the public key as PEM': hmac(current.publicKey.export({ type: 'spki', format: 'pem' })),
      'HMAC with the public key as DER': hmac(current.publicKey.export({ type: 'spki', format: 'der' })),
      'a foreign key under our kid': rsa(header, claims, foreign.privateKey),
      'an unknown kid': rsa({ ...header, kid: 'other' }),
      'no kid': rsa(withoutKid),
      'a kid of the prototype': rsa({ ...header, kid: '__proto__' }),
      'an embedded key': rsa(
        { ...header, kid: 'x', jwk: foreign.publicKey.export({ format: 'jwk' }) },
        claims,
        foreign.privateKey,
      ),
      'a key from elsewhere': rsa({ ...header, kid: 'x', jku: 'http://127.0.0.1/jwks' }, claims, foreign.privateKey),
      'PS256 on the RSA key': rsa({ ...header, alg: 'PS256' }),
      'an unknown critical header': rsa({ ...header, crit: ['x'], x: 1 }),
      'typ JWT, as an id token has': rsa({ ...header, typ: 'JWT' }),
      'no typ': rsa({ alg: 'RS256', kid: header.kid }),
      'not valid yet': rsa(header, { ...claims, nbf: Number(claims.nbf) + 3600 }),
      'no expiry': rsa(header, { ...claims, exp: undefined }),
      'an expiry that is text': rsa(header, { ...claims, exp: '9999999999' }),
      'no audience': rsa(header, { ...claims, aud: undefined }),
      'no scope': rsa(header, { ...claims, scope: undefined }),
      'an unknown environment': rsa(header, { ...claims, environment: 'staging' }),
      'claims that are no object': rsa(header, [] as unknown as object),
    };
    expect(await refused(oauth.tokens, rsa(header))).toBe('accepted');
    for (const [what, one] of Object.entries(forged)) {
      expect([what, await refused(oauth.tokens, one)]).toEqual([what, '401 invalid_token']);
    }
  });

  it('oauth.md 8: the tokens of a disabled client die within 60 seconds, those of its account too', async () => {
    const [first, second] = [await issued(), await issued()];
    expect(await refused(oauth.tokens, first.token)).toBe('accepted');
    expect(await refused(oauth.tokens, second.token)).toBe('accepted');
    await oauth.disable('client', first.clientId);
    oauth.advance(60_000);
    expect(await refused(oauth.tokens, first.token)).toBe('401 client_disabled');
    expect(await refused(oauth.tokens, second.token)).toBe('accepted');
    await oauth.disable('account', oauth.accountId);
    oauth.advance(60_000);
    expect(await refused(oauth.tokens, second.token)).toBe('401 account_disabled');
    expect(await refused(oauth.tokens, first.token)).toBe('401 client_disabled');
  });
});
