-- Partitions of a day instead of a month, and partitions that are dropped when they are old.
alter table partitioned_tables
  add column period text not null default 'month' check (period in ('month', 'day')),
  -- Rows older than this many days are dropped with their partition; absent: never.
  add column kept_days integer check (kept_days > 0);
