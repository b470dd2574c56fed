-- Up to how many days ahead of its expiry a secret was warned of: 30 or 7.

alter table oauth_client_secrets add column expiry_warned_days integer;
create index oauth_client_secrets_expires_at on oauth_client_secrets (expires_at) where expires_at is not null;
