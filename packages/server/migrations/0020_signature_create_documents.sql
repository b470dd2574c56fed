-- Documents, signers, signatures, packages, evidence, signing sessions.
-- Everything that grows is partitioned by month on the document's UUIDv7 id, and found by that id.

create table documents (
  id uuid not null,
  account_id uuid not null,
  environment text not null,
  external_id text not null,
  status text not null,
  -- The canonical request without content and national numbers.
  request jsonb not null,
  file_format text not null,
  -- The bytes to be signed; they never change.
  content_sha256 text not null,
  content_size_bytes bigint not null,
  -- The bytes as uploaded, where one rewrite had to repair them.
  uploaded_sha256 text,
  page_count integer,
  required_signatures integer not null,
  signature_count integer not null default 0,
  -- End of the hash chain in evidence_entries.
  evidence_sequence integer not null,
  evidence_hash bytea not null,
  deadline timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  signed_at timestamptz,
  packaged_at timestamptz,
  primary key (id)
) partition by range (id);
create index documents_account on documents (account_id, environment, id);
create index documents_account_status on documents (account_id, environment, status, id);

-- A unique key cannot span partitions by time, so the caller's reference has a table of its own.
create table document_external_ids (
  account_id uuid not null,
  environment text not null,
  external_id text not null,
  document_id uuid not null,
  -- SHA-256 of the canonical request.
  fingerprint bytea not null,
  primary key (account_id, environment, external_id)
) partition by hash (account_id, environment, external_id);

do $$
begin
  for part in 0..15 loop
    execute format(
      'create table document_external_ids_%s partition of document_external_ids for values with (modulus 16, remainder %s)',
      part, part);
  end loop;
end $$;

create table signers (
  document_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  position smallint not null,
  external_signer_id text not null,
  sign_order integer not null,
  required boolean not null,
  -- The canonical SignerWrapper without national numbers.
  request jsonb not null,
  national_number_sealed bytea,
  link_rotation integer not null default 0,
  primary key (document_id, id)
) partition by range (document_id);

create table signatures (
  document_id uuid not null,
  signer_id uuid not null,
  account_id uuid not null,
  sequence smallint not null,
  method text not null,
  mechanism text not null,
  full_name text not null,
  first_name text,
  middle_name text,
  last_name text,
  date_of_birth date,
  method_unique_id text,
  national_number_sealed bytea,
  client_ip text,
  user_agent text,
  -- What the eID produced, as a file of the account.
  native_sha256 text not null,
  native_size_bytes bigint not null,
  native_format text not null,
  native_media_type text not null,
  native_file_name text not null,
  native_binding jsonb not null,
  document_sha256 text not null,
  signed_at timestamptz not null,
  primary key (document_id, signer_id)
) partition by range (document_id);

create table document_packages (
  document_id uuid not null,
  format text not null,
  account_id uuid not null,
  sha256 text not null,
  size_bytes bigint not null,
  file_name text not null,
  media_type text not null,
  -- PAdES baseline level of the file, where it has one.
  level text,
  created_at timestamptz not null,
  primary key (document_id, format)
) partition by range (document_id);

create table evidence_entries (
  document_id uuid not null,
  sequence integer not null,
  account_id uuid not null,
  occurred_at timestamptz not null,
  kind text not null,
  signer_id uuid,
  data jsonb not null,
  hash bytea not null,
  primary key (document_id, sequence)
) partition by range (document_id);

create table signing_sessions (
  id uuid primary key,
  account_id uuid not null,
  environment text not null,
  document_id uuid not null,
  signer_id uuid not null,
  token_hash bytea not null,
  document_sha256 text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ends_at timestamptz not null,
  document_read_at timestamptz
) with (fillfactor = 85);

create table sign_attempts (
  id uuid primary key,
  session_id uuid not null references signing_sessions (id) on delete cascade,
  account_id uuid not null,
  method text not null,
  -- What the provider's callback is found by.
  callback_key text not null unique,
  status text not null check (status in ('started', 'returned', 'completing', 'signed', 'canceled', 'failed')),
  -- What the provider must remember, and with which parameters the browser came back; both encrypted.
  state_sealed bytea not null,
  callback_sealed bytea,
  failure jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null
) with (fillfactor = 85);
create index sign_attempts_session on sign_attempts (session_id, id);

insert into partitioned_tables (name)
values ('documents'), ('signers'), ('signatures'), ('document_packages'), ('evidence_entries');
