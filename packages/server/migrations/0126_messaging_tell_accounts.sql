-- E-mails to the contacts of an account, about the account's own affairs.

alter table accounts add column contact_emails text[] not null default '{}';

alter table messages
  drop constraint messages_kind_check,
  add constraint messages_kind_check
    check (kind in ('request', 'reminder', 'signatureReceipt', 'finalReceipt', 'canceled', 'expired', 'accountNotice'));
