import type { JWTPayload } from 'jose';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What BankID says of the person's certificate. `undefined` when it says nothing. */
export function certificateOfClaims(claims: JWTPayload): Record<string, string> | undefined {
  const info = claims.additionalCertInfo;
  if (typeof info !== 'object' || info === null) return undefined;
  const of = (name: string) => (info as Record<string, unknown>)[name];
  const originator = String(claims.originator ?? '');
  const members = {
    IssuerName: originator.split(';')[0],
    SubjectName: of('subjectName'),
    ValidFromDate: certificateDate(of('certValidFrom')),
    ValidToDate: certificateDate(of('certValidTo')),
    VersionNumber: of('versionNumber'),
    SerialNumber: of('serialNumber'),
    KeyAlgorithm: of('keyAlgorithm'),
    KeySize: of('keySize'),
    UniqueId: claims.bankid_altsub,
    Originator: /;OriginatorId=([^;]+)/i.exec(originator)?.[1],
    BankName: /;OriginatorName=([^;]+)/i.exec(originator)?.[1],
    DateOfBirth: claims.birthdate,
    PolicyOid: of('policyOid'),
    CommonName: claims.name,
  };
  return Object.fromEntries(
    Object.entries(members)
      .flatMap(([name, value]) =>
        typeof value === 'string' || typeof value === 'number' ? [[name, String(value)] as [string, string]] : [],
      )
      .filter(([, value]) => value !== ''),
  );
}

/** As OpenSSL prints dates, in which form they have always been told: `Feb  1 12:18:41 2018 GMT`. */
function certificateDate(value: unknown): string | undefined {
  const date = new Date(typeof value === 'number' || typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(date.getTime())) return undefined;
  const day = String(date.getUTCDate()).padStart(2, ' ');
  return `${MONTHS[date.getUTCMonth()]} ${day} ${date.toISOString().slice(11, 19)} ${date.getUTCFullYear()} GMT`;
}
