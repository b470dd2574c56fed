-- The end of documents: cancelled, expired, announced for deletion, erased. Timers are rows, so that they outlive every
-- process.

alter table documents
  -- When it was cancelled or expired.
  add column closed_at timestamptz,
  -- When document_before_deleted was raised for the present time of deletion.
  add column deletion_announced_at timestamptz,
  -- What stays of an erased document for invoices and audits: hashes, methods, counts; no names.
  add column audit_record jsonb;

-- When to look at a document next: one row per document that is not erased, fewer while packaging is waited for. What
-- is to be done then follows from the document itself. Not partitioned, because rows go with their documents, and what
-- is due is found by time over all of them.
create table document_timers (
  document_id uuid primary key,
  account_id uuid not null,
  environment text not null,
  -- On the clock of the account in its environment.
  due_at timestamptz not null
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);
create index document_timers_due on document_timers (due_at);
-- For accounts whose clock is ahead of the real time, which those of the test environment may be.
create index document_timers_test on document_timers (account_id, due_at) where environment = 'test';

insert into document_timers (document_id, account_id, environment, due_at)
select id, account_id, environment,
       case when status in ('signed', 'canceled', 'expired') then updated_at else deadline end
  from documents where erased_at is null;

create index signing_sessions_document on signing_sessions (document_id);

insert into files (account_id, sha256, size_bytes, created_at, owner_id)
select account_id, content_sha256, content_size_bytes, created_at, id from documents
union all
select account_id, native_sha256, native_size_bytes, signed_at, document_id from signatures
union all
select account_id, sha256, size_bytes, created_at, document_id from document_packages
on conflict do nothing;
delete from files as f
 where f.owner_id = '00000000-0000-0000-0000-000000000000'
   and exists (select from files as named
                where named.account_id = f.account_id and named.sha256 = f.sha256 and named.owner_id <> f.owner_id);
