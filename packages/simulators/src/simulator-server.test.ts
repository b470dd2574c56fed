import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CookieJar } from './cookie-jar.ts';
import { authenticateAtNoBankId, cancelAtNoBankId } from './no-bankid/test-person.ts';
import { type RunningSimulators, type SimulatorOptions, startSimulators } from './simulator-server.ts';

const redirectUri = 'http://localhost:9/callback';
const clientSecret = 'only for this test run 0123456789';
const options: SimulatorOptions = {
  port: 0,
  host: '127.0.0.1',
  clients: [
    {
      client_id: 'nordbank',
      client_name: 'Nordbank <&> Søn',
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
    },
  ],
  waitSeconds: 0.2,
};
const authorization = `Basic ${Buffer.from(`nordbank:${encodeURIComponent(clientSecret).replaceAll('%20', '+')}`).toString('base64')}`;
const verifier = 'v'.repeat(64);
const john = { nationalNumber: '05128938534' };
const errors: string[] = [];
let simulators: RunningSimulators;

beforeAll(async () => {
  simulators = await startSimulators({
    ...options,
    logError: (event, error) => errors.push(`${event} ${error.message}`),
  });
});

afterAll(() => simulators.close());

afterEach(() => {
  expect(errors.splice(0)).toEqual([]);
});

function authorizationUrl(changes: Record<string, string> = {}): string {
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: 'nordbank',
    redirect_uri: redirectUri,
    scope: 'openid profile',
    state: 'the state',
    nonce: 'the nonce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  });
  return `${simulators.issuers.noBankId}/auth?${parameters}`;
}

async function redeem(code: string, codeVerifier = verifier): Promise<Record<string, string>> {
  const response = await fetch(`${simulators.issuers.noBankId}/token`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: codeVerifier,
    }),
  });
  return (await response.json()) as Record<string, string>;
}

const queryOf = (address: string): Record<string, string> => Object.fromEntries(new URL(address).searchParams);

/** A browser that does one request at a time. */
function openBrowser() {
  const jar = new CookieJar();
  return async (address: string, init: RequestInit = {}) => {
    const url = new URL(address, simulators.url);
    const headers = { accept: 'text/html', ...jar.header(url), ...(init.headers as Record<string, string>) };
    const response = await fetch(url, { redirect: 'manual', ...init, headers });
    jar.store(response, url);
    return { response, html: await response.text(), location: response.headers.get('location') ?? '' };
  };
}

async function openLogin(changes: Record<string, string> = {}) {
  const browse = openBrowser();
  const { location } = await browse(authorizationUrl(changes));
  return { browse, path: location };
}

const form = (value: string) => ({ method: 'POST', body: new URLSearchParams({ value }) });

