-- Failed authentications of API clients, kept 30 days, and the lock-outs that follow from them.

create table failed_authentications (
  id uuid primary key,
  occurred_at timestamptz not null,
  -- As given when it has the form of a client id, otherwise 'unknown': people paste secrets into the wrong field.
  client_id text not null,
  address text not null,
  -- What counts as one caller: an IPv4 address, or the first 64 bits of an IPv6 address.
  address_key text not null,
  reason text not null,
  request_id text not null
);
-- How often this address failed in the last minutes.
create index failed_authentications_address on failed_authentications (address_key, occurred_at);

create table lock_outs (
  address_key text not null,
  -- Empty: the address is locked for every client id.
  client_id text not null,
  locked_until timestamptz not null,
  primary key (address_key, client_id)
);
create index lock_outs_locked_until on lock_outs (locked_until);
