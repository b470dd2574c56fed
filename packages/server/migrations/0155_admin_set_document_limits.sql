-- How many signers and attachments a document of the account has at most, within what the contract allows.

alter table accounts
  add column signing_max_signers smallint not null default 20 check (signing_max_signers between 1 and 20),
  add column signing_max_attachments smallint not null default 20 check (signing_max_attachments between 0 and 20);
