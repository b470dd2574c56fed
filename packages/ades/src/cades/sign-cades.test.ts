import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench, runJudge } from '../../test/judges.ts';
import { verifyCmsWithOpenssl, verifyTokenWithOpenssl } from '../../test/openssl.ts';
import {
  createTestAuthority,
  type KeyPair,
  p256,
  p384,
  rsa,
  serialOf,
  type TestAuthority,
} from '../../test/test-authority.ts';
import { AdesError } from '../ades-error.ts';
import { oid } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import type { BaselineLevel } from '../baseline-level.ts';
import { readSignedData, readSigner } from '../cms/signed-data-reader.ts';
import { readSignedDataStructure, writeSignedDataStructure } from '../cms/signed-data-structure.ts';
import type { SignatureProvider } from '../ports.ts';
import { buildOcspRequest } from '../revocation/ocsp-request.ts';
import { buildOcspResponse } from '../revocation/ocsp-responder.ts';
import { buildTimeStampFailure } from '../timestamp/time-stamp-responder.ts';
import { addArchiveTimeStamp, listArchiveTimeStamps } from './archive-time-stamp.ts';
import { addCadesSigners, type CadesRequest, extendCades, signCades } from './sign-cades.ts';
import { verifyCades } from './verify-cades.ts';

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const content = Buffer.from('agreement between Kari and Ola');

let authority: TestAuthority;
let kari: SignatureProvider;
beforeAll(async () => {
  authority = await createTestAuthority({ now });
  kari = await authority.enrol({ commonName: 'Kari' });
});

const request = (level: BaselineLevel, change: Partial<CadesRequest> = {}): CadesRequest => ({
  content: { detached: content },
  signers: [{ provider: kari, signingTime: now }],
  level,
  trustAnchors: [authority.root],
  tsa: authority.tsa,
  revocation: authority.revocation,
  ...change,
});
const trust = () => ({ trustAnchors: [authority.root] });
const chunked = async function* (bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
};

