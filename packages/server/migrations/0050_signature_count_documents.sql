-- What lists of documents need so that a page costs the same at any size of the account: an order that an index has,
-- counts per block of neighbouring documents, and the documents of a tag in the same order.

-- When the content and the personal data of a document were erased: it is not listed any more.
alter table documents add column erased_at timestamptz;

-- Lists go by time of creation, the id breaks ties.
drop index documents_account;
drop index documents_account_status;
create index documents_account_created on documents (account_id, environment, created_at, id) where erased_at is null;
create index documents_account_status_created on documents (account_id, environment, status, created_at, id)
  where erased_at is null;
-- Most documents are found by their creation; only changes enter these, so that creating one does not pay for them.
create index documents_account_updated on documents (account_id, environment, updated_at)
  where updated_at > created_at and erased_at is null;
create index documents_account_signed on documents (account_id, environment, signed_at)
  where signed_at is not null and erased_at is null;

create index signers_id on signers (id);
create index signers_external_id on signers (account_id, external_signer_id, document_id);

create table document_tags (
  account_id uuid not null,
  environment text not null,
  tag text not null,
  status text not null,
  created_at timestamptz not null,
  document_id uuid not null,
  primary key (account_id, environment, tag, status, created_at, document_id)
);

-- How many documents of each status lie between the start of a block and the start of the next one. A series is all
-- documents of an account ('') or those with one tag. The first block of a series starts at -infinity. Only the
-- folding of changes writes here.
create table document_blocks (
  account_id uuid not null,
  environment text not null,
  series text not null,
  starts_at timestamptz not null,
  starts_id uuid not null,
  waiting_for_attachments integer not null default 0,
  unsigned integer not null default 0,
  partialsigned integer not null default 0,
  signed integer not null default 0,
  canceled integer not null default 0,
  expired integer not null default 0,
  primary key (account_id, environment, series, starts_at, starts_id)
) with (fillfactor = 70);

-- Changes that are not in the blocks yet. Rows are only added, in the transaction of the change itself: nobody waits
-- for anybody, and block plus changes is exact in every snapshot.
create table document_count_changes (
  account_id uuid not null,
  environment text not null,
  series text not null,
  created_at timestamptz not null,
  document_id uuid not null,
  status text not null,
  change smallint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index document_count_changes_series on document_count_changes (account_id, environment, series);

create function document_tags_of(request jsonb) returns setof text language sql immutable as $$
  select distinct jsonb_array_elements_text(coalesce(request #> '{advanced,tags}', '[]'))
$$;

create function count_new_document() returns trigger language plpgsql as $$
begin
  insert into document_count_changes (account_id, environment, series, created_at, document_id, status, change)
  values (new.account_id, new.environment, '', new.created_at, new.id, new.status, 1);
  if new.request #> '{advanced,tags,0}' is not null then
    insert into document_tags (account_id, environment, tag, status, created_at, document_id)
    select new.account_id, new.environment, tag, new.status, new.created_at, new.id
      from document_tags_of(new.request) as tag;
    insert into document_count_changes (account_id, environment, series, created_at, document_id, status, change)
    select new.account_id, new.environment, tag, new.created_at, new.id, new.status, 1
      from document_tags_of(new.request) as tag;
  end if;
  return null;
end
$$;

create function count_changed_document() returns trigger language plpgsql as $$
begin
  if old.erased_at is null then
    insert into document_count_changes (account_id, environment, series, created_at, document_id, status, change)
    select old.account_id, old.environment, series, old.created_at, old.id, old.status, -1
      from (select '' as series union all select document_tags_of(old.request)) as one;
    delete from document_tags as t using document_tags_of(old.request) as gone
     where t.account_id = old.account_id and t.environment = old.environment and t.tag = gone and t.status = old.status
       and t.created_at = old.created_at and t.document_id = old.id;
  end if;
  if new.erased_at is null then
    insert into document_count_changes (account_id, environment, series, created_at, document_id, status, change)
    select new.account_id, new.environment, series, new.created_at, new.id, new.status, 1
      from (select '' as series union all select document_tags_of(new.request)) as one;
    insert into document_tags (account_id, environment, tag, status, created_at, document_id)
    select new.account_id, new.environment, tag, new.status, new.created_at, new.id
      from document_tags_of(new.request) as tag;
  end if;
  return null;
end
$$;

-- Triggers, because then no statement that creates, changes or erases a document can forget the counts. Rows that move
-- between partitions are not counted again: they are put into a table before it becomes a partition.
create trigger count_new_document after insert on documents
  for each row execute function count_new_document();
create trigger count_changed_document after update of status, erased_at, request on documents
  for each row when (
    old.status is distinct from new.status
    or old.erased_at is distinct from new.erased_at
    or old.request #> '{advanced,tags}' is distinct from new.request #> '{advanced,tags}'
  ) execute function count_changed_document();

insert into document_tags (account_id, environment, tag, status, created_at, document_id)
select account_id, environment, tag, status, created_at, id from documents, document_tags_of(request) as tag;
insert into document_count_changes (account_id, environment, series, created_at, document_id, status, change)
select account_id, environment, series, created_at, id, status, 1
  from documents, lateral (select '' as series union all select document_tags_of(request)) as one;
