-- The subscription of an account, and its account-wide settings.

create table account_products (
  account_id uuid not null references accounts (id) on delete cascade,
  product text not null,
  primary key (account_id, product)
);

-- Accounts from before had everything.
insert into account_products (account_id, product)
select id, product
  from accounts,
       unnest(array['signature', 'identification', 'openid', 'ssn', 'sms', 'merchantsign', 'validation', 'text', 'share',
                    'audit', 'information.aml', 'information.company', 'information.credit', 'information.person',
                    'information.lei', 'information.signroles', 'information.mobile']) as product;

-- What a different request with the external id of an existing document does: it is refused, or makes another document.
alter table accounts
  add column external_id_policy text not null default 'strict' check (external_id_policy in ('strict', 'replayOnly'));
