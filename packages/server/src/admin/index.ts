import type { Clock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import { createSecretHasher, isClientId } from './client-secret.ts';
import { ensureFirstTestClient, type FirstTestClient } from './ensure-first-test-client.ts';
import { type ClientRecord, findAccountName, findClient } from './store.ts';

export { type ExternalIdPolicy, findExternalIdPolicy } from './account-settings-store.ts';
export type { FirstTestClient } from './ensure-first-test-client.ts';
export { PRODUCTS, type Product } from './product.ts';
export { createProducts, type Products, type WantedFeature } from './products.ts';
export type { ClientRecord } from './store.ts';

/** Accounts and API clients: what other capabilities may ask about them. */
export interface Admin {
  findClient(id: string): Promise<ClientRecord | undefined>;
  secretMatches(client: ClientRecord, secret: string): boolean;
  /** Display name of an account; every account has one. */
  accountName(accountId: string): Promise<string>;
  ensureFirstTestClient(wanted: {
    clientId?: string | undefined;
    clientSecret?: string | undefined;
  }): Promise<FirstTestClient>;
}

export function createAdmin(deps: { database: Database; clock: Clock; masterKey: Buffer; box: SecretBox }): Admin {
  const hasher = createSecretHasher(deps.masterKey);
  return {
    findClient: async (id) => (isClientId(id) ? findClient(deps.database, id) : undefined),
    secretMatches: (client, secret) => hasher.matches(secret, client.secrets, deps.clock.now()),
    accountName: async (accountId) => (await findAccountName(deps.database, accountId)) ?? '',
    ensureFirstTestClient: (wanted) => ensureFirstTestClient({ ...deps, hasher }, wanted),
  };
}
