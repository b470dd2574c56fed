-- Retries follow the account's clock, leases of attempts under way keep real time: each has a column of its own.

alter table webhook_deliveries add column leased_until timestamptz;
update webhook_deliveries set leased_until = due_at where attempt_id is not null;
