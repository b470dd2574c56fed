-- First use of an Idempotency-Key: who works under it, and the answer, for a day.

create table idempotency_keys (
  account_id uuid not null,
  environment text not null,
  client_id text not null,
  operation_id text not null,
  key text not null,
  -- SHA-256 of the canonical request.
  fingerprint bytea not null,
  -- Of the request that works or worked under the key; changes when another one takes over.
  claim_id uuid not null,
  -- While there is no answer: after this time, on the database's clock, whoever had the claim is taken for dead.
  leased_until timestamptz not null,
  expires_at timestamptz not null,
  -- The answer, once there is one. Headers and body are sealed: answers hold sign URLs and names.
  status smallint,
  answer_sealed bytea,
  primary key (account_id, environment, client_id, operation_id, key)
);
create index idempotency_keys_expires_at on idempotency_keys (expires_at);
