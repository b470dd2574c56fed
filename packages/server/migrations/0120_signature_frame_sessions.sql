-- A session keeps the redirect settings with which it started: whoever is in the middle of signing must not be sent
-- elsewhere, or be framed by somebody else, because the sender changes them. Null: started before this column was there.
alter table signing_sessions add column redirect_settings jsonb;

-- The eID was opened in a window of its own, beside the frame in which the session runs.
alter table sign_attempts add column in_window boolean not null default false;
