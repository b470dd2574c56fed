import type { Clock } from '../kernel/clock/clock.ts';
import type { Database, Log } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { OperationContext, RouteDefinition } from '../kernel/http/route.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import { setContacts } from './account-contacts.ts';
import type { SigningSettings } from './account-settings-store.ts';
import { actingOwner } from './acting-account.ts';
import { CLIENTS_CHANGED } from './admin-deps.ts';
import { type AuditEntry, listAudit } from './audit.ts';
import { DEFAULT_SETTINGS, settingsAfter } from './client-input.ts';
import { createSecretHasher, isAlive } from './client-secret.ts';
import { purgeDeletedClients, someClientAllowsOrigin } from './client-store.ts';
import { createClientUses } from './client-uses.ts';
import { createCorsOrigins } from './cors-origins.ts';
import { createAccount, type NewAccount } from './create-account.ts';
import { storeNewClient } from './create-client.ts';
import { ensureFirstTestClient, type FirstTestClient } from './ensure-first-test-client.ts';
import { createClientLookup } from './find-client.ts';
import { adminRoutes } from './routes.ts';
import { planSecrets } from './secret-list.ts';
import { setSigningSettings } from './set-signing-settings.ts';
import { type ClientRecord, type ClientSecret, findAccountName } from './store.ts';
import { warnOfExpiringSecrets } from './warn-of-expiring-secrets.ts';

export {
  type ExternalIdPolicy,
  findExternalIdPolicy,
  findIdentificationSettings,
  findSigningSettings,
  type IdentificationSettings,
  type SigningSettings,
} from './account-settings-store.ts';
export { API_SCOPES, canonicalScope } from './api-scopes.ts';
export { type AuditEntry, writeAudit } from './audit.ts';
export { isClientId } from './client-secret.ts';
export { accountClockRoutes } from './clock-routes.ts';
export type { FirstTestClient } from './ensure-first-test-client.ts';
export { PRODUCTS, type Product } from './product.ts';
export { createProducts, type Products, type WantedFeature } from './products.ts';
export { type ClientRecord, type ClientSecret, findAccountContacts, type PublicJwk } from './store.ts';

const TIDY_EVERY_MS = 3_600_000;
const DELETED_KEPT_MS = 30 * 24 * 3_600_000;

/** Accounts and API clients: their operations, and what other capabilities may ask about them. */
export interface Admin {
  readonly routes: readonly RouteDefinition[];
  /** A client as it is in the database now, disabled ones too; a deleted one is gone. */
  findClient(id: string): Promise<ClientRecord | undefined>;
  /** The entry that this shared secret belongs to; expired ones are none. */
  findSecret(client: ClientRecord, secret: string): ClientSecret | undefined;
  /** Entries that hold a public key and have not expired. */
  publicKeys(client: ClientRecord): (ClientSecret & { publicJwk: NonNullable<ClientSecret['publicJwk']> })[];
  /** Notes when and from where a client got a token; written later. */
  noteUse(clientId: string, address: string): void;
  /** Writes what was noted. */
  flushUses(): Promise<void>;
  /** Calls `listener` after clients have changed, in any process; a hint that may be lost. */
  onClientsChanged(listener: () => void): () => void;
  /** Origins whose pages may call with tokens of the client. */
  corsOrigins(clientId: string): Promise<readonly string[]>;
  /** Whether any client allows the origin: a preflight does not say which one will call. */
  isCorsOrigin(origin: string): Promise<boolean>;
  /** Display name of an account; every account has one. */
  accountName(accountId: string): Promise<string>;
  ensureFirstTestClient(wanted: {
    clientId?: string | undefined;
    clientSecret?: string | undefined;
  }): Promise<FirstTestClient>;
  /**
   * For the operator. A real account can have clients of both environments, a test account only those of `test`. A dealer
   * manages the accounts that are made with its id, and is an account itself. Throws 404 `not_found` for an unknown dealer.
   */
  createAccount(account: NewAccount): Promise<{ accountId: string }>;
  /**
   * For the operator: to whom e-mails about the account's own affairs go, instead of those before. Throws 404 `not_found`
   * and 400 `validation_failed`.
   */
  setContacts(accountId: string, emails: readonly string[]): Promise<void>;
  /**
   * For the operator: how documents of the account are signed; answers all settings. Throws 404 `not_found` and 400
   * `validation_failed`.
   */
  setSigningSettings(accountId: string, changes: Partial<SigningSettings>): Promise<SigningSettings>;
  /** For the operator: with any scopes, `root` included. The secret is shown nowhere else. */
  createClient(client: {
    accountId: string;
    environment: Environment;
    name: string;
    scopes: readonly string[];
  }): Promise<{ clientId: string; clientSecret: string }>;
  /**
   * Whose objects a request is about: its account's, or those of an account that it manages as a dealer. Throws 403
   * `forbidden`.
   */
  actingOwner(
    context: OperationContext,
    accountId: string | undefined,
  ): Promise<{ accountId: string; environment: Environment }>;
  /** Who changed what, newest first. */
  listAudit(
    owner: { accountId: string; environment: Environment },
    options: { beforeId?: string; limit: number },
  ): Promise<(AuditEntry & { id: string })[]>;
  close(): Promise<void>;
}

