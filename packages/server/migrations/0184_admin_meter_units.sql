-- What is charged, of every capability: written in the transaction of what it counts, and never twice.

create table metered_units (
  -- UUID version 7 of what is counted: the signer, the session, the message.
  id uuid not null,
  product text not null,
  -- Of several that belong to one thing, such as the attachments that a signer signs; otherwise empty.
  part text not null,
  account_id uuid not null,
  environment text not null check (environment in ('test', 'prod')),
  count integer not null check (count > 0),
  description text,
  external_reference text,
  department_id text,
  -- On the clock of the account in its environment.
  occurred_at timestamptz not null,
  primary key (id, product, part)
) partition by range (id);
create index metered_units_account on metered_units (account_id, environment, occurred_at);
insert into partitioned_tables (name) values ('metered_units');

-- Units of identifications were kept apart; they move.
create table metered_units_default partition of metered_units default;
insert into metered_units (id, product, part, account_id, environment, count, external_reference, department_id, occurred_at)
select session_id, product, '', account_id, environment, 1, external_reference, department_id, occurred_at
  from identification_units
on conflict do nothing;
delete from partitioned_tables where name = 'identification_units';
drop table identification_units;
