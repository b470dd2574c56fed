-- Attachments of documents, who has accepted which of them, and signing sessions that end with the link they came by.

alter table documents add column attachment_count smallint not null default 0;

create table attachments (
  document_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  position smallint not null,
  file_name text not null,
  title text not null,
  description text,
  type text not null check (type in ('show_accept', 'read_accept', 'sign')),
  -- Those who get it; null: everybody, those who are added later too.
  signer_ids uuid[],
  content_sha256 text not null,
  content_size_bytes bigint not null,
  -- The bytes as uploaded, where one rewrite had to repair them.
  uploaded_sha256 text,
  page_count integer,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (document_id, id)
) partition by range (document_id);

-- An acceptance holds for the bytes and the type that the signer met.
create table attachment_acceptances (
  document_id uuid not null,
  attachment_id uuid not null,
  signer_id uuid not null,
  account_id uuid not null,
  type text not null,
  content_sha256 text not null,
  accepted_at timestamptz not null,
  primary key (document_id, attachment_id, signer_id)
) partition by range (document_id);

insert into partitioned_tables (name) values ('attachments'), ('attachment_acceptances');

alter table signing_sessions add column link_rotation integer not null default 0;
