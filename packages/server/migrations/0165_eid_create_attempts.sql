-- One try to log in or sign with one eID, whichever capability has started it.
create table eid_attempts (
  id uuid primary key,
  owner text not null check (owner in ('signing', 'identification')),
  session_id uuid not null,
  account_id uuid not null,
  environment text not null,
  method text not null,
  status text not null check (status in ('started', 'returned', 'completing', 'ended')),
  -- What the callback of an eID is found by to which the browser is sent; absent for one that is polled.
  callback_key text unique,
  -- The eID has a window of its own, beside the frame with the session.
  in_window boolean not null,
  -- What the provider must remember, and what came of it: with which parameters the browser came back, or how a polled eID
  -- ended. Both encrypted, and gone when the attempt has ended.
  state_sealed bytea,
  answer_sealed bytea,
  -- SHA-256 of the code that only the browser that came back was given. Without it whoever started an attempt could have
  -- another person log in for it, and complete it as that person.
  return_hash bytea,
  -- When a polled eID was asked last, and until when somebody is asking.
  asked_at timestamptz,
  leased_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
) with (fillfactor = 85);
create index eid_attempts_session on eid_attempts (session_id, id);

-- Whoever is at an eID while this runs starts again.
update sign_attempts set status = 'canceled' where status in ('started', 'returned', 'completing');
alter table sign_attempts
  drop column callback_key,
  drop column state_sealed,
  drop column callback_sealed,
  drop column return_hash,
  drop column in_window,
  drop constraint sign_attempts_status_check,
  add constraint sign_attempts_status_check check (status in ('started', 'signed', 'identified', 'canceled', 'failed'));

drop table identification_attempts;
