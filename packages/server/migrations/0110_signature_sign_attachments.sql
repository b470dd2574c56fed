-- Attachments that are signed along with the document.

-- What the eID produced for one attachment and signer. Where one answer of an eID covers all files, it is the native of
-- each of them.
create table attachment_signatures (
  document_id uuid not null,
  attachment_id uuid not null,
  signer_id uuid not null,
  account_id uuid not null,
  content_sha256 text not null,
  native_sha256 text not null,
  native_size_bytes bigint not null,
  native_format text not null,
  native_media_type text not null,
  native_file_name text not null,
  native_binding jsonb not null,
  primary key (document_id, attachment_id, signer_id)
) partition by range (document_id);

insert into partitioned_tables (name) values ('attachment_signatures');

-- The attachments that the eID was started with, in order: [{"id": …, "contentSha256": …}].
alter table sign_attempts add column attachments jsonb not null default '[]';
