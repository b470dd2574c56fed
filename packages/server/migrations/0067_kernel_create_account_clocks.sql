-- How far the clock of an account's test environment has been moved ahead of real time. Production's never is, and no
-- row stands for a clock that was never moved.

create table account_clocks (
  account_id uuid primary key,
  ahead_ms bigint not null check (ahead_ms >= 0),
  -- Real time.
  moved_at timestamptz not null
);

-- The account's time at a real instant, for statements that decide what is due: a process may be a moment behind.
create function account_now(of_account_id uuid, in_environment text, real_now timestamptz) returns timestamptz
language sql stable as $$
  select real_now + coalesce(
    (select ahead_ms from account_clocks where account_id = of_account_id and in_environment = 'test'), 0
  ) * interval '1 millisecond'
$$;

-- Jobs that wait for a time of an account's clock. Each look for due ones goes by the clock as it is then, so that
-- moving it changes nothing here.
create table delayed_account_jobs (
  id uuid primary key,
  account_id uuid not null,
  environment text not null check (environment in ('test', 'prod')),
  queue text not null,
  data jsonb not null,
  singleton_key text,
  -- On the account's clock.
  start_after timestamptz not null
);
create index delayed_account_jobs_due on delayed_account_jobs (start_after);
create index delayed_account_jobs_account on delayed_account_jobs (account_id, start_after) where environment = 'test';
