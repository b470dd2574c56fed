-- What can be set on an API client, secrets of several kinds, and who changed what.

-- A test account can never have clients of production.
alter table accounts add column test_account boolean not null default true;

alter table oauth_clients
  add column access_token_type text not null default 'Jwt' check (access_token_type in ('Jwt', 'Reference')),
  add column identity_token_lifetime_seconds integer not null default 300,
  add column absolute_refresh_token_lifetime_seconds integer not null default 2592000,
  add column sliding_refresh_token_lifetime_seconds integer not null default 1296000,
  add column refresh_token_usage text not null default 'OneTimeOnly',
  add column refresh_token_expiration text not null default 'Absolute',
  add column update_claims_on_refresh boolean not null default false,
  add column always_send_client_claims boolean not null default false,
  -- [{"Type", "Value"}]: further claims of its access tokens
  add column claims jsonb not null default '[]',
  add column allowed_cors_origins text[] not null default '{}',
  add column changed_at timestamptz,
  -- Gone for every caller; the row goes 30 days later.
  add column deleted_at timestamptz;
create index oauth_clients_deleted_at on oauth_clients (deleted_at) where deleted_at is not null;

alter table oauth_client_secrets
  -- Named by the tokens that were got with the secret. A new value is a new id.
  add column id uuid not null default gen_random_uuid(),
  add column type text not null default 'SharedSecret'
    check (type in ('SharedSecret', 'X509CertificateBase64', 'JsonWebKey')),
  add column public_jwk jsonb,
  alter column hash drop not null,
  add check ((type = 'SharedSecret') = (hash is not null) and (type = 'SharedSecret') = (public_jwk is null));

-- Apart from the clients, because it changes all the time.
create table oauth_client_uses (
  client_id text primary key references oauth_clients (id) on delete cascade,
  used_at timestamptz not null,
  address text not null
);

-- Which client changed what, without any secret. Kept when the object is gone.
create table audit_entries (
  -- UUID version 7
  id uuid primary key,
  account_id uuid not null,
  environment text not null check (environment in ('test', 'prod')),
  occurred_at timestamptz not null,
  -- Absent: the operator.
  actor_client_id text,
  request_id text,
  action text not null,
  target_id text not null,
  -- Names and new values of what was changed.
  details jsonb not null
);
create index audit_entries_account on audit_entries (account_id, environment, id);
