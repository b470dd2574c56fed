import { LRUCache } from 'lru-cache';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { Product } from './product.ts';
import { listProducts } from './products-store.ts';

/** A product that a member of the request asks for. */
export interface WantedFeature {
  product: Product;
  /** Path of that member. */
  field: string;
}

export interface Products {
  hasProduct(accountId: string, product: Product): Promise<boolean>;
  /** Throws 402 `not_in_subscription`. */
  requireProduct(account: { accountId: string }, product: string): Promise<void>;
  /**
   * For what only the body reveals; to be called after the restrictions (400), before anything is looked up (404).
   * Throws 402 `not_in_subscription` naming every field whose product is missing.
   */
  requireFeatures(account: { accountId: string }, features: readonly WantedFeature[]): Promise<void>;
}

const KEPT_MS = 60_000;
const KEPT_ACCOUNTS = 10_000;

/**
 * The subscriptions of accounts; changes count within a minute. With `all`, for instances without billing, every product
 * is granted and nobody is asked. `salesContact` is named to whoever lacks a product.
 */
export function createProducts(deps: {
  database: Database;
  clock: Clock;
  granted: 'all' | 'subscription';
  salesContact: string;
}): Products {
  const { database, clock, salesContact } = deps;
  const known = new LRUCache<string, { products: Promise<ReadonlySet<string>>; untilMs: number }>({
    max: KEPT_ACCOUNTS,
  });

  function productsOf(accountId: string): Promise<ReadonlySet<string>> {
    const nowMs = clock.now().getTime();
    const cached = known.get(accountId);
    if (cached && nowMs < cached.untilMs) return cached.products;
    const products = listProducts(database, accountId).then((names) => new Set(names));
    known.set(accountId, { products, untilMs: nowMs + KEPT_MS });
    // A failure is for those who waited for it, not for everybody in the next minute.
    products.catch(() => known.delete(accountId));
    return products;
  }

  function notSubscribed(missing: readonly { product: string; field?: string }[]): SeglError {
    const names = [...new Set(missing.map(({ product }) => product))].join(', ');
    const message = `Not part of the account's subscription: ${names}. To add it, ask ${salesContact}.`;
    const errors = missing.flatMap(({ product, field }) =>
      field === undefined
        ? []
        : [{ field, code: 'enum', message: `Needs the product ${product}, which the subscription lacks.` }],
    );
    return new SeglError(402, 'not_in_subscription', message, { errors });
  }

  if (deps.granted === 'all') {
    return { hasProduct: async () => true, requireProduct: async () => {}, requireFeatures: async () => {} };
  }
  return {
    hasProduct: async (accountId, product) => (await productsOf(accountId)).has(product),
    async requireProduct({ accountId }, product) {
      const products = await productsOf(accountId);
      if (!products.has(product)) throw notSubscribed([{ product }]);
    },
    async requireFeatures({ accountId }, features) {
      if (features.length === 0) return;
      const products = await productsOf(accountId);
      const missing = features.filter(({ product }) => !products.has(product));
      if (missing.length > 0) throw notSubscribed(missing);
    },
  };
}
