import type { Queryable, Transaction } from '../kernel/db/database.ts';
import { PRODUCTS } from './product.ts';

export async function listProducts(db: Queryable, accountId: string): Promise<string[]> {
  const { rows } = await db.query<{ product: string }>({
    name: 'admin_list_products',
    text: 'select product from account_products where account_id = $1',
    values: [accountId],
  });
  return rows.map((row) => row.product);
}

export async function grantProducts(tx: Transaction, accountId: string, products: readonly string[]): Promise<void> {
  await tx.query(
    `insert into account_products (account_id, product) select $1, unnest($2::text[]) on conflict do nothing`,
    [accountId, products],
  );
}

/** What a new account has: a test account everything, any other what the operator chose for new accounts. */
export async function grantFirstProducts(tx: Transaction, accountId: string, testAccount: boolean): Promise<void> {
  if (testAccount) return grantProducts(tx, accountId, PRODUCTS);
  await tx.query('insert into account_products (account_id, product) select $1, product from default_products', [
    accountId,
  ]);
}
