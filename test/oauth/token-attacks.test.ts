import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RawAnswer, sendRaw } from '../edge/raw-request.ts';
import { ApiUser } from './api-user.ts';

const PATH = '/notification/webhooks';

/** What attackers do to tokens and token requests, against a real server. */
describe('tokens under attack', () => {
  let segl: SeglProcess;
  let user: ApiUser;
  let token: string;
  let header: Record<string, unknown>;
  let claims: Record<string, unknown>;
  let publicKey: { pem: string; jwk: Record<string, unknown> };

  beforeAll(async () => {
    segl = await startSegl({ kind: 'embedded', environment: { SEGL_THROTTLE: 'off' } });
    user = new ApiUser(segl.url);
    token = await user.token(segl.client.clientId, segl.client.clientSecret);
    [header, claims] = token.split('.').slice(0, 2).map(decoded) as [typeof header, typeof claims];
    const [jwk] = (await user.call('', 'GET', '/.well-known/jwks')).body.keys;
    publicKey = {
      jwk,
      pem: createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }) as string,
    };
  });
  afterAll(() => segl?.remove());

  const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const forged = (head: object, body: object = claims) => {
    const content = `${encoded({ ...header, ...head })}.${encoded(body)}`;
    return `${content}.${sign('sha256', Buffer.from(content), attacker.privateKey).toString('base64url')}`;
  };
  const hmac = (key: string | Buffer) => {
    const content = `${encoded({ ...header, alg: 'HS256' })}.${encoded(claims)}`;
    return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
  };
  const replaced = (body: object) => `${token.split('.')[0]}.${encoded({ ...claims, ...body })}.${token.split('.')[2]}`;
  const attackerJwk = attacker.publicKey.export({ format: 'jwk' });

  it('the token itself is accepted', async () => {
    expect((await user.call(token, 'GET', PATH)).status).toBe(200);
  });

  const TOKENS: Record<string, () => string> = {
    'alg none': () => `${encoded({ ...header, alg: 'none' })}.${encoded(claims)}.`,
    'alg None with a signature': () =>
      `${encoded({ ...header, alg: 'None' })}.${encoded(claims)}.${token.split('.')[2]}`,
    'HS256 with the public key as PEM': () => hmac(publicKey.pem),
    'HS256 with the public key as PEM, without the last line break': () => hmac(publicKey.pem.trim()),
    'HS256 with the JWK as text': () => hmac(JSON.stringify(publicKey.jwk)),
    'HS256 with the modulus': () => hmac(Buffer.from(publicKey.jwk.n as string, 'base64url')),
    'HS256 with an empty key': () => hmac(''),
    'a foreign key under our kid': () => forged({}),
    'a foreign kid': () => forged({ kid: 'attacker' }),
    'a kid that is a path': () => forged({ kid: '../../../../dev/null' }),
    'a kid that is SQL': () => forged({ kid: "x' union select 1 --" }),
    'a kid of the prototype': () => forged({ kid: '__proto__' }),
    'a kid that is no text': () => forged({ kid: ['x'] }),
    jku: () => forged({ kid: 'attacker', jku: `${segl.url}/.well-known/jwks` }),
    x5u: () => forged({ kid: 'attacker', x5u: 'http://127.0.0.1:1/x' }),
    'an embedded key': () => forged({ jwk: attackerJwk }),
    'an embedded key that claims our kid': () => forged({ jwk: { ...attackerJwk, kid: header.kid } }),
    'a certificate chain': () => forged({ x5c: ['AAAA'] }),
    'an unknown critical header': () => forged({ crit: ['exp'] }),
    'typ JWT': () => forged({ typ: 'JWT' }),
    'an encrypted shape': () => `${encoded({ alg: 'dir', enc: 'A256GCM' })}..${'A'.repeat(16)}.AAAA.${'A'.repeat(22)}`,
    'claims changed: scope': () => replaced({ scope: 'root' }),
    'claims changed: account': () => replaced({ account_id: '0195a000-0000-7000-8000-00000000000b' }),
    'claims changed: environment': () => replaced({ environment: 'prod' }),
    'claims changed: expiry': () => replaced({ exp: 9_999_999_999 }),
    'an expired one of ours': () => replaced({ exp: 1 }),
    'signature cut off': () => token.slice(0, token.lastIndexOf('.') + 1),
    'signature cut short': () => token.slice(0, -4),
    'a fourth part': () => `${token}.x`,
    twice: () => `${token}${token}`,
    'a client secret': () => segl.client.clientSecret,
    'a client id': () => segl.client.clientId,
    '43 characters': () => 'A'.repeat(43),
    'a megabyte of dots, as far as headers go': () => '.'.repeat(20_000),
    'three empty parts': () => '..',
  };
  it.each(Object.keys(TOKENS))('401 invalid_token: %s', async (what) => {
    const answer = await user.call(TOKENS[what]!(), 'GET', PATH);
    expect([answer.status, answer.body.code]).toEqual([401, 'invalid_token']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="segl", error="invalid_token"');
  });

  it('401: a token of another instance, with the same client and secret', async () => {
    const other = await startSegl({
      kind: 'embedded',
      environment: {
        SEGL_CLIENT_ID: segl.client.clientId,
        SEGL_CLIENT_SECRET: segl.client.clientSecret,
        SEGL_PUBLIC_URL: segl.url,
        SEGL_SIMULATORS: 'off',
      },
    });
    try {
      const foreign = await new ApiUser(other.url).token(segl.client.clientId, segl.client.clientSecret);
      expect((await new ApiUser(other.url).call(foreign, 'GET', PATH)).status).toBe(200);
      expect((await user.call(foreign, 'GET', PATH)).status).toBe(401);
    } finally {
      await other.remove();
    }
  });

  it('401: what opens a signing session opens no API, and an access token opens no signing session', async () => {
    const created = await user.call(token, 'POST', '/signature/documents', documentRequest(await sampleContract()));
    const link = new URL(created.body.signers[0].url);
    const parts = [...link.pathname.split('/'), ...link.searchParams.values(), link.hash.slice(1)].filter(
      (part) => part.length > 15,
    );
    expect(parts.length).toBeGreaterThan(0);
    for (const part of parts) expect((await user.call(part, 'GET', PATH)).status).toBe(401);
    const page = await fetch(link, { redirect: 'manual' });
    const codes = (await page.text()).match(/[A-Za-z0-9_-]{22,}/g) ?? [];
    for (const code of codes.slice(0, 20)) expect((await user.call(code, 'GET', PATH)).status).toBe(401);
  });

  it.each(['access_token', 'token', 'bearer', 'authorization'])(
    '401 missing_token: a token in the address as %s, or in the body',
    async (name) => {
      const inAddress = await fetch(`${segl.url}${PATH}?${name}=${token}`);
      expect([inAddress.status, ((await inAddress.json()) as { code: string }).code]).toEqual([401, 'missing_token']);
      const inBody = await fetch(segl.url + PATH, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ [name]: token }),
      });
      expect([inBody.status, ((await inBody.json()) as { code: string }).code]).toEqual([401, 'missing_token']);
      expect(segl.output()).not.toContain(token);
    },
  );

  describe('headers and bytes', () => {
    const raw = (method: string, path: string, headers: string[], body = ''): Promise<RawAnswer> =>
      sendRaw(segl.url, [
        `${[`${method} ${path} HTTP/1.1`, `Host: ${new URL(segl.url).host}`, ...headers, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`,
      ]);
    const FORM = 'Content-Type: application/x-www-form-urlencoded';
    const basic = (text: string) => `Authorization: Basic ${Buffer.from(text).toString('base64')}`;

    it('400: two Authorization headers, whichever is the right one', async () => {
      const [good, bad] = [`Authorization: Bearer ${token}`, 'Authorization: Bearer x'];
      for (const headers of [
        [good, bad],
        [bad, good],
        [good, good],
        [good, 'AUTHORIZATION: x'],
      ]) {
        const answer = await raw('GET', PATH, headers);
        expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
      }
      const { clientId, clientSecret } = segl.client;
      const both = [basic(`${clientId}:${clientSecret}`), basic(`${clientId}:wrong`), FORM];
      const answer = await raw('POST', '/connect/token', both, 'grant_type=client_credentials');
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    });

    it.each([
      ['another scheme', 'Basic dDp0'],
      ['no scheme', 'x'],
      ['nothing', ''],
      ['Bearer alone', 'Bearer'],
      ['two tokens', 'Bearer a b'],
    ])('401 missing_token: %s', async (_what, value) => {
      const answer = await raw('GET', PATH, [`Authorization: ${value}`]);
      expect([answer.status, answer.body.code]).toEqual([401, 'missing_token']);
    });

    it('a secret of a megabyte is refused before it is looked at, one of 60 KB calmly', async () => {
      const form = (secret: string) =>
        `grant_type=client_credentials&client_id=t${'0'.repeat(32)}&client_secret=${secret}`;
      const huge = await raw('POST', '/connect/token', [FORM], form('x'.repeat(1024 * 1024)));
      expect(huge.status).toBe(413);
      const large = await raw('POST', '/connect/token', [FORM], form('x'.repeat(60_000)));
      expect([large.status, large.body.error]).toEqual([401, 'invalid_client']);
      const header = await raw(
        'POST',
        '/connect/token',
        [basic(`t:${'x'.repeat(60_000)}`), FORM],
        'grant_type=client_credentials',
      );
      expect(header.status).toBe(431);
    });

    it.each([
      ['NUL in the id', 't%00:%00'],
      ['an id with line breaks', 't%0d%0aX-Evil: 1'],
      ['Unicode', '%F0%9F%98%80'],
      ['broken UTF-8', '%ff%fe'],
      ['a lone half of a pair', '%ED%A0%80'],
      ['SQL', "' or '1'='1"],
      ['a prototype', '__proto__'],
      ['a very long one', 'a'.repeat(30_000)],
    ])('401 invalid_client: %s', async (_what, id) => {
      for (const [headers, body] of [
        [[FORM], `grant_type=client_credentials&client_id=${id}&client_secret=${id}`],
        [[FORM, basic(`${id.slice(0, 5000)}:${id.slice(0, 5000)}`)], 'grant_type=client_credentials'],
      ] as const) {
        const answer = await raw('POST', '/connect/token', [...headers], body);
        expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
        expect(Object.keys(answer.headers)).not.toContain('x-evil');
      }
    });

    it('500 is never the answer, and the log has neither tokens nor secrets', () => {
      expect(segl.output()).not.toMatch(/"status":5\d\d/);
      expect(segl.output()).not.toContain(token);
      expect(segl.output()).not.toContain(`"clientSecret":"${segl.client.clientSecret}"`);
    });
  });
});
