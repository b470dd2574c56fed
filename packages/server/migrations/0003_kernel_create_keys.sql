-- Asymmetric keys of the instance. The private key is encrypted under the master key; certificates are public.
create table keys (
  id text primary key,
  purpose text not null,
  algorithm text not null,
  private_key bytea not null,
  public_key bytea not null,
  certificates bytea[] not null default '{}',
  created_at timestamptz not null,
  activates_at timestamptz not null,
  retires_at timestamptz
);

create index keys_purpose_index on keys (purpose, activates_at);