describe('signCades', () => {
  const keys: [string, KeyPair][] = [
    ['RSA-2048', rsa()],
    ['P-256', p256()],
    ['P-384', p384()],
  ];
  const levels: BaselineLevel[] = ['B-B', 'B-T', 'B-LT', 'B-LTA'];
  it.each(keys.flatMap(([name, pair]) => levels.map((level) => [name, level, pair] as const)))(
    'makes detached and enclosed signatures that openssl verifies: %s, %s',
    async (_name, level, pair) => {
      await using bench = await createWorkbench();
      const provider = await authority.enrol({ commonName: 'Ola' }, pair);
      const signers = [{ provider, signingTime: now }];
      const detached = await signCades(request(level, { signers }));
      expect(detached.verification).toMatchObject({ valid: true, level, content: undefined });
      const ask = (cms: Uint8Array, data?: Uint8Array) =>
        verifyCmsWithOpenssl(bench, { cms, root: authority.root, ...(data && { content: data }) });
      expect(await ask(detached.bytes, content)).toContain('CAdES Verification successful');
      expect(await ask(detached.bytes, Buffer.from('another agreement'))).toContain('Verification failure');
      const enclosed = await signCades(request(level, { signers, content: { enclosed: content } }));
      expect(enclosed.verification).toMatchObject({ valid: true, level });
      expect(await ask(enclosed.bytes)).toContain('CAdES Verification successful');
      expect(await readFile(`${bench.folder}/extracted.bin`)).toEqual(content);
    },
  );

  it('stamps the signature value and the archive as openssl computes them', async () => {
    await using bench = await createWorkbench();
    const { bytes } = await signCades(request('B-LTA'));
    const structure = readSignedDataStructure(bytes);
    const [signerInfo] = structure.signerInfos;
    const { signature, unsignedAttributes } = readSigner(structure, signerInfo!);
    const token = unsignedAttributes.get(OID.signatureTimeStampToken)!.bytes;
    const { root } = authority;
    expect(await verifyTokenWithOpenssl(bench, { token, root, data: signature })).toContain('Verification: OK');
    const [archive] = listArchiveTimeStamps(signerInfo!);
    const index = readSignedData(archive!.bytes).unsignedAttributes.get(OID.atsHashIndexV3)!;
    const contentDigest = createHash('sha256').update(content).digest();
    const data = Buffer.concat([oid(OID.data), contentDigest, ...signerInfo!.core, index.bytes]);
    const ask = (stamped: Uint8Array) => verifyTokenWithOpenssl(bench, { token: archive!.bytes, root, data: stamped });
    expect(await ask(data)).toContain('Verification: OK');
    expect(await ask(data.subarray(1))).toContain('Verification: FAILED');
  });

  it('has what EN 319 122-1 asks of the baseline and nothing of the root', async () => {
    const signers = [{ provider: kari, signingTime: now, mimeType: 'text/plain' }];
    const { bytes, verification } = await signCades(request('B-B', { signers }));
    const data = readSignedData(bytes);
    const expected = [OID.contentType, OID.messageDigest, OID.signingCertificateV2, OID.signingTime, OID.mimeType];
    expect([...data.signedAttributes.keys()].sort()).toEqual(expected.sort());
    expect(data.certificates).toHaveLength(2);
    expect(verification.signatures[0]).toMatchObject({
      claimedAt: now,
      stampedAt: undefined,
      subject: [{ value: 'NO' }, { value: 'Nordbank' }, { type: 'CN', value: 'Kari' }],
    });
  });

  it('is PKCS#7 at B-B and B-T', async () => {
    await using bench = await createWorkbench();
    const root = await bench.writePem('root.pem', [authority.root]);
    const provider = await authority.enrol({ commonName: 'Ola' }, rsa());
    for (const level of ['B-B', 'B-T'] as const) {
      const signers = [{ provider, signingTime: now }];
      const { bytes } = await signCades(request(level, { signers, content: { enclosed: content } }));
      const path = await bench.write('signed.p7m', bytes);
      const smime = await runJudge('openssl', [
        ...['smime', '-verify', '-inform', 'DER', '-in', path, '-CAfile', root, '-purpose', 'any'],
      ]);
      expect(smime.output).toContain('Verification successful');
      const printed = await runJudge('openssl', ['pkcs7', '-inform', 'DER', '-in', path, '-print_certs', '-noout']);
      expect(printed.output).toMatch(/CN = Ola/);
    }
  });

  it('takes twenty parallel signers with different keys', async () => {
    await using bench = await createWorkbench();
    const providers = await Promise.all(
      Array.from({ length: 20 }, (_item, index) =>
        authority.enrol({ commonName: `Signer ${index}` }, index % 2 === 0 ? p256() : p384()),
      ),
    );
    const signers = providers.map((provider) => ({ provider, signingTime: now }));
    const { bytes, verification } = await signCades(request('B-LTA', { signers }));
    expect(verification).toMatchObject({ valid: true, level: 'B-LTA' });
    const names = verification.signatures.map(({ subject }) => subject.at(-1)!.value);
    expect(names.sort()).toEqual(signers.map((_signer, index) => `Signer ${index}`).sort());
    expect(await verifyCmsWithOpenssl(bench, { cms: bytes, root: authority.root, content })).toContain(
      'CAdES Verification successful',
    );
  });

  it('signs contents of every size, in bytes, in chunks and by digest alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 700 }), async (bytes, size) => {
        const digests = { sha256: createHash('sha256').update(bytes).digest() };
        for (const detached of [bytes, chunked(bytes, size), { digests }]) {
          const signed = await signCades(request('B-B', { content: { detached } }));
          const again = await verifyCades(signed.bytes, { ...trust(), content: chunked(bytes, size) });
          expect(again).toMatchObject({ valid: true, level: 'B-B' });
        }
        const enclosed = await signCades(request('B-B', { content: { enclosed: bytes } }));
        expect(Buffer.compare((await verifyCades(enclosed.bytes, trust())).content!, bytes)).toBe(0);
      }),
      { numRuns: 20, examples: [[new Uint8Array(0), 1]] },
    );
  });

  it('signs 25 MiB that arrive in chunks without keeping them', async () => {
    const block = Buffer.alloc(256 * 1024, 'x');
    const stream = async function* () {
      for (let count = 0; count < 100; count++) yield block;
    };
    globalThis.gc?.();
    const before = process.memoryUsage().arrayBuffers;
    const signed = await signCades(request('B-LT', { content: { detached: stream() } }));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20);
    expect(await verifyCades(signed.bytes, { ...trust(), content: stream() })).toMatchObject({ level: 'B-LT' });
    const enclosed = await signCades(request('B-B', { content: { enclosed: Buffer.alloc(25 << 20, 'x') } }));
    expect(enclosed.bytes.length).toBeGreaterThan(25 << 20);
    expect(enclosed.verification.content).toHaveLength(25 << 20);
  });

  it('gives the same bytes back when it is read and written again', async () => {
    const { bytes } = await signCades(request('B-LTA'));
    expect(writeSignedDataStructure(readSignedDataStructure(bytes))).toEqual(bytes);
  });
});

