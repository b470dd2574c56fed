-- What an account decides about the pages on which its documents are signed.

alter table accounts
  -- What a signer waits for after the signature: nothing, what registers answer, or that and the signed file.
  add column signing_success_action text not null default 'none'
    check (signing_success_action in ('none', 'resources', 'all')),
  add column signing_success_wait_seconds smallint not null default 30
    check (signing_success_wait_seconds between 1 and 300),
  -- How long one signing session lasts at most.
  add column signing_session_minutes smallint not null default 120
    check (signing_session_minutes between 30 and 480),
  -- Whether signers read why a document was cancelled.
  add column signing_shows_cancel_reason boolean not null default false;
