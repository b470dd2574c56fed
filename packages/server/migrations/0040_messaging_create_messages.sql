-- E-mails and SMS to the people of a document. A message lives, is found and is erased with its document, so the table
-- is partitioned by the document's id; that also lets one unique key say that nobody is told the same thing twice.

create table messages (
  document_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  environment text not null check (environment in ('test', 'prod')),
  signer_id uuid not null,
  kind text not null check (kind in ('request')),
  channel text not null check (channel in ('email', 'sms')),
  status text not null default 'PENDING' check (status in ('PENDING', 'SENT', 'DELIVERED', 'FAILED')),
  -- E-mail address, or mobile number in E.164.
  receiver text not null,
  sender text,
  -- What may be read of the message: links are replaced by {url}, because whoever has the link can open the document.
  title text,
  text text,
  -- The message as it was handed to the transport, encrypted.
  content_sealed bytea,
  created_at timestamptz not null,
  sent_at timestamptz,
  primary key (document_id, id)
) partition by range (document_id);

create unique index messages_once on messages (document_id, signer_id, kind, channel);
-- The captured inbox: newest first, over all documents of the test environment.
create index messages_inbox on messages (id) where environment = 'test';

insert into partitioned_tables (name) values ('messages');
