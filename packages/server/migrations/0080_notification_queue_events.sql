-- The queue of events that an account polls, and the log of all events with a position per event.

-- What the queue looks at, in the order in which it hands out.
create index events_unhandled on events (account_id, environment, occurred_at, id) where handled_at is null;

-- Positions are given by the relay, of which one works at a time: an event that is committed late comes after all that
-- were readable before it. So whoever has read up to a position has read everything before it.
create sequence event_log_positions;

create table event_log (
  event_id uuid not null primary key,
  position bigint not null default nextval('event_log_positions'),
  account_id uuid not null,
  environment text not null check (environment in ('test', 'prod'))
) partition by range (event_id);
create index event_log_position on event_log (account_id, environment, position);

insert into partitioned_tables (name, period, kept_days) values ('event_log', 'day', 31);
-- Longer than events are shown, because a partition goes as a whole.
update partitioned_tables set kept_days = 31 where name = 'events';

-- Sample events that an account has asked for within an hour.
create table event_samples (
  account_id uuid not null,
  environment text not null check (environment in ('test', 'prod')),
  window_started_at timestamptz not null,
  count integer not null,
  primary key (account_id, environment)
);
