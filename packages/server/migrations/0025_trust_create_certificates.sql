-- Certificates issued by the embedded trust service. The serial number is a UUIDv7 read as a number.
create table trust_certificates (
  serial uuid not null,
  issuer text not null,
  profile text not null,
  account_id uuid,
  issued_at timestamptz not null,
  not_after timestamptz not null,
  revoked_at timestamptz,
  revocation_reason text,
  primary key (serial)
) partition by range (serial);
create index trust_certificates_revoked on trust_certificates (issuer, revoked_at) where revoked_at is not null;

insert into partitioned_tables (name) values ('trust_certificates');
