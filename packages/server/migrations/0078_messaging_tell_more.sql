-- Not only requests any more: reminders, receipts, and the end of a document.

alter table messages
  drop constraint messages_kind_check,
  add constraint messages_kind_check
    check (kind in ('request', 'reminder', 'signatureReceipt', 'finalReceipt', 'canceled', 'expired')),
  -- Without a signer: to one of the further recipients of the final receipt, the one at `sequence`.
  alter column signer_id drop not null,
  -- Which of several of a kind: reminders are counted per signer; 0 for what is sent once.
  add column sequence integer not null default 0,
  -- Whether the account asked for it by a request of its own: such reminders are not counted as scheduled ones.
  add column manual boolean not null default false,
  -- When it could not be handed over; the row itself has the last state.
  add column failed_at timestamptz[] not null default '{}';

drop index messages_once;
create unique index messages_once on messages (document_id, signer_id, kind, sequence, channel) nulls not distinct;

-- When to look whom to remind, one row per document with a schedule that may still be open. Not partitioned: rows go with
-- the document's end, and what is due is found by time over all of them.
create table reminder_timers (
  document_id uuid primary key,
  account_id uuid not null,
  environment text not null,
  schedule text not null,
  -- On the clock of the account in its environment.
  due_at timestamptz not null
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);
create index reminder_timers_due on reminder_timers (due_at);
-- For accounts whose clock is ahead of the real time, which those of the test environment may be.
create index reminder_timers_test on reminder_timers (account_id, due_at) where environment = 'test';

alter table signers
  -- Where the account has messages sent instead of to the address of the signer.
  add column email_override text,
  add column mobile_override jsonb;
