import { beforeAll, describe, expect, it } from 'vitest';
import { samplePdf } from '../../test/sample-pdf.ts';
import { createTestAuthority, serialOf, type TestAuthority } from '../../test/test-authority.ts';
import { signPadesBaselineB } from '../pades/baseline-b.ts';
import type { PackageLayout } from '../pades/layout.ts';
import { type ApprovalsOnlySeal, type PackagedSeal, sealPackagedPdf } from '../pades/seal.ts';
import type { SignatureProvider } from '../ports.ts';
import { buildOcspRequest } from '../revocation/ocsp-request.ts';
import type { CertificateRequest } from '../x509/certificate-builder.ts';
import { validatePdf } from './validate-pdf.ts';

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const after = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
const layout: PackageLayout = {
  certification: { name: 'Certification' },
  approvals: [{ name: 'Kari' }, { name: 'Ola' }],
  documentTimeStamp: { name: 'Timestamp' },
};

let authority: TestAuthority;
/** Another one, for time-stamps and revocation that do not hang on the first. */
let stampers: TestAuthority;
let kari: SignatureProvider;

beforeAll(async () => {
  authority = await createTestAuthority({ now });
  stampers = await createTestAuthority({ now });
  kari = await authority.enrol({ commonName: 'Kari' });
});

async function sealed(change: Partial<PackagedSeal> = {}): Promise<Uint8Array> {
  const signature = { provider: kari, signingTime: now };
  const { bytes } = await sealPackagedPdf({
    original: samplePdf(),
    layout,
    certification: signature,
    approvals: [signature, signature],
    level: 'B-LTA',
    signingTime: now,
    trustAnchors: [authority.root],
    tsa: authority.tsa,
    revocation: authority.revocation,
    ...change,
  });
  return bytes;
}

/** One approval signature, stamped by the other authority. */
async function approved(
  level: ApprovalsOnlySeal['level'],
  certificate: Partial<CertificateRequest> = {},
): Promise<{ bytes: Uint8Array; provider: SignatureProvider }> {
  const provider = await authority.enrol({ commonName: 'Ola', ...certificate });
  const isOfStampers = (issuer: Uint8Array) =>
    [stampers.root, stampers.issuing].some((bytes) => Buffer.compare(bytes, issuer) === 0);
  const { bytes } = await sealPackagedPdf({
    mode: 'approvals_only',
    original: samplePdf(),
    fieldNames: ['Ola'],
    approvals: [{ provider, signingTime: now }],
    level,
    signingTime: now,
    trustAnchors: [authority.root, stampers.root],
    tsa: stampers.tsa,
    revocation: {
      ocsp: (one, issuer) => (isOfStampers(issuer) ? stampers : authority).revocation.ocsp(one, issuer),
      crl: (one, issuer) => (isOfStampers(issuer) ? stampers : authority).revocation.crl(one, issuer),
    },
  });
  return { bytes, provider };
}

const anchors = () => [authority.root, stampers.root];

/** Fresh status data on a chain of the test authority, as of the authority's clock. */
async function freshData(provider: SignatureProvider) {
  const [leaf, issuing, root] = provider.certificateChain as [Uint8Array, Uint8Array, Uint8Array];
  return {
    ocspResponses: [
      await authority.answerOcsp(buildOcspRequest(leaf, issuing), issuing),
      await authority.answerOcsp(buildOcspRequest(issuing, root), root),
    ],
  };
}

