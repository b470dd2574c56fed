import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { OpenIdSettings } from './client-store.ts';
import type { AccessTokenType, ClaimLite } from './contract/oauth-client.ts';
import { grantFirstProducts } from './products-store.ts';

export interface ClientSecret {
  id: string;
  description: string;
  /** Of a shared secret. */
  hash: Buffer | null;
  /** Of a certificate or JSON Web Key. */
  publicJwk: PublicJwk | null;
  expiresAt: Date | null;
}

/** A public key as RFC 7517 writes it. */
export interface PublicJwk {
  kty: string;
  kid?: string;
  [member: string]: unknown;
}

export interface ClientRecord {
  id: string;
  accountId: string;
  accountName: string;
  /** The account itself, when it is a dealer. */
  dealerId: string | undefined;
  environment: Environment;
  name: string;
  allowedScopes: string[];
  accessTokenType: AccessTokenType;
  accessTokenLifetimeSeconds: number;
  /** Further claims of its tokens, without the prefix that they have there. */
  claims: ClaimLite[];
  corsOrigins: string[];
  /** Of clients that log end users in; absent: it calls the API. */
  openid: OpenIdSettings | undefined;
  disabled: boolean;
  accountDisabled: boolean;
  secrets: ClientSecret[];
}

interface ClientRow {
  id: string;
  account_id: string;
  account_name: string;
  dealer_id: string | null;
  environment: Environment;
  name: string;
  allowed_scopes: string[];
  access_token_type: AccessTokenType;
  access_token_lifetime_seconds: number;
  claims: ClaimLite[];
  allowed_cors_origins: string[];
  openid: OpenIdSettings | null;
  disabled: boolean;
  account_disabled: boolean;
  secret_id: string | null;
  description: string | null;
  hash: Buffer | null;
  public_jwk: PublicJwk | null;
  expires_at: Date | null;
}

/** The client with its secrets, in one query: the token endpoint and every first use of a token need just that. */
export async function findClient(db: Queryable, id: string): Promise<ClientRecord | undefined> {
  const { rows } = await db.query<ClientRow>({
    name: 'admin_find_client',
    text: `select c.id, c.account_id, a.name as account_name, d.account_id as dealer_id, c.environment, c.name,
                  c.allowed_scopes, c.access_token_type, c.access_token_lifetime_seconds, c.claims, c.allowed_cors_origins, c.openid,
                  c.disabled_at is not null as disabled, a.disabled_at is not null as account_disabled,
                  s.id as secret_id, s.description, s.hash, s.public_jwk, s.expires_at
             from oauth_clients c
             join accounts a on a.id = c.account_id
             left join dealers d on d.account_id = c.account_id
             left join oauth_client_secrets s on s.client_id = c.id
            where c.id = $1 and c.deleted_at is null`,
    values: [id],
  });
  const [first] = rows;
  if (!first) return undefined;
  return {
    id: first.id,
    accountId: first.account_id,
    accountName: first.account_name,
    dealerId: first.dealer_id ?? undefined,
    environment: first.environment,
    name: first.name,
    allowedScopes: first.allowed_scopes,
    accessTokenType: first.access_token_type,
    accessTokenLifetimeSeconds: first.access_token_lifetime_seconds,
    claims: first.claims,
    corsOrigins: first.allowed_cors_origins,
    openid: first.openid ?? undefined,
    disabled: first.disabled,
    accountDisabled: first.account_disabled,
    secrets: rows.flatMap((row) =>
      row.secret_id !== null && row.description !== null
        ? [
            {
              id: row.secret_id,
              description: row.description,
              hash: row.hash,
              publicJwk: row.public_jwk,
              expiresAt: row.expires_at,
            },
          ]
        : [],
    ),
  };
}

/** E-mail addresses of those who care for the account. */
export async function findAccountContacts(db: Queryable, accountId: string): Promise<string[]> {
  const { rows } = await db.query<{ emails: string[] }>('select contact_emails as emails from accounts where id = $1', [
    accountId,
  ]);
  return rows[0]?.emails ?? [];
}

export async function updateContacts(tx: Transaction, accountId: string, emails: readonly string[]): Promise<void> {
  await tx.query('update accounts set contact_emails = $2 where id = $1', [accountId, emails]);
}

