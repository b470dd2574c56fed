import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { KindName } from './client-kind.ts';
import type { AccessTokenType, ClaimLite, SecretType } from './contract/oauth-client.ts';
import type { OpenIdFlow } from './contract/openid-client.ts';
import type { PublicJwk } from './store.ts';

/** What can be set on a client. */
export interface ClientSettings {
  name: string;
  allowedScopes: string[];
  accessTokenType: AccessTokenType;
  accessTokenLifetimeSeconds: number;
  identityTokenLifetimeSeconds: number;
  absoluteRefreshTokenLifetimeSeconds: number;
  slidingRefreshTokenLifetimeSeconds: number;
  refreshTokenUsage: 'ReUse' | 'OneTimeOnly';
  refreshTokenExpiration: 'Sliding' | 'Absolute';
  updateClaimsOnRefresh: boolean;
  alwaysSendClientClaims: boolean;
  claims: ClaimLite[];
  corsOrigins: string[];
  /** Of clients that log end users in. */
  openid?: OpenIdSettings;
}

export interface OpenIdSettings {
  clientUri: string | null;
  requireConsent: boolean;
  allowRememberConsent: boolean;
  flow: OpenIdFlow;
  allowClientCredentialsOnly: boolean;
  /** Compared character by character. */
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  logoutUri: string | null;
  requireSignOutPrompt: boolean;
  /** By their names in the older API, or in the newer one where there is none; empty: all. */
  identityProviderRestrictions: string[];
  includeJwtId: boolean;
  allowAccessTokensViaBrowser: boolean;
}

export interface StoredSecret {
  id: string;
  description: string;
  type: SecretType;
  /** Of a shared secret. */
  hash: Buffer | null;
  /** Of a certificate or JSON Web Key. */
  publicJwk: PublicJwk | null;
  hint: string;
  createdAt: Date;
  expiresAt: Date | null;
}

export interface StoredClient {
  id: string;
  accountId: string;
  environment: Environment;
  settings: ClientSettings;
  createdAt: Date;
  changedAt: Date;
  enabled: boolean;
  secrets: StoredSecret[];
  lastUse: { at: Date; address: string } | undefined;
}

export interface Owner {
  accountId: string;
  environment: Environment;
}

interface Row {
  id: string;
  account_id: string;
  environment: Environment;
  name: string;
  allowed_scopes: string[];
  access_token_type: AccessTokenType;
  access_token_lifetime_seconds: number;
  identity_token_lifetime_seconds: number;
  absolute_refresh_token_lifetime_seconds: number;
  sliding_refresh_token_lifetime_seconds: number;
  refresh_token_usage: ClientSettings['refreshTokenUsage'];
  refresh_token_expiration: ClientSettings['refreshTokenExpiration'];
  update_claims_on_refresh: boolean;
  always_send_client_claims: boolean;
  claims: ClaimLite[];
  allowed_cors_origins: string[];
  openid: OpenIdSettings | null;
  created_at: Date;
  changed_at: Date | null;
  disabled_at: Date | null;
  used_at: Date | null;
  address: string | null;
}

interface SecretRow {
  id: string;
  description: string;
  type: SecretType;
  hash: Buffer | null;
  public_jwk: PublicJwk | null;
  hint: string;
  created_at: Date;
  expires_at: Date | null;
}

/** The owner's client of this kind with its secrets, oldest first; `lock` holds it against other changes until the end. */
export async function findStoredClient(
  db: Queryable,
  owner: Owner,
  kind: KindName,
  id: string,
  lock?: 'lock',
): Promise<StoredClient | undefined> {
  const { rows } = await db.query<Row>(
    `select c.*, u.used_at, u.address from oauth_clients c
       left join oauth_client_uses u on u.client_id = c.id
      where c.id = $1 and c.account_id = $2 and c.environment = $3 and c.kind = $4 and c.deleted_at is null
      ${lock ? 'for update of c' : ''}`,
    [id, owner.accountId, owner.environment, kind],
  );
  const [row] = rows;
  if (!row) return undefined;
  const secrets = await db.query<SecretRow>(
    `select id, description, type, hash, public_jwk, hint, created_at, expires_at
       from oauth_client_secrets where client_id = $1 order by created_at, description`,
    [id],
  );
  return {
    id: row.id,
    accountId: row.account_id,
    environment: row.environment,
    settings: {
      name: row.name,
      allowedScopes: row.allowed_scopes,
      accessTokenType: row.access_token_type,
      accessTokenLifetimeSeconds: row.access_token_lifetime_seconds,
      identityTokenLifetimeSeconds: row.identity_token_lifetime_seconds,
      absoluteRefreshTokenLifetimeSeconds: row.absolute_refresh_token_lifetime_seconds,
      slidingRefreshTokenLifetimeSeconds: row.sliding_refresh_token_lifetime_seconds,
      refreshTokenUsage: row.refresh_token_usage,
      refreshTokenExpiration: row.refresh_token_expiration,
      updateClaimsOnRefresh: row.update_claims_on_refresh,
      alwaysSendClientClaims: row.always_send_client_claims,
      claims: row.claims,
      corsOrigins: row.allowed_cors_origins,
      ...(row.openid ? { openid: row.openid } : {}),
    },
    createdAt: row.created_at,
    changedAt: row.changed_at ?? row.created_at,
    enabled: row.disabled_at === null,
    secrets: secrets.rows.map((one) => ({
      id: one.id,
      description: one.description,
      type: one.type,
      hash: one.hash,
      publicJwk: one.public_jwk,
      hint: one.hint,
      createdAt: one.created_at,
      expiresAt: one.expires_at,
    })),
    lastUse: row.used_at && row.address !== null ? { at: row.used_at, address: row.address } : undefined,
  };
}

