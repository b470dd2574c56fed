import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench } from '../../test/judges.ts';
import { verifyTokenWithOpenssl } from '../../test/openssl.ts';
import {
  createTestAuthority,
  type KeyPair,
  p256,
  p384,
  rsa,
  serialOf,
  type TestAuthority,
} from '../../test/test-authority.ts';
import { verifyWithXmlsec } from '../../test/xmlsec.ts';
import { AdesError } from '../ades-error.ts';
import type { BaselineLevel } from '../baseline-level.ts';
import type { DetachedContent } from '../content-digest.ts';
import type { SignatureProvider } from '../ports.ts';
import { buildOcspRequest } from '../revocation/ocsp-request.ts';
import { buildOcspResponse } from '../revocation/ocsp-responder.ts';
import { buildTimeStampFailure } from '../timestamp/time-stamp-responder.ts';
import { validateXades } from '../validation/validate-xades.ts';
import { extendXades } from './extend-xades.ts';
import { signXades, type XadesContent } from './sign-xades.ts';
import { verifyXades } from './verify-xades.ts';

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const order = Buffer.from(
  '<?xml version="1.0" encoding="UTF-8"?>\r\n<?show it?>\n<o:order xmlns:o="urn:order" xmlns="urn:d" sum="12 €">\n' +
    '  <buyer id="b1">Kåre &amp; Søn</buyer><!-- private --><o:item o:no="1"><![CDATA[<pen>]]></o:item>\n</o:order>\n',
);

let authority: TestAuthority;
let kari: SignatureProvider;
beforeAll(async () => {
  authority = await createTestAuthority({ now });
  kari = await authority.enrol({ commonName: 'Kari' });
});

const signing = (level: BaselineLevel = 'B-B', provider = kari) => ({
  provider,
  signingTime: now,
  level,
  trustAnchors: [authority.root],
  tsa: authority.tsa,
  revocation: authority.revocation,
});
const text = { mimeType: 'text/plain', content: Buffer.from('Avtale mellom Kari og Åse\r\n') };
const html = { mimeType: 'text/html', content: Buffer.from('<p>Avtale & vilkår</p>') };
const contents: [string, XadesContent][] = [
  ['enveloped', { enveloped: order }],
  ['enveloping', { enclosed: [text, { mimeType: 'application/xml', content: order }] }],
  [
    'detached',
    {
      detached: [
        { name: 'avtale nr 1.txt', ...text },
        { name: 'side.html', ...html },
      ],
    },
  ],
];
const detached = new Map([
  ['avtale nr 1.txt', text.content],
  ['side.html', html.content],
]);
const verify = (bytes: Uint8Array | string, extra = {}) =>
  verifyXades(Buffer.from(bytes as string), { trustAnchors: [authority.root], detached, ...extra });
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

/** The document is refused, with a problem or by an error of this library. */
async function expectRefused(document: string | Uint8Array, message: RegExp): Promise<void> {
  let reason: string;
  try {
    const result = await verify(document);
    expect(result).toMatchObject({ valid: false, level: undefined });
    reason = result.problems.join();
  } catch (error) {
    expect(error).toBeInstanceOf(AdesError);
    reason = (error as AdesError).message;
  }
  expect(reason).toMatch(message);
  const crls = [await authority.crl(authority.issuing), await authority.crl(authority.root)];
  const options = { trustAnchors: [authority.root], at: now, detached, data: { crls } };
  const verdict = await validateXades(Buffer.from(document as string), options).catch((error: unknown) => error);
  if (!(verdict instanceof AdesError)) expect(verdict).not.toMatchObject({ indication: 'TOTAL-PASSED' });
}

