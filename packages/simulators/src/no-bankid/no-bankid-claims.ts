import { createHash } from 'node:crypto';
import type { AccountClaims } from 'oidc-provider';
import type { TestPerson } from './test-register.ts';

/** High assurance, BankID with code and password. */
export const bankIdAcr = 'urn:bankid:bid;LOA=4';
export const bankIdAmr = ['bid'];

const certificateLifetimeMs = 2 * 365 * 86_400_000;

/** Which claims each scope releases. Norwegian BankID puts all of them into the id_token. */
export const claimsOfScope = {
  acr: null,
  auth_time: null,
  iss: null,
  sid: null,
  openid: ['sub', 'acr', 'amr', 'auth_time', 'bankid_altsub', 'originator', 'additionalCertInfo', 'tid'],
  profile: ['name', 'given_name', 'family_name', 'birthdate', 'updated_at'],
  nnin_altsub: ['nnin_altsub'],
};

/** The claims of a person as Norwegian BankID writes them: the name as `Last, First Middle`, dates of the certificate as text. */
export function createClaims(person: TestPerson): AccountClaims {
  const fullName = `${person.familyName}, ${person.givenName}`;
  const digest = createHash('sha256').update(`certificate ${person.nationalNumber}`).digest();
  const validFromMs = Date.UTC(2025, 0, 1) + (digest.readUInt32BE(0) % 365) * 86_400_000;
  return {
    sub: subjectOf(person),
    bankid_altsub: person.bankIdUniqueId,
    tid: toUuid(digest),
    name: fullName,
    given_name: person.givenName,
    family_name: person.familyName,
    birthdate: person.birthdate,
    updated_at: Math.floor(validFromMs / 1000),
    nnin_altsub: person.nationalNumber,
    originator:
      'CN=BankID - Segl Simulator - Bank CA 3,OU=000000000,O=Segl Simulator (test),C=NO;OrginatorId=9980;OriginatorName=Segl Simulator;OriginatorId=9980',
    additionalCertInfo: {
      certValidFrom: validFromMs,
      certValidTo: validFromMs + certificateLifetimeMs,
      serialNumber: String(digest.readUInt32BE(8)),
      keyAlgorithm: 'RSA',
      keySize: '2048',
      policyOid: '2.16.578.1.16.1.12.1.1',
      certQualified: true,
      versionNumber: '3',
      subjectName: `CN=${fullName.replace(',', '\\,')},O=Segl Simulator (test),C=NO,SERIALNUMBER=${person.bankIdUniqueId}`,
    },
  };
}

/** The person's `sub`: a UUID that does not give away the national number to those who may not have it. */
export function subjectOf(person: TestPerson): string {
  return toUuid(createHash('sha256').update(`subject ${person.nationalNumber}`).digest());
}

/** UUID version 8 (RFC 9562 §5.8) out of a digest, so that the same person always gets the same one. */
function toUuid(digest: Buffer): string {
  const bytes = Buffer.from(digest.subarray(0, 16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