export async function insertAccount(
  tx: Transaction,
  account: { id: string; name: string; testAccount: boolean; createdAt: Date },
): Promise<void> {
  await tx.query('insert into accounts (id, name, test_account, created_at) values ($1, $2, $3, $4)', [
    account.id,
    account.name,
    account.testAccount,
    account.createdAt,
  ]);
  await grantFirstProducts(tx, account.id, account.testAccount);
}

export async function insertDealer(tx: Transaction, accountId: string, createdAt: Date): Promise<void> {
  await tx.query('insert into dealers (account_id, created_at) values ($1, $2)', [accountId, createdAt]);
}

export async function isDealer(db: Queryable, accountId: string): Promise<boolean> {
  const { rows } = await db.query('select 1 from dealers where account_id = $1', [accountId]);
  return rows.length > 0;
}

/** Locks the account's row until the transaction ends, so that its clients are counted and added one at a time. */
export async function lockAccount(tx: Transaction, id: string): Promise<{ testAccount: boolean } | undefined> {
  const { rows } = await tx.query<{ test_account: boolean }>(
    'select test_account from accounts where id = $1 for update',
    [id],
  );
  return rows[0] && { testAccount: rows[0].test_account };
}

export async function insertClient(
  tx: Transaction,
  client: {
    id: string;
    accountId: string;
    environment: Environment;
    name: string;
    allowedScopes: readonly string[];
    createdAt: Date;
  },
): Promise<void> {
  await tx.query(
    `insert into oauth_clients (id, account_id, environment, name, allowed_scopes, created_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [client.id, client.accountId, client.environment, client.name, client.allowedScopes, client.createdAt],
  );
}

export async function putSecret(
  tx: Transaction,
  secret: { clientId: string; description: string; hash: Buffer; hint: string; createdAt: Date },
): Promise<void> {
  await tx.query(
    `insert into oauth_client_secrets (client_id, description, hash, hint, created_at)
     values ($1, $2, $3, $4, $5)
     on conflict (client_id, description) do update
       set id = case when oauth_client_secrets.hash = excluded.hash then oauth_client_secrets.id else excluded.id end,
           type = excluded.type, public_jwk = null, hash = excluded.hash, hint = excluded.hint, expires_at = null`,
    [secret.clientId, secret.description, secret.hash, secret.hint, secret.createdAt],
  );
}

export interface FirstTestClientRow {
  clientId: string;
  accountId: string;
  secretSealed: Buffer;
  deleted: boolean;
}

export async function findFirstTestClient(db: Queryable): Promise<FirstTestClientRow | undefined> {
  const { rows } = await db.query<{ client_id: string; account_id: string; secret_sealed: Buffer; deleted: boolean }>(
    `select f.client_id, c.account_id, f.secret_sealed, c.deleted_at is not null as deleted
       from first_test_client f join oauth_clients c on c.id = f.client_id`,
  );
  const [row] = rows;
  return (
    row && {
      clientId: row.client_id,
      accountId: row.account_id,
      secretSealed: row.secret_sealed,
      deleted: row.deleted,
    }
  );
}

/** Brings back a client that was disabled or deleted. */
export async function reviveClient(tx: Transaction, id: string): Promise<void> {
  await tx.query('update oauth_clients set disabled_at = null, deleted_at = null where id = $1', [id]);
}

export async function clientExists(db: Queryable, id: string): Promise<boolean> {
  const { rows } = await db.query('select 1 from oauth_clients where id = $1', [id]);
  return rows.length > 0;
}

/** Locks out other processes that start at the same moment, until the transaction ends. */
export async function lockFirstTestClient(tx: Transaction): Promise<void> {
  await tx.query('lock table first_test_client in exclusive mode');
}

export async function putFirstTestClient(tx: Transaction, clientId: string, secretSealed: Buffer): Promise<void> {
  await tx.query(
    `insert into first_test_client (client_id, secret_sealed) values ($1, $2)
     on conflict (only_row) do update set client_id = excluded.client_id, secret_sealed = excluded.secret_sealed`,
    [clientId, secretSealed],
  );
}
