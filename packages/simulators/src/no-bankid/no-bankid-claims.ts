import { createHash } from 'node:crypto';
import { uuidOf } from '../derived-uuid.ts';
import type { TestPerson } from './test-register.ts';

/** High assurance, BankID with code and password. */
export const bankIdAcr = 'urn:bankid:bid;LOA=4';
export const bankIdAmr = ['bid'];

const certificateLifetimeMs = 2 * 365 * 86_400_000;

/** The claims of a person as Norwegian BankID writes them: the name as `Last, First Middle`, dates of the certificate as text. */
export function createClaims(person: TestPerson): Record<string, unknown> {
  const fullName = `${person.familyName}, ${person.givenName}`;
  const digest = createHash('sha256').update(`certificate ${person.nationalNumber}`).digest();
  const validFromMs = Date.UTC(2025, 0, 1) + (digest.readUInt32BE(0) % 365) * 86_400_000;
  return {
    bankid_altsub: person.bankIdUniqueId,
    tid: uuidOf(digest),
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
