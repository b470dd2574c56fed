import { beforeEach, expect, it } from 'vitest';
import type { TestDatabase } from '../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { adminOn } from './admin.testing.ts';
import { markDeleted, purgeDeletedClients, putUses } from './client-store.ts';
import type { Admin } from './index.ts';

const NOW = new Date('2026-03-01T12:00:00Z');

describeOnEachDatabase('rows of clients', (open) => {
  let database: TestDatabase;
  let admin: Admin;
  let accountId: string;

  beforeEach(async () => {
    database = await open();
    admin = adminOn(database, { clock: { now: () => NOW } });
    accountId = (await admin.createAccount({ name: 'Nordbank', testAccount: false })).accountId;
  });

  const add = async () =>
    (await admin.createClient({ accountId, environment: 'prod', name: 'Loans', scopes: ['root'] })).clientId;
  const rows = async () => {
    const found = await database.query<{ id: string }>('select id from oauth_clients order by id');
    return found.rows.map(({ id }) => id);
  };
  const later = (ms: number) => new Date(NOW.getTime() + ms);

  it('oauth.md 8: of a deleted client stay for 30 days, those of others for good', async () => {
    const [first, second] = [await add(), await add()];
    await database.transaction((tx) => markDeleted(tx, first, NOW));
    await purgeDeletedClients(database, NOW);
    expect(await rows()).toEqual([first, second].sort());
    await purgeDeletedClients(database, later(1));
    expect(await rows()).toEqual([second]);
    const audit = await admin.listAudit({ accountId, environment: 'prod' }, { limit: 10 });
    expect(audit.map(({ targetId }) => targetId)).toContain(first);
  });

  it('the operator gives any scope, and the entry has no actor', async () => {
    const id = await add();
    expect((await admin.findClient(id))?.allowedScopes).toEqual(['root']);
    const audit = await admin.listAudit({ accountId, environment: 'prod' }, { limit: 10 });
    expect(audit.find(({ targetId }) => targetId === id)).toMatchObject({
      action: 'oauth_client.created',
      actorClientId: undefined,
    });
    await expect(
      admin.createClient({ accountId, environment: 'prod', name: 'x', scopes: ['nonsense'] }),
    ).rejects.toMatchObject({ code: 'validation_failed' });
  });

  it('an older use does not replace a newer one, and one of a client that is gone is dropped', async () => {
    const id = await add();
    const use = (at: Date, address: string, clientId = id) => putUses(database, [{ clientId, at, address }]);
    await use(later(1000), '192.0.2.2');
    await use(NOW, '192.0.2.1');
    await use(NOW, '192.0.2.3', `p${'0'.repeat(32)}`);
    const found = await database.query<{ client_id: string; address: string }>(
      'select client_id, address from oauth_client_uses',
    );
    expect(found.rows).toEqual([{ client_id: id, address: '192.0.2.2' }]);
  });

  it('the first test client that was deleted stays so: the next start makes another, in the same account', async () => {
    const first = await admin.ensureFirstTestClient({});
    const account = (await admin.findClient(first.clientId))!.accountId;
    await database.transaction((tx) => markDeleted(tx, first.clientId, NOW));
    const second = await admin.ensureFirstTestClient({});
    expect(second.clientId).not.toBe(first.clientId);
    expect(second.clientSecret).not.toBe(first.clientSecret);
    expect((await admin.findClient(second.clientId))!.accountId).toBe(account);
    expect(await admin.findClient(first.clientId)).toBeUndefined();
    expect(await admin.ensureFirstTestClient({})).toEqual(second);
    const wanted = await admin.ensureFirstTestClient({ clientId: first.clientId });
    expect((await admin.findClient(wanted.clientId))!.disabled).toBe(false);
  });
});
