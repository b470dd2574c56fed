import { beforeAll, describe, expect, it } from 'vitest';
import { createTestAuthority, type TestAuthority } from '../../test/test-authority.ts';
import { addAsicESignature, signAsicE } from '../asic/asic-e.ts';
import { readZip, writeZip } from '../asic/zip.ts';
import type { BaselineLevel } from '../baseline-level.ts';
import { signCades } from '../cades/sign-cades.ts';
import { readSignedDataStructure, writeSignedDataStructure } from '../cms/signed-data-structure.ts';
import type { SignatureProvider } from '../ports.ts';
import { signXades } from '../xades/sign-xades.ts';
import { validateAsicE } from './validate-asic-e.ts';
import { validateCades } from './validate-cades.ts';
import { validateXades } from './validate-xades.ts';

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const after = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
const content = Buffer.from('Agreement');
const document = Buffer.from('<order><sum>12</sum></order>');
const files = [
  { name: 'agreement.txt', mimeType: 'text/plain', content },
  { name: 'order.xml', mimeType: 'application/xml', content: document },
];

let authority: TestAuthority;
let kari: SignatureProvider;
/** Its certificate ends tomorrow. */
let ola: SignatureProvider;
beforeAll(async () => {
  authority = await createTestAuthority({ now });
  kari = await authority.enrol({ commonName: 'Kari' });
  ola = await authority.enrol({ commonName: 'Ola', notAfter: after(1) });
});

const services = (level: BaselineLevel) => ({
  level,
  trustAnchors: [authority.root],
  tsa: authority.tsa,
  revocation: authority.revocation,
});
const options = (at = now) => ({ trustAnchors: [authority.root], at });
const freshData = async () => ({
  crls: [await authority.crl(authority.issuing), await authority.crl(authority.root)],
});

