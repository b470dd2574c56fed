-- What the file store holds for whom. The file is written first and this row in the transaction that uses it, so a
-- file without a row is waste and may go, and a row without a file is a fault.
create table files (
  account_id uuid not null,
  sha256 text not null,
  size_bytes bigint not null,
  created_at timestamptz not null,
  primary key (account_id, sha256)
);
