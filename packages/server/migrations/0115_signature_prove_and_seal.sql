-- Who may sign, and how: proof of identity before the document is shown, codes by SMS, dialogs, and signatures that are
-- sealed here because no eID makes them.

alter table signers
  -- The national number that the person at the eID must have.
  add column authentication_number_sealed bytea;

alter table signatures
  -- What the signer answered in the dialog before the document.
  add column form_answers jsonb;

alter table signing_sessions
  -- The last login in this session, encrypted: who it was, and what the eID produced.
  add column login_sealed bytea,
  -- For which number a code was entered, as a keyed hash, and when.
  add column code_number_hash bytea,
  add column code_passed_at timestamptz,
  -- Which dialog was accepted, by its hash: another one must be accepted again.
  add column dialog_hash bytea,
  add column form_answers jsonb;

alter table sign_attempts
  -- `identify`: proof of identity before the document is shown.
  add column purpose text not null default 'sign' check (purpose in ('sign', 'identify')),
  drop constraint sign_attempts_status_check,
  add constraint sign_attempts_status_check
    check (status in ('started', 'returned', 'completing', 'signed', 'identified', 'canceled', 'failed'));

-- The code that was sent last in a session; one row per session.
create table one_time_codes (
  session_id uuid primary key references signing_sessions (id) on delete cascade,
  -- Keyed hashes: of the code together with the session, and of the number.
  code_hash bytea not null,
  number_hash bytea not null,
  sends smallint not null,
  tries_left smallint not null,
  sent_at timestamptz not null,
  expires_at timestamptz not null
) with (fillfactor = 85);

-- How many codes a number got on a day, over all documents and accounts of an environment.
create table code_sends (
  number_hash bytea not null,
  environment text not null,
  day date not null,
  sends smallint not null,
  primary key (number_hash, environment, day)
);
create index code_sends_day on code_sends (day);
