import { randomBytes } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import type { TestDatabase } from '../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { adminOn } from './admin.testing.ts';
import { type Admin, API_SCOPES } from './index.ts';

const ID = `t${'a'.repeat(32)}`;
const SECRET = 'b'.repeat(64);

describeOnEachDatabase('the first test client', (open) => {
  let database: TestDatabase;
  let admin: Admin;

  beforeEach(async () => {
    database = await open();
    admin = adminOn(database);
  });

  async function authenticates(client: { clientId: string; clientSecret: string }): Promise<boolean> {
    const found = await admin.findClient(client.clientId);
    return found !== undefined && admin.findSecret(found, client.clientSecret) !== undefined;
  }

  it('oauth.md 2.2: is generated once, in the form that every client library can send, and the same at each start', async () => {
    const first = await admin.ensureFirstTestClient({});
    expect(first.clientId).toMatch(/^t[0-9a-f]{32}$/);
    expect(first.clientSecret).toMatch(/^[0-9a-f]{64}$/);
    expect(await admin.ensureFirstTestClient({})).toEqual(first);
    expect(await authenticates(first)).toBe(true);
    expect(await admin.findClient(first.clientId)).toMatchObject({
      environment: 'test',
      disabled: false,
      accountDisabled: false,
      accessTokenLifetimeSeconds: 3600,
    });
  });

  it('may use every scope that does not reach beyond its account', async () => {
    const { clientId } = await admin.ensureFirstTestClient({});
    const { allowedScopes } = (await admin.findClient(clientId))!;
    const missing = API_SCOPES.filter((name) => !allowedScopes.includes(name));
    expect(missing).toEqual(['account-create', 'dealer', 'dealer_read', 'root', 'audit_root']);
  });

  it('settings win, one by one', async () => {
    const generated = await admin.ensureFirstTestClient({});
    const withSecret = await admin.ensureFirstTestClient({ clientSecret: SECRET });
    expect(withSecret).toEqual({ clientId: generated.clientId, clientSecret: SECRET });
    expect(await authenticates(withSecret)).toBe(true);
    expect(await authenticates(generated)).toBe(false);
    const withBoth = await admin.ensureFirstTestClient({ clientId: ID, clientSecret: SECRET });
    expect(withBoth).toEqual({ clientId: ID, clientSecret: SECRET });
    const accounts = await Promise.all(
      [generated.clientId, ID].map(async (id) => (await admin.findClient(id))?.accountId),
    );
    expect(accounts[0]).toBe(accounts[1]);
  });

  it('ten processes that start at once agree on it', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => admin.ensureFirstTestClient({})));
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(await authenticates(all[0]!)).toBe(true);
    const { rows } = await database.query<{ accounts: number; clients: number }>(
      'select (select count(*)::integer from accounts) as accounts, (select count(*)::integer from oauth_clients) as clients',
    );
    expect(rows[0]).toEqual({ accounts: 1, clients: 1 });
  });

  it('oauth.md 8: the database holds no secret, and the hashes are worth nothing without the master key', async () => {
    await admin.ensureFirstTestClient({ clientId: ID, clientSecret: SECRET });
    const { rows } = await database.query<{ row: string }>(
      `select s::text || f::text as row from oauth_client_secrets s, first_test_client f`,
    );
    expect(rows[0]!.row).not.toContain(SECRET);
    expect(rows[0]!.row).not.toContain(Buffer.from(SECRET).toString('hex'));
    const otherKey = randomBytes(32);
    const other = adminOn(database, { masterKey: otherKey });
    const found = await other.findClient(ID);
    expect(other.findSecret(found!, SECRET)).toBeUndefined();
    await expect(other.ensureFirstTestClient({})).rejects.toThrow();
  });

  it.each([
    '',
    'a\0b',
    'T'.repeat(33),
    `t${'A'.repeat(32)}`,
    `t${'a'.repeat(33)}`,
    "t' or 1=1 --",
    'ø'.repeat(100_000),
  ])('an id that no client can have is not looked up: %j', async (id) => {
    expect(await admin.findClient(id)).toBeUndefined();
  });
});
