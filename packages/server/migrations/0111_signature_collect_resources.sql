-- What is collected about signers and documents from registers and other services (extraInfo).

create table document_resources (
  document_id uuid not null,
  -- The document as a whole: zeros.
  signer_id uuid not null,
  type text not null,
  -- As callers know it, and fetch it by.
  id uuid not null,
  account_id uuid not null,
  environment text not null,
  status text not null,
  -- Why there is nothing to fetch.
  message text,
  -- What the source answered, as a file of the account.
  sha256 text,
  size_bytes bigint,
  media_type text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (document_id, signer_id, type)
) partition by range (document_id);
create index document_resources_id on document_resources (id);

insert into partitioned_tables (name) values ('document_resources');

alter table documents add column resource_count smallint not null default 0;

-- Ids of what went with its document, so that its owner is told so.
create table erased_resources (
  id uuid primary key,
  account_id uuid not null,
  environment text not null,
  erased_at timestamptz not null
);
create index erased_resources_erased_at on erased_resources (erased_at);