describe('signXades', () => {
  const keys: [string, KeyPair][] = [
    ['RSA-2048', rsa()],
    ['P-256', p256()],
    ['P-384', p384()],
  ];
  const cases = keys.flatMap(([key, pair]) =>
    contents.flatMap(([kind, content]) =>
      (['B-B', 'B-T', 'B-LTA'] as const).map((level) => [key, kind, level, pair, content] as const),
    ),
  );
  it.each(cases)('makes signatures that xmlsec1 verifies: %s, %s, %s', async (_key, _kind, level, pair, content) => {
    await using bench = await createWorkbench();
    const provider = await authority.enrol({ commonName: 'Ola' }, pair);
    const { bytes, verification } = await signXades({ ...signing(level, provider), content });
    expect(verification).toMatchObject({
      valid: true,
      level,
      claimedAt: now,
      missingStatus: level === 'B-LTA' ? [] : expect.anything(),
    });
    for (const [name, file] of detached) {
      await bench.write(name, file);
      await bench.write(encodeURIComponent(name), file);
    }
    const verdict = await verifyWithXmlsec(bench, { signed: bytes, root: authority.root });
    expect(verdict).toMatch(/^OK$/m);
    expect(verdict).toMatch(/SignedInfo References \(ok\/all\): (\d)\/\1/);
    const stranger = await createTestAuthority({ now });
    expect(await verifyWithXmlsec(bench, { signed: bytes, root: stranger.root })).toMatch(/^ERROR$/m);
  });

  it('stamps the canonical signature value as openssl computes it', async () => {
    await using bench = await createWorkbench();
    const { bytes } = await signXades({ ...signing('B-T'), content: contents[0]![1] });
    const [, id, value] = /<ds:SignatureValue xmlns:ds="[^"]*" Id="([^"]*)">([^<]*)</.exec(textOf(bytes))!;
    const data = Buffer.from(
      `<ds:SignatureValue xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="${id}">${value}</ds:SignatureValue>`,
    );
    const token = Buffer.from(/<xades:EncapsulatedTimeStamp>([^<]*)</.exec(textOf(bytes))![1]!, 'base64');
    const { root } = authority;
    expect(await verifyTokenWithOpenssl(bench, { token, root, data })).toContain('Verification: OK');
  });

  it.each(keys)('is raised later without a byte of it being changed: %s', async (_key, pair) => {
    await using bench = await createWorkbench();
    const provider = await authority.enrol({ commonName: 'Ola' }, pair);
    const signed = await signXades({ ...signing('B-B', provider), content: { enveloped: order } });
    const { bytes, verification } = await extendXades(signed.bytes, { ...signing(), level: 'B-LT' });
    expect(verification).toMatchObject({ valid: true, level: 'B-LT', missingStatus: [] });
    const [, added] = /(<xades:UnsignedProperties>.*<\/xades:UnsignedProperties>)/s.exec(textOf(bytes))!;
    expect(textOf(bytes).replace(added!, '')).toBe(textOf(signed.bytes));
    expect(await verifyWithXmlsec(bench, { signed: bytes, root: authority.root })).toMatch(/^OK$/m);

    await expect(extendXades(bytes, { ...signing(), level: 'B-LT' })).rejects.toMatchObject({ code: 'xades_invalid' });
    const changed = Buffer.from(textOf(signed.bytes).replace('<ds:SignatureValue', '<ds:SignatureValue '));
    changed[changed.indexOf('value">') + 9]! ^= 1;
    await expect(extendXades(changed, { ...signing(), level: 'B-LT' })).rejects.toBeInstanceOf(AdesError);
    await expect(extendXades(order, { ...signing(), level: 'B-LT' })).rejects.toMatchObject({ code: 'xades_invalid' });
  });

  it('archives what was signed, the signature and all that was added to it', async () => {
    const { bytes, verification } = await signXades({ ...signing('B-LTA'), content: contents[2]![1] });
    expect(verification).toMatchObject({ level: 'B-LTA', archivedAt: [now] });
    const markup = textOf(bytes);
    const covered = ['SignatureTimeStamp', 'CertificateValues', 'RevocationValues'];
    for (const name of covered) {
      const property = new RegExp(`<xades:${name}>.*</xades:${name}>`, 's').exec(markup)![0];
      expect(await verify(markup.replace(property, ''))).toMatchObject({
        valid: false,
        problems: ['the token stamps something else'],
      });
    }
    const digests = { 'avtale nr 1.txt': text, 'side.html': html };
    const names = Object.entries(digests).map(([name, { mimeType, content }]) => ({
      name,
      mimeType,
      content: { digests: { sha256: createHash('sha256').update(content).digest() } },
    }));
    await expect(signXades({ ...signing('B-LTA'), content: { detached: names } })).rejects.toMatchObject({
      code: 'content_missing',
    });
  });

  it('leaves every byte of an enveloping document as it was', async () => {
    const { bytes, verification } = await signXades({ ...signing(), content: { enveloped: order } });
    const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(textOf(bytes))![0];
    expect(textOf(bytes).replace(signature, '')).toBe(textOf(order));
    expect(textOf(verification.signed[0]!.content!)).toContain('<o:item o:no="1">&lt;pen&gt;</o:item>');
    const empty = await signXades({
      ...signing(),
      content: { enveloped: Buffer.from('\ufeff<x:a xmlns:x="u" b=""/>') },
    });
    expect(textOf(empty.bytes)).toMatch(/^<x:a xmlns:x="u" b=""><ds:Signature .*<\/ds:Signature><\/x:a>$/s);
  });

  it('gives back exactly the bytes that were signed', async () => {
    const { verification } = await signXades({ ...signing(), content: contents[1]![1] });
    expect(verification.signed).toEqual([
      { name: undefined, mimeType: 'text/plain', content: text.content },
      { name: undefined, mimeType: 'application/xml', content: order },
    ]);
  });

  it('signs generated documents to xmlsec1’s satisfaction', async () => {
    await using bench = await createWorkbench();
    const word = fc.string({ unit: fc.constantFrom(...'ab &<>"\'\t\n\rÆ€😀'), maxLength: 6 });
    const escaped = (value: string) => value.replace(/[&<>"\t\n\r]/g, (character) => `&#${character.codePointAt(0)};`);
    const declaration = fc.constantFrom('', ' xmlns="urn:d"', ' xmlns="" xmlns:p="urn:p2"', ' xmlns:q="urn:q2"');
    const names = fc.uniqueArray(fc.constantFrom('k', 'p:k', 'q:z', 'xml:lang', 'b', 'p:a'), { maxLength: 4 });
    const { node } = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        word.map(escaped),
        fc.constantFrom('<!--c-->', '<?do it?>', '<![CDATA[ <&]]>', '\r\n\t'),
        fc
          .tuple(fc.constantFrom('', 'p:', 'q:'), declaration, names, word, fc.array(tie('node'), { maxLength: 4 }))
          .map(
            ([prefix, declared, keys, value, inside]) =>
              `<${prefix}e${declared}${keys.map((name) => ` ${name}="${escaped(value)}"`).join('')}>` +
              `${inside.join('')}</${prefix}e>`,
          ),
      ),
    }));
    const inside = fc.sample(fc.array(node, { minLength: 2, maxLength: 5 }), { numRuns: 25, seed: 7 });
    for (const [index, nodes] of inside.entries()) {
      const root = index % 2 === 0 ? 'r' : 'p:r xmlns="urn:d"';
      const document = `<?before?>\n<${root} xmlns:p="urn:p" xmlns:q="urn:q">${nodes.join('')}</${root.split(' ')[0]}>`;
      const { bytes } = await signXades({ ...signing(), content: { enveloped: Buffer.from(document) } });
      expect(await verifyWithXmlsec(bench, { signed: bytes, root: authority.root }), document).toMatch(/^OK$/m);
    }
  }, 60_000);

  it('signs contents of every size and a file of 25 MiB in chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (content) => {
        const object = { mimeType: 'application/octet-stream', content };
        const { bytes } = await signXades({
          ...signing(),
          content: { enclosed: [object], detached: [{ name: 'a', ...object }] },
        });
        const result = await verify(bytes, { detached: new Map([['a', content]]) });
        expect(result).toMatchObject({ valid: true, level: 'B-B' });
        expect(Buffer.compare(result.signed[0]!.content!, content)).toBe(0);
      }),
      { numRuns: 20, examples: [[new Uint8Array(0)]] },
    );
    const stream = async function* () {
      for (let count = 0; count < 100; count++) yield Buffer.alloc(256 * 1024, 'x');
    };
    const large = { name: 'large.txt', mimeType: 'text/plain', content: stream() };
    const { bytes } = await signXades({ ...signing('B-LT'), content: { detached: [large] } });
    expect(await verify(bytes, { detached: new Map([['large.txt', stream()]]) })).toMatchObject({ level: 'B-LT' });
    const enclosed = { mimeType: 'text/plain', content: Buffer.alloc(25 << 20, 'x') };
    const inside = await signXades({ ...signing(), content: { enclosed: [enclosed] } });
    expect(inside.verification.signed[0]!.content).toHaveLength(25 << 20);
  }, 60_000);

  it('refuses levels that it cannot reach, and says why', async () => {
    const content = contents[0]![1];
    const day = 86_400_000;
    const stale = {
      ocsp: (certificate: Uint8Array, issuer: Uint8Array) =>
        buildOcspResponse({
          request: buildOcspRequest(certificate, issuer),
          responder: Buffer.compare(issuer, authority.root) === 0 ? authority.rootProvider : authority.ocspProvider,
          issuer,
          status: () => ({ status: 'good' }),
          producedAt: new Date(now.getTime() - 9 * day),
          nextUpdate: new Date(now.getTime() - 2 * day),
        }),
      crl: async () => undefined,
    };
    const refusing = { timeStamp: async () => buildTimeStampFailure('closed') };
    const dead = { timeStamp: () => Promise.reject(new Error('connect ECONNREFUSED')) };
    const stranger = await (await createTestAuthority({ now })).enrol({ commonName: 'Stranger' });
    const revoked = await authority.enrol({ commonName: 'Revoked' });
    authority.statuses.set(serialOf(revoked), { status: 'revoked', revokedAt: now, reason: 'key_compromise' });
    const wrongKey = { ...kari, sign: (await authority.enrol({ commonName: 'Ola' })).sign };
    const outcomes: [object, object][] = [
      [{ ...signing('B-LTA'), tsa: undefined }, { code: 'level_not_possible' }],
      [{ ...signing('B-T'), tsa: undefined }, { code: 'level_not_possible' }],
      [{ ...signing('B-LT'), revocation: undefined }, { code: 'level_not_possible' }],
      [{ ...signing('B-T'), tsa: refusing }, { code: 'timestamp_refused' }],
      [{ ...signing('B-T'), tsa: dead }, { message: 'connect ECONNREFUSED' }],
      [{ ...signing('B-LT'), revocation: stale }, { code: 'ocsp_invalid' }],
      [signing('B-LT', revoked), { code: 'certificate_revoked' }],
      [signing('B-B', stranger), { code: 'output_invalid' }],
      [signing('B-B', wrongKey), { code: 'signature_invalid' }],
    ];
    for (const [change, error] of outcomes) {
      await expect(signXades({ ...signing(), ...change, content })).rejects.toMatchObject(error);
    }
    await expect(signXades({ ...signing(), content: {} })).rejects.toMatchObject({ code: 'content_missing' });
    const withDtd = Buffer.from('<!DOCTYPE a><a/>');
    await expect(signXades({ ...signing(), content: { enveloped: withDtd } })).rejects.toMatchObject({
      code: 'xml_invalid',
    });
  });
});

