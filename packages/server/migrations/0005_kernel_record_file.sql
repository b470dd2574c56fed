-- Notes that a file is in use; called in the transaction, or the statement, that stores the reference to it.
create function record_file(new_account_id uuid, new_sha256 text, new_size_bytes bigint, new_created_at timestamptz)
returns void language sql as $$
  insert into files (account_id, sha256, size_bytes, created_at)
  values (new_account_id, new_sha256, new_size_bytes, new_created_at)
  on conflict do nothing
$$;
