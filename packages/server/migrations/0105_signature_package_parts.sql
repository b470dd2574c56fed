-- Several packages of a document, each recorded on its own; when all that were wanted are there; and what fails.

alter table document_packages
  -- What the package is of: 'document' or 'attachment:<id>', by all signers; '/signer:<id>' behind it, by one.
  add column part text not null default 'document';
alter table document_packages drop constraint document_packages_pkey;
alter table document_packages add primary key (document_id, part, format);

-- packaged_at is the time of the latest package.
alter table documents add column packages_complete_at timestamptz;
update documents set packages_complete_at = packaged_at where packaged_at is not null;

-- What is signed and waits for packages. Rows leave it within seconds, but for those that somebody must look into.
create index documents_to_package on documents (id)
  where status = 'signed' and packages_complete_at is null and erased_at is null;

-- One row per package that could not be made so far; it goes when the package is there.
create table packaging_failures (
  document_id uuid not null,
  part text not null,
  format text not null,
  account_id uuid not null,
  environment text not null,
  -- timestamp_unavailable, revocation_unavailable, evidence_broken, packaging_failed.
  code text not null,
  reason text not null,
  attempts integer not null,
  first_failed_at timestamptz not null,
  last_failed_at timestamptz not null,
  primary key (document_id, part, format)
);
