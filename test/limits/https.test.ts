import { connect, documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addClient, onDatabase } from './second-client.ts';

/** As a trusted proxy in front passes it on. */
const HTTPS = { 'x-forwarded-proto': 'https' };

const tokenRequest = (url: string, client: { clientId: string; clientSecret: string }, headers = {}) =>
  fetch(`${url}/oauth/connect/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.clientId,
      client_secret: client.clientSecret,
    }),
  });

describe('HD-5: production over https only', () => {
  let segl: SeglProcess;

  beforeAll(async () => {
    segl = await startSegl({ kind: 'postgresql', environment: { SEGL_TRUSTED_PROXIES: '127.0.0.0/8' } });
  });
  afterAll(() => segl?.remove());

  it('gives a production client neither tokens nor answers over plain http, and no redirect', async () => {
    const client = await addClient(segl, { environment: 'prod' });
    const refused = await tokenRequest(segl.url, client);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ error: 'https_required', code: 'https_required' });
    expect(refused.headers.get('location')).toBeNull();

    const granted = await tokenRequest(segl.url, client, HTTPS);
    expect(granted.status).toBe(200);
    expect(granted.headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect(granted.headers.get('x-idfy-environment')).toBe('prod');
    const { access_token: token } = (await granted.json()) as { access_token: string };
    const call = (headers: Record<string, string>) =>
      fetch(`${segl.url}/signature/documents/0195a000-0000-7000-8000-000000000000`, {
        headers: { authorization: `Bearer ${token}`, ...headers },
      });
    const plain = await call({});
    expect([plain.status, ((await plain.json()) as { code: string }).code]).toEqual([403, 'https_required']);
    expect((await call(HTTPS)).status).toBe(404);
  });

  it('opens a production document for signing over https only', async () => {
    const api = await connect(segl);
    const { body } = await api.request('POST', '/signature/documents', documentRequest(await sampleContract()));
    const [url] = body.signers.map((signer: { url: string }) => signer.url);
    expect((await fetch(url)).status).toBe(200);
    await onDatabase(segl, (client) =>
      client.query(`update documents set environment = 'prod' where id = $1`, [body.documentId]),
    );
    const plain = await fetch(url, { redirect: 'manual' });
    expect([plain.status, ((await plain.json()) as { code: string }).code]).toEqual([403, 'https_required']);
    const page = await fetch(url, { headers: HTTPS });
    expect(page.status).toBe(200);
    const bootCode = /"bootCode":"([^"]+)"/.exec(await page.text())?.[1];
    const open = (headers: Record<string, string>) =>
      fetch(`${segl.url}/app/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ bootCode }),
      });
    expect((await open({})).status).toBe(403);
    // The refused attempt has not used the code up.
    const opened = await open(HTTPS);
    expect(opened.status).toBe(200);
    const { sessionToken } = (await opened.json()) as { sessionToken: string };
    const session = (headers: Record<string, string>) =>
      fetch(`${segl.url}/app/v1/session`, { headers: { authorization: `Bearer ${sessionToken}`, ...headers } });
    expect([(await session({})).status, (await session(HTTPS)).status]).toEqual([403, 200]);
  });

  it('believes nobody but a trusted proxy', async () => {
    const distrustful = await startSegl({
      kind: 'postgresql',
      environment: { SEGL_TRUSTED_PROXIES: '192.0.2.0/24', SEGL_SIMULATORS: 'off' },
    });
    const client = await addClient(distrustful, { environment: 'prod' });
    const refused = await tokenRequest(distrustful.url, client, HTTPS);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('strict-transport-security')).toBeNull();
    await distrustful.remove();
  });
});

describe('HD-5: SEGL_REQUIRE_HTTPS', () => {
  let segl: SeglProcess;

  beforeAll(async () => {
    segl = await startSegl({
      environment: { SEGL_TRUSTED_PROXIES: '127.0.0.0/8', SEGL_REQUIRE_HTTPS: 'on', SEGL_SIMULATORS: 'off' },
    });
  });
  afterAll(() => segl?.remove());

  it('refuses plain http in the test environment too, whatever is asked', async () => {
    for (const path of ['/no-such-address', '/start?jwt=nothing', '/app/v1/session', '/oauth/.well-known/jwks']) {
      const plain = await fetch(segl.url + path, { redirect: 'manual' });
      expect([path, plain.status]).toEqual([path, 403]);
      expect(await plain.json()).toMatchObject({ code: 'https_required' });
    }
    expect((await tokenRequest(segl.url, segl.client)).status).toBe(403);
    expect((await tokenRequest(segl.url, segl.client, HTTPS)).status).toBe(200);
  });

  it('leaves the trust service and the health probes on plain http', async () => {
    for (const path of ['/trust/root.cer', '/trust/crl/issuing.crl', '/health/live', '/health/ready']) {
      expect([path, (await fetch(segl.url + path)).status]).toEqual([path, 200]);
    }
  });
});
