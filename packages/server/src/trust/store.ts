import type { Queryable } from '../kernel/db/database.ts';

export interface IssuedCertificate {
  /** UUIDv7; read as a number it is the serial number. */
  serial: string;
  issuer: 'root' | 'issuing';
  profile: string;
  accountId: string | undefined;
  issuedAt: Date;
  notAfter: Date;
}

export interface CertificateState {
  issuer: string;
  revokedAt: Date | undefined;
  revocationReason: string | undefined;
}

/** Written before the certificate is used, so that the responder never calls a certificate of its own unknown. */
export async function insertCertificate(db: Queryable, certificate: IssuedCertificate): Promise<void> {
  await db.query(
    `insert into trust_certificates (serial, issuer, profile, account_id, issued_at, not_after)
     values ($1, $2, $3, $4, $5, $6) on conflict (serial) do nothing`,
    [
      certificate.serial,
      certificate.issuer,
      certificate.profile,
      certificate.accountId ?? null,
      certificate.issuedAt,
      certificate.notAfter,
    ],
  );
}

export async function findCertificate(db: Queryable, serial: string): Promise<CertificateState | undefined> {
  const { rows } = await db.query<{ issuer: string; revoked_at: Date | null; revocation_reason: string | null }>({
    name: 'trust_find_certificate',
    text: 'select issuer, revoked_at, revocation_reason from trust_certificates where serial = $1',
    values: [serial],
  });
  const [row] = rows;
  return (
    row && {
      issuer: row.issuer,
      revokedAt: row.revoked_at ?? undefined,
      revocationReason: row.revocation_reason ?? undefined,
    }
  );
}

export async function listRevoked(
  db: Queryable,
  issuer: string,
): Promise<{ serial: string; revokedAt: Date; reason: string | undefined }[]> {
  const { rows } = await db.query<{ serial: string; revoked_at: Date; revocation_reason: string | null }>(
    `select serial, revoked_at, revocation_reason from trust_certificates
      where issuer = $1 and revoked_at is not null order by revoked_at, serial`,
    [issuer],
  );
  return rows.map((row) => ({
    serial: row.serial,
    revokedAt: row.revoked_at,
    reason: row.revocation_reason ?? undefined,
  }));
}
