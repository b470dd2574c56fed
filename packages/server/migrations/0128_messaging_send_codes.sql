-- Codes that prove that a mobile is at hand. Their text is kept without the code.
alter table messages
  drop constraint messages_kind_check,
  add constraint messages_kind_check
    check (kind in ('request', 'reminder', 'signatureReceipt', 'finalReceipt', 'canceled', 'expired', 'accountNotice',
                    'oneTimeCode'));
