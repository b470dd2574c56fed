import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench, type Workbench } from '../../test/judges.ts';
import { createTestAuthority, rsa, type TestAuthority } from '../../test/test-authority.ts';
import { verifyWithXmlsec } from '../../test/xmlsec.ts';
import { readEnvelopingSignature, signEnveloping, xmlElement as xml } from '../index.ts';
import { textOf } from '../xml/xml-tree.ts';

const types = 'http://www.bankid.com/signature/v1.0.0/types';
const now = new Date();
let bench: Workbench;
let authority: TestAuthority;
let signed: string;

beforeAll(async () => {
  bench = await createWorkbench();
  authority = await createTestAuthority({ now });
  signed = (
    await signEnveloping({
      provider: await authority.enrol({ commonName: 'Kalle Anka' }, rsa()),
      object: xml('signedData', { xmlns: types, Id: 'data' }, xml('text', { charset: 'UTF-8' }, 'jag & <du>\n')),
      objectId: 'data',
      objectType: types,
      keyInfoId: 'key',
    })
  ).toString();
});
afterAll(() => bench[Symbol.asyncDispose]());

describe('enveloping XML signatures', () => {
  it('verify at xmlsec1', async () => {
    const ids = [`${types}:signedData`, 'http://www.w3.org/2000/09/xmldsig#:KeyInfo'];
    const verdict = await verifyWithXmlsec(bench, {
      signed: Buffer.from(signed),
      root: authority.root,
      extra: ids.flatMap((id) => ['--id-attr:Id', id]),
    });
    expect(verdict).toMatch(/^OK$|Verification status: OK/m);
  });

  it('give the element that was signed and the certificates', () => {
    const { object, certificates } = readEnvelopingSignature(Buffer.from(signed));
    expect(textOf(object)).toBe('jag & <du>\n');
    expect(Buffer.from(certificates[1]!)).toEqual(Buffer.from(authority.issuing));
  });

  it.each<[string, (text: string) => string, string]>([
    ['another content', (text) => text.replace('jag', 'hon'), 'signature_invalid'],
    ['another namespace inside', (text) => text.replace('<text ', '<text xmlns:x="urn:x" '), 'signature_invalid'],
    [
      'another certificate order',
      (text) =>
        text.replace(/(<X509Certificate>[^<]*<\/X509Certificate>)(<X509Certificate>[^<]*<\/X509Certificate>)/, '$2$1'),
      'signature_invalid',
    ],
    ['another digest', (text) => text.replace(/<DigestValue>./, '<DigestValue>!'), 'xml_invalid'],
    ['a second element in the Object', (text) => text.replace('</Object>', '<more/></Object>'), 'xmldsig_invalid'],
    ['a second Object', (text) => text.replace('</Object>', '</Object><Object><more/></Object>'), 'xmldsig_invalid'],
    ['a reference to elsewhere', (text) => text.replace('URI="#key"', 'URI="#data"'), 'xmldsig_invalid'],
    [
      'a KeyInfo that is not signed',
      (text) => text.replace(/<Reference URI="#key">.*?<\/Reference>/, ''),
      'xmldsig_invalid',
    ],
    [
      'another transform',
      (text) => text.replace(/REC-xml-c14n-20010315"><\/Transform/, 'x"></Transform'),
      'algorithm_unsupported',
    ],
  ])('are refused with %s', (_name, change, code) => {
    const changed = change(signed);
    expect(changed).not.toBe(signed);
    expect(() => readEnvelopingSignature(Buffer.from(changed))).toThrow(expect.objectContaining({ code }));
  });
});