export interface ListedClient {
  id: string;
  accountId: string;
  name: string;
  enabled: boolean;
  createdAt: Date;
  changedAt: Date;
}

/** Newest first. */
export async function listStoredClients(db: Queryable, owner: Owner, kind: KindName): Promise<ListedClient[]> {
  const { rows } = await db.query<Row>(
    `select id, account_id, name, disabled_at, created_at, changed_at from oauth_clients
      where account_id = $1 and environment = $2 and kind = $3 and deleted_at is null order by created_at desc, id`,
    [owner.accountId, owner.environment, kind],
  );
  return rows.map((row) => ({
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    enabled: row.disabled_at === null,
    createdAt: row.created_at,
    changedAt: row.changed_at ?? row.created_at,
  }));
}

export async function countStoredClients(db: Queryable, owner: Owner): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*) as count from oauth_clients
      where account_id = $1 and environment = $2 and deleted_at is null`,
    [owner.accountId, owner.environment],
  );
  return rows[0]!.count;
}

/** Inserts the client, or replaces its settings. */
export async function putClient(
  tx: Transaction,
  client: { id: string; owner: Owner; settings: ClientSettings; enabled: boolean; now: Date },
): Promise<void> {
  const { settings } = client;
  await tx.query(
    `insert into oauth_clients
       (id, account_id, environment, name, allowed_scopes, access_token_type, access_token_lifetime_seconds,
        identity_token_lifetime_seconds, absolute_refresh_token_lifetime_seconds,
        sliding_refresh_token_lifetime_seconds, refresh_token_usage, refresh_token_expiration,
        update_claims_on_refresh, always_send_client_claims, claims, allowed_cors_origins, disabled_at, created_at,
        changed_at, kind, openid)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18, $19, $20)
     on conflict (id) do update set
       name = excluded.name, allowed_scopes = excluded.allowed_scopes, access_token_type = excluded.access_token_type,
       access_token_lifetime_seconds = excluded.access_token_lifetime_seconds,
       identity_token_lifetime_seconds = excluded.identity_token_lifetime_seconds,
       absolute_refresh_token_lifetime_seconds = excluded.absolute_refresh_token_lifetime_seconds,
       sliding_refresh_token_lifetime_seconds = excluded.sliding_refresh_token_lifetime_seconds,
       refresh_token_usage = excluded.refresh_token_usage,
       refresh_token_expiration = excluded.refresh_token_expiration,
       update_claims_on_refresh = excluded.update_claims_on_refresh,
       always_send_client_claims = excluded.always_send_client_claims, claims = excluded.claims,
       allowed_cors_origins = excluded.allowed_cors_origins, openid = excluded.openid,
       disabled_at = case when excluded.disabled_at is null then null
                          else coalesce(oauth_clients.disabled_at, excluded.disabled_at) end,
       changed_at = excluded.changed_at`,
    [
      client.id,
      client.owner.accountId,
      client.owner.environment,
      settings.name,
      settings.allowedScopes,
      settings.accessTokenType,
      settings.accessTokenLifetimeSeconds,
      settings.identityTokenLifetimeSeconds,
      settings.absoluteRefreshTokenLifetimeSeconds,
      settings.slidingRefreshTokenLifetimeSeconds,
      settings.refreshTokenUsage,
      settings.refreshTokenExpiration,
      settings.updateClaimsOnRefresh,
      settings.alwaysSendClientClaims,
      JSON.stringify(settings.claims),
      settings.corsOrigins,
      client.enabled ? null : client.now,
      client.now,
      settings.openid ? 'openid' : 'api',
      settings.openid ? JSON.stringify(settings.openid) : null,
    ],
  );
}

/** Makes `secrets` the complete list. */
export async function putSecrets(tx: Transaction, clientId: string, secrets: readonly StoredSecret[]): Promise<void> {
  await tx.query('delete from oauth_client_secrets where client_id = $1 and not id = any ($2::uuid[])', [
    clientId,
    secrets.map(({ id }) => id),
  ]);
  for (const one of secrets) {
    await tx.query(
      `insert into oauth_client_secrets
         (client_id, id, description, type, hash, public_jwk, hint, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       on conflict (client_id, description) do update set
         expires_at = excluded.expires_at,
         expiry_warned_days = case when oauth_client_secrets.expires_at = excluded.expires_at
                                   then oauth_client_secrets.expiry_warned_days end`,
      [
        clientId,
        one.id,
        one.description,
        one.type,
        one.hash,
        one.publicJwk && JSON.stringify(one.publicJwk),
        one.hint,
        one.createdAt,
        one.expiresAt,
      ],
    );
  }
}

export async function setEnabled(tx: Transaction, id: string, enabled: boolean, now: Date): Promise<void> {
  await tx.query('update oauth_clients set disabled_at = $2, changed_at = $3 where id = $1', [
    id,
    enabled ? null : now,
    now,
  ]);
}

export async function markDeleted(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx.query(
    'update oauth_clients set deleted_at = $2, disabled_at = coalesce(disabled_at, $2), changed_at = $2 where id = $1',
    [id, now],
  );
}

/** Removes the rows of clients that were deleted before `before`. The first test client's stays, which holds its place. */
export async function purgeDeletedClients(db: Queryable, before: Date): Promise<void> {
  await db.query(
    `delete from oauth_clients where deleted_at < $1 and id not in (select client_id from first_test_client)`,
    [before],
  );
}

/** The last use of each client; an older one than is known changes nothing. */
export async function putUses(
  db: Queryable,
  uses: readonly { clientId: string; at: Date; address: string }[],
): Promise<void> {
  await db.query(
    `insert into oauth_client_uses (client_id, used_at, address)
     select u.client_id, u.used_at, u.address
       from unnest($1::text[], $2::timestamptz[], $3::text[]) as u (client_id, used_at, address)
       join oauth_clients c on c.id = u.client_id
     on conflict (client_id) do update set used_at = excluded.used_at, address = excluded.address
      where oauth_client_uses.used_at < excluded.used_at`,
    [uses.map((one) => one.clientId), uses.map((one) => one.at.toISOString()), uses.map((one) => one.address)],
  );
}

/** Whether any client may be called for by pages of this origin. */
export async function someClientAllowsOrigin(db: Queryable, origin: string): Promise<boolean> {
  const { rows } = await db.query(
    `select 1 from oauth_clients
      where $1 = any (allowed_cors_origins) and deleted_at is null and disabled_at is null limit 1`,
    [origin],
  );
  return rows.length > 0;
}

export interface ExpiringSecret {
  accountId: string;
  environment: Environment;
  clientId: string;
  description: string;
  expiresAt: Date;
  daysAhead: 7 | 30;
}

/** The secrets that are to be warned of now, noted as warned of. */
export async function takeExpiringSecrets(
  tx: Transaction,
  times: { now: Date; in7Days: Date; in30Days: Date },
): Promise<ExpiringSecret[]> {
  const { rows } = await tx.query<{
    account_id: string;
    environment: Environment;
    client_id: string;
    description: string;
    expires_at: Date;
    expiry_warned_days: 7 | 30;
  }>(
    `update oauth_client_secrets s set expiry_warned_days = case when s.expires_at <= $2 then 7 else 30 end
       from oauth_clients c join accounts a on a.id = c.account_id
      where c.id = s.client_id and c.deleted_at is null and c.disabled_at is null and a.disabled_at is null
        and s.expires_at > $1 and s.expires_at <= $3
        and (s.expiry_warned_days is null or s.expiry_warned_days = 30 and s.expires_at <= $2)
     returning c.account_id, c.environment, s.client_id, s.description, s.expires_at, s.expiry_warned_days`,
    [times.now, times.in7Days, times.in30Days],
  );
  return rows.map((row) => ({
    accountId: row.account_id,
    environment: row.environment,
    clientId: row.client_id,
    description: row.description,
    expiresAt: row.expires_at,
    daysAhead: row.expiry_warned_days,
  }));
}

export async function accountExists(db: Queryable, id: string): Promise<boolean> {
  const { rows } = await db.query('select 1 from accounts where id = $1', [id]);
  return rows.length > 0;
}

/** Whether the account exists and is one of this dealer's. */
export async function isAccountOfDealer(db: Queryable, id: string, dealerId: string): Promise<boolean> {
  const { rows } = await db.query('select 1 from accounts where id = $1 and dealer_id = $2', [id, dealerId]);
  return rows.length > 0;
}