describe('verifyXades', () => {
  it('resists wrapping of an enveloped signature', async () => {
    const { bytes } = await signXades({ ...signing(), content: { enveloped: order } });
    const signed = textOf(bytes);
    const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(signed)![0];
    const evil = '<evil>pay 1000 €</evil>';
    await expectRefused(signed.replace('<buyer', `${evil}<buyer`), /changed/);
    await expectRefused(`<a>${evil}${signed.slice(signed.indexOf('<o:order'))}</a>`, /no signature in its place/);
    await expectRefused(
      `<a>${signed.slice(signed.indexOf('<o:order')).replace(signature, '')}${signature}</a>`,
      /changed/,
    );
    await expectRefused(signed.replace(signature, signature + evil), /no signature in its place/);
    await expectRefused(signed.replace(signature, signature + signature), /twice/);
    await expectRefused(signed.replace(signature, evil + signature), /changed/);
    await expectRefused(signed.replace('<?show it?>', '<?show other?>'), /changed/);
  });

  it('resists moving what was signed inside an enveloping signature', async () => {
    const { bytes } = await signXades({ ...signing(), content: { enclosed: [text] } });
    const signed = textOf(bytes);
    const object = /<ds:Object Id="([^"]*)".*?<\/ds:Object>/s.exec(signed)!;
    const [whole, id] = object;
    const other = whole.replace(/>[^<]*</, `>${Buffer.from('pay 1000').toString('base64')}<`);
    await expectRefused(signed.replace(whole, other), /changed/);
    // A second object with the same Id, with another, the original hidden elsewhere, Ids of other spellings.
    await expectRefused(signed.replace(whole, other + whole), /twice/);
    await expectRefused(signed.replace(whole, whole + other.replace(id!, 'other')), /not signed/);
    await expectRefused(
      signed.replace(whole, other.replace('</ds:Object>', `${whole}</ds:Object>`)),
      /base64 only|twice/,
    );
    for (const name of ['ID', 'id', 'xml:id']) {
      await expectRefused(signed.replace('<ds:KeyInfo', `<ds:KeyInfo ${name}="${id}"`), /twice/);
    }
    const root = signed.slice(signed.indexOf('<ds:Signature'));
    await expectRefused(
      `<a xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${whole}${root.trim().replace(whole, '')}</a>`,
      /outside the signature/,
    );
    await expectRefused(`<a>${root.trim()}<b/></a>`, /no signature in its place/);
  });

  it('resists exchanging the signed properties', async () => {
    const { bytes } = await signXades({ ...signing(), content: { enclosed: [text] } });
    const signed = textOf(bytes);
    const [properties, id] = /<xades:SignedProperties [^>]*Id="([^"]*)".*<\/xades:SignedProperties>/s.exec(signed)!;
    const forged = properties.replace(/<xades:SigningTime>[^<]*/, '<xades:SigningTime>2020-01-01T00:00:00Z');
    await expectRefused(signed.replace(properties, forged), /properties were changed/);
    await expectRefused(signed.replace(properties, forged + properties), /not read|twice/);
    const hidden = signed
      .replace(properties, forged.replace(id!, 'x'))
      .replace('</ds:Signature>', `<ds:Object>${properties}</ds:Object></ds:Signature>`);
    await expectRefused(hidden, /one QualifyingProperties|elsewhere|base64 only/);
  });

  it('takes no other transforms, algorithms, references or certificates', async () => {
    const { bytes } = await signXades({ ...signing(), content: { enveloped: order } });
    const signed = textOf(bytes);
    const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
    const transform = '<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature">';
    expect(signed).toContain(transform);
    for (const other of [
      'http://www.w3.org/TR/1999/REC-xslt-19991116',
      'http://www.w3.org/TR/1999/REC-xpath-19991116',
    ]) {
      await expectRefused(signed.replace(exclusive, other), /canonicalisation|does not verify/);
      await expectRefused(
        signed.replace(transform, transform.replace(/Algorithm="[^"]*"/, `Algorithm="${other}"`)),
        /./,
      );
    }
    await expectRefused(signed.replaceAll('xmlenc#sha256', 'xmldsig#sha1'), /not supported/);
    await expectRefused(signed.replace(' URI=""', ' URI="file:///etc/passwd"'), /does not verify/);
    await expectRefused(signed.replace(' URI=""', ''), /no URI/);
    const ola = await authority.enrol({ commonName: 'Ola' });
    const [karis, olas] = [kari, ola].map(({ certificateChain }) =>
      Buffer.from(certificateChain[0]!).toString('base64'),
    );
    await expectRefused(signed.replace(karis!, olas!), /signed for/);
  });

  it('asks for every detached file and fetches none', async () => {
    const { bytes } = await signXades({ ...signing(), content: contents[2]![1] });
    const missing = await verify(bytes, { detached: new Map([['side.html', html.content]]) });
    expect(missing.problems).toEqual(['the content of avtale nr 1.txt is needed']);
    const swapped = await verify(bytes, { detached: new Map([...detached, ['side.html', text.content]]) });
    expect(swapped.problems).toEqual(['side.html was changed']);
    const digest = createHash('sha256').update(html.content).digest();
    const byDigest = new Map<string, DetachedContent>([...detached, ['side.html', { digests: { sha256: digest } }]]);
    expect((await verify(bytes, { detached: byDigest })).valid).toBe(true);
  });

  it('never takes a changed document for another, whichever byte is changed', async () => {
    for (const [, content] of contents) {
      const { bytes, verification } = await signXades({ ...signing('B-T'), content });
      const claim = (result: typeof verification) =>
        JSON.stringify([result.subject, result.claimedAt, result.stampedAt, result.signed]);
      let unnoticed = 0;
      for (let at = 0; at < bytes.length; at += 5) {
        const changed = Uint8Array.from(bytes);
        changed[at]! ^= 1 << (at % 7);
        try {
          const result = await verify(changed);
          if (!result.valid) continue;
          expect(claim(result)).toBe(claim(verification));
          unnoticed++;
        } catch (error) {
          expect(error).toBeInstanceOf(AdesError);
        }
      }
      // A comment, attributes of ds:Object, intermediate certificates and the unsigned parts of the time-stamp.
      expect(unnoticed).toBeLessThan(bytes.length / 10);
    }
  }, 60_000);
});
