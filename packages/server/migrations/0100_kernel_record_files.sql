-- Notes several files of one owner at once, in the statement that stores the references to them.
create function record_files(new_account_id uuid, new_files jsonb, new_created_at timestamptz, new_owner_id uuid)
returns void language sql as $$
  insert into files (account_id, sha256, size_bytes, created_at, owner_id)
  select new_account_id, f.sha256, f."sizeBytes", new_created_at, new_owner_id
    from jsonb_to_recordset(new_files) as f (sha256 text, "sizeBytes" bigint)
  on conflict do nothing
$$;