describe('levels', () => {
  it('are not possible without their services', async () => {
    for (const change of [
      { level: 'B-T', tsa: undefined },
      { level: 'B-LT', revocation: undefined },
    ] as const) {
      await expect(signCades({ ...request('B-B'), ...change })).rejects.toMatchObject({ code: 'level_not_possible' });
    }
  });

  it('are refused when the TSA fails, whatever way it fails', async () => {
    const refusing = { timeStamp: async () => buildTimeStampFailure('closed') };
    const dead = { timeStamp: () => Promise.reject(new Error('connect ECONNREFUSED')) };
    const impostor = (await createTestAuthority({ now })).tsa;
    await expect(signCades(request('B-T', { tsa: refusing }))).rejects.toMatchObject({ code: 'timestamp_refused' });
    await expect(signCades(request('B-T', { tsa: dead }))).rejects.toThrow('ECONNREFUSED');
    await expect(signCades(request('B-T', { tsa: impostor }))).rejects.toMatchObject({ code: 'timestamp_invalid' });
  });

  it('are refused when the TSA answers the signature time-stamp but not the archive’s', async () => {
    let calls = 0;
    const tsa = {
      timeStamp: async (query: Uint8Array) =>
        ++calls > 1 ? buildTimeStampFailure('closed') : authority.tsa.timeStamp(query),
    };
    await expect(signCades(request('B-LTA', { tsa }))).rejects.toMatchObject({ code: 'timestamp_refused' });
  });

  it('are refused with an OCSP answer that has expired, a revoked signer or no data', async () => {
    const day = 86_400_000;
    const stale = (query: Uint8Array, issuer: Uint8Array) =>
      buildOcspResponse({
        request: query,
        responder: Buffer.compare(issuer, authority.root) === 0 ? authority.rootProvider : authority.ocspProvider,
        issuer,
        status: () => ({ status: 'good' }),
        producedAt: new Date(now.getTime() - 9 * day),
        nextUpdate: new Date(now.getTime() - 2 * day),
      });
    const none = async () => undefined;
    const expired = { ocsp: async (c: Uint8Array, i: Uint8Array) => stale(buildOcspRequest(c, i), i), crl: none };
    await expect(signCades(request('B-LT', { revocation: expired }))).rejects.toMatchObject({ code: 'ocsp_invalid' });
    const silent = { ocsp: none, crl: none };
    await expect(signCades(request('B-LT', { revocation: silent }))).rejects.toMatchObject({
      code: 'validation_data_missing',
    });
    const provider = await authority.enrol({ commonName: 'Revoked' });
    authority.statuses.set(serialOf(provider), { status: 'revoked', revokedAt: now, reason: 'key_compromise' });
    const signers = [{ provider, signingTime: now }];
    await expect(signCades(request('B-LT', { signers }))).rejects.toMatchObject({ code: 'certificate_revoked' });
  });

  it('hold with CRLs when there is no OCSP', async () => {
    await using bench = await createWorkbench();
    const revocation = { ocsp: async () => undefined, crl: authority.revocation.crl };
    const { bytes, verification } = await signCades(request('B-LTA', { revocation }));
    expect(verification.level).toBe('B-LTA');
    expect(readSignedDataStructure(bytes).version).toBe(1);
    const options = ['-cades', '-crl_check_all'];
    expect(await verifyCmsWithOpenssl(bench, { cms: bytes, root: authority.root, content, options })).toContain(
      'CAdES Verification successful',
    );
  });

  it('are refused for a chain that leads nowhere', async () => {
    const stranger = await createTestAuthority({ now });
    const provider = await stranger.enrol({ commonName: 'Stranger' });
    const signers = [{ provider, signingTime: now }];
    await expect(signCades(request('B-B', { signers }))).rejects.toMatchObject({ code: 'output_invalid' });
    const leafOnly = { ...kari, certificateChain: kari.certificateChain.slice(0, 1) };
    const short = [{ provider: leafOnly, signingTime: now }];
    await expect(signCades(request('B-B', { signers: short }))).rejects.toMatchObject({ code: 'output_invalid' });
  });
});

