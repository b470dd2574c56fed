-- Identification sessions and their log, which is the same rows: what proves an identity is erased early, the rest stays
-- for the period of the log. Partitioned by month on the session's UUIDv7 id, and found by that id; the request id of the
-- older API holds the same millisecond.

create table identification_sessions (
  id uuid not null,
  account_id uuid not null,
  environment text not null,
  generation text not null check (generation in ('v1', 'v2')),
  request_id text not null,
  status text not null,
  -- What was asked for, without prefilled values.
  request jsonb not null,
  prefilled_sealed bytea,
  external_reference text,
  department_id text,
  provider text,
  language text,
  -- SHA-256 of the secret of the browser that started it.
  browser_hash bytea,
  client_ip text,
  user_agent text,
  full_name text,
  provider_id text,
  -- Who it was, without the national number, which has a key of its own.
  identity_sealed bytea,
  national_number_sealed bytea,
  number_delivered boolean not null default false,
  error jsonb,
  audit_trail jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- When it ends unless something is done in it; absent before the user has started.
  idle_at timestamptz,
  ended_at timestamptz,
  readable_until timestamptz,
  erased_at timestamptz,
  anonymize_at timestamptz not null,
  anonymized_at timestamptz,
  primary key (id)
) partition by range (id);
create index identification_sessions_account on identification_sessions (account_id, environment, id);

-- 24 months.
insert into partitioned_tables (name, kept_days) values ('identification_sessions', 731);

-- The unfinished session under a caller's reference: the same request is answered with it.
create table identification_references (
  account_id uuid not null,
  environment text not null,
  external_reference text not null,
  session_id uuid not null,
  -- SHA-256 of the canonical request.
  fingerprint bytea not null,
  primary key (account_id, environment, external_reference)
);

-- One run of an eID; rows go when the session ends.
create table identification_attempts (
  id uuid primary key,
  session_id uuid not null,
  account_id uuid not null,
  provider text not null,
  -- What the provider's callback is found by.
  callback_key text not null unique,
  status text not null check (status in ('started', 'returned', 'completing')),
  -- The eID has a window of its own, beside the frame with the session.
  in_window boolean not null,
  -- What the provider must remember, and with which parameters the browser came back; both encrypted.
  state_sealed bytea not null,
  callback_sealed bytea,
  return_hash bytea,
  created_at timestamptz not null,
  updated_at timestamptz not null
) with (fillfactor = 85);
create index identification_attempts_session on identification_attempts (session_id, id);

-- When to look at a session next; what is to be done then follows from the session itself.
create table identification_timers (
  session_id uuid primary key,
  account_id uuid not null,
  environment text not null,
  -- On the clock of the account in its environment.
  due_at timestamptz not null
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);
create index identification_timers_due on identification_timers (due_at);
create index identification_timers_test on identification_timers (account_id, due_at) where environment = 'test';

-- What is charged: one row per unit.
create table identification_units (
  id uuid not null,
  account_id uuid not null,
  environment text not null,
  product text not null check (product in ('IDENTIFICATION', 'SSN')),
  session_id uuid not null,
  external_reference text,
  department_id text,
  occurred_at timestamptz not null,
  primary key (id)
) partition by range (id);
create index identification_units_account on identification_units (account_id, environment, id);
insert into partitioned_tables (name) values ('identification_units');

alter table accounts
  -- How long the result of an identification can be read.
  add column identification_readable_hours integer not null default 336
    check (identification_readable_hours between 1 and 336),
  -- After how many days the log of identifications names nobody.
  add column identification_anonymize_days integer not null default 365
    check (identification_anonymize_days between 1 and 731);
