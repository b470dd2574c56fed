-- Opaque access tokens, revoked ones, and what must not be used twice.

create table reference_tokens (
  -- SHA-256 of the token
  hash bytea primary key,
  id uuid not null,
  client_id text not null references oauth_clients (id) on delete cascade,
  -- Of the secret that the token was got with.
  secret_id uuid not null,
  scope text not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null
);
create index reference_tokens_expires_at on reference_tokens (expires_at);
create index reference_tokens_client_id on reference_tokens (client_id);

-- By the `jti` of JWTs, until they would have expired.
create table revoked_tokens (
  jti uuid primary key,
  expires_at timestamptz not null,
  revoked_at timestamptz not null
);
create index revoked_tokens_revoked_at on revoked_tokens (revoked_at);
create index revoked_tokens_expires_at on revoked_tokens (expires_at);

-- Assertions of clients (RFC 7523): each is good for one request.
create table used_assertions (
  client_id text not null,
  -- SHA-256 of the `jti`, which callers choose.
  jti_hash bytea not null,
  expires_at timestamptz not null,
  primary key (client_id, jti_hash)
);
create index used_assertions_expires_at on used_assertions (expires_at);

-- Who makes the key that follows on a key: one process only.
create table token_key_rotations (
  after_key_id text primary key,
  claimed_at timestamptz not null
);
