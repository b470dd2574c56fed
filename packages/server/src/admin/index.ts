import type { FastifyInstance } from 'fastify';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database, Log, Queryable } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { OperationContext, RouteDefinition } from '../kernel/http/route.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import { setContacts } from './account-contacts.ts';
import { type AccountProfile, createAccountProfiles } from './account-profile.ts';
import { accountRoutes } from './account-routes.ts';
import type { SigningSettings } from './account-settings-store.ts';
import { actingOwner } from './acting-account.ts';
import { type AdminDeps, CLIENTS_CHANGED } from './admin-deps.ts';
import { type AuditEntry, listAudit } from './audit.ts';
import { findCurrentBranding, purgeReplacedBrandings } from './branding-store.ts';
import { API_CLIENTS } from './client-kind.ts';
import { clientRoutes } from './client-routes.ts';
import { createSecretHasher, isAlive } from './client-secret.ts';
import { purgeDeletedClients, someClientAllowsOrigin } from './client-store.ts';
import { createClientUses } from './client-uses.ts';
import { createCorsOrigins } from './cors-origins.ts';
import { createAccount, type NewAccount } from './create-account.ts';
import { storeNewClient } from './create-client.ts';
import { dealerRoutes } from './dealer-routes.ts';
import { ensureFirstTestClient, type FirstTestClient } from './ensure-first-test-client.ts';
import { createClientLookup } from './find-client.ts';
import { invoiceRoutes } from './invoice-routes.ts';
import { planSecrets } from './secret-list.ts';
import { registerBrandings } from './serve-branding.ts';
import { setSigningSettings } from './set-signing-settings.ts';
import type { ClientRecord, ClientSecret } from './store.ts';
import { setOperatorsDetails, switchAccount } from './switch-account.ts';
import { warnOfExpiringSecrets } from './warn-of-expiring-secrets.ts';

export type { AccountProfile } from './account-profile.ts';
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
export type { OpenIdSettings } from './client-store.ts';
export { accountClockRoutes } from './clock-routes.ts';
export type { FirstTestClient } from './ensure-first-test-client.ts';
export { insertUnits } from './ledger-store.ts';
export { PRODUCTS, type Product } from './product.ts';
export { createProducts, type Products, type WantedFeature } from './products.ts';
export { type ClientRecord, type ClientSecret, findAccountContacts, type PublicJwk } from './store.ts';

