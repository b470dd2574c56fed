import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench } from '../../test/judges.ts';
import { verifyCmsWithOpenssl } from '../../test/openssl.ts';
import { createTestAuthority, rsa, serialOf, type TestAuthority } from '../../test/test-authority.ts';
import { OID } from '../asn1/oids.ts';
import { readSignedData } from '../cms/signed-data-reader.ts';
import type { SignatureProvider } from '../ports.ts';
import { buildOcspRequest } from '../revocation/ocsp-request.ts';
import { readXml } from '../xml/xml-tree.ts';
import { readSdo } from './sdo-structure.ts';
import { mergeSdos, type SdoSigner, sealSdo, signForSdo } from './seal-sdo.ts';
import { validateSdo } from './validate-sdo.ts';

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
/** Plain text in ISO 8859-1. */
const document = Buffer.from('Avtale mellom Kari Ødegård og Ola Nordmann', 'latin1');
const text = { mimeType: 'text/plain', content: document };

let authority: TestAuthority;
let kari: SdoSigner;
let ola: SdoSigner;
let merchant: SdoSigner;

async function signer(provider: SignatureProvider): Promise<SdoSigner> {
  const request = buildOcspRequest(provider.certificateChain[0]!, authority.issuing);
  return { provider, signingTime: now, ocspResponse: await authority.answerOcsp(request, authority.issuing) };
}

beforeAll(async () => {
  authority = await createTestAuthority({ now });
  kari = await signer(await authority.enrol({ commonName: 'Kari Ødegård' }, rsa()));
  ola = await signer(await authority.enrol({ commonName: 'Ola Nordmann' }));
  merchant = await signer(await authority.enrol({ commonName: 'Nordbank', profile: 'seal' }, rsa()));
});

const sealed = async (signers: SdoSigner[] = [kari, ola], withDocument = true): Promise<Uint8Array> =>
  sealSdo({
    signatures: await Promise.all(signers.map((one) => signForSdo(one, text))),
    seal: merchant,
    description: 'Avtale & vilkår',
    ...(withDocument && { document }),
  });

async function validate(bytes: Uint8Array, more: { document?: Uint8Array } = {}) {
  const crls = [await authority.crl(authority.root)];
  return validateSdo(bytes, { trustAnchors: [authority.root], at: now, data: { crls }, ...more });
}

const replace = (bytes: Uint8Array, from: string, to: string): Uint8Array => {
  const before = Buffer.from(bytes).toString('utf8');
  expect(before).toContain(from);
  return Buffer.from(before.replace(from, to), 'utf8');
};

describe('sealSdo', () => {
  it('writes the structure of the format, and reads it back', async () => {
    const bytes = await sealed();
    const { root } = readXml(bytes);
    expect([root.uri, root.local]).toEqual(['http://www.npt.no/seid/xmlskjema/SDO_v1.0', 'SDOList']);
    const sdo = readSdo(bytes);
    expect(sdo.signatures.map(({ mimeType, digest }) => [mimeType, digest])).toEqual([
      ['text/plain', 'sha256'],
      ['text/plain', 'sha256'],
    ]);
    expect(sdo.metadata).toEqual([{ name: 'MerchantDesc', value: 'Avtale & vilkår' }]);
    expect(Buffer.from(sdo.document!)).toEqual(document);
    expect(sdo.signatures[0]!.ocspResponses).toEqual([kari.ocspResponse]);
    expect(Buffer.from(sdo.sealedBytes).toString()).toMatch(/^<SDODataPart><SignatureElement><CMSSignatureElement>/);
  });

  it('holds signatures and a seal that openssl verifies', async () => {
    await using bench = await createWorkbench();
    const { signatures, seal, sealedBytes } = readSdo(await sealed());
    for (const { cms } of signatures) {
      const verdict = await verifyCmsWithOpenssl(bench, { cms, root: authority.root, content: document, options: [] });
      expect(verdict).toContain('CMS Verification successful');
    }
    const verdict = await verifyCmsWithOpenssl(bench, {
      cms: seal!.cms,
      root: authority.root,
      content: sealedBytes,
      options: [],
    });
    expect(verdict).toContain('CMS Verification successful');
  });

  it('names the signing certificate as the format does', async () => {
    const { cms } = await signForSdo(kari, text);
    const { signedAttributes } = readSignedData(cms);
    expect([...signedAttributes.keys()].sort()).toEqual(
      [OID.contentType, OID.messageDigest, OID.signingTime, OID.otherSigningCertificate].sort(),
    );
  });

  it('refuses signatures over different documents, a foreign document, and none at all', async () => {
    const other = await signForSdo(ola, { mimeType: 'text/plain', content: Buffer.from('other') });
    const own = await signForSdo(kari, text);
    for (const request of [
      { signatures: [own, other] },
      { signatures: [own], document: Buffer.from('other') },
      { signatures: [] },
    ]) {
      await expect(sealSdo({ seal: merchant, description: '', ...request })).rejects.toMatchObject({
        code: 'sdo_invalid',
      });
    }
  });

  it('signs digests alone', async () => {
    const whole = await signForSdo(kari, text);
    const { signatures } = readSdo(await sealed([kari]));
    const alone = await signForSdo(kari, {
      mimeType: 'text/plain',
      content: { digests: { sha256: whole.hashedData } },
    });
    expect(alone).toEqual(whole);
    expect(Buffer.compare(signatures[0]!.cms, whole.cms)).toBe(0);
  });
});