describe('addCadesSigners and extendCades', () => {
  it('add a signer beside the first, whose signature stays byte for byte', async () => {
    const first = await signCades(request('B-T'));
    const provider = await authority.enrol({ commonName: 'Ola' }, p384());
    const { content: _, ...services } = request('B-T', { signers: [{ provider, signingTime: now }] });
    const both = await addCadesSigners({ ...services, bytes: first.bytes, content });
    expect(both.verification).toMatchObject({ valid: true, level: 'B-T' });
    expect(both.verification.signatures).toHaveLength(2);
    const [own] = readSignedDataStructure(first.bytes).signerInfos;
    expect(readSignedDataStructure(both.bytes).signerInfos).toContainEqual(own);
    await expect(addCadesSigners({ ...services, bytes: first.bytes })).rejects.toMatchObject({
      code: 'content_missing',
    });
  });

  it('do not build on a signature that does not verify', async () => {
    const { bytes } = await signCades(request('B-B', { content: { enclosed: content } }));
    const forged = Uint8Array.from(bytes);
    forged[Buffer.from(forged).indexOf(content)]! ^= 1;
    const { content: _, ...services } = request('B-T');
    await expect(extendCades({ ...services, bytes: forged, now })).rejects.toMatchObject({ code: 'output_invalid' });
  });

  it('raise a signature level by level, and renew its archive time-stamp years later under another TSA', async () => {
    await using bench = await createWorkbench();
    let { bytes } = await signCades(request('B-B'));
    const later = new Date(now.getTime() + 900 * 86_400_000);
    for (const level of ['B-T', 'B-LT', 'B-LTA'] as const) {
      const raised = await extendCades({ ...request(level), bytes, content, now });
      expect(raised.verification).toMatchObject({ valid: true, level });
      bytes = raised.bytes;
    }
    // Data of the first TSA is fetched then; the signer's own is not asked for again.
    const successor = await createTestAuthority({ now: later });
    const asked: Uint8Array[] = [];
    const revocation = {
      ocsp: (certificate: Uint8Array, issuer: Uint8Array) => {
        asked.push(certificate);
        return successor.revocation.ocsp(certificate, issuer);
      },
      crl: async () => undefined,
    };
    const renewed = await extendCades({
      ...request('B-LTA', { tsa: successor.tsa, revocation, trustAnchors: [authority.root, successor.root] }),
      bytes,
      content,
      now: later,
    });
    expect(renewed.verification).toMatchObject({ valid: true, level: 'B-LTA' });
    expect(renewed.verification.signatures[0]!.archivedAt).toEqual([now, later]);
    expect(asked).not.toContainEqual(kari.certificateChain[0]);
    expect(await verifyCmsWithOpenssl(bench, { cms: renewed.bytes, root: authority.root, content })).toContain(
      'CAdES Verification successful',
    );
  });
});

