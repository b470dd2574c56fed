-- How a webhook fares: whether it is in trouble, and whether Segl itself has switched it off. Times are on the clock of
-- its account.

alter table webhook_states
  -- Attempts that failed since the last success; pings do not count.
  add column failures_in_row integer not null default 0,
  -- When the first of them failed.
  add column failing_since timestamptz,
  -- From then on nothing is sent but probes.
  add column in_trouble_since timestamptz,
  add column next_probe_at timestamptz,
  -- `failures`: no success for days; `gone`: the receiver asked for it with status 410.
  add column switched_off_because text check (switched_off_because in ('failures', 'gone')),
  add column switched_off_at timestamptz;