describe('mergeSdos', () => {
  it('puts the signatures of several together, each once, under a new seal', async () => {
    const merged = await mergeSdos({
      sdos: [await sealed([kari]), await sealed([ola], false), await sealed([kari])],
      seal: merchant,
      description: 'Merged',
    });
    const report = await validate(merged);
    expect(report.indication).toBe('TOTAL-PASSED');
    expect(report.signatures.map(({ subject }) => subject.at(-1)!.value)).toEqual(['Kari Ødegård', 'Ola Nordmann']);
  });
});

describe('validateSdo', () => {
  it('passes with signers, times, status and seal', async () => {
    const report = await validate(await sealed());
    expect(report).toMatchObject({ indication: 'TOTAL-PASSED', metadata: [{ name: 'MerchantDesc' }] });
    expect(report.signatures[0]).toMatchObject({ signedAt: now, indication: 'TOTAL-PASSED', mimeType: 'text/plain' });
    expect(report.signatures[0]!.statuses.map(({ status, source }) => [status, source])).toEqual([
      ['good', 'ocsp'],
      ['good', 'crl'],
      ['not_needed', undefined],
    ]);
    expect(report.seal).toMatchObject({ indication: 'TOTAL-PASSED' });
  });

  it('takes the document from beside the container, and nothing for it', async () => {
    const bare = await sealed([kari], false);
    expect(await validate(bare, { document })).toMatchObject({ indication: 'TOTAL-PASSED' });
    expect((await validate(bare)).signatures[0]).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'SIGNED_DATA_NOT_FOUND',
    });
    const report = await validate(await sealed([kari]), { document: Buffer.from('other') });
    expect(report).toMatchObject({ indication: 'TOTAL-FAILED', signatures: [{ subIndication: 'HASH_FAILURE' }] });
  });

  it.each([
    [
      'another document',
      document.toString('base64'),
      Buffer.from('You owe 1 000 000').toString('base64'),
      'HASH_FAILURE',
    ],
    ['another media type, which only the seal covers', 'text/plain', 'application/pdf', undefined],
  ])('fails for %s', async (_what, from, to, subIndication) => {
    const report = await validate(replace(await sealed(), from, to));
    expect(report.indication).toBe('TOTAL-FAILED');
    expect(report.signatures[0]!.subIndication).toBe(subIndication);
    if (!subIndication) expect(report.seal).toMatchObject({ subIndication: 'HASH_FAILURE' });
  });

  it('fails when a signature was taken out or a stated digest differs', async () => {
    const bytes = await sealed();
    const xml = Buffer.from(bytes).toString('utf8');
    const element = /<SignatureElement>.*?<\/SignatureElement>/.exec(xml)![0];
    expect((await validate(replace(bytes, element, ''))).seal).toMatchObject({ subIndication: 'HASH_FAILURE' });
    const hash = /<ds:DigestValue>(.*?)<\/ds:DigestValue>/.exec(xml)![1]!;
    const stated = await validate(replace(bytes, hash, Buffer.alloc(32, 1).toString('base64')));
    expect(stated.signatures[0]).toMatchObject({ subIndication: 'HASH_FAILURE', findings: [{ code: 'hashed_data' }] });
  });

  it('does not pass without a seal, nor for a signer who was revoked by then', async () => {
    const bytes = await sealed();
    const seal = /<SDOSeal>.*<\/SDOSeal>/.exec(Buffer.from(bytes).toString('utf8'))![0];
    expect(await validate(replace(bytes, seal, ''))).toMatchObject({ indication: 'INDETERMINATE', seal: undefined });
    const revoked = await authority.enrol({ commonName: 'Per' });
    authority.statuses.set(serialOf(revoked), { status: 'revoked', revokedAt: new Date(now.getTime() - 60_000) });
    const report = await validate(await sealed([await signer(revoked)]));
    expect(report.signatures[0]).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'REVOKED_NO_POE' });
  });

  it.each([
    ['no XML', () => 'SDO', 'xml_invalid'],
    ['another root', (xml: string) => xml.replaceAll('SDOList', 'List'), 'sdo_invalid'],
    ['another version', (xml: string) => xml.replace('>1.0<', '>2.0<'), 'sdo_unsupported'],
    ['another profile', (xml: string) => xml.replace('SEID-SDO-Basic-V', 'SEID-SDO-Other'), 'sdo_unsupported'],
    ['a sealed copy in a comment', (xml: string) => wrapped(xml, (part) => `<!--${part}-->`), 'sdo_invalid'],
    ['a data part spelled differently', (xml: string) => wrapped(xml, () => ''), 'sdo_invalid'],
    ['entities', (xml: string) => xml.replace('?>', '?><!DOCTYPE x [<!ENTITY a "b">]>'), 'xml_invalid'],
  ])('refuses %s', async (_what, forge, code) => {
    const bytes = Buffer.from(forge(Buffer.from(await sealed()).toString('utf8')), 'utf8');
    await expect(validate(bytes)).rejects.toMatchObject({ code });
  });
});

/** Shows another data part than the one that the seal's bytes are found in. */
function wrapped(xml: string, hide: (part: string) => string): string {
  const part = /<SDODataPart>.*<\/SDODataPart>/.exec(xml)![0];
  const shown = part
    .replace('<SDODataPart>', '<SDODataPart >')
    .replace('</SDODataPart>', `</SDODataPart >${hide(part)}`)
    .replace('text/plain', 'application/pdf');
  return xml.replace(part, shown);
}
