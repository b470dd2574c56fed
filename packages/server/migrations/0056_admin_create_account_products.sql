-- The subscription of an account, and its account-wide settings.

create table account_products (
  account_id uuid not null references accounts (id) on delete cascade,
  product text not null,
  primary key (account_id, product)
);

-- What an account gets that is no test account; the operator changes it. Test accounts get everything.
create table default_products (product text primary key);
insert into default_products (product)
select unnest(array['signature', 'identification', 'openid', 'ssn', 'sms', 'merchantsign', 'validation', 'text', 'share',
                    'audit', 'information.aml', 'information.company', 'information.credit', 'information.person',
                    'information.lei', 'information.signroles', 'information.mobile']);

-- Accounts from before had everything.
insert into account_products (account_id, product) select id, product from accounts, default_products;

-- What a different request with the external id of an existing document does: it is refused, or makes another document.
alter table accounts
  add column external_id_policy text not null default 'strict' check (external_id_policy in ('strict', 'replayOnly'));
