-- Where several processes settle what each has let through, once a second. Not logged: after a crash every bucket is full.
create unlogged table throttle_buckets (
  -- First half of the SHA-256 of the bucket's name and key, so that no address stands here.
  key bytea primary key,
  tokens double precision not null,
  burst double precision not null,
  per_second double precision not null,
  settled_at timestamptz not null
) with (fillfactor = 50);
