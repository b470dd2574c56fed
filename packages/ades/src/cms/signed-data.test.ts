import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createWorkbench, runJudge, sha256 } from '../../test/judges.ts';
import { createTestAuthority, type KeyPair, p256, p384, rsa } from '../../test/test-authority.ts';
import { OID } from '../asn1/oids.ts';
import { localSignatureProvider } from '../keys/local-signature-provider.ts';
import { readCertificate } from '../x509/certificate-reader.ts';
import { buildSignedData } from './signed-data-builder.ts';
import { checkSignedData, readSignedData } from './signed-data-reader.ts';

const content = Buffer.from('agreement between Kari and Ola');

describe('buildSignedData', () => {
  it.each<[string, () => KeyPair, string]>([
    ['RSA-2048', rsa, 'sha256'],
    ['RSA-4096', () => rsa(4096), 'sha256'],
    ['P-256', p256, 'sha256'],
    ['P-384', p384, 'sha384'],
  ])('makes CAdES that openssl verifies, signed with %s', async (_name, keys, digest) => {
    await using bench = await createWorkbench();
    const authority = await createTestAuthority({ now: new Date() });
    const provider = await authority.enrol({ commonName: 'Kari' }, keys());
    const cms = await buildSignedData({ provider, contentDigest: createHash(digest).update(content).digest() });
    const root = await bench.writePem('root.pem', [authority.root]);
    const signed = await bench.write('signed.p7s', cms);
    const verify = async (data: string) => {
      const path = await bench.write('content.bin', data);
      const args = [
        '-verify',
        '-cades',
        '-binary',
        '-inform',
        'DER',
        '-in',
        signed,
        '-content',
        path,
        '-CAfile',
        root,
        '-purpose',
        'any',
      ];
      return (await runJudge('openssl', ['cms', ...args, '-out', '/dev/null'])).output;
    };
    expect(await verify(content.toString())).toContain('CAdES Verification successful');
    expect(await verify('another agreement')).toContain('Verification failure');
  });

  it('holds exactly the signed attributes of PAdES-BASELINE-B and leaves the root out', async () => {
    const authority = await createTestAuthority({ now: new Date() });
    const provider = await authority.enrol({ commonName: 'Kari' });
    const cms = readSignedData(await buildSignedData({ provider, contentDigest: sha256(content) }));
    expect([...cms.signedAttributes.keys()].sort()).toEqual(
      [OID.contentType, OID.messageDigest, OID.signingCertificateV2].sort(),
    );
    expect(cms.certificates).toHaveLength(2);
    expect(cms.certificates).not.toContainEqual(authority.root);
    expect(checkSignedData(cms, (digest) => createHash(digest).update(content).digest())).toBeUndefined();
    expect(checkSignedData(cms, (digest) => createHash(digest).update('x').digest())).toMatch(/digest/);
  });

  it('does not give out a signature that its certificate contradicts', async () => {
    const authority = await createTestAuthority({ now: new Date() });
    const kari = await authority.enrol({ commonName: 'Kari' });
    const wrongKey = localSignatureProvider(p256().privateKey, kari.certificateChain);
    const silent = { ...kari, sign: async () => new Uint8Array(64) };
    for (const provider of [wrongKey, silent]) {
      await expect(buildSignedData({ provider, contentDigest: sha256(content) })).rejects.toMatchObject({
        code: 'signature_invalid',
      });
    }
  });
});

describe('checkSignedData', () => {
  it('notices another certificate under the same key', async () => {
    const authority = await createTestAuthority({ now: new Date() });
    const keys = p256();
    const serialNumber = 77n;
    const kari = await authority.enrol({ commonName: 'Kari', serialNumber }, keys);
    const ola = await authority.enrol({ commonName: 'Ola', serialNumber }, keys);
    const cms = await buildSignedData({ provider: kari, contentDigest: sha256(content) });
    const data = readSignedData(cms);
    const [karis, olas] = [kari.certificateChain[0]!, ola.certificateChain[0]!];
    expect(data.signer.bytes).toEqual(karis);
    const swapped = { ...data, signer: readCertificate(olas) };
    expect(checkSignedData(swapped, (digest) => createHash(digest).update(content).digest())).toMatch(
      /another certificate/,
    );
  });
});
