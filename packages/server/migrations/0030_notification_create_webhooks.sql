-- Webhooks, what is still to be delivered to them, and the log of attempts.

create sequence webhook_ids as integer;

create table webhooks (
  id integer primary key,
  account_id uuid not null,
  environment text not null check (environment in ('test', 'prod')),
  name text not null,
  active boolean not null,
  -- Wire names of event types, or '*' alone.
  events text[] not null,
  -- Empty: events with any tags and with none.
  tags text[] not null,
  url text not null,
  secret_sealed bytea,
  delivery_logging text not null check (delivery_logging in ('never', 'failed', 'always')),
  -- Counts updates by the account; the ETag.
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index webhooks_account on webhooks (account_id, environment, id);

-- What changes with every attempt, apart from the webhook so that its row and index stay still.
create table webhook_states (
  webhook_id integer primary key references webhooks (id) on delete cascade,
  -- When the job that is to deliver at once was queued; null: none is waiting to start.
  woken_at timestamptz,
  -- When the job starts that is to deliver the next one that falls due.
  next_wake_at timestamptz,
  last_response_code integer,
  last_response_message text,
  last_response_at timestamptz,
  ping_window_started_at timestamptz,
  ping_count integer not null default 0
) with (fillfactor = 70);

-- One row per event and webhook until it is delivered or given up.
create table webhook_deliveries (
  id uuid primary key,
  webhook_id integer not null references webhooks (id) on delete cascade,
  event_id uuid not null,
  event_type text not null,
  document_id uuid,
  occurred_at timestamptz not null,
  -- The envelope, serialised once per event: every attempt sends these characters in UTF-8.
  body text not null,
  -- Attempts whose outcome is recorded.
  attempts smallint not null default 0,
  -- The attempt under way; null: waiting.
  attempt_id uuid,
  -- Waiting: when the next attempt is due. Under way: when its lease ends and another worker may repeat it.
  due_at timestamptz not null
) with (fillfactor = 70);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, due_at, id);
create index webhook_deliveries_open on webhook_deliveries (webhook_id) where attempt_id is not null;
-- Which first attempts are still to come for a document.
create index webhook_deliveries_order on webhook_deliveries (webhook_id, document_id, occurred_at) where attempts = 0;
create index webhook_deliveries_document on webhook_deliveries (document_id);

-- The delivery log of the API: one row per attempt, as far as the webhook asks for it.
create table webhook_attempts (
  id uuid primary key,
  webhook_id integer not null references webhooks (id) on delete cascade,
  event_id uuid not null,
  document_id uuid,
  attempted_at timestamptz not null,
  url text not null,
  elapsed_ms integer not null,
  request_headers jsonb not null,
  request_body text not null,
  response_headers jsonb,
  response_body text,
  response_status integer,
  response_message text,
  error_message text
);
create index webhook_attempts_webhook on webhook_attempts (webhook_id, attempted_at desc, id desc);
create index webhook_attempts_document on webhook_attempts (document_id);
create index webhook_attempts_age on webhook_attempts (attempted_at);
