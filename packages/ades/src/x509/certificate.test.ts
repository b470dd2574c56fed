import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench, runJudge } from '../../test/judges.ts';
import {
  createTestAuthority,
  type KeyPair,
  POLICY,
  p256,
  p384,
  rsa,
  serialOf,
  type TestAuthority,
} from '../../test/test-authority.ts';
import { integer, octetString, sequence } from '../asn1/der-writer.ts';
import { localSignatureProvider } from '../keys/local-signature-provider.ts';
import { issueCertificate, issueRootCertificate } from './certificate-builder.ts';
import { buildCertificatePath, type PathPurpose } from './certificate-path.ts';
import { readCertificate } from './certificate-reader.ts';
import { nameAttribute } from './distinguished-name.ts';

const now = new Date('2026-11-24T08:00:00Z');

describe('issued certificates', () => {
  it.each<[string, () => KeyPair]>([
    ['RSA-2048', rsa],
    ['P-256', p256],
    ['P-384', p384],
  ])('pass openssl’s strict check with %s keys', async (_name, keys) => {
    await using bench = await createWorkbench();
    const authority = await createTestAuthority({
      now,
      keys,
      ocspUrl: 'http://127.0.0.1/ocsp',
      crlUrl: 'http://127.0.0.1/crl',
    });
    const signer = await authority.enrol({ commonName: 'Kari Ødegård' });
    const root = await bench.writePem('root.pem', [authority.root]);
    const issuing = await bench.writePem('issuing.pem', [authority.issuing]);
    const common = [
      '-x509_strict',
      '-policy_check',
      '-CAfile',
      root,
      '-untrusted',
      issuing,
      '-attime',
      String(now.getTime() / 1000),
    ];
    const leaf = await bench.writePem('leaf.pem', [signer.certificateChain[0]!]);
    expect((await runJudge('openssl', ['verify', ...common, leaf])).output).toBe(`${leaf}: OK\n`);
    const tsa = await bench.writePem('tsa.pem', [authority.tsaProvider.certificateChain[0]!]);
    expect((await runJudge('openssl', ['verify', ...common, '-purpose', 'timestampsign', tsa])).output).toBe(
      `${tsa}: OK\n`,
    );
    const ocsp = await bench.writePem('ocsp.pem', [authority.ocspProvider.certificateChain[0]!]);
    expect((await runJudge('openssl', ['verify', ...common, '-purpose', 'ocsphelper', ocsp])).output).toBe(
      `${ocsp}: OK\n`,
    );
  });

  it('carry the extensions of their profile', async () => {
    await using bench = await createWorkbench();
    const authority = await createTestAuthority({ now, ocspUrl: 'http://ocsp.test/', crlUrl: 'http://crl.test/a.crl' });
    const signer = await authority.enrol({ commonName: 'Kari', caIssuersUrl: 'http://ca.test/issuing.cer' });
    const path = await bench.writePem('leaf.pem', [signer.certificateChain[0]!]);
    const { output } = await runJudge('openssl', ['x509', '-in', path, '-noout', '-text']);
    expect(output).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    expect(output).toMatch(/Key Usage: critical\s+Non Repudiation\n/);
    expect(output).toContain('URI:http://crl.test/a.crl');
    expect(output).toContain('OCSP - URI:http://ocsp.test/');
    expect(output).toContain('CA Issuers - URI:http://ca.test/issuing.cer');
    expect(output).toContain(`Policy: ${POLICY}`);
    const read = readCertificate(signer.certificateChain[0]!);
    expect(read.ocspUrls).toEqual(['http://ocsp.test/']);
    expect(read.crlUrls).toEqual(['http://crl.test/a.crl']);
    expect(nameAttribute(read.subject, 'CN')).toBe('Kari');
    expect(serialOf(signer)).toBe(BigInt(`0x${new X509Certificate(signer.certificateChain[0]!).serialNumber}`));
    const tsa = readCertificate(authority.tsaProvider.certificateChain[0]!);
    expect(tsa.extensions.get('2.5.29.37')?.critical).toBe(true);
  });

  it('keep names in any script and further extensions', async () => {
    const authority = await createTestAuthority({ now });
    const signer = await authority.enrol({
      commonName: 'Kari',
      subject: [
        { type: 'C', value: 'NO' },
        { type: 'serialNumber', value: 'PNONO-00000000000' },
        { type: 'CN', value: 'Čáhppe Ødegård 山田' },
      ],
      extensions: [{ oid: '1.3.6.1.4.1.55555.9', critical: false, value: octetString(Buffer.from('evidence')) }],
    });
    const certificate = readCertificate(signer.certificateChain[0]!);
    expect(certificate.subject.map(({ value }) => value)).toEqual(['NO', 'PNONO-00000000000', 'Čáhppe Ødegård 山田']);
    expect(Buffer.from(certificate.extensions.get('1.3.6.1.4.1.55555.9')!.value).toString()).toContain('evidence');
  });

  it('are not issued by a certificate that is no authority, nor beyond its life', async () => {
    const authority = await createTestAuthority({ now });
    const leaf = await authority.enrol({ commonName: 'Kari' });
    const request = { subject: [{ type: 'CN', value: 'x' }], publicKey: p256().publicKey, notBefore: now };
    await expect(
      issueCertificate({ ...request, profile: 'signer', notAfter: new Date('2027-01-01') }, leaf),
    ).rejects.toMatchObject({ code: 'certificate_invalid' });
    await expect(
      issueCertificate({ ...request, profile: 'signer', notAfter: new Date('2099-01-01') }, authority.issuingProvider),
    ).rejects.toMatchObject({ code: 'certificate_invalid' });
  });
});