const TIDY_EVERY_MS = 3_600_000;
const DELETED_KEPT_MS = 30 * 24 * 3_600_000;
/** Pages and messages that name the former logo. */
const REPLACED_KEPT_MS = 30 * 24 * 3_600_000;

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
  /** Removes what was kept long enough, and warns of secrets that expire; done every hour. */
  tidy(): Promise<void>;
  /** Calls `listener` after clients have changed, in any process; a hint that may be lost. */
  onClientsChanged(listener: () => void): () => void;
  /** Origins whose pages may call with tokens of the client. */
  corsOrigins(clientId: string): Promise<readonly string[]>;
  /** Whether any client allows the origin: a preflight does not say which one will call. */
  isCorsOrigin(origin: string): Promise<boolean>;
  /** Display name of an account; every account has one. */
  accountName(accountId: string): Promise<string>;
  /** What signers and users see of an account, and whether it may be used: as it was at most half a minute ago. */
  accountProfile(accountId: string, db?: Queryable): Promise<AccountProfile>;
  /** The account's logo as PNG of at most 400 × 160 pixels. */
  readAccountLogo(accountId: string): Promise<Buffer | undefined>;
  /** Mounts what is served to everybody: logos and style sheets. */
  register(app: FastifyInstance): void;
  ensureFirstTestClient(wanted: {
    clientId?: string | undefined;
    clientSecret?: string | undefined;
  }): Promise<FirstTestClient>;
  /**
   * For the operator. A real account can have clients of both environments, a test account only those of `test`. A dealer
   * manages the accounts that are made with its id, and is an account itself. Throws 404 `not_found` for an unknown dealer.
   */
  createAccount(account: NewAccount): Promise<{ accountId: string }>;
  /** For the operator. Throws 404 `not_found`. */
  switchAccount(accountId: string, enabled: boolean): Promise<void>;
  /** For the operator; what is absent stays. Throws 404 `not_found`. */
  setOperatorsDetails(
    accountId: string,
    set: { customerNumber?: string | undefined; slaTag?: string | undefined; tags?: readonly string[] | undefined },
  ): Promise<void>;
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
  /** Base of absolute links, without a slash at the end. */
  publicUrl: string;
}): Admin {
  const { database, clock, log, publicUrl } = deps;
  const hasher = createSecretHasher(deps.masterKey);
  const adminDeps: AdminDeps = { database, clock, hasher, log, publicUrl };
  const profiles = createAccountProfiles({ database, publicUrl });
  const uses = createClientUses({ database, clock, log });
  const tidy = async () => {
    const ago = (ms: number) => new Date(clock.now().getTime() - ms);
    const warned = (what: string) => (err: unknown) => log.warn({ err }, what);
    await Promise.all([
      purgeDeletedClients(database, ago(DELETED_KEPT_MS)).catch(warned('deleted clients could not be removed')),
      purgeReplacedBrandings(database, ago(REPLACED_KEPT_MS)).catch(warned('replaced logos could not be removed')),
      warnOfExpiringSecrets({ database, clock, log }).catch(warned('expiring secrets could not be looked for')),
    ]);
  };
  const tidyTimer = setInterval(() => void tidy(), TIDY_EVERY_MS);
  tidyTimer.unref();
  const lookup = createClientLookup({ database, clock });
  const { find } = lookup;
  const cors = createCorsOrigins({
    originsOf: async (clientId) => (await find(clientId))?.corsOrigins ?? [],
    isListed: (origin) => someClientAllowsOrigin(database, origin),
  });
  const stopListening = database.signals.on(CLIENTS_CHANGED, cors.forget);

  return {
    routes: [
      ...accountRoutes(adminDeps),
      ...dealerRoutes(adminDeps),
      ...invoiceRoutes(adminDeps),
      ...clientRoutes(adminDeps),
    ],
    findClient: find,
    findSecret: (client, secret) => hasher.find(secret, client.secrets, clock.now()),
    publicKeys: (client) =>
      client.secrets.flatMap((one) =>
        one.publicJwk && isAlive(one, clock.now()) ? [{ ...one, publicJwk: one.publicJwk }] : [],
      ),
    noteUse: uses.note,
    flushUses: uses.flush,
    tidy,
    onClientsChanged: (listener) => database.signals.on(CLIENTS_CHANGED, listener),
    corsOrigins: cors.corsOrigins,
    isCorsOrigin: cors.isCorsOrigin,
    accountName: async (accountId) => (await profiles.find(accountId)).name,
    accountProfile: profiles.find,
    readAccountLogo: async (accountId) => (await findCurrentBranding(database, accountId, 'logo'))?.bytes,
    register: (app) => registerBrandings(app, { database }),
    ensureFirstTestClient: (wanted) => ensureFirstTestClient({ ...deps, hasher }, wanted),

    createAccount: (account) => createAccount({ database, clock }, account),

    switchAccount: (accountId, enabled) => switchAccount({ database, clock }, accountId, enabled),

    setOperatorsDetails: (accountId, set) => setOperatorsDetails({ database, clock }, accountId, set),

    setContacts: (accountId, emails) => setContacts({ database, clock }, accountId, emails),

    setSigningSettings: (accountId, changes) => setSigningSettings({ database, clock }, accountId, changes),

    async createClient({ accountId, environment, name, scopes }) {
      const now = clock.now();
      const settings = API_CLIENTS.settingsOf({ ClientName: name, AllowedScopes: [...scopes] });
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

    actingOwner: (context, accountId) => actingOwner(adminDeps, context, accountId),

    listAudit: (owner, options) => listAudit(database, owner, options),

    async close() {
      clearInterval(tidyTimer);
      stopListening();
      profiles.close();
      lookup.close();
      await uses.close();
    },
  };
}
