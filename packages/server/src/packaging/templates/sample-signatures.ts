import type { TemplateSample } from '../contract/pdf-template.ts';
import type { DocumentFacts, EvidenceInput, EvidenceSigner } from '../evidence-pages.ts';

/** What is shown of a signed document, without what is said of who asks. */
export type ShownSignatures = Omit<
  EvidenceInput,
  'languages' | 'environment' | 'template' | 'now' | keyof AccountPart
> &
  Partial<AccountPart>;
type AccountPart = Pick<DocumentFacts, 'account'>;

const CREATED = new Date('2026-03-02T08:00:00Z');
const MINUTE_MS = 60_000;

const PEOPLE = {
  no: ['Kari Nordmann', 'Norwegian BankID', 'no_bankid_netcentric'],
  sv: ['Åsa Öberg', 'Swedish BankID', 'se_bankid'],
  nemid: ['Søren Kjærgård', 'NemID', 'dk_nemid_js'],
} as const;

const SAMPLES: Record<TemplateSample, (keyof typeof PEOPLE)[]> = {
  SINGEL_BANKID_NO: ['no'],
  SINGEL_BANKID_SV: ['sv'],
  SINGEL_NEMID: ['nemid'],
  MULTI_3_SIGNERS: ['no', 'sv', 'nemid'],
};

/** A signed document that was never signed, to look at a template with. */
export function sampleSignatures(sample: TemplateSample): ShownSignatures {
  return signaturesOf(SAMPLES[sample].map((person) => PEOPLE[person]));
}

/** As many signers as a document may have. */
export function manySignatures(count: number): ShownSignatures {
  return signaturesOf(Array.from({ length: count }, () => PEOPLE.no));
}

function signaturesOf(people: readonly (readonly [string, string, string])[]): ShownSignatures {
  const signers = people.map(([fullName, methodName, method], index): EvidenceSigner => {
    const signedAt = new Date(CREATED.getTime() + (index + 1) * 7 * MINUTE_MS);
    return {
      signerId: `signer-${index + 1}`,
      fullName,
      dateOfBirth: '1980-05-17',
      method,
      methodName,
      mechanism: 'pkisignature',
      how: 'eid',
      picture: undefined,
      uniqueId: `9578-5999-4-${1_765_512 + index}`,
      nationalNumber: undefined,
      signedAt,
      clientIp: '192.0.2.17',
      certificate: {
        issuer: 'CN=Segl test signer CA, O=TEST - no legal value',
        subject: `CN=${fullName}`,
        serial: `2f${index + 10}9c`,
        validFrom: signedAt,
        validTo: new Date(signedAt.getTime() + 60 * MINUTE_MS),
      },
    };
  });
  return {
    documentId: '019a6c0e-2c1b-7a10-9d52-3c6a5a1f0e01',
    title: 'Lease agreement',
    description: 'Lease of a flat for three years',
    fileName: 'lease.pdf',
    pageCount: 3,
    contentSha256: '3f0a6f5e'.repeat(8),
    externalId: 'lease-2026-117',
    createdAt: CREATED,
    signedAt: signers.at(-1)!.signedAt,
    signers,
    attachments: [{ title: 'House rules', fileName: 'rules.pdf', contentSha256: '81c5d2b7'.repeat(8) }],
    history: [
      { occurredAt: CREATED, kind: 'document_created', signerId: undefined, method: undefined },
      ...signers.flatMap(({ signerId, signedAt, method }) =>
        [4, 2, 1, 0].map((before, step) => ({
          occurredAt: new Date(signedAt.getTime() - before * MINUTE_MS),
          kind: ['link_opened', 'document_read', 'signing_started', 'signed'][step]!,
          signerId,
          method,
        })),
      ),
    ],
  };
}
