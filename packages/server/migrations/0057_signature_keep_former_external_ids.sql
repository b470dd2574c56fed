-- Under the policy replayOnly a different request takes an external id over from the document that has it. The former
-- requests are kept, so that a late repetition of one of them finds its document.

create table former_external_ids (
  account_id uuid not null,
  environment text not null,
  external_id text not null,
  -- SHA-256 of the canonical request.
  fingerprint bytea not null,
  document_id uuid not null,
  primary key (account_id, environment, external_id, fingerprint)
);
