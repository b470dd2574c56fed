create table events (
  id uuid not null,
  account_id uuid not null,
  environment text not null check (environment in ('test', 'prod')),
  type text not null,
  document_id uuid,
  occurred_at timestamptz not null,
  payload jsonb not null,
  tags text[] not null default '{}',
  handled_at timestamptz,
  locked_until timestamptz,
  primary key (id)
) partition by range (id);

create index events_account_index on events (account_id, environment, id);
create index events_document_index on events (document_id, occurred_at) where document_id is not null;

insert into partitioned_tables (name) values ('events');

-- Events that were not handed to the subscribers yet. The sequence is drawn under a lock per document, so within a
-- document it is the order of commits.
create table event_outbox (
  sequence bigint generated always as identity primary key,
  event_id uuid not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Events that one subscriber failed on, and later ones of the same lane (document) that wait behind them.
create table event_retries (
  subscriber text not null,
  sequence bigint not null,
  event_id uuid not null,
  lane uuid not null,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null,
  primary key (subscriber, sequence)
);

create index event_retries_lane_index on event_retries (subscriber, lane, sequence);

-- Writes an event and its outbox row, and returns the time the event got: at least one millisecond after the
-- document's last event. Appends to one document wait for each other's commit. Whoever has just created the document
-- in the same transaction knows that there is no earlier event and nobody else, and skips both.
create function append_event(
  new_id uuid,
  new_account_id uuid,
  new_environment text,
  new_type text,
  new_document_id uuid,
  new_occurred_at timestamptz,
  new_payload jsonb,
  new_tags text[],
  is_first boolean default false
) returns timestamptz language plpgsql as $$
declare
  happened_at timestamptz := date_trunc('milliseconds', new_occurred_at);
  last_at timestamptz;
begin
  if new_document_id is not null and not is_first then
    perform pg_advisory_xact_lock(hashtextextended(new_document_id::text, 5349173));
    select max(occurred_at) into last_at from events where document_id = new_document_id;
    if last_at >= happened_at then
      happened_at := last_at + interval '1 millisecond';
    end if;
  end if;
  insert into events (id, account_id, environment, type, document_id, occurred_at, payload, tags)
  values (new_id, new_account_id, new_environment, new_type, new_document_id, happened_at, new_payload, new_tags);
  insert into event_outbox (event_id) values (new_id);
  return happened_at;
end
$$;
