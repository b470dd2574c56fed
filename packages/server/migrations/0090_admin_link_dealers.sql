-- Accounts that manage other accounts, and whose each account is.

create table dealers (
  account_id uuid primary key references accounts (id),
  created_at timestamptz not null
);

alter table accounts add column dealer_id uuid references dealers (account_id);
create index accounts_dealer_id on accounts (dealer_id) where dealer_id is not null;
