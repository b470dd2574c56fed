-- What an account has its evidence pages look like. All but the name is a file of the account, by its content: a document
-- that is made with a template uses the same file, whatever becomes of the template.
create table pdf_templates (
  id uuid primary key,
  account_id uuid not null references accounts,
  environment text not null check (environment in ('test', 'prod')),
  name text not null,
  file_sha256 text not null,
  file_size_bytes bigint not null,
  last_edited timestamptz not null,
  unique (account_id, environment, name)
);

alter table documents add column pades_template jsonb;
