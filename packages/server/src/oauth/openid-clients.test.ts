import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { CLIENT_SECRET, OAuthUnderTest } from './oauth.testing.ts';

const OPENID = '/admin/openid';
const REDIRECT = 'https://shop.example/login?x=1';

describeOnEachDatabase('admin.md 5, oauth.md 9.7: OpenID clients', (open) => {
  let oauth: OAuthUnderTest;
  let token: string;

  beforeAll(async () => {
    oauth = await OAuthUnderTest.start(await open());
    token = await tokenOf(await oauth.addClient({ scopes: ['openid_write', 'oauth_write', 'document_read'] }));
  });
  afterAll(() => oauth.stop());

  const tokenOf = async (id: string) => (await oauth.token(id, CLIENT_SECRET)).body.access_token as string;
  const create = (body: object = {}, by = token) => oauth.call(by, 'POST', OPENID, { ClientName: 'Shop', ...body });
  const update = (body: object) => oauth.call(token, 'PUT', OPENID, { ClientName: 'Shop', ...body });
  const get = (id: string) => oauth.call(token, 'GET', `${OPENID}/${id}`);
  const faults = ({ status, body }: { status: number; body: { errors?: { field: string; code: string }[] } }) => [
    status,
    ...(body.errors ?? []).map(({ field, code }) => `${field} ${code}`).sort(),
  ];

  it('create answers the client with the defaults of the contract and its secret, once', async () => {
    const made = await create();
    expect(made.status).toBe(200);
    const now = oauth.now().toISOString();
    const { ClientId, ClientSecrets } = made.body;
    expect(made.body).toEqual({
      AccountId: oauth.accountId,
      ClientId: expect.stringMatching(/^t[0-9a-f]{32}$/),
      ClientName: 'Shop',
      Enabled: true,
      Created: now,
      LastChanged: now,
      ClientSecrets: [
        {
          Description: 'secret-1',
          Value: expect.stringMatching(/^[0-9a-f]{64}$/),
          Expiration: null,
          Type: 'SharedSecret',
          Hint: ClientSecrets[0].Value.slice(-4),
        },
      ],
      ClientUri: null,
      RequireConsent: false,
      AllowRememberConsent: true,
      Flow: 'AuthorizationCodeWithProofKey',
      AllowClientCredentialsOnly: false,
      RedirectUris: [],
      PostLogoutRedirectUris: [],
      LogoutUri: null,
      RequireSignOutPrompt: false,
      AllowedScopes: ['openid', 'profile'],
      IdentityProviderRestrictions: [],
      IdentityTokenLifetime: 300,
      AccessTokenLifetime: 3600,
      AbsoluteRefreshTokenLifetime: 2_592_000,
      SlidingRefreshTokenLifetime: 1_296_000,
      RefreshTokenUsage: 'OneTimeOnly',
      UpdateAccessTokenClaimsOnRefresh: false,
      RefreshTokenExpiration: 'Absolute',
      AccessTokenType: 'Jwt',
      IncludeJwtId: true,
      AlwaysSendClientClaims: false,
      AllowedCorsOrigins: [],
      AllowAccessTokensViaBrowser: false,
      Claims: [],
    });
    const { ClientSecrets: masked } = (await get(ClientId)).body;
    expect(masked[0].Value).toBeNull();
    const audit = await oauth.admin.listAudit({ accountId: oauth.accountId, environment: 'test' }, { limit: 1 });
    expect(audit[0]).toMatchObject({ action: 'openid_client.created', targetId: ClientId });
    expect(JSON.stringify(audit)).not.toContain(ClientSecrets[0].Value);
  });

  it('every setting is kept, addresses character by character, providers by either name', async () => {
    const settings = {
      ClientUri: 'https://shop.example',
      RequireConsent: true,
      AllowRememberConsent: false,
      Flow: 'Hybrid',
      RedirectUris: [REDIRECT, 'HTTPS://Shop.example/a', 'http://localhost:3000/cb', 'com.example.shop:/cb'],
      PostLogoutRedirectUris: ['https://shop.example/bye'],
      LogoutUri: 'https://shop.example/logout',
      RequireSignOutPrompt: true,
      AllowedScopes: ['openid', 'email', 'ssn', 'offline_access'],
      IdentityTokenLifetime: 60,
      RefreshTokenUsage: 'ReUse',
      RefreshTokenExpiration: 'Sliding',
      IncludeJwtId: false,
      AlwaysSendClientClaims: true,
      AllowedCorsOrigins: ['https://shop.example'],
      AllowAccessTokensViaBrowser: true,
      Claims: [{ Type: 'shop', Value: '7' }],
    };
    const { body } = await create({
      ...settings,
      IdentityProviderRestrictions: ['se_bankid', 'NO_BANKID_WEB', 'mitid', 'google'],
    });
    expect((await get(body.ClientId)).body).toMatchObject({
      ...settings,
      IdentityProviderRestrictions: ['SWE_BANKID', 'NO_BANKID_WEB', 'mitid', 'Google'],
    });
    const same = await update({ ClientId: body.ClientId });
    expect(same.body).toMatchObject(settings);
    expect((await oauth.admin.findClient(body.ClientId))?.openid?.redirectUris).toEqual(settings.RedirectUris);
  });

  it('update replaces lists, keeps what is absent, and makes a client public with an empty list of secrets', async () => {
    const { ClientId } = (await create({ RedirectUris: [REDIRECT], LogoutUri: 'https://shop.example/out' })).body;
    const changed = await update({ ClientId, RedirectUris: ['https://a.example/'], ClientSecrets: [], LogoutUri: '' });
    expect(changed.body).toMatchObject({ RedirectUris: ['https://a.example/'], ClientSecrets: [], LogoutUri: null });
    expect(faults(await update({ ClientId, RedirectUris: [] }))).toEqual([400, 'redirectUris required']);
    expect(faults(await update({ ClientId, Flow: 'Hybrid', ClientSecrets: [] }))).toEqual([
      400,
      'clientSecrets required',
    ]);
    expect((await update({ ClientId, RedirectUris: [], AllowClientCredentialsOnly: true })).status).toBe(200);
  });

  it.each([
    ['http elsewhere', { RedirectUris: ['http://shop.example/'] }, [400, 'redirectUris[0] url']],
    ['a fragment', { RedirectUris: [REDIRECT, `${REDIRECT}#x`] }, [400, 'redirectUris[1] url']],
    ['a script', { PostLogoutRedirectUris: ['javascript:alert(1)'] }, [400, 'postLogoutRedirectUris[0] url']],
    ['a scheme without a dot', { RedirectUris: ['shop:/cb'] }, [400, 'redirectUris[0] url']],
    ['a relative address', { ClientUri: '/shop', LogoutUri: 'out' }, [400, 'clientUri url', 'logoutUri url']],
    ['a scope of the API', { AllowedScopes: ['openid', 'document_read'] }, [400, 'allowedScopes[1] enum']],
    ['no provider', { IdentityProviderRestrictions: ['UNKNOWN'] }, [400, 'identityProviderRestrictions[0] enum']],
    ['a claim of the tokens', { Claims: [{ Type: 'account_id', Value: 'x' }] }, [400, 'claims[0].type format']],
    ['ResourceOwner', { Flow: 'ResourceOwner' }, [422]],
    ['Custom', { Flow: 'Custom' }, [422]],
  ])('refuses %s', async (_what, body, expected) => {
    expect(faults(await create(body))).toEqual(expected);
  });

  it('one kind of client is not found as the other, and API clients have no scopes of users', async () => {
    const openid = (await create()).body.ClientId;
    const api = (await oauth.call(token, 'POST', '/admin/oauthclient', { ClientName: 'x' })).body.ClientId;
    for (const [path, id] of [
      [OPENID, api],
      ['/admin/oauthclient', openid],
    ]) {
      const body = { ClientId: id, ClientName: 'x' };
      const answers = await Promise.all([
        oauth.call(token, 'GET', `${path}/${id}`),
        oauth.call(token, 'PUT', path!, body),
        oauth.call(token, 'PUT', `${path}/disable`, body),
        oauth.call(token, 'PUT', `${path}/enable`, body),
        oauth.call(token, 'DELETE', `${path}/${id}`),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(404));
      const listed = await oauth.call(token, 'GET', `${path}/list`);
      expect(listed.body.map((one: { ClientId: string }) => one.ClientId)).not.toContain(id);
    }
    const scopes = { ClientName: 'x', AllowedScopes: ['openid'] };
    expect(faults(await oauth.call(token, 'POST', '/admin/oauthclient', scopes))).toEqual([
      400,
      'allowedScopes[0] enum',
    ]);
  });

  it('unauthorized_client: it gets no tokens for itself, unless that is its flow', async () => {
    const { ClientId, ClientSecrets } = (await create()).body;
    const refused = await oauth.token(ClientId, ClientSecrets[0].Value);
    expect([refused.status, refused.body.error]).toEqual([400, 'unauthorized_client']);
    await update({ ClientId, Flow: 'ClientCredentials' });
    const granted = await oauth.token(ClientId, ClientSecrets[0].Value);
    expect([granted.status, granted.body.scope]).toEqual([200, 'openid profile']);
    expect((await oauth.call(granted.body.access_token, 'GET', `${OPENID}/list`)).status).toBe(403);
  });

  it('disable, enable, delete, each written down', async () => {
    const { ClientId } = (await create()).body;
    const state = async () => (await get(ClientId)).body.Enabled;
    expect((await oauth.call(token, 'PUT', `${OPENID}/disable`, { ClientId })).body).toEqual({});
    expect(await state()).toBe(false);
    expect((await oauth.call(token, 'PUT', `${OPENID}/enable`, { ClientId })).body).toEqual({});
    expect(await state()).toBe(true);
    expect((await oauth.call(token, 'DELETE', `${OPENID}/${ClientId}`)).status).toBe(204);
    expect((await get(ClientId)).status).toBe(404);
    const audit = await oauth.admin.listAudit({ accountId: oauth.accountId, environment: 'test' }, { limit: 4 });
    expect(audit.map(({ action }) => action)).toEqual(
      ['deleted', 'enabled', 'disabled', 'created'].map((one) => `openid_client.${one}`),
    );
  });

  it('needs openid_write, and reaches no other account', async () => {
    const other = await tokenOf(await oauth.addClient({ scopes: ['oauth_write'] }));
    expect((await create({}, other)).status).toBe(403);
    expect((await create({ AccountId: await oauth.addAccount() })).status).toBe(403);
  });
});
