import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { CLIENT_SECRET, OAuthUnderTest, PUBLIC_URL } from './oauth.testing.ts';
import { deleteExpired } from './token-store.ts';

describeOnEachDatabase('oauth.md 10: revocation and introspection', (open) => {
  let oauth: OAuthUnderTest;
  let other: string;
  const clients: Record<'Jwt' | 'Reference', string> = { Jwt: '', Reference: '' };

  beforeAll(async () => {
    oauth = await OAuthUnderTest.start(await open());
    clients.Jwt = await oauth.addClient({ scopes: ['document_read', 'event'] });
    clients.Reference = await oauth.addClient({ scopes: ['document_read', 'event'] });
    await oauth.database.query(`update oauth_clients set access_token_type = 'Reference' where id = $1`, [
      clients.Reference,
    ]);
    other = await oauth.addClient({});
  });
  afterAll(() => oauth.stop());

  const got = async (clientId: string) => (await oauth.token(clientId)).body.access_token as string;
  const ask = (path: string, clientId: string, token: string) =>
    oauth.post(path, { client_id: clientId, client_secret: CLIENT_SECRET, token });
  const revoke = (clientId: string, token: string) => ask('/oauth/connect/revocation', clientId, token);
  const introspect = (clientId: string, token: string) => ask('/oauth/connect/introspect', clientId, token);
  const accepted = (token: string, tokens = oauth.tokens) =>
    tokens.verify(token).then(
      () => true,
      (error: { code: string }) => {
        expect(error.code).toBe('invalid_token');
        return false;
      },
    );

  describe.each(['Jwt', 'Reference'] as const)('of a token of type %s', (type) => {
    it('introspection tells what RFC 7662 §2.2 names, on both paths', async () => {
      const token = await got(clients[type]);
      const now = oauth.now().getTime() / 1000;
      for (const path of ['/oauth/connect/introspect', '/connect/introspect']) {
        expect((await ask(path, clients[type], token)).body).toEqual({
          active: true,
          token_type: 'Bearer',
          scope: 'document_read event',
          client_id: clients[type],
          account_id: oauth.accountId,
          environment: 'test',
          iss: `${PUBLIC_URL}/oauth`,
          aud: PUBLIC_URL,
          sub: clients[type],
          jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
          iat: now,
          nbf: now,
          exp: now + 3600,
        });
      }
    });

    it('the API accepts it, with the scopes that were granted', async () => {
      expect(await oauth.tokens.verify(await got(clients[type]))).toEqual({
        clientId: clients[type],
        accountId: oauth.accountId,
        environment: 'test',
        scopes: new Set(['document_read', 'event']),
      });
    });

    it('its owner ends it, in every process', async () => {
      const token = await got(clients[type]);
      const elsewhere = await oauth.tokensFor(PUBLIC_URL);
      expect([await accepted(token), await accepted(token, elsewhere)]).toEqual([true, true]);
      const answer = await revoke(clients[type], token);
      expect([answer.status, answer.body]).toEqual([200, undefined]);
      expect(await accepted(token)).toBe(false);
      await expect.poll(() => accepted(token, elsewhere)).toBe(false);
      expect(await accepted(token, await oauth.tokensFor(PUBLIC_URL))).toBe(false);
      expect((await introspect(clients[type], token)).body).toEqual({ active: false });
      expect((await revoke(clients[type], token)).status).toBe(200);
    });

    it('another client cannot end it, and is told nothing', async () => {
      const token = await got(clients[type]);
      expect((await revoke(other, token)).status).toBe(200);
      expect(await accepted(token)).toBe(true);
    });

    it('a client of the same account may look at it; one of another account or environment may not', async () => {
      const token = await got(clients[type]);
      expect((await introspect(other, token)).body.active).toBe(true);
      const production = await oauth.addClient({ environment: 'prod' });
      expect((await introspect(production, token)).body).toEqual({ active: false });
      const stranger = await oauth.addClient({ accountId: await oauth.addAccount() });
      expect((await introspect(stranger, token)).body).toEqual({ active: false });
      const operator = await oauth.addClient({ accountId: await oauth.addAccount(), scopes: ['root'] });
      expect((await introspect(operator, token)).body.active).toBe(true);
    });

    it('ends with the secret that it was got with', async () => {
      const id = await oauth.addClient({});
      await oauth.database.query('update oauth_clients set access_token_type = $2 where id = $1', [id, type]);
      await oauth.addSecret(id, 'x'.repeat(40));
      const [first, second] = [await got(id), (await oauth.token(id, 'x'.repeat(40))).body.access_token as string];
      expect([await accepted(first), await accepted(second)]).toEqual([true, true]);
      await oauth.database.query('delete from oauth_client_secrets where client_id = $1 and hint = $2', [id, 'xxxx']);
      oauth.database.signals.send('oauth_clients');
      await expect.poll(() => accepted(second)).toBe(false);
      expect(await accepted(first)).toBe(true);
    });

    it('is inactive after it expired', async () => {
      const token = await got(clients[type]);
      oauth.advance(3_660_000);
      expect((await introspect(clients[type], token)).body).toEqual({ active: false });
    });
  });

  it('a token of type Reference is 43 characters, and the database holds nothing that could be used', async () => {
    const token = await got(clients.Reference);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const { rows } = await oauth.database.query<{ row: string }>('select r::text as row from reference_tokens r');
    const stored = rows.map(({ row }) => row).join('\n');
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
    expect(stored).not.toContain(Buffer.from(token).toString('hex'));
  });

  it('a handle ends with its client at once: the very next call is refused', async () => {
    const id = await oauth.addClient({});
    await oauth.database.query(`update oauth_clients set access_token_type = 'Reference' where id = $1`, [id]);
    const token = await got(id);
    expect(await accepted(token)).toBe(true);
    const manager = await got(await oauth.addClient({ scopes: ['oauth_write'] }));
    expect((await oauth.call(manager, 'PUT', '/admin/oauthclient/disable', { ClientId: id })).status).toBe(200);
    await expect(oauth.tokens.verify(token)).rejects.toMatchObject({ status: 401, code: 'client_disabled' });
  });

  it.each(['', 'x', 'a.b.c', `${'A'.repeat(43)}`, 'ø'.repeat(1000)])(
    'unknown texts are answered calmly: %j',
    async (token) => {
      const revoked = await revoke(clients.Jwt, token);
      const introspected = await introspect(clients.Jwt, token);
      if (token === '') {
        expect([revoked.body.error, introspected.body.error]).toEqual(['invalid_request', 'invalid_request']);
        return;
      }
      expect([revoked.status, revoked.body]).toEqual([200, undefined]);
      expect([introspected.status, introspected.body]).toEqual([200, { active: false }]);
    },
  );

  it.each(['/connect/revocation', '/oauth/connect/revocation', '/connect/introspect', '/oauth/connect/introspect'])(
    '%s asks for authentication, answers POST only, and takes no token in the address',
    async (path) => {
      const anonymous = await oauth.post(path, { token: 'x' });
      expect([anonymous.status, anonymous.body.error]).toEqual([401, 'invalid_client']);
      const wrong = await oauth.post(path, { token: 'x', client_id: clients.Jwt, client_secret: 'wrong' });
      expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client']);
      const get = await oauth.http.inject({ url: path });
      expect([get.statusCode, get.headers.allow]).toEqual([405, 'POST']);
      const inAddress = await ask(`${path}?token=x`, clients.Jwt, 'x');
      expect([inAddress.status, inAddress.body.error]).toEqual([400, 'invalid_request']);
    },
  );

  it('client claims are in its JWTs, with their prefix, and change nothing else', async () => {
    const id = await oauth.addClient({});
    await oauth.database.query('update oauth_clients set claims = $2 where id = $1', [
      id,
      JSON.stringify([{ Type: 'branch', Value: 'Oslo' }]),
    ]);
    const [, payload = ''] = (await got(id)).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(claims).toMatchObject({ client_branch: 'Oslo', client_id: id, sub: id });
  });

  it('what has expired is removed from the tables', async () => {
    await oauth.database.query('delete from revoked_tokens');
    const token = await got(clients.Jwt);
    await revoke(clients.Jwt, token);
    const count = async () =>
      (await oauth.database.query<{ n: number }>('select count(*)::integer as n from revoked_tokens')).rows[0]!.n;
    expect(await count()).toBe(1);
    await deleteExpired(oauth.database, oauth.now());
    expect(await count()).toBe(1);
    oauth.advance(3_700_000);
    await deleteExpired(oauth.database, oauth.now());
    expect(await count()).toBe(0);
  });
});
