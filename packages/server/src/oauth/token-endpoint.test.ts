import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { CLIENT_SECRET, OAuthUnderTest, PUBLIC_URL } from './oauth.testing.ts';

const FORM = 'application/x-www-form-urlencoded';

describeOnEachDatabase('the token endpoint', (open) => {
  let oauth: OAuthUnderTest;
  let http: FastifyInstance;
  let clientId: string;

  beforeAll(async () => {
    oauth = await OAuthUnderTest.start(await open());
    http = oauth.http;
    clientId = await oauth.addClient({ scopes: ['document_read', 'document_write', 'account-create', 'validation'] });
  });
  afterAll(() => oauth.stop());

  interface Ask {
    form?: Record<string, string> | string;
    basic?: string | Buffer;
    authorization?: string;
    url?: string;
    contentType?: string;
  }
  /** Each request comes from an address of its own unless told: what fails here must not lock out the next one. */
  let address = 0;
  const ask = (options: Ask, remoteAddress = `198.51.${(++address >> 8) & 255}.${address & 255}`) =>
    http.inject({
      method: 'POST',
      url: options.url ?? '/oauth/connect/token',
      remoteAddress,
      headers: {
        'content-type': options.contentType ?? FORM,
        ...(options.basic === undefined
          ? {}
          : { authorization: `Basic ${Buffer.from(options.basic as string).toString('base64')}` }),
        ...(options.authorization === undefined ? {} : { authorization: options.authorization }),
      },
      payload:
        typeof options.form === 'string'
          ? options.form
          : new URLSearchParams({ grant_type: 'client_credentials', ...options.form }).toString(),
    });
  const inForm = (more: Record<string, string> = {}) => ({
    form: { client_id: clientId, client_secret: CLIENT_SECRET, ...more },
  });

  async function expectRefusal(answer: Awaited<ReturnType<typeof ask>>, status: number, error: string) {
    const body = answer.json();
    expect([answer.statusCode, body.error]).toEqual([status, error]);
    expect(body).toEqual({
      error,
      error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
      message: body.error_description,
      code: error,
      requestId: answer.headers.requestid,
    });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers.pragma).toBe('no-cache');
    return body;
  }

  describe('oauth.md 2.4: success', () => {
    it.each(['/oauth/connect/token', '/connect/token', '/OAuth/Connect/Token/', '//connect//token'])(
      'OA-1: answers a token at %s',
      async (url) => {
        const answer = await ask({ ...inForm(), url });
        expect(answer.statusCode).toBe(200);
        expect(answer.json()).toEqual({
          access_token: expect.stringMatching(/^ey/),
          expires_in: 3600,
          token_type: 'Bearer',
          scope: 'document_read document_write account-create validation',
        });
        expect(answer.headers).toMatchObject({
          'cache-control': 'no-store',
          pragma: 'no-cache',
          'content-type': 'application/json; charset=utf-8',
          'x-idfy-environment': 'test',
          'x-idfy-accountid': oauth.accountId,
        });
      },
    );

    it('has the lifetime that the client is set to', async () => {
      const short = await oauth.addClient({ lifetimeSeconds: 60 });
      const answer = await ask({ form: { client_id: short, client_secret: CLIENT_SECRET } });
      expect(answer.json().expires_in).toBe(60);
    });

    it('the token can be checked by anyone with the published keys', async () => {
      await http.listen({ port: 0, host: '127.0.0.1' });
      const token = (await ask(inForm({ scope: 'document_read' }))).json().access_token;
      const { port } = http.server.address() as { port: number };
      const keys = createRemoteJWKSet(new URL(`http://127.0.0.1:${port}/oauth/.well-known/jwks`));
      const { payload } = await jwtVerify(token, keys, {
        currentDate: oauth.now(),
        issuer: `${PUBLIC_URL}/oauth`,
        audience: PUBLIC_URL,
        typ: 'at+jwt',
      });
      const nowSeconds = oauth.now().getTime() / 1000;
      expect(payload).toEqual({
        iss: `${PUBLIC_URL}/oauth`,
        aud: PUBLIC_URL,
        sub: clientId,
        client_id: clientId,
        account_id: oauth.accountId,
        environment: 'test',
        scope: 'document_read',
        iat: nowSeconds,
        nbf: nowSeconds,
        exp: nowSeconds + 3600,
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
        credential_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: expect.any(String) });
    });
  });

  describe('oauth.md 2.2: client authentication', () => {
    it('takes Basic', async () => {
      expect((await ask({ basic: `${clientId}:${CLIENT_SECRET}` })).statusCode).toBe(200);
      const authorization = `bAsIc  ${Buffer.from(`${clientId}:${CLIENT_SECRET}`).toString('base64')}`;
      expect((await ask({ authorization })).statusCode).toBe(200);
    });

    it('takes both when they are equal', async () => {
      expect((await ask({ ...inForm(), basic: `${clientId}:${CLIENT_SECRET}` })).statusCode).toBe(200);
      expect((await ask({ form: { client_id: clientId }, basic: `${clientId}:${CLIENT_SECRET}` })).statusCode).toBe(
        200,
      );
    });

    it('refuses both when they differ', async () => {
      const other = await oauth.addClient({});
      await expectRefusal(await ask({ ...inForm(), basic: `${other}:${CLIENT_SECRET}` }), 400, 'invalid_request');
      await expectRefusal(await ask({ ...inForm(), basic: `${clientId}:wrong` }), 400, 'invalid_request');
    });

    it('splits Basic at the first colon and reads UTF-8', async () => {
      const secret = 'a:b::ø€😀-0123456789-0123456789-0123456789';
      const id = await oauth.addClient({ secret });
      expect((await ask({ basic: `${id}:${secret}` })).statusCode).toBe(200);
    });

    it('tries Basic as it stands and then form-decoded', async () => {
      const plain = '100%25+safe=&0123456789-0123456789-0123456789';
      const id = await oauth.addClient({ secret: plain });
      expect((await ask({ basic: `${id}:${plain}` })).statusCode).toBe(200);
      expect((await ask({ basic: `${id}:${encodeURIComponent(plain)}` })).statusCode).toBe(200);
      const spaced = 'two words 0123456789-0123456789-0123456789';
      const other = await oauth.addClient({ secret: spaced });
      expect((await ask({ basic: `${other}:${spaced.replaceAll(' ', '+')}` })).statusCode).toBe(200);
      // Broken form encoding is only ever read as it stands.
      await expectRefusal(await ask({ basic: `${id}:%zz` }), 401, 'invalid_client');
    });

    it.each(['/connect/token?client_secret=x', '/connect/token?Client_Secret=', '/connect/token?a=1&client_secret'])(
      'refuses a secret in the address, right or wrong: %s',
      async (url) => {
        await expectRefusal(await ask({ ...inForm(), url }), 400, 'invalid_request');
        expect(
          oauth.logged.some((entry) => entry.msg === 'a client secret was sent in the address of a token request'),
        ).toBe(true);
      },
    );

    it.each([
      ['no credentials', {}],
      ['no secret', { form: { client_id: `t${'0'.repeat(32)}` } }],
      ['no id', { form: { client_secret: CLIENT_SECRET } }],
      ['Basic without a colon', { basic: 'abc' }],
      ['Basic that is no base64', { authorization: 'Basic !!!' }],
      ['Basic without anything', { authorization: 'Basic' }],
      ['another scheme', { authorization: 'Bearer x' }],
      ['an unknown client', { form: { client_id: `t${'0'.repeat(32)}`, client_secret: CLIENT_SECRET } }],
      ['an id with NUL', { form: { client_id: 'a\0b', client_secret: CLIENT_SECRET } }],
      ['an id that is SQL', { form: { client_id: "' or 1=1 --", client_secret: CLIENT_SECRET } }],
      ['Basic that is not UTF-8', { basic: Buffer.from([0xff, 0x3a, 0xfe]) }],
      [
        'a secret of a megabyte’s beginning',
        { form: { client_id: `t${'0'.repeat(32)}`, client_secret: 'x'.repeat(50_000) } },
      ],
    ] as [string, Ask][])('401 invalid_client: %s', async (_what, options) => {
      const answer = await ask(options);
      await expectRefusal(answer, 401, 'invalid_client');
      expect(answer.headers['www-authenticate']).toBe('Basic realm="segl"');
    });

    it('says the same for an unknown, a wrong, an expired and a disabled one', async () => {
      const expired = await oauth.addClient({ expiresAt: new Date(oauth.now().getTime() - 1) });
      const disabled = await oauth.addClient({ disabled: true });
      const answers = [
        await ask({ form: { client_id: `t${'1'.repeat(32)}`, client_secret: CLIENT_SECRET } }),
        await ask({ form: { client_id: clientId, client_secret: 'wrong' } }),
        await ask({ form: { client_id: expired, client_secret: CLIENT_SECRET } }),
        await ask({ form: { client_id: disabled, client_secret: CLIENT_SECRET } }),
      ];
      for (const answer of answers) await expectRefusal(answer, 401, 'invalid_client');
      expect(new Set(answers.map((answer) => answer.json().error_description)).size).toBe(1);
      expect(oauth.logged.map((entry) => entry.reason).filter(Boolean)).toEqual(
        expect.arrayContaining(['unknown client', 'wrong or expired secret', 'client disabled']),
      );
    });

    it('oauth.md 8: several secrets work side by side, and each ends by itself', async () => {
      const id = await oauth.addClient({});
      const second = randomBytes(32).toString('hex');
      await oauth.addSecret(id, second, new Date(oauth.now().getTime() + 60_000));
      const works = async (secret: string) =>
        (await ask({ form: { client_id: id, client_secret: secret } })).statusCode;
      expect([await works(CLIENT_SECRET), await works(second)]).toEqual([200, 200]);
      oauth.advance(60_000);
      expect([await works(CLIENT_SECRET), await works(second)]).toEqual([200, 401]);
    });

    it('never logs a secret', async () => {
      await ask(inForm());
      await ask({ form: { client_id: clientId, client_secret: 'a-wrong-one' } });
      expect(JSON.stringify(oauth.logged)).not.toMatch(new RegExp(`${CLIENT_SECRET}|a-wrong-one`));
    });

    it('oauth.md 2.5: too many failures from one address answer 429 with Retry-After, also to the right secret', async () => {
      const id = await oauth.addClient({});
      for (let n = 0; n < 20; n++) {
        expect((await ask({ form: { client_id: id, client_secret: 'wrong' } }, '203.0.113.7')).statusCode).toBe(401);
      }
      const locked = await ask({ form: { client_id: id, client_secret: CLIENT_SECRET } }, '203.0.113.7');
      await expectRefusal(locked, 429, 'too_many_requests');
      expect(locked.headers['retry-after']).toBe('600');
      expect((await ask({ form: { client_id: id, client_secret: CLIENT_SECRET } }, '203.0.113.8')).statusCode).toBe(
        200,
      );
    });
  });

  describe('oauth.md 2.1: the request', () => {
    it.each([
      ['JSON', 'application/json', '{"grant_type":"client_credentials"}'],
      ['JSON that looks like a parsed form', 'application/json', '{"raw":"grant_type=client_credentials"}'],
      ['broken JSON', 'application/json', '{'],
      ['text', 'text/plain', 'grant_type=client_credentials'],
      ['XML', 'application/xml', '<a/>'],
    ])('400 invalid_request: a body of another type: %s', async (_what, contentType, form) => {
      await expectRefusal(await ask({ form, contentType }), 400, 'invalid_request');
    });

    it.each([
      ['nothing', ''],
      ['no grant_type', 'scope=document_read'],
      ['a parameter twice', 'grant_type=client_credentials&scope=a&scope=b'],
      ['two secrets', 'grant_type=client_credentials&client_id=a&client_secret=b&client_secret=c'],
    ])('400 invalid_request: %s', async (_what, form) => {
      await expectRefusal(await ask({ form }), 400, 'invalid_request');
    });

    it('takes a parameter twice with one value, unknown parameters, and a charset', async () => {
      const form = `grant_type=client_credentials&client_id=${clientId}&client_id=${clientId}&client_secret=${CLIENT_SECRET}&x=1`;
      expect((await ask({ form, contentType: `${FORM}; charset=UTF-8` })).statusCode).toBe(200);
    });

    it.each(['authorization_code', 'password', 'refresh_token', 'Client_Credentials', '__proto__'])(
      '400 unsupported_grant_type: %s',
      async (grant_type) => {
        await expectRefusal(await ask(inForm({ grant_type })), 400, 'unsupported_grant_type');
      },
    );

    it('413: a form larger than any token request', async () => {
      await expectRefusal(await ask({ form: `grant_type=${'x'.repeat(70_000)}` }), 413, 'invalid_request');
    });

    it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'] as const)(
      'RT-7: %s answers 405 with Allow',
      async (method) => {
        const answer = await http.inject({ method, url: '/oauth/connect/token' });
        expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'POST']);
        if (method !== 'HEAD') await expectRefusal(answer, 405, 'method_not_allowed');
      },
    );
  });

  describe('oauth.md 2.3: scopes', () => {
    it.each([
      [undefined, 'document_read document_write account-create validation'],
      ['', 'document_read document_write account-create validation'],
      [' \n ', 'document_read document_write account-create validation'],
      ['document_read', 'document_read'],
      ['document_read,document_write\r\ndocument_read', 'document_read document_write'],
      ['account_create validate', 'account-create validation'],
      ['validation validate', 'validation'],
    ])('%j grants %j', async (scope, granted) => {
      const answer = await ask(inForm(scope === undefined ? {} : { scope }));
      expect(answer.json().scope).toBe(granted);
    });

    it.each(['event', 'document_read root', 'nonsense', 'DOCUMENT_READ', '__proto__', 'constructor', 'toString'])(
      '400 invalid_scope, with the name and without a partial grant: %s',
      async (scope) => {
        const body = await expectRefusal(await ask(inForm({ scope })), 400, 'invalid_scope');
        const name = scope.split(' ').at(-1)!;
        expect(body.error_description).toBe(`Unknown or not granted to this client: ${name}.`);
      },
    );

    it('RFC 6749 §5.2: describes hostile scopes in harmless characters and bounded length', async () => {
      const body = await expectRefusal(
        await ask(inForm({ scope: `"\\\u0000é<script> ${'x'.repeat(5000)}` })),
        400,
        'invalid_scope',
      );
      expect(body.error_description.length).toBeLessThan(600);
    });
  });

  describe('what the instance publishes', () => {
    it.each(['/oauth/.well-known/jwks', '/.well-known/jwks', '/oauth/.well-known/jwks.json', '/.well-known/jwks.json'])(
      'oauth.md 4: public keys at %s, and nothing private',
      async (url) => {
        const answer = await http.inject({ url });
        expect(answer.headers['cache-control']).toBe('public, max-age=3600');
        expect(answer.json()).toEqual({
          keys: [{ kty: 'RSA', use: 'sig', alg: 'RS256', kid: expect.any(String), n: expect.any(String), e: 'AQAB' }],
        });
        expect((await http.inject({ method: 'POST', url })).statusCode).toBe(405);
      },
    );

    it.each([
      '/oauth/.well-known/openid-configuration',
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
      '/.well-known/oauth-authorization-server/oauth',
    ])('oauth.md 1: the discovery document at %s', async (url) => {
      expect((await http.inject({ url })).json()).toMatchObject({
        issuer: `${PUBLIC_URL}/oauth`,
        token_endpoint: `${PUBLIC_URL}/oauth/connect/token`,
        jwks_uri: `${PUBLIC_URL}/oauth/.well-known/jwks`,
      });
    });
  });
});
