import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { silentLog, type TestDatabase } from '../../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../../test-kit/src/each-database.ts';
import type { Database } from '../db/database.ts';
import { openDatabase } from '../db/open-database.ts';
import { createKeyStore, type NewKey } from './key-store.ts';

const masterKey = randomBytes(32);

function newKey(fields: Partial<NewKey> = {}): NewKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { algorithm: 'ES256', privateKey, ...fields };
}

describeOnEachDatabase('the key store', (open, kind) => {
  let database: TestDatabase;
  let now = new Date('2026-11-24T10:00:00Z');

  beforeAll(async () => {
    database = await open();
  });

  const storeOn = (on: Database, key = masterKey) =>
    createKeyStore({ database: on, masterKey: key, clock: { now: () => now } });

  it('gives back a key that signs for its public key, with its certificates', async () => {
    const keys = storeOn(database);
    const made = newKey({ certificates: [Buffer.from('leaf'), Buffer.from('root')] });
    const put = await keys.put('trust.seal', made);
    const [listed] = await keys.list('trust.seal');
    expect(listed).toMatchObject({
      id: put.id,
      purpose: 'trust.seal',
      algorithm: 'ES256',
      certificates: [Buffer.from('leaf'), Buffer.from('root')],
      createdAt: now,
      activatesAt: now,
      retiresAt: undefined,
    });
    const signature = sign('sha256', Buffer.from('bytes'), listed!.privateKey);
    expect(verify('sha256', Buffer.from('bytes'), listed!.publicKey, signature)).toBe(true);
    expect(listed!.privateKey.equals(made.privateKey)).toBe(true);
  });

  it('makes a key once', async () => {
    const keys = storeOn(database);
    let made = 0;
    const create = async () => {
      made++;
      return newKey();
    };
    const first = await keys.getOrCreate('oauth.token', create);
    expect((await keys.getOrCreate('oauth.token', create)).id).toBe(first.id);
    expect(made).toBe(1);
  });

  it('gives everyone the same key when several make it at once', async () => {
    const options = { ...database.location, log: silentLog, onFatal: () => {} };
    const replicas = kind === 'postgresql' ? [await openDatabase(options), await openDatabase(options)] : [];
    const stores = [database, ...replicas].map((on) => storeOn(on));
    const got = await Promise.all(
      Array.from({ length: 9 }, (_, i) => stores[i % stores.length]!.getOrCreate('raced', async () => newKey())),
    );
    expect(new Set(got.map(({ id }) => id)).size).toBe(1);
    expect(await storeOn(database).list('raced')).toHaveLength(1);
    for (const replica of replicas) await replica.close();
  });

  it('lets the maker of a key use the database', async () => {
    const key = await storeOn(database).getOrCreate('with-serial', async () => {
      await database.query('select 1');
      return newKey();
    });
    expect(key.purpose).toBe('with-serial');
  });

  it('uses the key activated last, not before its time and not after its retirement', async () => {
    const keys = storeOn(database);
    const noNew = async () => {
      throw new Error('there is a key');
    };
    const hour = (n: number) => new Date(Date.parse('2026-11-24T10:00:00Z') + n * 3_600_000);
    const old = await keys.put('rotated', newKey({ retiresAt: hour(3) }));
    const next = await keys.put('rotated', newKey({ activatesAt: hour(2), retiresAt: hour(5) }));
    expect((await keys.getOrCreate('rotated', noNew)).id).toBe(old.id);
    now = hour(2);
    expect((await keys.getOrCreate('rotated', noNew)).id).toBe(next.id);
    expect((await keys.list('rotated')).map(({ id }) => id)).toEqual([next.id, old.id]);
    now = hour(5);
    await expect(keys.getOrCreate('rotated', noNew)).rejects.toThrow('there is a key');
    now = hour(0);
  });

  it('retires a key once, and puts its successor in the same transaction', async () => {
    const keys = storeOn(database);
    const [old, other] = [await keys.put('retired', newKey()), await keys.put('retired', newKey())];
    const successor = { purpose: 'retired', key: newKey() };
    expect(await keys.retire(old.id, successor)).toBe(true);
    expect(await keys.retire(old.id, successor)).toBe(false);
    expect(await keys.retire('no-such-key', successor)).toBe(false);
    const listed = await keys.list('retired');
    expect(listed.map(({ id, retiresAt }) => [id, retiresAt])).toEqual([
      [expect.any(String), undefined],
      [other.id, undefined],
      [old.id, now],
    ]);
    expect((await keys.getOrCreate('retired', async () => newKey())).id).toBe(listed[0]!.id);
    await expect(
      keys.retire(other.id, { purpose: 'retired', key: newKey({ algorithm: null as never }) }),
    ).rejects.toThrow();
    expect((await keys.list('retired'))[1]).toMatchObject({ id: other.id, retiresAt: undefined });
  });

  it('keeps private keys unreadable in the database, and bound to their row', async () => {
    const keys = storeOn(database);
    const { id, privateKey } = await keys.put('bound', newKey());
    const secret = privateKey.export({ format: 'jwk' }).d!;
    const { rows } = await database.query<{ private_key: Buffer }>('select private_key from keys where id = $1', [id]);
    expect(rows[0]!.private_key.includes(Buffer.from(secret, 'base64url'))).toBe(false);
    await expect(storeOn(database, randomBytes(32)).list('bound')).rejects.toThrow('could not be opened');
    await database.query(`update keys set purpose = 'other' where id = $1`, [id]);
    await expect(keys.list('other')).rejects.toThrow('could not be opened');
  });
});