describe('validatePdf', () => {
  it.each(['table', 'stream'] as const)(
    'passes a sealed file with its levels and permitted later changes, %s',
    async (style) => {
      const report = validatePdf(await sealed({ original: samplePdf({ style }) }), {
        trustAnchors: [authority.root],
        at: now,
      });
      expect(report.indication).toBe('TOTAL-PASSED');
      expect(report.signatures.map(({ name, kind, level }) => [name, kind, level])).toEqual([
        ['Certification', 'certification', 'B-LTA'],
        ['Kari', 'approval', 'B-LTA'],
        ['Ola', 'approval', 'B-LTA'],
      ]);
      expect(report.signatures[0]!.laterChanges.map(({ kind, field }) => [kind, field])).toEqual([
        ['validation_data', undefined],
        ['signature', 'Kari'],
        ['signature', 'Ola'],
        ['document_time_stamp', 'Timestamp'],
      ]);
      expect(report.signatures.map(({ bestSignatureTime }) => bestSignatureTime)).toEqual([now, now, now]);
      expect(report.documentTimeStamps).toMatchObject([{ name: 'Timestamp', coversWholeFile: true, generatedAt: now }]);
    },
  );

  it('says of a file without signatures that there is nothing to judge', () => {
    expect(validatePdf(samplePdf(), { trustAnchors: [authority.root], at: now })).toMatchObject({
      indication: undefined,
      signatures: [],
    });
  });

  it('does not know whom to trust without the right anchor', async () => {
    const report = validatePdf(await sealed(), { trustAnchors: [stampers.root], at: now });
    expect(report.signatures[0]).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'NO_CERTIFICATE_CHAIN_FOUND',
      path: [],
    });
  });

  it.each([
    ['B-B', 'INDETERMINATE', 'OUT_OF_BOUNDS_NO_POE'],
    ['B-T', 'INDETERMINATE', 'OUT_OF_BOUNDS_NO_POE'],
    ['B-LT', 'TOTAL-PASSED', undefined],
    ['B-LTA', 'TOTAL-PASSED', undefined],
  ] as const)('judges %s after the signing certificate has expired: %s', async (level, indication, subIndication) => {
    const { bytes } = await approved(level, { notAfter: after(1) });
    const report = validatePdf(bytes, { trustAnchors: anchors(), at: after(30) });
    expect(report.signatures[0]).toMatchObject({ indication, subIndication });
    expect(report.signatures[0]!.level).toBe(indication === 'TOTAL-PASSED' ? level : undefined);
  });

  it('can ask for the status of the last TSA of today', async () => {
    const { bytes } = await approved('B-LT');
    const options = { trustAnchors: anchors(), at: after(30), authorityStatus: 'now' } as const;
    const [signature] = validatePdf(bytes, options).signatures;
    expect(signature!.timeStamps[0]).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'TRY_LATER' });
  });

  it('needs a newer time-stamp once that of the last TSA has expired', async () => {
    const report = validatePdf((await approved('B-LTA')).bytes, { trustAnchors: anchors(), at: after(1001) });
    expect(report.documentTimeStamps[0]).toMatchObject({ subIndication: 'OUT_OF_BOUNDS_NO_POE' });
    expect(report.signatures[0]).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'OUT_OF_BOUNDS_NO_POE' });
  });

  it.each([
    ['before the time-stamp', -1, 'INDETERMINATE', 'REVOKED_NO_POE'],
    ['after the time-stamp', 1, 'TOTAL-PASSED', undefined],
  ] as const)('judges a certificate that was revoked %s', async (_when, days, indication, subIndication) => {
    const { bytes, provider } = await approved('B-T');
    authority.statuses.set(serialOf(provider), { status: 'revoked', revokedAt: after(days), reason: 'key_compromise' });
    const data = await freshData(provider);
    const stamps = await stampers.answerOcsp(
      buildOcspRequest(stampers.tsaProvider.certificateChain[0]!, stampers.issuing),
      stampers.issuing,
    );
    const ofStampers = await stampers.answerOcsp(buildOcspRequest(stampers.issuing, stampers.root), stampers.root);
    const report = validatePdf(bytes, {
      trustAnchors: anchors(),
      at: after(2),
      data: { ocspResponses: [...data.ocspResponses, stamps, ofStampers] },
    });
    expect(report.signatures[0]).toMatchObject({ indication, subIndication });
    expect(report.signatures[0]!.statuses[0]).toMatchObject({
      status: 'revoked',
      source: 'ocsp',
      revokedAt: after(days),
    });
  });

  it.each([
    ['B-LT', 'INDETERMINATE', 'NO_POE'],
    ['B-LTA', 'TOTAL-PASSED', undefined],
  ] as const)('%s after the authority of the signer was compromised: %s', async (level, indication, subIndication) => {
    const own = await createTestAuthority({ now });
    const before = authority;
    authority = own;
    try {
      const { bytes } = await approved(level);
      own.statuses.set(serialOf(own.issuingProvider), {
        status: 'revoked',
        revokedAt: after(1),
        reason: 'ca_compromise',
      });
      const report = validatePdf(bytes, {
        trustAnchors: anchors(),
        at: after(5),
        data: { crls: [await own.crl(own.root)] },
      });
      expect(report.signatures[0]).toMatchObject({ indication, subIndication });
    } finally {
      authority = before;
    }
  });

  it('takes status data from the caller, and asks to try later when it is too old', async () => {
    const bytes = await signPadesBaselineB({ bytes: samplePdf(), provider: kari, signingTime: now });
    const judge = async (at: Date) =>
      validatePdf(bytes, { trustAnchors: [authority.root], at, data: await freshData(kari) }).signatures[0];
    expect(await judge(now)).toMatchObject({ indication: 'TOTAL-PASSED', level: 'B-B' });
    expect(await judge(after(8))).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'TRY_LATER' });
  });

  it('names the clause of every finding', async () => {
    const { findings } = validatePdf(await sealed({ level: 'B-T' }), { trustAnchors: [authority.root], at: now })
      .signatures[0]!;
    expect(findings).not.toHaveLength(0);
    for (const { code, clause } of findings) {
      expect(code).toMatch(/^[a-z_]+$/);
      expect(clause).toMatch(/^(EN 319 102-1|ISO 32000-2) §/);
    }
  });
});
