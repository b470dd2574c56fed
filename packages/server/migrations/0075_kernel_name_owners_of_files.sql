-- A file is kept while somebody uses it: one row per owner, which for all files of a document is the document. What has
-- no row is waste. Rows from before have no owner until their capability names one.
alter table files
  add column owner_id uuid not null default '00000000-0000-0000-0000-000000000000',
  drop constraint files_pkey,
  add primary key (account_id, sha256, owner_id);
alter table files alter column owner_id drop default;
create index files_owner on files (owner_id);

drop function record_file(uuid, text, bigint, timestamptz);

-- Notes that a file is in use; called in the transaction, or the statement, that stores the reference to it.
create function record_file(
  new_account_id uuid,
  new_sha256 text,
  new_size_bytes bigint,
  new_created_at timestamptz,
  new_owner_id uuid
) returns void language sql as $$
  insert into files (account_id, sha256, size_bytes, created_at, owner_id)
  values (new_account_id, new_sha256, new_size_bytes, new_created_at, new_owner_id)
  on conflict do nothing
$$;
