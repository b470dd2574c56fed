-- Who an account is, as the administration over the API reads and changes it.

alter table accounts
  -- Digits: the contract has it as text and as a number.
  add column customer_number text check (customer_number ~ '^[0-9]{1,9}$'),
  -- Organisation number without letters and blanks. Empty: not told, as for accounts that the operator made by name.
  add column mva_number text not null default '',
  add column company_phone text not null default '',
  add column company_email text not null default '',
  add column company_url text,
  add column country text not null default 'NO',
  -- {"Name", "Phone", "Mobile", "Email"}
  add column contact jsonb,
  -- {"Address1", "Address2", "PostalCode", "City", "Country"}
  add column address jsonb,
  add column dealer_reference text,
  add column sms_sender text,
  add column sla_tag text,
  add column tags text[] not null default '{}',
  add column changed_at timestamptz;

-- Among the real accounts, and among the test accounts.
create unique index accounts_mva_number on accounts (test_account, mva_number) where mva_number <> '';
create index accounts_name on accounts (lower(name), id);
