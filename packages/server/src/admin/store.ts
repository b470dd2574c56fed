import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import { grantFirstProducts } from './products-store.ts';

export interface ClientSecret {
  description: string;
  hash: Buffer;
  expiresAt: Date | null;
}

export interface ClientRecord {
  id: string;
  accountId: string;
  accountName: string;
  environment: Environment;
  name: string;
  allowedScopes: string[];
  accessTokenLifetimeSeconds: number;
  disabled: boolean;
  accountDisabled: boolean;
  secrets: ClientSecret[];
}

interface ClientRow {
  id: string;
  account_id: string;
  account_name: string;
  environment: Environment;
  name: string;
  allowed_scopes: string[];
  access_token_lifetime_seconds: number;
  disabled: boolean;
  account_disabled: boolean;
  description: string | null;
  hash: Buffer | null;
  expires_at: Date | null;
}

/** The client with its secrets, in one query: the token endpoint and every first use of a token need just that. */
export async function findClient(db: Queryable, id: string): Promise<ClientRecord | undefined> {
  const { rows } = await db.query<ClientRow>({
    name: 'admin_find_client',
    text: `select c.id, c.account_id, a.name as account_name, c.environment, c.name, c.allowed_scopes,
                  c.access_token_lifetime_seconds, c.disabled_at is not null as disabled,
                  a.disabled_at is not null as account_disabled, s.description, s.hash, s.expires_at
             from oauth_clients c
             join accounts a on a.id = c.account_id
             left join oauth_client_secrets s on s.client_id = c.id
            where c.id = $1`,
    values: [id],
  });
  const [first] = rows;
  if (!first) return undefined;
  return {
    id: first.id,
    accountId: first.account_id,
    accountName: first.account_name,
    environment: first.environment,
    name: first.name,
    allowedScopes: first.allowed_scopes,
    accessTokenLifetimeSeconds: first.access_token_lifetime_seconds,
    disabled: first.disabled,
    accountDisabled: first.account_disabled,
    secrets: rows.flatMap((row) =>
      row.hash && row.description !== null
        ? [{ description: row.description, hash: row.hash, expiresAt: row.expires_at }]
        : [],
    ),
  };
}

export async function findAccountName(db: Queryable, accountId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ name: string }>({
    name: 'admin_find_account_name',
    text: 'select name from accounts where id = $1',
    values: [accountId],
  });
  return rows[0]?.name;
}

export async function insertAccount(
  tx: Transaction,
  account: { id: string; name: string; createdAt: Date },
): Promise<void> {
  await tx.query('insert into accounts (id, name, created_at) values ($1, $2, $3)', [
    account.id,
    account.name,
    account.createdAt,
  ]);
  await grantFirstProducts(tx, account.id, true);
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
     on conflict (client_id, description) do update set hash = excluded.hash, hint = excluded.hint`,
    [secret.clientId, secret.description, secret.hash, secret.hint, secret.createdAt],
  );
}

export async function findFirstTestClient(
  db: Queryable,
): Promise<{ clientId: string; secretSealed: Buffer } | undefined> {
  const { rows } = await db.query<{ client_id: string; secret_sealed: Buffer }>(
    'select client_id, secret_sealed from first_test_client',
  );
  return rows[0] && { clientId: rows[0].client_id, secretSealed: rows[0].secret_sealed };
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
