import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { TestDatabase } from '../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { createLog } from '../kernel/log/log.ts';
import { adminOn } from './admin.testing.ts';
import { findStoredClient, markDeleted, putSecrets, setEnabled } from './client-store.ts';
import { warnOfExpiringSecrets } from './warn-of-expiring-secrets.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const DAY_MS = 86_400_000;

describeOnEachDatabase('oauth.md 8: the warning ahead of the expiry of a secret', (open) => {
  let database: TestDatabase;
  let accountId: string;
  let clientId: string;
  let nowMs: number;
  let lines: string[];
  const clock = { now: () => new Date(nowMs) };
  const log = createLog('info', { write: (line) => void lines.push(line) });

  const addClient = async () => {
    const admin = adminOn(database, { clock, log });
    accountId ||= (await admin.createAccount({ name: 'Nordbank', testAccount: false })).accountId;
    const made = await admin.createClient({ accountId, environment: 'prod', name: 'Loans', scopes: ['event'] });
    await admin.close();
    return made.clientId;
  };

  beforeAll(async () => {
    database = await open();
  });

  beforeEach(async () => {
    await database.query('delete from oauth_clients');
    [nowMs, lines, accountId] = [NOW.getTime(), [], ''];
    clientId = await addClient();
  });

  const inDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS);
  /** As an update of the client does it, which keeps its secret. */
  const expire = (expiresAt: Date | null, id = clientId) =>
    database.transaction(async (tx) => {
      const client = await findStoredClient(tx, { accountId, environment: 'prod' }, 'api', id);
      await putSecrets(
        tx,
        id,
        client!.secrets.map((one) => ({ ...one, expiresAt })),
      );
    });
  /** What is logged by a look so many days after the start. */
  const look = async (days: number) => {
    [nowMs, lines] = [inDays(days).getTime(), []];
    await warnOfExpiringSecrets({ database, clock, log });
    return lines.map((line) => JSON.parse(line));
  };

  it('comes 30 and 7 days ahead, once each, and names client and entry', async () => {
    await expire(inDays(40));
    expect(await look(9.9)).toEqual([]);
    expect(await look(10)).toEqual([
      {
        level: 'warn',
        time: expect.any(String),
        accountId,
        environment: 'prod',
        clientId,
        description: 'secret-1',
        expiresAt: inDays(40).toISOString(),
        daysAhead: 30,
        msg: 'a secret of a client expires soon',
      },
    ]);
    expect(await look(10)).toEqual([]);
    expect(await look(32.9)).toEqual([]);
    expect(await look(33)).toMatchObject([{ clientId, daysAhead: 7 }]);
    expect(await look(39)).toEqual([]);
    expect(await look(40)).toEqual([]);
  });

  it('is one only, of 7 days, for a secret that has no more left', async () => {
    await expire(inDays(3));
    expect(await look(0)).toMatchObject([{ daysAhead: 7 }]);
    expect(await look(1)).toEqual([]);
  });

  it('comes again for a later expiry, and not for one that was sent again as it is', async () => {
    await expire(inDays(20));
    expect(await look(0)).toHaveLength(1);
    await expire(inDays(20));
    expect(await look(1)).toEqual([]);
    await expire(inDays(60));
    expect(await look(1)).toEqual([]);
    expect(await look(31)).toMatchObject([{ daysAhead: 30, expiresAt: inDays(60).toISOString() }]);
  });

  it('is given by one of several processes that look at once', async () => {
    await expire(inDays(20));
    await Promise.all(Array.from({ length: 5 }, () => warnOfExpiringSecrets({ database, clock, log })));
    expect(lines).toHaveLength(1);
  });

  it('is not given without expiry, nor for clients that are disabled or deleted, or whose account is', async () => {
    const [disabled, deleted] = [await addClient(), await addClient()];
    for (const id of [disabled, deleted]) await expire(inDays(20), id);
    await database.transaction(async (tx) => {
      await setEnabled(tx, disabled, false, NOW);
      await markDeleted(tx, deleted, NOW);
    });
    expect(await look(0)).toEqual([]);
    await database.transaction((tx) => setEnabled(tx, disabled, true, NOW));
    await database.query('update accounts set disabled_at = $2 where id = $1', [accountId, NOW]);
    expect(await look(0)).toEqual([]);
    await database.query('update accounts set disabled_at = null where id = $1', [accountId]);
    expect(await look(0)).toMatchObject([{ clientId: disabled }]);
  });
});