describe('buildCertificatePath', () => {
  let authority: TestAuthority;
  beforeAll(async () => {
    authority = await createTestAuthority({ now });
  });
  const build = (
    certificate: Uint8Array,
    options: { purpose?: PathPurpose; at?: Date; intermediates?: Uint8Array[] } = {},
  ) =>
    buildCertificatePath({
      certificate,
      intermediates: options.intermediates ?? [authority.issuing],
      trustAnchors: [authority.root],
      at: options.at ?? now,
      purpose: options.purpose ?? 'signature',
    });
  const pathError = (message: RegExp) =>
    expect.objectContaining({ code: 'certificate_path_invalid', message: expect.stringMatching(message) });

  it('leads from the leaf to the anchor', async () => {
    const leaf = (await authority.enrol({ commonName: 'Kari' })).certificateChain[0]!;
    expect(build(leaf)).toEqual([leaf, authority.issuing, authority.root]);
  });

  it('fails without the intermediate, before and after validity', async () => {
    const leaf = (await authority.enrol({ commonName: 'Kari' })).certificateChain[0]!;
    expect(() => build(leaf, { intermediates: [] })).toThrow(pathError(/no issuer/));
    expect(() => build(leaf, { at: new Date('2020-01-01') })).toThrow(pathError(/not valid yet/));
    expect(() => build(leaf, { at: new Date('2033-01-01') })).toThrow(pathError(/expired/));
  });

  it('fails when the path length is exceeded', async () => {
    const keys = p256();
    const validity = { notBefore: now, notAfter: new Date('2027-11-24') };
    const sub = await issueCertificate(
      { profile: 'issuing_ca', subject: [{ type: 'CN', value: 'Sub' }], publicKey: keys.publicKey, ...validity },
      authority.issuingProvider,
    );
    const leaf = await issueCertificate(
      { profile: 'signer', subject: [{ type: 'CN', value: 'Ola' }], publicKey: p256().publicKey, ...validity },
      localSignatureProvider(keys.privateKey, [sub]),
    );
    expect(() => build(leaf, { intermediates: [sub, authority.issuing] })).toThrow(pathError(/path length/));
  });

  it('fails on a critical extension that it does not understand', async () => {
    const extensions = [{ oid: '1.3.6.1.4.1.55555.8', critical: true, value: integer(1) }];
    const leaf = (await authority.enrol({ commonName: 'Kari', extensions })).certificateChain[0]!;
    expect(() => build(leaf)).toThrow(pathError(/not understood/));
  });

  it('fails on name constraints rather than ignoring them', async () => {
    const extensions = [{ oid: '2.5.29.30', critical: false, value: sequence() }];
    const leaf = (await authority.enrol({ commonName: 'Kari', extensions })).certificateChain[0]!;
    expect(() => build(leaf)).toThrow(pathError(/name constraints/));
  });

  it('fails when the issuer has the right name and another key', async () => {
    const impostor = await createTestAuthority({ now });
    const leaf = (await impostor.enrol({ commonName: 'Kari' })).certificateChain[0]!;
    expect(() => build(leaf)).toThrow(pathError(/does not verify/));
    expect(() => build(leaf, { intermediates: [impostor.issuing, impostor.root] })).toThrow(
      pathError(/does not verify|no issuer/),
    );
  });

  it('keeps purposes apart', async () => {
    const leaf = (await authority.enrol({ commonName: 'Kari' })).certificateChain[0]!;
    const tsa = authority.tsaProvider.certificateChain[0]!;
    const ocsp = authority.ocspProvider.certificateChain[0]!;
    expect(build(tsa, { purpose: 'time_stamping' })).toHaveLength(3);
    expect(() => build(leaf, { purpose: 'time_stamping' })).toThrow(pathError(/timeStamping/));
    expect(() => build(leaf, { purpose: 'ocsp_signing' })).toThrow(pathError(/OCSPSigning/));
    expect(build(ocsp, { purpose: 'ocsp_signing' })).toHaveLength(3);
    expect(() => build(leaf, { purpose: 'crl_signing' })).toThrow(pathError(/CRLs/));
  });
});

describe('issueRootCertificate', () => {
  it('makes a certificate that verifies with its own key', async () => {
    const keys = p384();
    const root = new X509Certificate(
      await issueRootCertificate(
        { subject: [{ type: 'CN', value: 'Root' }], notBefore: now, notAfter: new Date('2036-01-01') },
        keys,
      ),
    );
    expect(root.ca).toBe(true);
    expect(root.verify(keys.publicKey)).toBe(true);
  });
});
