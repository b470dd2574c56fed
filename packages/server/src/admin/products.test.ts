import { beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database } from '../kernel/db/database.ts';
import { PRODUCTS } from './product.ts';
import { createProducts, type Products } from './products.ts';
import { grantFirstProducts, grantProducts, listProducts } from './products-store.ts';

const ACCOUNT = { accountId: '0195a000-0000-7000-8000-00000000000a' };
const OTHER = { accountId: '0195a000-0000-7000-8000-00000000000b' };

describeOnEachDatabase('products', (openDatabase) => {
  let database: Database;
  let nowMs: number;
  let queries: number;
  let products: Products;

  beforeAll(async () => {
    database = await openDatabase();
  });

  beforeEach(async () => {
    await database.query('delete from accounts');
    nowMs = Date.parse('2026-03-01T12:00:00Z');
    queries = 0;
    for (const { accountId } of [ACCOUNT, OTHER]) {
      await database.query('insert into accounts (id, name, created_at) values ($1, $2, now())', [accountId, 'Bank']);
    }
    await database.transaction((tx) => grantProducts(tx, ACCOUNT.accountId, ['signature', 'sms']));
    await database.transaction((tx) => grantProducts(tx, OTHER.accountId, PRODUCTS));
    products = make('subscription');
  });

  function make(granted: 'all' | 'subscription'): Products {
    const counting = Object.assign(Object.create(database) as Database, {
      query: (...args: Parameters<Database['query']>) => {
        queries += 1;
        return database.query(...args);
      },
    });
    return createProducts({
      database: counting,
      clock: { now: () => new Date(nowMs) },
      granted,
      salesContact: 'sales@segl.example',
    });
  }

  it('402: lets through what the account has, and refuses what it lacks, naming product and sales contact', async () => {
    await products.requireProduct(ACCOUNT, 'signature');
    await products.requireProduct(OTHER, 'identification');
    const refused = await products.requireProduct(ACCOUNT, 'identification').catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 402, code: 'not_in_subscription', errors: [] });
    expect((refused as Error).message).toMatch(/identification.*sales@segl\.example/);
  });

  it('402: names every field that asks for a product which the account lacks', async () => {
    const refused = products.requireFeatures(ACCOUNT, [
      { product: 'ssn', field: 'advanced.getSocialSecurityNumber' },
      { product: 'sms', field: 'signers[0].notifications.setup.request' },
      { product: 'ssn', field: 'signers[1].getSocialSecurityNumber' },
    ]);
    await expect(refused).rejects.toMatchObject({
      status: 402,
      errors: [
        { field: 'advanced.getSocialSecurityNumber', code: 'enum' },
        { field: 'signers[1].getSocialSecurityNumber', code: 'enum' },
      ],
    });
    await products.requireFeatures(ACCOUNT, [{ product: 'sms', field: 'x' }]);
  });

  it('asks once a minute, and knows of a change within that minute', async () => {
    await Promise.all([products.requireProduct(ACCOUNT, 'signature'), products.requireProduct(ACCOUNT, 'sms')]);
    expect(queries).toBe(1);
    await database.query(`delete from account_products where account_id = $1 and product = 'sms'`, [ACCOUNT.accountId]);
    nowMs += 59_999;
    await products.requireProduct(ACCOUNT, 'sms');
    nowMs += 1;
    await expect(products.requireProduct(ACCOUNT, 'sms')).rejects.toMatchObject({ status: 402 });
    expect(queries).toBe(2);
  });

  it('does not remember a failure of the database', async () => {
    const failing = Object.assign(Object.create(database) as Database, {
      query: async (...args: Parameters<Database['query']>) => {
        queries += 1;
        if (queries === 1) throw new Error('away');
        return database.query(...args);
      },
    });
    const clock = { now: () => new Date(nowMs) };
    products = createProducts({ database: failing, clock, granted: 'subscription', salesContact: 'x' });
    await expect(products.requireProduct(ACCOUNT, 'sms')).rejects.toThrow('away');
    await products.requireProduct(ACCOUNT, 'sms');
  });

  it('grants everything to everybody without billing, and asks nobody', async () => {
    products = make('all');
    await products.requireProduct(ACCOUNT, 'identification');
    await products.requireFeatures(ACCOUNT, [{ product: 'ssn', field: 'x' }]);
    expect(queries).toBe(0);
  });

  it('gives a test account everything, and another account what the operator chose', async () => {
    const granted = async (testAccount: boolean) => {
      await database.query('delete from account_products');
      await database.transaction((tx) => grantFirstProducts(tx, ACCOUNT.accountId, testAccount));
      return (await listProducts(database, ACCOUNT.accountId)).sort();
    };
    const everything = [...PRODUCTS].sort();
    expect(await granted(false)).toEqual(everything);
    await database.query(`delete from default_products where product like 'information.%'`);
    expect(await granted(false)).toEqual(everything.filter((one) => !one.startsWith('information.')));
    expect(await granted(true)).toEqual(everything);
  });
});
