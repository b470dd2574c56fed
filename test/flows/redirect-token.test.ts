import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { openSignUrl } from '@segl/test-kit/signer';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('the token of a redirect, at a running server', () => {
  let segl: SeglProcess;
  let api: ApiClient;

  beforeAll(async () => {
    segl = await startSegl();
    api = await connect(segl);
  });
  afterAll(() => segl?.remove());

  const post = async (path: string, body: unknown, headers = {}) => {
    const answer = await fetch(segl.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  async function signedRedirect(): Promise<string> {
    const request = documentRequest(await sampleContract());
    const [signer] = request.signers as Record<string, unknown>[];
    signer!.redirectSettings = {
      redirectMode: 'redirect',
      success: 'http://localhost/done?a=1#end',
      cancel: 'http://localhost/cancel',
      error: 'http://localhost/error',
    };
    const created = await api.request('POST', '/signature/documents', request);
    const session = await openSignUrl(created.body.signers[0].url);
    const { attemptId, url } = await session.start();
    await session.passEid(url);
    await session.complete(attemptId);
    return (await session.call('GET', '/app/v1/result')).body.redirect;
  }

  it('is checked by anybody with the public keys, and by the API under each of its addresses', async () => {
    const redirect = new URL(await signedRedirect());
    expect([redirect.pathname, redirect.searchParams.get('a'), redirect.hash]).toEqual(['/done', '1', '#end']);
    const jwt = redirect.searchParams.get('idfy-jwt')!;
    const jwks = createRemoteJWKSet(new URL(`${segl.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(jwt, jwks, { typ: 'redirect+jwt', issuer: `${segl.url}/oauth` });
    expect(payload).toMatchObject({ SignSuccess: { SignatureMethod: 'no_bankid_netcentric' } });
    for (const path of ['/jwt/validate', '//jwt/validate', '/jwt/jwt/validate', '/JWT/Validate/']) {
      expect(await post(path, { jwt }), path).toMatchObject({ status: 200, body: { valid: true, payload } });
    }
    expect(await post('/signature/jwt', { Jwt: jwt })).toMatchObject({
      status: 200,
      body: { jwtValid: true, jwtPayload: { documentId: payload.DocumentId } },
    });
  });

  it('needs no token of the caller, but refuses a bad one', async () => {
    for (const path of ['/signature/jwt', '/jwt/validate', '/jwt/jwt/validate']) {
      expect((await post(path, { jwt: 'x' })).status).toBe(200);
      expect(await post(path, {})).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
      const refused = await post(path, { jwt: 'x' }, { authorization: 'Bearer nonsense' });
      expect(refused).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
    }
    const ping = await fetch(`${segl.url}/signature/status/ping`, { headers: { authorization: 'Bearer nonsense' } });
    expect(ping.status).toBe(401);
  });

  it('an access token says nothing there', async () => {
    const { body } = await post('/jwt/validate', { jwt: api.token });
    expect(body).toEqual({ valid: true, expires: expect.any(String) });
    expect((await post('/signature/jwt', { jwt: api.token })).body).toEqual({
      jwtValid: false,
      expired: false,
      error: 'not_a_redirect_token',
    });
  });
});
