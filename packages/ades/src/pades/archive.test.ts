import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench, runJudge } from '../../test/judges.ts';
import { samplePdf } from '../../test/sample-pdf.ts';
import { createTestAuthority, POLICY, serialOf, type TestAuthority } from '../../test/test-authority.ts';
import type { RevocationSource, SignatureProvider, TimeStampAuthority } from '../ports.ts';
import { buildOcspRequest } from '../revocation/ocsp-request.ts';
import { buildOcspResponse } from '../revocation/ocsp-responder.ts';
import { buildTimeStampResponse } from '../timestamp/time-stamp-responder.ts';
import { validatePdf } from '../validation/validate-pdf.ts';
import { archivePdf } from './archive.ts';
import { signPadesBaselineB } from './baseline-b.ts';
import { sealPackagedPdf } from './seal.ts';

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const after = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
let authority: TestAuthority;
let kari: SignatureProvider;
beforeAll(async () => {
  authority = await createTestAuthority({ now });
  kari = await authority.enrol({ commonName: 'Kari', notAfter: after(1) });
});

/** The services of the authority at another time, with a TSA of that time. */
async function servicesAt(days: number): Promise<{ tsa: TimeStampAuthority; revocation: RevocationSource; now: Date }> {
  const at = after(days);
  const dates = { notBefore: after(days - 1), notAfter: after(days + 1000) };
  const tsa = await authority.enrol({ commonName: `TSA of day ${days}`, profile: 'tsa', ...dates });
  const responder = await authority.enrol({ commonName: 'OCSP', profile: 'ocsp_responder', ...dates });
  return {
    now: at,
    tsa: {
      timeStamp: (request) =>
        buildTimeStampResponse({ request, signer: tsa, policy: POLICY, serialNumber: 1n, time: at }),
    },
    revocation: {
      ocsp: (certificate, issuer) =>
        buildOcspResponse({
          request: buildOcspRequest(certificate, issuer),
          responder: Buffer.compare(issuer, authority.root) === 0 ? authority.rootProvider : responder,
          issuer,
          status: (serialNumber) => authority.statuses.get(serialNumber) ?? { status: 'good' },
          producedAt: at,
          nextUpdate: after(days + 7),
        }),
      crl: async () => undefined,
    },
  };
}

const sealed = async (): Promise<Uint8Array> =>
  (
    await sealPackagedPdf({
      mode: 'approvals_only',
      original: samplePdf(),
      fieldNames: ['Kari'],
      approvals: [{ provider: kari, signingTime: now }],
      level: 'B-LTA',
      signingTime: now,
      trustAnchors: [authority.root],
      tsa: authority.tsa,
      revocation: authority.revocation,
    })
  ).bytes;

describe('archivePdf', () => {
  it('renews a file twice, and keeps it valid after every certificate of before has ended', async () => {
    const first = await sealed();
    const trustAnchors = [authority.root];
    const second = await archivePdf({ bytes: first, trustAnchors, ...(await servicesAt(900)) });
    expect(Buffer.compare(Buffer.from(second.bytes).subarray(0, first.length), first)).toBe(0);
    const third = await archivePdf({ bytes: second.bytes, trustAnchors, ...(await servicesAt(1800)) });
    expect(third.report.documentTimeStamps.map(({ generatedAt }) => generatedAt)).toEqual([
      now,
      after(900),
      after(1800),
    ]);

    expect(validatePdf(first, { trustAnchors, at: after(2000) }).indication).toBe('INDETERMINATE');
    const report = validatePdf(third.bytes, { trustAnchors, at: after(2000) });
    expect(report.indication).toBe('TOTAL-PASSED');
    expect(report.signatures[0]).toMatchObject({ level: 'B-LTA', bestSignatureTime: now });
    await using bench = await createWorkbench();
    const checked = await runJudge('qpdf', ['--check', await bench.write('archived.pdf', third.bytes)]);
    expect(checked.output).toContain('No syntax or stream encoding errors found');
  });

  it('raises a signature without any of it', async () => {
    const bytes = await signPadesBaselineB({ bytes: samplePdf(), provider: kari, signingTime: now });
    const { report } = await archivePdf({
      bytes,
      trustAnchors: [authority.root],
      tsa: authority.tsa,
      revocation: authority.revocation,
      now,
    });
    expect(report).toMatchObject({ indication: 'TOTAL-PASSED', documentTimeStamps: [{ generatedAt: now }] });
  });

  it('refuses files without signatures, strangers, revoked signers and changed files', async () => {
    const services = { trustAnchors: [authority.root], tsa: authority.tsa, revocation: authority.revocation, now };
    const stranger = await createTestAuthority({ now });
    const revoked = await authority.enrol({ commonName: 'Per' });
    authority.statuses.set(serialOf(revoked), { status: 'revoked', revokedAt: after(-1) });
    const sign = (provider: SignatureProvider) =>
      signPadesBaselineB({ bytes: samplePdf(), provider, signingTime: now });
    const changed = Buffer.from(await sign(kari));
    changed.write('Other!!', changed.indexOf('Agreement'), 'latin1');
    for (const [bytes, code] of [
      [samplePdf(), 'signature_invalid'],
      [await sign(await stranger.enrol({ commonName: 'Ola' })), 'signature_invalid'],
      [await sign(revoked), 'certificate_revoked'],
      [changed, 'output_invalid'],
    ] as const) {
      await expect(archivePdf({ bytes, ...services })).rejects.toMatchObject({ code });
    }
  });
});