describe('verifyCades', () => {
  it('says that the content is missing, or another', async () => {
    const { bytes } = await signCades(request('B-B'));
    await expect(verifyCades(bytes, trust())).rejects.toMatchObject({ code: 'content_missing' });
    const other = await verifyCades(bytes, { ...trust(), content: Buffer.from('x') });
    expect(other).toMatchObject({ valid: false, level: undefined });
    const enclosed = await signCades(request('B-B', { content: { enclosed: content } }));
    const mixed = await verifyCades(enclosed.bytes, { ...trust(), content: Buffer.from('x') });
    expect(mixed.problems).toEqual(['the signature holds another content']);
    await expect(
      verifyCades(bytes, { ...trust(), content: { digests: { sha512: new Uint8Array(64) } } }),
    ).rejects.toMatchObject({ code: 'content_digest_missing' });
  });

  it('notices when archived data is taken out, and does not count data that came later', async () => {
    const { bytes } = await signCades(request('B-LTA'));
    const without = readSignedDataStructure(bytes);
    without.revocationInfos.pop();
    const cut = await verifyCades(writeSignedDataStructure(without), { ...trust(), content });
    expect(cut.problems.join()).toMatch(/archived is missing/);
    // An archive time-stamp made over nothing, with the data put beside it afterwards.
    const data = readSignedDataStructure(bytes).revocationInfos;
    const stamped = await signCades(request('B-T'));
    const structure = readSignedDataStructure(stamped.bytes);
    const digests = { sha256: createHash('sha256').update(content).digest() };
    const stamping = { authority: authority.tsa, trustAnchors: [authority.root] };
    await addArchiveTimeStamp(structure, structure.signerInfos[0]!, digests, 'sha256', stamping);
    structure.revocationInfos.push(...data);
    const late = await verifyCades(writeSignedDataStructure(structure), { ...trust(), content });
    expect(late.level).toBe('B-LT');
  });

  it('never takes a changed file for another signature, whichever byte is changed', async () => {
    const { bytes, verification } = await signCades(request('B-LTA', { content: { enclosed: content } }));
    const claim = ({ subject, claimedAt, stampedAt }: (typeof verification.signatures)[number]) =>
      JSON.stringify({ subject, claimedAt, stampedAt });
    const original = claim(verification.signatures[0]!);
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 1 << (at % 8);
      try {
        const result = await verifyCades(changed, trust());
        if (!result.valid) {
          refused++;
          continue;
        }
        expect(result.signatures.map(claim)).toEqual([original]);
        expect(Buffer.compare(result.content!, content)).toBe(0);
      } catch (error) {
        expect(error).toBeInstanceOf(AdesError);
        refused++;
      }
    }
    // What may change unseen are bytes outside every signature, such as the version of the SignedData.
    expect(bytes.length - refused).toBeLessThan(40);
  });

  it('refuses SHA-1, which openssl still signs with', async () => {
    await using bench = await createWorkbench();
    const keys = rsa();
    const { certificateChain } = await authority.enrol({ commonName: 'Ola' }, keys);
    const signer = await bench.writePem('signer.pem', certificateChain.slice(0, 1));
    const chain = await bench.writePem('chain.pem', certificateChain.slice(1, 2));
    const key = await bench.write('key.pem', keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const data = await bench.write('data', content);
    const verdictOn = async (digest: string) => {
      const out = `${bench.folder}/out.p7s`;
      const options = ['-signer', signer, '-inkey', key, '-certfile', chain, '-md', digest, '-outform', 'DER'];
      await runJudge('openssl', ['cms', '-sign', '-cades', '-binary', '-in', data, ...options, '-out', out]);
      return verifyCades(await readFile(out), { ...trust(), content });
    };
    expect(await verdictOn('sha256')).toMatchObject({ valid: true, level: 'B-B' });
    expect((await verdictOn('sha1')).problems.join()).toMatch(/SHA-1/);
  });

  it('refuses files that are cut off', async () => {
    const { bytes } = await signCades(request('B-T'));
    for (let length = 0; length < bytes.length; length += 7) {
      await expect(verifyCades(bytes.subarray(0, length), { ...trust(), content })).rejects.toBeInstanceOf(AdesError);
    }
  });
});
