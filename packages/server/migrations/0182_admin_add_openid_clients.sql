-- Clients that log end users in, beside those that call the API.

alter table oauth_clients
  add column kind text not null default 'api' check (kind in ('api', 'openid')),
  -- What only clients for logins have: addresses, flow, consent, providers.
  add column openid jsonb,
  add check ((kind = 'openid') = (openid is not null));
