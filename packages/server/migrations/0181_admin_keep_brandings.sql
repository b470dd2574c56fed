-- Logos and style sheets of accounts, as they are served to everybody.

create table brandings (
  -- SHA-256 over owner, kind and bytes, in hex: part of the public address.
  hash text primary key,
  account_id uuid not null references accounts (id) on delete cascade,
  kind text not null check (kind in ('logo', 'dealer_logo', 'styling')),
  bytes bytea not null,
  created_at timestamptz not null,
  -- Served for 30 days more, for pages and messages that name it.
  replaced_at timestamptz
);
create unique index brandings_current on brandings (account_id, kind) where replaced_at is null;
create index brandings_replaced_at on brandings (replaced_at) where replaced_at is not null;
