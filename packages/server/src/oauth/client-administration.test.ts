import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { CLIENT_SECRET, OAuthUnderTest } from './oauth.testing.ts';

const CLIENTS = '/admin/oauthclient';
const SCOPES = ['oauth_write', 'document_read', 'document_write', 'event'];
const STRANGE_ACCOUNT = '0195a000-0000-7000-8000-0000000000ff';
const DAY_MS = 24 * 3_600_000;

describeOnEachDatabase('admin.md 5: API clients', (open) => {
  let oauth: OAuthUnderTest;
  let callerId: string;
  let token: string;

  beforeAll(async () => {
    oauth = await OAuthUnderTest.start(await open());
    callerId = await oauth.addClient({ scopes: SCOPES });
  });
  afterAll(() => oauth.stop());
  beforeEach(async () => {
    token = await tokenOf(callerId);
  });

  const tokenOf = async (id: string, secret = CLIENT_SECRET, scope = '') =>
    (await oauth.token(id, secret, scope)).body.access_token as string;
  const create = (body: object = {}, by = token) => oauth.call(by, 'POST', CLIENTS, { ClientName: 'Loans', ...body });
  const update = (body: object, by = token) => oauth.call(by, 'PUT', CLIENTS, { ClientName: 'Loans', ...body });
  const get = (id: string, by = token) => oauth.call(by, 'GET', `${CLIENTS}/${id}`);
  const works = async (id: string, secret: string) => (await oauth.token(id, secret)).status;
  async function created(body: object = {}): Promise<{ id: string; secret: string }> {
    const answer = await create({ AllowedScopes: ['document_read'], ...body });
    expect(answer.status).toBe(200);
    return { id: answer.body.ClientId, secret: answer.body.ClientSecrets[0].Value };
  }
  /** Whether the API takes a token: a call that every client with oauth_write may make, or a plain check. */
  const refusal = (accessToken: string) =>
    oauth.tokens.verify(accessToken).then(
      () => undefined,
      (error: { code: string }) => error.code,
    );

  describe('create', () => {
    it('answers 200 with the client and its generated secret, in the names of the contract', async () => {
      const answer = await create({ AllowedScopes: ['document_read'] });
      expect(answer.status).toBe(200);
      const now = oauth.now().toISOString();
      const { ClientId, ClientSecrets } = answer.body;
      expect(answer.body).toEqual({
        AccountId: oauth.accountId,
        ClientId: expect.stringMatching(/^t[0-9a-f]{32}$/),
        ClientName: 'Loans',
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
        AllowedScopes: ['document_read'],
        AccessTokenLifetime: 3600,
        AbsoluteRefreshTokenLifetime: 2_592_000,
        SlidingRefreshTokenLifetime: 1_296_000,
        RefreshTokenUsage: 'OneTimeOnly',
        UpdateAccessTokenClaimsOnRefresh: false,
        RefreshTokenExpiration: 'Absolute',
        AccessTokenType: 'Jwt',
        Claims: [],
        AllowedCorsOrigins: [],
        Flow: 'ClientCredentials',
        IdentityTokenLifetime: 300,
        AlwaysSendClientClaims: false,
        LastUsed: null,
        LastUsedAddress: null,
      });
      expect(await works(ClientId, ClientSecrets[0].Value)).toBe(200);
    });

    it('oauth.md 8: secrets are shown once, and the database holds none', async () => {
      const { id, secret } = await created();
      const again = await get(id);
      expect(again.body.ClientSecrets).toEqual([
        { Description: 'secret-1', Value: null, Expiration: null, Type: 'SharedSecret', Hint: secret.slice(-4) },
      ]);
      const { rows } = await oauth.database.query<{ row: string }>(
        'select s::text || c::text as row from oauth_client_secrets s, oauth_clients c where c.id = $1',
        [id],
      );
      const audit = await oauth.database.query<{ row: string }>('select a::text as row from audit_entries a');
      for (const { row } of [...rows, ...audit.rows]) expect(row).not.toContain(secret);
      expect(JSON.stringify(oauth.logged)).not.toContain(secret);
    });

    it('takes names in any case, aliases of scopes, and the settings that it is sent', async () => {
      const answer = await oauth.call(token, 'POST', CLIENTS, {
        clientname: ' Loans ',
        accountid: oauth.accountId.toUpperCase(),
        allowedScopes: ['oauth-token', 'document_read', 'oauth_token'],
        accesstokenlifetime: '600',
        accessTokenType: 'reference',
        allowedCorsOrigins: ['https://www.example.com/', 'https://WWW.example.com', 'http://localhost:3000'],
        claims: [{ type: 'client_branch', value: 'Oslo' }],
        Flow: 'Hybrid',
      });
      expect(answer.body).toMatchObject({
        ClientName: 'Loans',
        AllowedScopes: ['oauth_write', 'document_read'],
        AccessTokenLifetime: 600,
        AccessTokenType: 'Reference',
        AllowedCorsOrigins: ['https://www.example.com', 'http://localhost:3000'],
        Claims: [{ Type: 'branch', Value: 'Oslo' }],
        Flow: 'ClientCredentials',
      });
      expect(await oauth.admin.corsOrigins(answer.body.ClientId)).toEqual([
        'https://www.example.com',
        'http://localhost:3000',
      ]);
      expect(await oauth.admin.isCorsOrigin('http://localhost:3000')).toBe(true);
      expect(await oauth.admin.isCorsOrigin('https://evil.example')).toBe(false);
    });

    it.each([
      ['no name', { ClientName: '  ' }, ['clientName required']],
      ['a lifetime below 60', { AccessTokenLifetime: 59 }, ['accessTokenLifetime min']],
      ['a lifetime above a day', { AccessTokenLifetime: 86_401 }, ['accessTokenLifetime max']],
      ['an unknown scope', { AllowedScopes: ['document_read', 'nonsense'] }, ['allowedScopes[1] enum']],
      ['a scope of people', { AllowedScopes: ['openid', 'ssn'] }, ['allowedScopes[0] enum', 'allowedScopes[1] enum']],
      ['an origin with a path', { AllowedCorsOrigins: ['https://a.example/x'] }, ['allowedCorsOrigins[0] url']],
      ['every origin', { AllowedCorsOrigins: ['*'] }, ['allowedCorsOrigins[0] url']],
      ['an origin in the clear', { AllowedCorsOrigins: ['http://a.example'] }, ['allowedCorsOrigins[0] url']],
      ['a claim that says who calls', { Claims: [{ Type: 'client_id', Value: 'x' }] }, ['claims[0].type format']],
      ['a claim that becomes client_id', { Claims: [{ Type: 'id', Value: 'x' }] }, ['claims[0].type format']],
      ['a claim of the registry', { Claims: [{ Type: 'scope', Value: 'root' }] }, ['claims[0].type format']],
      [
        'a sliding lifetime above the absolute one',
        { AbsoluteRefreshTokenLifetime: 100, SlidingRefreshTokenLifetime: 101 },
        ['slidingRefreshTokenLifetime max'],
      ],
      ['six secrets', { ClientSecrets: [{}, {}, {}, {}, {}, {}] }, ['clientSecrets too_many_items']],
      ['a short secret', { ClientSecrets: [{ Value: 'x'.repeat(31) }] }, ['clientSecrets[0].value min_length']],
      ['a secret without end', { ClientSecrets: [{ Value: 'x'.repeat(501) }] }, ['clientSecrets[0].value max_length']],
      [
        'a name twice',
        { ClientSecrets: [{ Description: 'a' }, { Description: ' a ' }] },
        ['clientSecrets[1].description duplicate'],
      ],
      ['an unknown kind', { ClientSecrets: [{ Type: 'Password' }] }, ['clientSecrets[0].type enum']],
      ['a key without one', { ClientSecrets: [{ Type: 'JsonWebKey' }] }, ['clientSecrets[0].value required']],
      [
        'two mistakes',
        { AccessTokenLifetime: 1, AccessTokenType: 'x' },
        ['accessTokenLifetime min', 'accessTokenType enum'],
      ],
    ] as [string, object, string[]][])('400 validation_failed: %s', async (_what, body, wanted) => {
      const answer = await create(body);
      expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
      const found = answer.body.errors.map((error: { field: string; code: string }) => `${error.field} ${error.code}`);
      expect(found.sort()).toEqual([...wanted].sort());
    });

    it('403: nobody grants a scope that the token of the call lacks, and root is never granted', async () => {
      const narrow = await tokenOf(callerId, CLIENT_SECRET, 'oauth_write document_read');
      const refused = await create({ AllowedScopes: ['document_read', 'document_write'] }, narrow);
      expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
      expect(refused.body.message).toContain('document_write');
      expect((await create({ AllowedScopes: ['document_read'] }, narrow)).status).toBe(200);
      const operator = await tokenOf(await oauth.addClient({ scopes: ['root'] }));
      expect((await create({ AllowedScopes: ['root'] }, operator)).status).toBe(403);
      expect((await create({ AllowedScopes: ['dealer', 'document_write'] }, operator)).status).toBe(200);
    });

    it('403: without oauth_write', async () => {
      const reader = await tokenOf(callerId, CLIENT_SECRET, 'document_read');
      const answer = await create({}, reader);
      expect([answer.status, answer.body.code]).toEqual([403, 'insufficient_scope']);
    });

    it('422 too_many_clients at 200 in one environment', async () => {
      const accountId = await oauth.addAccount();
      const manager = await oauth.addClient({ accountId, scopes: SCOPES });
      await oauth.database.query(
        `insert into oauth_clients (id, account_id, environment, name, allowed_scopes, created_at)
         select 't' || lpad(to_hex(n), 32, 'f'), $1, 'test', 'x', '{}', now() from generate_series(1, 198) n`,
        [accountId],
      );
      const by = await tokenOf(manager);
      const answers = await Promise.all(Array.from({ length: 5 }, () => create({}, by)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422, 422]);
      expect(answers.find(({ status }) => status === 422)?.body.code).toBe('too_many_clients');
    });
  });

  describe('admin.md 1: whose clients', () => {
    it.each([undefined, null, '00000000-0000-0000-0000-000000000000'])(
      'AccountId %j is that of the token',
      async (id) => {
        expect((await create({ AccountId: id })).body.AccountId).toBe(oauth.accountId);
      },
    );

    it('ENV-2: another account answers 403, whether it exists or not', async () => {
      const other = await oauth.addAccount();
      for (const id of [other, STRANGE_ACCOUNT]) {
        for (const answer of [
          await create({ AccountId: id }),
          await update({ AccountId: id, ClientId: callerId }),
          await oauth.call(token, 'GET', `${CLIENTS}/list?accountId=${id}`),
          await oauth.call(token, 'GET', `${CLIENTS}/${callerId}?accountId=${id}`),
          await oauth.call(token, 'PUT', `${CLIENTS}/disable`, { AccountId: id, ClientId: callerId }),
          await oauth.call(token, 'DELETE', `${CLIENTS}/${callerId}?accountId=${id}`),
        ]) {
          expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
        }
      }
    });

    it('ENV-2: a client of another account or environment is 404, as one that never was', async () => {
      const strange = await oauth.addClient({ accountId: await oauth.addAccount() });
      const production = await oauth.addClient({ environment: 'prod' });
      for (const id of [strange, production, `t${'0'.repeat(32)}`, 'x']) {
        for (const answer of [
          await get(id),
          await update({ ClientId: id }),
          await oauth.call(token, 'PUT', `${CLIENTS}/disable`, { ClientId: id }),
          await oauth.call(token, 'PUT', `${CLIENTS}/enable`, { ClientId: id }),
          await oauth.call(token, 'DELETE', `${CLIENTS}/${id}`),
        ]) {
          expect([id, answer.status, answer.body.code]).toEqual([id, 404, 'not_found']);
        }
      }
      expect(await works(strange, CLIENT_SECRET)).toBe(200);
    });

    it('a new client has the environment of the calling token, and no request changes it', async () => {
      const accountId = await oauth.addAccount();
      const manager = await oauth.addClient({ environment: 'prod', accountId, scopes: SCOPES });
      const answer = await create({ Environment: 'test' }, await tokenOf(manager));
      expect(answer.body.ClientId).toMatch(/^p/);
      const got = await tokenOf(answer.body.ClientId, answer.body.ClientSecrets[0].Value);
      expect(decodeJwt(got)).toMatchObject({ environment: 'prod', account_id: accountId });
      const listed = await oauth.call(await tokenOf(manager), 'GET', `${CLIENTS}/list`);
      expect(listed.body.every((one: { ClientId: string }) => one.ClientId.startsWith('p'))).toBe(true);
    });

    it('a test account can never have clients of production', async () => {
      const { accountId } = await oauth.admin.createAccount({ name: 'Test', testAccount: true });
      const operator = await tokenOf(await oauth.addClient({ environment: 'prod', scopes: ['root'] }));
      const answer = await create({ AccountId: accountId }, operator);
      expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
      await expect(
        oauth.admin.createClient({ accountId, environment: 'prod', name: 'x', scopes: [] }),
      ).rejects.toMatchObject({ code: 'forbidden' });
    });

    it('root reaches every account; an unknown one is 404', async () => {
      const operator = await tokenOf(await oauth.addClient({ scopes: ['root'] }));
      const accountId = await oauth.addAccount();
      const made = await create({ AccountId: accountId }, operator);
      expect(made.body.AccountId).toBe(accountId);
      expect((await create({ AccountId: STRANGE_ACCOUNT }, operator)).status).toBe(404);
      const listed = await oauth.call(operator, 'GET', `${CLIENTS}/list?accountId=${accountId}`);
      expect(listed.body).toEqual([
        {
          ClientId: made.body.ClientId,
          Enabled: true,
          ClientName: 'Loans',
          AccountId: accountId,
          Created: expect.any(String),
          LastChanged: expect.any(String),
        },
      ]);
    });
  });

  describe('update', () => {
    it('changes what it names and keeps the rest; null is not given, an empty list clears', async () => {
      const { id } = await created({ AccessTokenLifetime: 600, AllowedCorsOrigins: ['https://a.example'] });
      oauth.advance(1000);
      const answer = await update({ ClientId: id, ClientName: 'New', AllowedScopes: null, AccessTokenLifetime: null });
      expect(answer.body).toMatchObject({
        ClientName: 'New',
        AllowedScopes: ['document_read'],
        AccessTokenLifetime: 600,
        AllowedCorsOrigins: ['https://a.example'],
        LastChanged: oauth.now().toISOString(),
      });
      const cleared = await update({ ClientId: id, AllowedCorsOrigins: [], AllowedScopes: [] });
      expect(cleared.body).toMatchObject({ AllowedCorsOrigins: [], AllowedScopes: [] });
      expect((await get(id)).body).toEqual(cleared.body);
    });

    it('new tokens have the new settings at once', async () => {
      const { id, secret } = await created();
      await update({
        ClientId: id,
        AccessTokenLifetime: 60,
        AllowedScopes: ['event'],
        Claims: [{ Type: 'a', Value: 'b' }],
      });
      const { body } = await oauth.token(id, secret);
      expect(body).toMatchObject({ expires_in: 60, scope: 'event' });
      expect(decodeJwt(body.access_token)).toMatchObject({ client_a: 'b' });
    });

    it('without a difference nothing is written', async () => {
      const { id } = await created();
      const before = await get(id);
      oauth.advance(1000);
      expect((await update({ ClientId: id, Enabled: true, AccessTokenLifetime: 3600 })).body).toEqual(before.body);
      expect((await entries(id)).map(({ action }) => action)).toEqual(['oauth_client.created']);
    });

    it('may keep scopes that the caller lacks, and not add them', async () => {
      const { id } = await created({ AllowedScopes: ['document_read', 'document_write'] });
      const narrow = await tokenOf(callerId, CLIENT_SECRET, 'oauth_write');
      const kept = await update({ ClientId: id, AllowedScopes: ['document_read'] }, narrow);
      expect(kept.body.AllowedScopes).toEqual(['document_read']);
      expect((await update({ ClientId: id, AllowedScopes: ['document_read', 'event'] }, narrow)).status).toBe(403);
    });

    it('403: nobody adds a secret to a client that may do more than the caller', async () => {
      const operatorId = await oauth.addClient({ scopes: ['root'] });
      const refused = await update({ ClientId: operatorId, ClientSecrets: [{ Value: 'y'.repeat(40) }] });
      expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
      expect(await works(operatorId, 'y'.repeat(40))).toBe(401);
      expect(await works(operatorId, CLIENT_SECRET)).toBe(200);
    });
  });

  describe('oauth.md 8: secrets', () => {
    it('rotation: add a new one, both work, remove the old one', async () => {
      const { id, secret } = await created();
      const added = await update({
        ClientId: id,
        ClientSecrets: [{ Description: 'secret-1' }, { Description: 'spring' }],
      });
      const [old, spring] = added.body.ClientSecrets;
      expect([old.Value, spring.Value]).toEqual([null, expect.stringMatching(/^[0-9a-f]{64}$/)]);
      expect([await works(id, secret), await works(id, spring.Value)]).toEqual([200, 200]);
      const [oldToken, newToken] = [await tokenOf(id, secret), await tokenOf(id, spring.Value)];
      const removed = await update({ ClientId: id, ClientSecrets: [{ Description: 'spring', Value: '********' }] });
      expect(removed.body.ClientSecrets).toEqual([{ ...spring, Value: null }]);
      expect([await works(id, secret), await works(id, spring.Value)]).toEqual([401, 200]);
      await expect.poll(() => refusal(oldToken)).toBe('invalid_token');
      expect(await refusal(newToken)).toBeUndefined();
    });

    it('ClientSecrets that are absent or null stay as they are; an empty list removes all', async () => {
      const { id, secret } = await created();
      await update({ ClientId: id });
      await update({ ClientId: id, ClientSecrets: null });
      expect(await works(id, secret)).toBe(200);
      expect((await update({ ClientId: id, ClientSecrets: [] })).body.ClientSecrets).toEqual([]);
      expect(await works(id, secret)).toBe(401);
    });

    it('own values of 32 characters or more, five at most, each with its expiry', async () => {
      const soon = new Date(oauth.now().getTime() + DAY_MS).toISOString();
      const secrets = [1, 2, 3, 4, 5].map((n) => ({
        Value: `${n}-ø€😀`.padEnd(40, 'x'),
        Expiration: n === 5 ? soon : null,
      }));
      const answer = await create({ AllowedScopes: ['event'], ClientSecrets: secrets });
      expect(answer.body.ClientSecrets.map((one: { Description: string }) => one.Description)).toEqual(
        [1, 2, 3, 4, 5].map((n) => `secret-${n}`),
      );
      const id = answer.body.ClientId;
      for (const { Value } of secrets) expect(await works(id, Value)).toBe(200);
      expect((await get(id)).body.ClientSecrets[4].Expiration).toBe(soon);
      oauth.advance(DAY_MS);
      expect([await works(id, secrets[0]!.Value), await works(id, secrets[4]!.Value)]).toEqual([200, 401]);
    });

    it('a kept entry can be given another expiry, and a named one another value', async () => {
      const { id, secret } = await created();
      const soon = new Date(oauth.now().getTime() + 1000).toISOString();
      await update({ ClientId: id, ClientSecrets: [{ Description: 'secret-1', Expiration: soon }] });
      expect(await works(id, secret)).toBe(200);
      oauth.advance(1000);
      expect(await works(id, secret)).toBe(401);
      token = await tokenOf(callerId);
      const before = await update({
        ClientId: id,
        ClientSecrets: [{ Description: 'secret-1', Value: 'z'.repeat(40) }],
      });
      expect(before.body.ClientSecrets[0]).toMatchObject({ Value: 'z'.repeat(40), Expiration: null, Hint: 'zzzz' });
      expect([await works(id, secret), await works(id, 'z'.repeat(40))]).toEqual([401, 200]);
    });

    it('takes public keys and certificates, and refuses private, weak and foreign ones', async () => {
      const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const jwk = JSON.stringify({ ...rsa.publicKey.export({ format: 'jwk' }), kid: 'k1' });
      const der = selfSigned();
      const answer = await create({
        ClientSecrets: [
          { Type: 'JsonWebKey', Value: jwk, Description: 'jwk' },
          { Type: 'X509CertificateBase64', Value: der.base64, Description: 'certificate' },
        ],
      });
      expect(answer.body.ClientSecrets.map((one: { Type: string }) => one.Type)).toEqual([
        'JsonWebKey',
        'X509CertificateBase64',
      ]);
      const expires = Date.parse(answer.body.ClientSecrets[1].Expiration) - Date.now();
      expect([expires > 9 * DAY_MS, expires < 11 * DAY_MS]).toEqual([true, true]);
      const record = await oauth.admin.findClient(answer.body.ClientId);
      expect(oauth.admin.publicKeys(record!).map(({ publicJwk }) => [publicJwk.kid, publicJwk.d])).toEqual([
        ['k1', undefined],
        [undefined, undefined],
      ]);
      const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
      const bad = {
        'a private key': JSON.stringify(rsa.privateKey.export({ format: 'jwk' })),
        'a symmetric key': JSON.stringify({ kty: 'oct', k: 'x'.repeat(60) }),
        'a weak key': JSON.stringify(weak.publicKey.export({ format: 'jwk' })),
        'another curve': JSON.stringify(
          generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' }),
        ),
        'no JSON': 'x'.repeat(50),
        'a list': '[]',
      };
      for (const [what, Value] of Object.entries(bad)) {
        const refused = await create({ ClientSecrets: [{ Type: 'JsonWebKey', Value }] });
        expect([what, refused.status, refused.body.errors?.[0]?.field]).toEqual([what, 400, 'clientSecrets[0].value']);
      }
      expect((await create({ ClientSecrets: [{ Type: 'X509CertificateBase64', Value: 'AAAA' }] })).status).toBe(400);
    });
  });

  describe('oauth.md 8: disable, enable, delete', () => {
    it('a disabled client gets no token, and the ones it has end; enabled it has the same secrets', async () => {
      const { id, secret } = await created();
      const had = await tokenOf(id, secret);
      expect(await refusal(had)).toBeUndefined();
      const disabled = await oauth.call(token, 'PUT', `${CLIENTS}/disable`, { ClientId: id });
      expect([disabled.status, disabled.body]).toEqual([200, {}]);
      expect(await works(id, secret)).toBe(401);
      await expect.poll(() => refusal(had)).toBe('client_disabled');
      expect((await get(id)).body.Enabled).toBe(false);
      const enabled = await oauth.call(token, 'PUT', `${CLIENTS}/enable`, { ClientId: id, AccountId: oauth.accountId });
      expect([enabled.status, enabled.body]).toEqual([200, {}]);
      expect(await works(id, secret)).toBe(200);
      await expect.poll(() => refusal(had)).toBeUndefined();
    });

    it('Enabled of an update does the same', async () => {
      const { id, secret } = await created();
      await update({ ClientId: id, Enabled: false });
      expect(await works(id, secret)).toBe(401);
      await update({ ClientId: id });
      expect(await works(id, secret)).toBe(401);
      await update({ ClientId: id, Enabled: true });
      expect(await works(id, secret)).toBe(200);
    });

    it('a deleted client is gone for everyone', async () => {
      const { id, secret } = await created();
      const had = await tokenOf(id, secret);
      oauth.advance(1);
      const deleted = await oauth.call(token, 'DELETE', `${CLIENTS}/${id}`);
      expect([deleted.status, deleted.body]).toEqual([204, undefined]);
      expect(await works(id, secret)).toBe(401);
      await expect.poll(() => refusal(had)).toBe('invalid_token');
      expect((await get(id)).status).toBe(404);
      expect((await oauth.call(token, 'DELETE', `${CLIENTS}/${id}`)).status).toBe(404);
      expect((await oauth.call(token, 'PUT', `${CLIENTS}/enable`, { ClientId: id })).status).toBe(404);
      expect((await update({ ClientId: id })).status).toBe(404);
      const listed = await oauth.call(token, 'GET', `${CLIENTS}/list`);
      expect(listed.body.map((one: { ClientId: string }) => one.ClientId)).not.toContain(id);
      expect((await entries(id)).map(({ action }) => action)).toEqual(['oauth_client.deleted', 'oauth_client.created']);
    });

    it('admin.md 5: a client may disable itself; the answer still comes', async () => {
      const { id, secret } = await created({ AllowedScopes: ['oauth_write'] });
      const own = await tokenOf(id, secret);
      const answer = await oauth.call(own, 'PUT', `${CLIENTS}/disable`, { ClientId: id });
      expect(answer.status).toBe(200);
      await expect.poll(() => refusal(own)).toBe('client_disabled');
    });
  });

  it('oauth.md 8: time and address of the last token are kept and shown', async () => {
    const { id, secret } = await created();
    const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
    await oauth.post('/connect/token', form, '192.0.2.1');
    oauth.advance(1000);
    await oauth.post('/connect/token', form, '192.0.2.2');
    const usedAt = oauth.now().toISOString();
    await oauth.admin.flushUses();
    expect((await get(id)).body).toMatchObject({ LastUsed: usedAt, LastUsedAddress: '192.0.2.2' });
    const { rows } = await oauth.database.query('select 1 from oauth_client_uses where client_id = $1', [id]);
    expect(rows.length).toBe(1);
  });

  it('every change writes an audit entry with who, what and when, and reading writes none', async () => {
    const { id } = await created();
    await get(id);
    oauth.advance(1);
    await update({ ClientId: id, AllowedScopes: ['event'], ClientSecrets: [{ Description: 'new' }] });
    oauth.advance(1);
    await oauth.call(token, 'PUT', `${CLIENTS}/disable`, { ClientId: id });
    oauth.advance(1);
    await oauth.call(token, 'PUT', `${CLIENTS}/disable`, { ClientId: id });
    oauth.advance(1);
    await oauth.call(token, 'PUT', `${CLIENTS}/enable`, { ClientId: id });
    oauth.advance(1);
    await oauth.call(token, 'DELETE', `${CLIENTS}/${id}`);
    const written = await entries(id);
    expect(written.map(({ action }) => action.replace('oauth_client.', '')).reverse()).toEqual([
      'created',
      'updated',
      'disabled',
      'enabled',
      'deleted',
    ]);
    for (const one of written) {
      expect(one).toMatchObject({ actorClientId: callerId, requestId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    }
    expect(written[3]!.details).toEqual({
      allowedScopes: ['event'],
      secretsAdded: ['new'],
      secretsRemoved: ['secret-1'],
    });
  });

  async function entries(targetId: string) {
    const all = await oauth.admin.listAudit({ accountId: oauth.accountId, environment: 'test' }, { limit: 1000 });
    return all.filter((one) => one.targetId === targetId);
  }
});

/** A certificate of the shell's OpenSSL, valid for ten days. */
function selfSigned(): { base64: string } {
  const folder = mkdtempSync(join(tmpdir(), 'segl-certificate-'));
  try {
    const [key, file] = [join(folder, 'key.pem'), join(folder, 'certificate.der')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key,
        '-out',
        file,
        '-outform',
        'DER',
        '-days',
        '10',
        '-subj',
        '/CN=Nordbank',
      ],
      { stdio: 'ignore' },
    );
    return { base64: readFileSync(file).toString('base64') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