describe('the OpenID provider', () => {
  test('answers a login with a code, the state and its own name, and the code with the claims of BankID', async () => {
    const callback = queryOf(await authenticateAtNoBankId(authorizationUrl(), john));
    expect(callback).toMatchObject({ state: 'the state', iss: simulators.issuers.noBankId });
    const claims = decodeJwt((await redeem(callback.code!)).id_token!);
    expect(claims).toMatchObject({
      iss: simulators.issuers.noBankId,
      aud: 'nordbank',
      nonce: 'the nonce',
      acr: 'urn:bankid:bid;LOA=4',
      amr: ['bid'],
      name: 'Doe, John',
      given_name: 'John',
      family_name: 'Doe',
      birthdate: '1989-12-05',
      auth_time: expect.any(Number),
      originator: expect.stringContaining('OriginatorId=9980'),
      additionalCertInfo: { certQualified: true, serialNumber: expect.any(String) },
    });
    expect(claims.bankid_altsub).toMatch(/^9578-6000-4-\d{6}$/);
    expect(JSON.stringify(claims)).not.toContain(john.nationalNumber);
  });

  test('gives the national number with its scope only', async () => {
    const scope = 'openid profile nnin_altsub';
    const { code } = queryOf(await authenticateAtNoBankId(authorizationUrl({ scope }), john));
    expect(decodeJwt((await redeem(code!)).id_token!).nnin_altsub).toBe(john.nationalNumber);
  });

  test('redeems a code once, and not with another verifier', async () => {
    const first = queryOf(await authenticateAtNoBankId(authorizationUrl(), john));
    expect(await redeem(first.code!, 'w'.repeat(64))).toMatchObject({ error: 'invalid_grant' });
    const second = queryOf(await authenticateAtNoBankId(authorizationUrl(), john));
    expect(await redeem(second.code!)).toHaveProperty('id_token');
    expect(await redeem(second.code!)).toMatchObject({ error: 'invalid_grant' });
  });

  test('demands PKCE', async () => {
    const browse = openBrowser();
    const url = new URL(authorizationUrl());
    url.searchParams.delete('code_challenge');
    url.searchParams.delete('code_challenge_method');
    expect(queryOf((await browse(url.href)).location)).toMatchObject({ error: 'invalid_request' });
  });

  test('sends nobody to an address that is not registered', async () => {
    const { response, html } = await openBrowser()(authorizationUrl({ redirect_uri: 'https://evil.example/' }));
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    expect(html).toContain('invalid_redirect_uri');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('reports a cancel and the third wrong code to the relying party', async () => {
    const denied = { error: 'access_denied', state: 'the state' };
    const canceled = queryOf(await cancelAtNoBankId(authorizationUrl()));
    expect(canceled).toMatchObject({ ...denied, error_description: 'user_cancelled' });
    const wrong = queryOf(await authenticateAtNoBankId(authorizationUrl(), { ...john, oneTimeCode: 'guess' }));
    expect(wrong).toMatchObject({ ...denied, error_description: 'wrong_credentials' });
  });

  test('takes its addresses from its settings, whatever host the caller names', async () => {
    const issuer = new URL(simulators.issuers.noBankId);
    const body = await new Promise<string>((resolve, reject) => {
      const path = `${issuer.pathname}/.well-known/openid-configuration`;
      const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
      httpRequest({ host: '127.0.0.1', port: issuer.port, path, headers }, async (response) => {
        resolve((await response.toArray()).join(''));
      })
        .on('error', reject)
        .end();
    });
    expect(JSON.parse(body)).toMatchObject({
      issuer: issuer.href,
      token_endpoint: `${issuer.href}/token`,
      segl_simulator: true,
    });
  });
});

describe('the login pages', () => {
  test('show who asks and what is signed, escaped', async () => {
    const { browse, path } = await openLogin({ binding_message: 'Avtale <script>\nSHA-256 ab12', ui_locales: 'nb' });
    const { html } = await browse(path);
    expect(html).toContain('Nordbank &#60;&#38;&#62; Søn');
    expect(html).toContain('Avtale &#60;script&#62;');
    expect(html).toContain('SHA-256 ab12');
    expect(html).not.toContain('<script');
    expect(html).toContain('<html lang="nb">');
  });

  test('speak English when asked to, by the request or by the person', async () => {
    const { browse, path } = await openLogin({ ui_locales: 'en' });
    expect((await browse(path)).html).toContain('national identity number');
    const norwegian = await openLogin({ ui_locales: 'nb' });
    await norwegian.browse(`${norwegian.path}?lang=en`);
    expect((await norwegian.browse(norwegian.path)).html).toContain('<html lang="en">');
  });

  test('prefill the number of the login hint', async () => {
    const { browse, path } = await openLogin({ login_hint: 'BID:05128938534' });
    expect((await browse(path)).html).toContain('value="05128938534"');
  });

  test('say beside the field what was wrong and how many tries are left', async () => {
    const { browse, path } = await openLogin({ ui_locales: 'en' });
    await browse(path, form('05128938543'));
    expect((await browse(path)).html).toMatch(/check digits do not match/);
    await browse(path, form('05128938534'));
    await browse(`${path}/code`, form('guess'));
    const { html } = await browse(`${path}/code`);
    expect(html).toContain('The code is wrong. You have 2 tries left.');
    expect(html).toContain('aria-invalid="true" aria-describedby="fault hint"');
  });

  test('open no step before its turn, and earlier ones again', async () => {
    const { browse, path } = await openLogin();
    expect((await browse(`${path}/password`)).location).toBe(path);
    await browse(path, form('05128938534'));
    expect((await browse(`${path}/password`)).location).toBe(`${path}/code`);
    expect((await browse(path)).html).toContain('value="05128938534"');
  });

  test('end by themselves after the word "timeout"', async () => {
    const { browse, path } = await openLogin();
    await browse(path, form('05128938534'));
    await browse(`${path}/code`, form('timeout'));
    const waiting = await browse(`${path}/waiting`);
    expect(waiting.response.headers.get('refresh')).toBe('1');
    await new Promise((resolve) => setTimeout(resolve, 250));
    const ended = await browse(`${path}/waiting`);
    const { location } = await browse(/url=(.*)/.exec(ended.response.headers.get('refresh') ?? '')![1]!);
    expect(queryOf(location)).toMatchObject({ error: 'access_denied', error_description: 'timed_out' });
  });

  test('belong to the browser that opened them', async () => {
    const { path } = await openLogin();
    const { response } = await openBrowser()(path);
    expect(response.status).toBe(404);
  });

  test('take no form from another site', async () => {
    const { browse, path } = await openLogin();
    const crossSite = { ...form('05128938534'), headers: { origin: 'https://evil.example' } };
    expect((await browse(path, crossSite)).response.status).toBe(403);
    const sameSite = { ...form('05128938534'), headers: { origin: simulators.url } };
    expect((await browse(path, sameSite)).response.status).toBe(303);
  });

  test('take no form larger than a form can be', async () => {
    const { browse, path } = await openLogin();
    expect((await browse(path, form('1'.repeat(5000)))).response.status).toBe(413);
  });

  test('let two logins go on in one browser at the same time', async () => {
    const browse = openBrowser();
    const paths = [(await browse(authorizationUrl())).location, (await browse(authorizationUrl())).location];
    const names: unknown[] = [];
    for (const [index, path] of paths.entries()) await browse(path, form(['05128938534', '01010750241'][index]!));
    for (const path of paths) {
      await browse(`${path}/code`, form('otp'));
      const done = await browse(`${path}/password`, form('qwer1234'));
      const { location } = await browse(/url=(.*)/.exec(done.response.headers.get('refresh')!)![1]!);
      names.push(decodeJwt((await redeem(queryOf(location).code!)).id_token!).name);
    }
    expect(names).toEqual(['Doe, John', 'Klaven, Kari']);
  });

  test('let two persons log in one after the other in the same browser, each with an own password', async () => {
    const browse = openBrowser();
    const subjects: unknown[] = [];
    for (const number of ['05128938534', '01010750241']) {
      const { location: path } = await browse(authorizationUrl());
      expect(path).toContain('/interaction/');
      await browse(path, form(number));
      await browse(`${path}/code`, form('otp'));
      const done = await browse(`${path}/password`, form('qwer1234'));
      const { location } = await browse(/url=(.*)/.exec(done.response.headers.get('refresh')!)![1]!);
      subjects.push(decodeJwt((await redeem(queryOf(location).code!)).id_token!).name);
    }
    expect(subjects).toEqual(['Doe, John', 'Klaven, Kari']);
  });
});

describe('the server', () => {
  test('slows down who asks too often', async () => {
    const slow = await startSimulators({ ...options, requestsPerSecond: 1 });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 15; i++) statuses.push((await fetch(slow.url)).status);
      expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
      expect(statuses).toContain(429);
    } finally {
      await slow.close();
    }
  });

  test('works below a public address with a path', async () => {
    const below = await startSimulators({ ...options, baseUrl: 'https://demo.example/sim/' });
    expect(below.issuers.noBankId).toBe('https://demo.example/sim/no-bankid');
    await below.close();
  });

  test.each([
    ['http://segl.lan:8643', false],
    ['https://demo.example', true],
  ])('binds its cookies to the login, and to https where %s has it', async (baseUrl, isSecure) => {
    const running = await startSimulators({ ...options, port: 0, baseUrl });
    const { port } = new URL(running.listening);
    try {
      const url = new URL(authorizationUrl());
      const path = `/no-bankid/auth${url.search}`;
      const cookies = await new Promise<string[]>((resolve, reject) => {
        httpRequest({ host: '127.0.0.1', port, path, headers: { accept: 'text/html' } }, (response) => {
          response.resume();
          resolve(response.headers['set-cookie'] ?? []);
        })
          .on('error', reject)
          .end();
      });
      expect(cookies.length).toBeGreaterThan(0);
      for (const cookie of cookies) {
        expect(cookie).toMatch(/; path=\/no-bankid\/(interaction|auth)\/[\w-]+;/);
        expect(cookie).toMatch(/; httponly/i);
        expect(/; secure/i.test(cookie)).toBe(isSecure);
      }
    } finally {
      await running.close();
    }
  });

  test('keeps its signing key in the data folder, readable by nobody else', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'segl-simulators-'));
    try {
      const keyIds: unknown[] = [];
      for (let i = 0; i < 2; i++) {
        const running = await startSimulators({ ...options, dataDir });
        const { keys } = (await (await fetch(`${running.issuers.noBankId}/jwks`)).json()) as {
          keys: { kid: string }[];
        };
        keyIds.push(keys[0]!.kid);
        await running.close();
      }
      expect(keyIds[0]).toBe(keyIds[1]);
      const [file] = await readdir(dataDir);
      expect((await stat(join(dataDir, file!))).mode & 0o077).toBe(0);
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });
});
