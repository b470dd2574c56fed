-- Accounts and the API clients that act for them.

create table accounts (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null,
  disabled_at timestamptz
);

create table oauth_clients (
  -- t or p (environment) and 32 hex digits
  id text primary key,
  account_id uuid not null references accounts (id),
  environment text not null check (environment in ('test', 'prod')),
  name text not null,
  allowed_scopes text[] not null,
  access_token_lifetime_seconds integer not null default 3600 check (access_token_lifetime_seconds between 60 and 86400),
  created_at timestamptz not null,
  disabled_at timestamptz
);
create index oauth_clients_account_id on oauth_clients (account_id, id);

create table oauth_client_secrets (
  client_id text not null references oauth_clients (id) on delete cascade,
  description text not null,
  -- HMAC-SHA-256 of the secret with the instance's pepper
  hash bytea not null,
  hint text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  primary key (client_id, description)
);

-- The test client that is printed at each start. One row at most: its secret is kept encrypted so that it can be shown.
create table first_test_client (
  only_row boolean primary key default true check (only_row),
  client_id text not null references oauth_clients (id),
  secret_sealed bytea not null
);
