import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTestAuthority, type KeyPair, p256, p384, rsa, type TestAuthority } from '../../test/test-authority.ts';
import { PSS_SALT_LENGTH } from '../asn1/algorithms.ts';
import { finishCades, prepareCades } from '../cades/two-phase.ts';
import type { SignatureAlgorithm } from '../ports.ts';
import type { XadesContent } from '../xades/sign-xades.ts';
import { finishXades, prepareXades } from '../xades/two-phase.ts';
import type { SignatureToMake } from './deferred-signature.ts';

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const content = Buffer.from('<order><sum>12</sum></order>');
let authority: TestAuthority;
beforeAll(async () => {
  authority = await createTestAuthority({ now });
});

const services = () => ({
  level: 'B-LTA' as const,
  trustAnchors: [authority.root],
  tsa: authority.tsa,
  revocation: authority.revocation,
});

const KEYS: [SignatureAlgorithm, () => KeyPair, ((keys: KeyPair, tbs: Uint8Array) => Buffer)?][] = [
  ['rsa-pkcs1-sha256', rsa],
  [
    'rsa-pss-sha256',
    rsa,
    ({ privateKey: key }, tbs) =>
      sign('sha256', tbs, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: PSS_SALT_LENGTH }),
  ],
  ['ecdsa-p256-sha256', p256],
  ['ecdsa-p384-sha384', p384, ({ privateKey: key }, tbs) => sign('sha384', tbs, { key, dsaEncoding: 'ieee-p1363' })],
  ['ed25519', () => generateKeyPairSync('ed25519'), ({ privateKey }, tbs) => sign(null, tbs, privateKey)],
];

describe('two phases, with the key elsewhere', () => {
  it.each(KEYS)('make CAdES and XAdES from what was stored in between, %s', async (algorithm, makeKeys, signWith) => {
    const keys = makeKeys();
    const { certificateChain } = await authority.enrol({ commonName: 'Kari' }, keys);
    const key = { algorithm, certificateChain };
    const signElsewhere = ({ toSign, digest }: SignatureToMake): Buffer => {
      expect(digest === undefined).toBe(algorithm === 'ed25519');
      return signWith?.(keys, toSign) ?? sign('sha256', toSign, keys.privateKey);
    };
    for (const wanted of [{ enclosed: content }, { detached: content }]) {
      const prepared = structuredClone(await prepareCades({ key, content: wanted, signingTime: now }));
      const { verification } = await finishCades(prepared, signElsewhere(prepared.signature), {
        ...services(),
        content,
      });
      expect(verification).toMatchObject({ valid: true, level: 'B-LTA' });
      expect(verification.content === undefined).toBe('detached' in wanted);
    }
    const xades: XadesContent = { enveloped: content };
    const prepared = structuredClone(await prepareXades({ key, content: xades, signingTime: now }));
    const signed = await finishXades(prepared, signElsewhere(prepared.signature), { ...services(), content: xades });
    expect(signed.verification).toMatchObject({ valid: true, level: 'B-LTA' });
  });

  it('refuse a signature of another key and a content that was exchanged meanwhile', async () => {
    const keys = p256();
    const { certificateChain } = await authority.enrol({ commonName: 'Kari' }, keys);
    const key = { algorithm: 'ecdsa-p256-sha256', certificateChain } as const;
    const cades = await prepareCades({ key, content: { detached: content }, signingTime: now });
    const xades = await prepareXades({ key, content: { enveloped: content }, signingTime: now });
    const other = Buffer.from('<order><sum>1200</sum></order>');
    const broken = { code: 'signature_invalid' };
    const signatureOver = ({ toSign }: SignatureToMake, { privateKey } = keys) => sign('sha256', toSign, privateKey);
    await expect(
      finishCades(cades, signatureOver(cades.signature, p256()), { ...services(), content }),
    ).rejects.toMatchObject(broken);
    await expect(
      finishCades(cades, signatureOver(cades.signature), { ...services(), content: other }),
    ).rejects.toMatchObject(broken);
    await expect(
      finishXades(xades, signatureOver(xades.signature), { ...services(), content: { enveloped: other } }),
    ).rejects.toMatchObject(broken);
  });
});