describe('validateCades', () => {
  const sign = (level: BaselineLevel, signers: SignatureProvider[] = [kari]) =>
    signCades({
      ...services(level),
      content: { detached: content },
      signers: signers.map((provider) => ({ provider, signingTime: now })),
    });

  it.each(['B-LT', 'B-LTA'] as const)(
    'passes several signers at %s, also after a certificate has expired',
    async (level) => {
      const { bytes } = await sign(level, [kari, ola]);
      const report = await validateCades(bytes, { ...options(after(30)), content });
      expect(report.indication).toBe('TOTAL-PASSED');
      expect(report.signatures.map((signature) => signature.level)).toEqual([level, level]);
      expect(report.signatures[0]!.timeStamps.map(({ kind }) => kind)).toEqual(
        level === 'B-LTA' ? ['signature_time_stamp', 'archive_time_stamp'] : ['signature_time_stamp'],
      );
    },
  );

  it('takes fresh data for a signature that has none', async () => {
    const { bytes } = await sign('B-B');
    expect(await validateCades(bytes, { ...options(), content })).toMatchObject({
      signatures: [{ indication: 'INDETERMINATE', subIndication: 'TRY_LATER' }],
    });
    expect(await validateCades(bytes, { ...options(), content, data: await freshData() })).toMatchObject({
      signatures: [{ indication: 'TOTAL-PASSED', level: 'B-B', claimedAt: now }],
    });
  });

  it('fails another content, and does not judge without one', async () => {
    const { bytes } = await sign('B-LTA');
    expect(await validateCades(bytes, { ...options(), content: Buffer.from('Other') })).toMatchObject({
      signatures: [{ indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE' }],
    });
    expect(await validateCades(bytes, options())).toMatchObject({
      signatures: [{ indication: 'INDETERMINATE', subIndication: 'SIGNED_DATA_NOT_FOUND' }],
    });
  });

  it('counts a time-stamp on something else for nothing', async () => {
    const structure = readSignedDataStructure((await sign('B-T')).bytes);
    const other = readSignedDataStructure((await sign('B-T')).bytes);
    structure.signerInfos[0]!.unsigned = other.signerInfos[0]!.unsigned;
    const report = await validateCades(writeSignedDataStructure(structure), { ...options(after(1)), content });
    expect(report.signatures[0]!.timeStamps).toMatchObject([
      { indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE' },
    ]);
    expect(report.signatures[0]!.bestSignatureTime).toEqual(after(1));
  });
});

describe('validateXades', () => {
  const sign = async (level: BaselineLevel, provider = ola) =>
    (await signXades({ ...services(level), provider, signingTime: now, content: { enveloped: document } })).bytes;

  it('passes what was signed, also after the certificate has expired', async () => {
    const report = await validateXades(await sign('B-LT'), options(after(30)));
    expect(report).toMatchObject({
      indication: 'TOTAL-PASSED',
      signatures: [{ level: 'B-LT', claimedAt: now, bestSignatureTime: now }],
    });
    expect(Buffer.from(report.signatures[0]!.signed[0]!.content!)).toEqual(document);
    expect(await validateXades(await sign('B-B'), options(after(30)))).toMatchObject({
      signatures: [{ indication: 'INDETERMINATE', subIndication: 'OUT_OF_BOUNDS_NO_POE' }],
    });
  });

  it.each([
    ['the document', '<sum>12</sum>', '<sum>1200</sum>', 'HASH_FAILURE'],
    ['the signed properties', '<xades:SigningTime>20', '<xades:SigningTime>21', 'HASH_FAILURE'],
    ['the signed references', '<ds:DigestValue>', '<ds:DigestValue> ', 'SIG_CRYPTO_FAILURE'],
  ])('fails a change of %s', async (_what, from, to, subIndication) => {
    const changed = Buffer.from(
      Buffer.from(await sign('B-LT'))
        .toString('utf8')
        .replace(from, to),
    );
    const [signature] = (await validateXades(changed, options())).signatures;
    expect(signature).toMatchObject({ indication: 'TOTAL-FAILED', subIndication, signed: [] });
  });
});

describe('validateAsicE', () => {
  const sign = async (format: 'cades' | 'xades', level: BaselineLevel = 'B-LT') =>
    (await signAsicE({ ...services(level), format, files, signers: [{ provider: ola, signingTime: now }] })).bytes;
  const rebuilt = (bytes: Uint8Array, change: (entries: ReturnType<typeof readZip>) => ReturnType<typeof readZip>) =>
    writeZip(change(readZip(bytes)));

  it.each(['cades', 'xades'] as const)('passes a container of %s with two files of signatures', async (format) => {
    const { bytes } = await addAsicESignature({
      ...services('B-LT'),
      bytes: await sign(format),
      format,
      signers: [{ provider: kari, signingTime: now }],
    });
    const report = await validateAsicE(bytes, options(after(30)));
    expect(report).toMatchObject({ indication: 'TOTAL-PASSED', uncovered: [] });
    expect(report.signatures.map(({ covers, level }) => [covers, level])).toEqual([
      [['agreement.txt', 'order.xml'], 'B-LT'],
      [['agreement.txt', 'order.xml'], 'B-LT'],
    ]);
  });

  it.each(['cades', 'xades'] as const)('fails changed files, %s', async (format) => {
    const bytes = rebuilt(await sign(format), (entries) =>
      entries.map((entry) => (entry.name === 'order.xml' ? { ...entry, content: Buffer.from('<order/>') } : entry)),
    );
    const report = await validateAsicE(bytes, options());
    expect(report).toMatchObject({
      indication: 'TOTAL-FAILED',
      signatures: [{ subIndication: 'HASH_FAILURE', covers: [] }],
      uncovered: ['agreement.txt', 'order.xml'],
    });
  });

  it.each(['cades', 'xades'] as const)('does not pass a file that nobody signed, %s', async (format) => {
    const bytes = rebuilt(await sign(format), (entries) => [...entries, { name: 'more.txt', content }]);
    const report = await validateAsicE(bytes, options());
    expect(report).toMatchObject({ indication: 'INDETERMINATE', uncovered: ['more.txt'] });
    expect(report.signatures[0]).toMatchObject({ indication: 'TOTAL-PASSED' });
  });
});
