-- Short forms of sign links, for SMS. The code itself is in the message only: here is its hash.
create table short_links (
  code_hash bytea primary key,
  document_id uuid not null,
  signer_id uuid not null,
  account_id uuid not null,
  -- The link stops working when it is replaced, as its long form does.
  rotation integer not null
);

create index short_links_document on short_links (document_id);
