import { randomBytes } from 'node:crypto';
import { documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onDatabase } from '../conventions/database.ts';
import { ApiUser, kidOf, operate } from './api-user.ts';

/** Two processes on one PostgreSQL database, as behind a load balancer that ends TLS. */
describe('oauth.md 11: what an implementation must pass, on two processes', () => {
  const shared = {
    SEGL_MASTER_KEY: randomBytes(32).toString('base64'),
    SEGL_PUBLIC_URL: 'https://segl.example.com',
    SEGL_TRUSTED_PROXIES: '127.0.0.0/8,::1/128',
    SEGL_PRODUCTS: 'subscription',
    SEGL_SIMULATORS: 'off',
  };
  let [first, second]: [SeglProcess, SeglProcess] = [] as never;
  let [here, there]: [ApiUser, ApiUser] = [] as never;
  let manager: string;

  beforeAll(async () => {
    first = await startSegl({ kind: 'postgresql', environment: shared });
    second = await startSegl({
      kind: 'postgresql',
      environment: { ...shared, SEGL_DATABASE_URL: first.location.url! },
    });
    const proxy = { 'x-forwarded-proto': 'https' };
    [here, there] = [new ApiUser(first.url, proxy), new ApiUser(second.url, proxy)];
    manager = await here.token(first.client.clientId, first.client.clientSecret);
  });
  afterAll(async () => {
    await second?.remove();
    await first?.remove();
  });

  const create = (body: object, by = manager) =>
    here.call(by, 'POST', '/admin/oauthclient', { ClientName: 'Loans', ...body });
  const statusOf = (user: ApiUser, token: string) =>
    user.call(token, 'GET', '/notification/webhooks').then(({ status }) => status);
  const operator = (...command: string[]) =>
    operate({ ...shared, SEGL_DATABASE_URL: first.location.url!, SEGL_DATA_DIR: first.location.dataDir }, ...command);

  it('11.1: Basic, form, both, on both paths, scope absent or empty: a token, with expires_in as a number', async () => {
    const { clientId, clientSecret } = first.client;
    const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
    const form = { client_id: clientId, client_secret: clientSecret };
    for (const path of ['/oauth/connect/token', '/connect/token']) {
      for (const scope of [{}, { scope: '' }, { scope: ' ' }] as Record<string, string>[]) {
        for (const [given, headers] of [
          [{}, basic],
          [form, {}],
          [form, basic],
        ] as const) {
          const answer = await here.post(
            path,
            { grant_type: 'client_credentials', ...scope, ...given },
            { ...headers },
          );
          expect(answer.status).toBe(200);
          expect(answer.body).toMatchObject({ expires_in: 3600, token_type: 'Bearer' });
          expect(await statusOf(there, answer.body.access_token)).toBe(200);
        }
      }
    }
  });

  it('11.3: two secrets work side by side; removing one leaves the other working, in both processes', async () => {
    const made = await create({
      AllowedScopes: ['event'],
      ClientSecrets: [{ Description: 'a' }, { Description: 'b' }],
    });
    const { ClientId, ClientSecrets } = made.body;
    const [a, b] = ClientSecrets.map(({ Value }: { Value: string }) => Value) as [string, string];
    const [tokenOfA, tokenOfB] = [await here.token(ClientId, a), await there.token(ClientId, b)];
    expect(await Promise.all([here, there].map((user) => statusOf(user, tokenOfA)))).toEqual([200, 200]);
    const ClientName = 'Loans';
    await here.call(manager, 'PUT', '/admin/oauthclient', {
      ClientId,
      ClientName,
      ClientSecrets: [{ Description: 'b' }],
    });
    await expect(there.token(ClientId, a)).rejects.toThrow('401 invalid_client');
    for (const user of [here, there]) {
      await expect.poll(() => statusOf(user, tokenOfA)).toBe(401);
      expect(await statusOf(user, tokenOfB)).toBe(200);
    }
    expect(await statusOf(here, await there.token(ClientId, b))).toBe(200);
  });

  it('11.4: 403 without the scope, 402 without the product, 403 first', async () => {
    const { body } = await create({ AllowedScopes: ['document_read', 'document_write'] });
    const token = await here.token(body.ClientId, body.ClientSecrets[0].Value);
    const events = await here.call(token, 'GET', '/notification/events');
    expect([events.status, events.body.code]).toEqual([403, 'insufficient_scope']);
    expect(events.headers.get('www-authenticate')).toContain('scope="event"');

    const { accountId } = await operator('create-account', '--name', 'Without products', '--test');
    await onDatabase(first, 'delete from account_products where account_id = $1', [accountId]);
    const client = await operator(
      ...['create-client', '--account', accountId!, '--environment', 'test'],
      ...['--name', 'Loans', '--scopes', 'document_write'],
    );
    const poor = await here.token(client.clientId!, client.clientSecret!);
    const refused = await here.call(poor, 'POST', '/signature/documents', documentRequest(await sampleContract()));
    expect([refused.status, refused.body.code]).toEqual([402, 'not_in_subscription']);
    const both = await here.call(poor, 'GET', '/signature/documents/summary');
    expect([both.status, both.body.code]).toEqual([403, 'insufficient_scope']);
  });

  it.each(['Jwt', 'Reference'])(
    'oauth.md 8: disabled here, a token of type %s ends there; enabled, it lives',
    async (AccessTokenType) => {
      const { body } = await create({ AllowedScopes: ['event'], AccessTokenType });
      const { ClientId, ClientSecrets } = body;
      const token = await here.token(ClientId, ClientSecrets[0].Value);
      expect(await statusOf(there, token)).toBe(200);
      await here.call(manager, 'PUT', '/admin/oauthclient/disable', { ClientId });
      await expect(there.token(ClientId, ClientSecrets[0].Value)).rejects.toThrow('401 invalid_client');
      const dead = async () => (await there.call(token, 'GET', '/notification/webhooks')).body.code;
      if (AccessTokenType === 'Reference') expect(await dead()).toBe('client_disabled');
      await expect.poll(dead).toBe('client_disabled');
      await here.call(manager, 'PUT', '/admin/oauthclient/enable', { ClientId });
      await expect.poll(() => statusOf(there, token)).toBe(200);
    },
  );

  it.each(['Jwt', 'Reference'])('oauth.md 10: revoked here, a token of type %s ends there', async (AccessTokenType) => {
    const { body } = await create({ AllowedScopes: ['event'], AccessTokenType });
    const credentials = { client_id: body.ClientId, client_secret: body.ClientSecrets[0].Value };
    const token = await here.token(body.ClientId, credentials.client_secret);
    expect(await statusOf(there, token)).toBe(200);
    const introspect = async () => (await there.post('/connect/introspect', { ...credentials, token })).body;
    expect(await introspect()).toMatchObject({ active: true, client_id: body.ClientId, scope: 'event' });
    expect((await here.post('/oauth/connect/revocation', { ...credentials, token })).status).toBe(200);
    await expect.poll(() => statusOf(there, token)).toBe(401);
    expect(await introspect()).toEqual({ active: false });
  });

  it('oauth.md 4: a key of the operator is published by both processes, and tokens stay as they are', async () => {
    const kids = async (user: ApiUser): Promise<string[]> =>
      (await user.call('', 'GET', '/.well-known/jwks')).body.keys.map(({ kid }: { kid: string }) => kid);
    const before = await kids(here);
    const token = await here.token(first.client.clientId, first.client.clientSecret);
    const { kid } = await operator('rotate-token-key');
    for (const user of [here, there]) {
      await expect.poll(() => kids(user), { timeout: 55_000 }).toEqual([kid, ...before]);
      expect(await statusOf(user, token)).toBe(200);
    }
  });

  it('oauth.md 4: a key that was stolen is gone from both processes within a minute, and so are its tokens', async () => {
    const { clientId, clientSecret } = first.client;
    const tokens = [await here.token(clientId, clientSecret), await there.token(clientId, clientSecret)];
    const kid = kidOf(tokens[0]!);
    for (const user of [here, there]) expect(await statusOf(user, tokens[0]!)).toBe(200);
    await operator('retire-token-key', '--kid', kid);
    const refused = async (user: ApiUser, token: string) => {
      const { status, body } = await user.call(token, 'GET', '/notification/webhooks');
      return [status, body.code];
    };
    for (const user of [here, there]) {
      for (const token of tokens) {
        await expect.poll(() => refused(user, token), { timeout: 55_000 }).toEqual([401, 'invalid_token']);
      }
      const { keys } = (await user.call('', 'GET', '/.well-known/jwks')).body;
      expect(keys.map((key: { kid: string }) => key.kid)).not.toContain(kid);
      const anew = await user.token(clientId, clientSecret);
      expect(keys.map((key: { kid: string }) => key.kid)).toContain(kidOf(anew));
      for (const other of [here, there]) expect(await statusOf(other, anew)).toBe(200);
    }
    manager = await here.token(clientId, clientSecret);
    await expect(operator('retire-token-key', '--kid', 'unknown')).rejects.toThrow('There is no token key unknown.');
    await expect(operator('retire-token-key')).rejects.toThrow('needs --kid');
  });

  it('ENV-2: production is shut off from test, and asks for https', async () => {
    const { accountId } = await operator('create-account', '--name', 'Nordbank');
    const scopes = 'document_read document_write document_file event oauth_write';
    const of = async (environment: string) =>
      operator(
        'create-client',
        '--account',
        accountId!,
        '--environment',
        environment,
        '--name',
        'x',
        '--scopes',
        scopes,
      );
    const [production, test] = [await of('prod'), await of('test')];
    expect([production.clientId?.[0], test.clientId?.[0]]).toEqual(['p', 't']);
    const [inProd, inTest] = [
      await here.token(production.clientId!, production.clientSecret!),
      await here.token(test.clientId!, test.clientSecret!),
    ];
    const request = { name: 'x', active: false, events: ['*'], config: { url: 'https://127.0.0.1:8443/in' } };
    const webhook = await here.call(inProd, 'POST', '/notification/webhooks', request);
    expect([webhook.status, webhook.headers.get('x-idfy-environment')]).toEqual([201, 'prod']);
    const path = `/notification/webhooks/${webhook.body.id}`;
    expect((await here.call(inProd, 'GET', path)).status).toBe(200);
    for (const method of ['GET', 'DELETE', 'PATCH']) {
      const foreign = await here.call(inTest, method, path, method === 'PATCH' ? {} : undefined);
      const unknown = await here.call(
        inTest,
        method,
        '/notification/webhooks/999999',
        method === 'PATCH' ? {} : undefined,
      );
      expect([foreign.status, foreign.body.code]).toEqual([404, unknown.body.code]);
    }
    expect((await here.call(inTest, 'GET', `/admin/oauthclient/${production.clientId}`)).status).toBe(404);
    const introspected = await here.post('/connect/introspect', {
      client_id: test.clientId!,
      client_secret: test.clientSecret!,
      token: inProd,
    });
    expect(introspected.body).toEqual({ active: false });

    const clear = new ApiUser(first.url);
    expect((await clear.call(inProd, 'GET', path)).body.code).toBe('https_required');
    await expect(clear.token(production.clientId!, production.clientSecret!)).rejects.toThrow('403 https_required');
    expect((await clear.call(inTest, 'GET', '/notification/webhooks')).status).toBe(200);
  });

  it('oauth.md 5: the operator makes a dealer and its account, whose clients the dealer manages', async () => {
    const { accountId: dealer } = await operator('create-dealer', '--name', 'Dealer', '--test');
    const made = await operator('create-account', '--name', 'Customer', '--test', '--dealer', dealer!);
    const client = await operator(
      ...['create-client', '--account', dealer!, '--environment', 'test'],
      ...['--name', 'Portal', '--scopes', 'dealer event'],
    );
    const token = await here.token(client.clientId!, client.clientSecret!);
    const created = await create({ AccountId: made.accountId, AllowedScopes: ['event'] }, token);
    expect([created.status, created.body.AccountId]).toEqual([200, made.accountId]);
    const [secret] = created.body.ClientSecrets;
    expect(await statusOf(there, await there.token(created.body.ClientId, secret.Value))).toBe(200);

    const wrong = ['create-account', '--name', 'x', '--dealer'];
    await expect(operator(...wrong, made.accountId!)).rejects.toThrow('There is no such dealer.');
    await expect(operator(...wrong, 'x')).rejects.toThrow('--dealer is the id of an account');
    await expect(operator('create-dealer')).rejects.toThrow('needs --name');
  });

  it('IM-9: a repeated create answers the same client, without the secret that was shown once', async () => {
    const body = JSON.stringify({ ClientName: 'Once', AllowedScopes: ['event'] });
    const send = async (url: string) => {
      const headers = {
        authorization: `Bearer ${manager}`,
        'content-type': 'application/json',
        'idempotency-key': 'once',
      };
      const answer = await fetch(`${url}/admin/oauthclient`, { method: 'POST', headers, body });
      // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every operation
      return { status: answer.status, body: (await answer.json()) as any };
    };
    const [made, again] = [await send(first.url), await send(second.url)];
    expect([made.status, again.status]).toEqual([200, 200]);
    expect(again.body.ClientId).toBe(made.body.ClientId);
    expect(made.body.ClientSecrets[0].Value).toMatch(/^[0-9a-f]{64}$/);
    expect(again.body.ClientSecrets[0].Value).toBeNull();
  });

  it('oauth.md 2.5: failed authentications are recorded, without what was typed', async () => {
    await expect(there.token(first.client.clientId, 'a-wrong-secret')).rejects.toThrow('401 invalid_client');
    const rows = await onDatabase<{ row: string }>(first, 'select f::text as row from failed_authentications f');
    expect(rows.some(({ row }) => row.includes(first.client.clientId))).toBe(true);
    expect(rows.map(({ row }) => row).join()).not.toContain('a-wrong-secret');
  });
});
