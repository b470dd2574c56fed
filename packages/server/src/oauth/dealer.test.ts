import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { CLIENT_SECRET, OAuthUnderTest } from './oauth.testing.ts';

const CLIENTS = '/admin/oauthclient';
const STRANGE_ACCOUNT = '0195a000-0000-7000-8000-0000000000ff';

describeOnEachDatabase('oauth.md 5 and 6, admin.md 1: a dealer and its accounts', (open) => {
  let oauth: OAuthUnderTest;
  let dealerId: string;
  let managed: string;
  let token: string;

  beforeAll(async () => {
    oauth = await OAuthUnderTest.start(await open());
    dealerId = await account({ dealer: true });
    managed = await account({ dealerId });
    token = await tokenOf(await oauth.addClient({ accountId: dealerId, scopes: ['dealer', 'document_read'] }));
  });
  afterAll(() => oauth.stop());

  async function account(fields: { dealer?: boolean; dealerId?: string }): Promise<string> {
    return (await oauth.admin.createAccount({ name: 'Sjøbank', testAccount: false, ...fields })).accountId;
  }
  const tokenOf = async (id: string, secret = CLIENT_SECRET) =>
    (await oauth.token(id, secret)).body.access_token as string;
  const create = (accountId: string | undefined, scopes: string[], by = token) =>
    oauth.call(by, 'POST', CLIENTS, { ClientName: 'Loans', AccountId: accountId, AllowedScopes: scopes });

  it('oauth.md 3: dealer_id is in the tokens of a dealer, and in no other', async () => {
    expect(decodeJwt(token)).toMatchObject({ account_id: dealerId, dealer_id: dealerId });
    for (const accountId of [managed, oauth.accountId]) {
      const claims = decodeJwt(await tokenOf(await oauth.addClient({ accountId })));
      expect([claims.account_id, 'dealer_id' in claims]).toEqual([accountId, false]);
    }
  });

  it('manages the clients of its accounts from first to last, and they act for their account', async () => {
    const made = await create(managed, ['document_read']);
    expect([made.status, made.body.AccountId]).toEqual([200, managed]);
    const { ClientId, ClientSecrets } = made.body;
    const claims = decodeJwt(await tokenOf(ClientId, ClientSecrets[0].Value));
    expect(claims).toMatchObject({ account_id: managed, scope: 'document_read' });

    const named = { AccountId: managed, ClientId };
    const listed = await oauth.call(token, 'GET', `${CLIENTS}/list?accountId=${managed}`);
    expect(listed.body.map((one: { ClientId: string }) => one.ClientId)).toContain(ClientId);
    expect((await oauth.call(token, 'GET', `${CLIENTS}/${ClientId}?accountId=${managed}`)).body.ClientName).toBe(
      'Loans',
    );
    const updated = await oauth.call(token, 'PUT', CLIENTS, { ...named, ClientName: 'New', ClientSecrets: [{}] });
    expect([updated.status, updated.body.ClientName]).toEqual([200, 'New']);
    expect((await oauth.call(token, 'PUT', `${CLIENTS}/disable`, named)).status).toBe(200);
    expect((await oauth.call(token, 'PUT', `${CLIENTS}/enable`, named)).status).toBe(200);
    expect((await oauth.call(token, 'DELETE', `${CLIENTS}/${ClientId}?accountId=${managed}`)).status).toBe(204);
    const audit = await oauth.admin.listAudit({ accountId: managed, environment: 'test' }, { limit: 100 });
    const actor = decodeJwt(token).client_id;
    expect(audit.filter((one) => one.targetId === ClientId && one.actorClientId === actor).length).toBe(5);
  });

  it('a client is found under its account only', async () => {
    const { ClientId } = (await create(managed, [])).body;
    const other = await account({ dealerId });
    for (const query of ['', `?accountId=${other}`]) {
      expect((await oauth.call(token, 'GET', `${CLIENTS}/${ClientId}${query}`)).status).toBe(404);
    }
  });

  it('403 forbidden for any other account, whether it exists or not, and that of another dealer', async () => {
    const strange = await oauth.addClient({});
    const foreign = await account({ dealerId: await account({ dealer: true }) });
    for (const id of [oauth.accountId, STRANGE_ACCOUNT, foreign]) {
      const named = { AccountId: id, ClientId: strange };
      for (const answer of [
        await create(id, []),
        await oauth.call(token, 'PUT', CLIENTS, { ...named, ClientName: 'x' }),
        await oauth.call(token, 'GET', `${CLIENTS}/list?accountId=${id}`),
        await oauth.call(token, 'GET', `${CLIENTS}/${strange}?accountId=${id}`),
        await oauth.call(token, 'PUT', `${CLIENTS}/disable`, named),
        await oauth.call(token, 'PUT', `${CLIENTS}/enable`, named),
        await oauth.call(token, 'DELETE', `${CLIENTS}/${strange}?accountId=${id}`),
      ]) {
        expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
      }
    }
  });

  it('403 without the scope dealer, for accounts without dealer, and from an account to its dealer', async () => {
    const writer = await tokenOf(
      await oauth.addClient({ accountId: dealerId, scopes: ['oauth_write', 'dealer_read'] }),
    );
    expect((await create(managed, [], writer)).body.code).toBe('forbidden');
    const noDealer = await tokenOf(await oauth.addClient({ scopes: ['dealer'] }));
    expect((await create(managed, [], noDealer)).body.code).toBe('forbidden');
    const own = await tokenOf(await oauth.addClient({ accountId: managed, scopes: ['dealer'] }));
    expect((await create(dealerId, [], own)).body.code).toBe('forbidden');
  });

  it('grants what its token has, and what dealer stands for; a secret is a way to what a client may do', async () => {
    const granted = await create(managed, ['document_read', 'account_read', 'account_write', 'oauth_write']);
    expect(granted.status).toBe(200);
    for (const scope of ['document_write', 'root', 'audit_root', 'account-create']) {
      expect((await create(managed, [scope])).body.code).toBe('forbidden');
    }
    const powerful = await oauth.addClient({ accountId: managed, scopes: ['document_write'] });
    const named = { AccountId: managed, ClientId: powerful, ClientName: 'x' };
    const refused = await oauth.call(token, 'PUT', CLIENTS, { ...named, ClientSecrets: [{ Value: 'y'.repeat(40) }] });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
  });

  it('an account can only be made for a dealer that there is', async () => {
    for (const id of [STRANGE_ACCOUNT, managed]) {
      await expect(account({ dealerId: id })).rejects.toMatchObject({ status: 404, code: 'not_found' });
    }
  });
});
