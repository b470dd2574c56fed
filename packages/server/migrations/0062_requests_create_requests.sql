-- One row per API request. Never bodies, tokens, query strings, addresses or names. The key is the request id that every
-- answer carries: it begins with the time, so an id is found in the partition of its day.
create table requests (
  id uuid primary key,
  received_at timestamptz not null,
  account_id uuid,
  environment text check (environment in ('test', 'prod')),
  client_id text,
  method text not null,
  -- With {parameter} where the address has one; 'unknown' for an address that does not exist.
  path text not null,
  status smallint not null,
  duration_ms real not null,
  error_code text,
  sdk text,
  -- What the caller sent as its own request id, and the trace id of a traceparent.
  client_request_id text,
  trace_id text
) partition by range (id);

create index requests_account on requests (account_id, environment, id) where account_id is not null;

insert into partitioned_tables (name, period, kept_days) values ('requests', 'day', 30);