export function createAdmin(deps: {
  database: Database;
  clock: Clock;
  masterKey: Buffer;
  box: SecretBox;
  log: Log;
}): Admin {
  const { database, clock, log } = deps;
  const hasher = createSecretHasher(deps.masterKey);
  const uses = createClientUses({ database, clock, log });
  const tidyTimer = setInterval(() => {
    purgeDeletedClients(database, new Date(clock.now().getTime() - DELETED_KEPT_MS)).catch((err: unknown) =>
      log.warn({ err }, 'deleted clients could not be removed'),
    );
    warnOfExpiringSecrets({ database, clock, log }).catch((err: unknown) =>
      log.warn({ err }, 'expiring secrets could not be looked for'),
    );
  }, TIDY_EVERY_MS);
  tidyTimer.unref();
  const lookup = createClientLookup({ database, clock });
  const { find } = lookup;
  const cors = createCorsOrigins({
    originsOf: async (clientId) => (await find(clientId))?.corsOrigins ?? [],
    isListed: (origin) => someClientAllowsOrigin(database, origin),
  });
  const stopListening = database.signals.on(CLIENTS_CHANGED, cors.forget);

  return {
    routes: adminRoutes({ database, clock, hasher, log }),
    findClient: find,
    findSecret: (client, secret) => hasher.find(secret, client.secrets, clock.now()),
    publicKeys: (client) =>
      client.secrets.flatMap((one) =>
        one.publicJwk && isAlive(one, clock.now()) ? [{ ...one, publicJwk: one.publicJwk }] : [],
      ),
    noteUse: uses.note,
    flushUses: uses.flush,
    onClientsChanged: (listener) => database.signals.on(CLIENTS_CHANGED, listener),
    corsOrigins: cors.corsOrigins,
    isCorsOrigin: cors.isCorsOrigin,
    accountName: async (accountId) => (await findAccountName(database, accountId)) ?? '',
    ensureFirstTestClient: (wanted) => ensureFirstTestClient({ ...deps, hasher }, wanted),

    createAccount: (account) => createAccount({ database, clock }, account),

    setContacts: (accountId, emails) => setContacts({ database, clock }, accountId, emails),

    setSigningSettings: (accountId, changes) => setSigningSettings({ database, clock }, accountId, changes),

    async createClient({ accountId, environment, name, scopes }) {
      const now = clock.now();
      const settings = settingsAfter({ ClientName: name, AllowedScopes: [...scopes] }, DEFAULT_SETTINGS);
      const secrets = planSecrets([{}], [], { hasher, now });
      const { id } = await storeNewClient(
        { database },
        { accountId, environment },
        { settings, secrets, now },
        undefined,
      );
      const clear = secrets[0]?.clear;
      if (clear === undefined) throw new SeglError(500, 'internal_error', 'No secret was made.');
      return { clientId: id, clientSecret: clear };
    },

    actingOwner: (context, accountId) => actingOwner({ database, clock, hasher, log }, context, accountId),

    listAudit: (owner, options) => listAudit(database, owner, options),

    async close() {
      clearInterval(tidyTimer);
      stopListening();
      lookup.close();
      await uses.close();
    },
  };
}
