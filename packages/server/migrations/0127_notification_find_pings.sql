-- Pings go out while everything else waits, however much that is.
create index webhook_deliveries_pings on webhook_deliveries (webhook_id, due_at, id) where event_type = 'ping';
