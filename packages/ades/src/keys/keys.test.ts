import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench, runJudge, toPem, type Workbench } from '../../test/judges.ts';
import { verifyCmsWithOpenssl, verifyTokenWithOpenssl } from '../../test/openssl.ts';
import { samplePdf } from '../../test/sample-pdf.ts';
import { createTestAuthority, type KeyPair, p256, p384, rsa, type TestAuthority } from '../../test/test-authority.ts';
import { OID } from '../asn1/oids.ts';
import { signCades } from '../cades/sign-cades.ts';
import { readSignedData } from '../cms/signed-data-reader.ts';
import { signPadesBaselineB } from '../pades/baseline-b.ts';
import type { SignatureAlgorithm, SignatureProvider } from '../ports.ts';
import { signXades } from '../xades/sign-xades.ts';
import { canonicalize } from '../xml/exclusive-c14n.ts';
import { elementsOf, readXml, textOf } from '../xml/xml-tree.ts';
import { localSignatureProvider } from './local-signature-provider.ts';
import { remoteSignatureProvider } from './remote-signature-provider.ts';

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const content = Buffer.from('agreement between Kari and Ola');
const ed25519 = (): KeyPair => generateKeyPairSync('ed25519');
const rsaPss = (): KeyPair => generateKeyPairSync('rsa-pss', { modulusLength: 2048 });

let authority: TestAuthority;
beforeAll(async () => {
  authority = await createTestAuthority({ now });
});

/** A certificate for the key, and a provider that uses it with the algorithm. */
async function enrol(keys: KeyPair, algorithm?: SignatureAlgorithm): Promise<SignatureProvider> {
  const { certificateChain } = await authority.enrol({ commonName: 'Kari' }, keys);
  return localSignatureProvider(keys.privateKey, certificateChain, algorithm);
}

const signing = (provider: SignatureProvider) => ({
  level: 'B-LT' as const,
  trustAnchors: [authority.root],
  tsa: authority.tsa,
  revocation: authority.revocation,
  signers: [{ provider, signingTime: now }],
  provider,
  signingTime: now,
});

async function writePublicKey(bench: Workbench, provider: SignatureProvider): Promise<string> {
  const certificate = await bench.write('leaf.pem', toPem(provider.certificateChain[0]!, 'CERTIFICATE'));
  const extracted = await runJudge('openssl', ['x509', '-in', certificate, '-noout', '-pubkey']);
  return bench.write('public.pem', extracted.output);
}

describe('algorithms', () => {
  it.each<[string, () => KeyPair, SignatureAlgorithm | undefined]>([
    ['RSA-2048', () => rsa(2048), undefined],
    ['RSA-3072', () => rsa(3072), undefined],
    ['RSA-4096', () => rsa(4096), undefined],
    ['RSA-2048 PSS', () => rsa(2048), 'rsa-pss-sha256'],
    ['RSA-4096 PSS', () => rsa(4096), 'rsa-pss-sha256'],
    ['a key for PSS only', rsaPss, undefined],
    ['P-256', p256, undefined],
    ['P-384', p384, undefined],
  ])('sign CAdES that openssl verifies: %s', async (_name, keys, algorithm) => {
    await using bench = await createWorkbench();
    const provider = await enrol(keys(), algorithm);
    const { bytes, verification } = await signCades({ ...signing(provider), content: { detached: content } });
    expect(verification.level).toBe('B-LT');
    const ask = (data: Uint8Array) => verifyCmsWithOpenssl(bench, { cms: bytes, root: authority.root, content: data });
    expect(await ask(content)).toContain('CAdES Verification successful');
    expect(await ask(Buffer.from('x'))).toContain('Verification failure');
  });

  it('sign XML with RSASSA-PSS as openssl verifies it', async () => {
    await using bench = await createWorkbench();
    const provider = await enrol(rsa(), 'rsa-pss-sha256');
    const enclosed = [{ mimeType: 'text/plain', content }];
    const { bytes, verification } = await signXades({ ...signing(provider), content: { enclosed } });
    expect(verification.level).toBe('B-LT');
    const [signedInfo, value] = elementsOf(readXml(bytes).root);
    const data = await bench.write('signed-info.xml', canonicalize(signedInfo!));
    const signature = await bench.write('value.bin', Buffer.from(textOf(value!), 'base64'));
    const options = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32', '-signature', signature, data];
    const key = await writePublicKey(bench, provider);
    expect((await runJudge('openssl', ['dgst', '-sha256', '-verify', key, ...options])).output).toContain(
      'Verified OK',
    );
  });

  it('sign CAdES and XAdES with Ed25519 as openssl verifies it, and no PDF', async () => {
    await using bench = await createWorkbench();
    const provider = await enrol(ed25519());
    const key = await writePublicKey(bench, provider);
    const verifyRaw = async (data: Uint8Array, signature: Uint8Array) => {
      const [dataPath, signaturePath] = [await bench.write('data', data), await bench.write('signature', signature)];
      const args = ['-verify', '-pubin', '-inkey', key, '-rawin', '-in', dataPath, '-sigfile', signaturePath];
      return (await runJudge('openssl', ['pkeyutl', ...args])).output;
    };
    const cades = await signCades({ ...signing(provider), content: { detached: content } });
    const { signedBytes, signature, signedAttributes, digest } = readSignedData(cades.bytes);
    expect(digest).toBe('sha512');
    expect(signedAttributes.get(OID.messageDigest)!.contents).toEqual(
      new Uint8Array(createHash('sha512').update(content).digest()),
    );
    expect(await verifyRaw(signedBytes!, signature)).toContain('Signature Verified Successfully');
    expect(await verifyRaw(content, signature)).not.toContain('Successfully');
    const xades = await signXades({ ...signing(provider), content: { enveloped: Buffer.from('<a/>') } });
    const [element] = elementsOf(readXml(xades.bytes).root);
    const [signedInfo, value] = elementsOf(element!);
    const raw = Buffer.from(textOf(value!), 'base64');
    expect(await verifyRaw(canonicalize(signedInfo!), raw)).toContain('Signature Verified Successfully');
    await expect(signPadesBaselineB({ bytes: samplePdf(), provider, signingTime: now })).rejects.toMatchObject({
      code: 'algorithm_unsupported',
    });
  });

  it('serve authorities too: certificates, time-stamps and OCSP under RSASSA-PSS', async () => {
    await using bench = await createWorkbench();
    const own = await createTestAuthority({ now, keys: rsaPss });
    const provider = await own.enrol({ commonName: 'Kari' });
    const { bytes, verification } = await signCades({
      ...signing(provider),
      ...{ trustAnchors: [own.root], tsa: own.tsa, revocation: own.revocation },
      content: { detached: content },
    });
    expect(verification.level).toBe('B-LT');
    expect(await verifyCmsWithOpenssl(bench, { cms: bytes, root: own.root, content })).toContain('successful');
    const { unsignedAttributes, signature } = readSignedData(bytes);
    const token = unsignedAttributes.get(OID.signatureTimeStampToken)!.bytes;
    expect(await verifyTokenWithOpenssl(bench, { token, root: own.root, data: signature })).toContain('OK');
  });

  it('refuse keys that are too small, too large or of another kind, and algorithms that are not the key’s', () => {
    const unfit: KeyObject[] = [
      rsa(1024).privateKey,
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
      generateKeyPairSync('ed448').privateKey,
      generateKeyPairSync('x25519').privateKey,
    ];
    for (const key of unfit) {
      expect(() => localSignatureProvider(key, [])).toThrow(expect.objectContaining({ code: 'algorithm_unsupported' }));
    }
    expect(() => localSignatureProvider(p256().privateKey, [], 'rsa-pss-sha256')).toThrow(/not one for/);
    expect(() => localSignatureProvider(rsaPss().privateKey, [], 'rsa-pkcs1-sha256')).toThrow(/not one for/);
  });

  it('is not taken from PSS to PKCS#1 v1.5: a signature under the one does not verify under the other', async () => {
    const keys = rsa();
    const pss = await enrol(keys, 'rsa-pss-sha256');
    const pkcs1 = await enrol(keys);
    for (const [named, used] of [
      [pss, pkcs1],
      [pkcs1, pss],
    ] as const) {
      const provider = { ...named, sign: used.sign };
      await expect(signCades({ ...signing(provider), content: { detached: content } })).rejects.toMatchObject({
        code: 'signature_invalid',
      });
    }
  });
});

/** A signing service over HTTP that sees digests only, as the signHash operation of CSC does. */
async function serveSigning(key: KeyObject, form: 'der' | 'concatenated', pss = false) {
  const seen: number[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { hash } = JSON.parse(Buffer.concat(chunks).toString()) as { hash: string };
    const digest = Buffer.from(hash, 'base64');
    seen.push(digest.length);
    response.end(signDigest(key, digest, form, pss).toString('base64'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/signHash`;
  return {
    seen,
    signDigest: async (digest: Uint8Array) => {
      const body = JSON.stringify({ hash: Buffer.from(digest).toString('base64') });
      return Buffer.from(await (await fetch(url, { method: 'POST', body })).text(), 'base64');
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

/** Signing of a digest as it is: openssl's pkeyutl, as Node hashes always. */
function signDigest(key: KeyObject, digest: Buffer, form: 'der' | 'concatenated', pss: boolean): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'ades-remote-'));
  try {
    writeFileSync(`${folder}/key.pem`, key.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(`${folder}/digest`, digest);
    const name = digest.length === 48 ? 'sha384' : 'sha256';
    const padding = pss ? ['-pkeyopt', 'rsa_padding_mode:pss', '-pkeyopt', 'rsa_pss_saltlen:32'] : [];
    const args = [
      '-sign',
      '-inkey',
      `${folder}/key.pem`,
      '-in',
      `${folder}/digest`,
      '-pkeyopt',
      `digest:${name}`,
      ...padding,
    ];
    const signature = execFileSync('openssl', ['pkeyutl', ...args]);
    if (form === 'der') return signature;
    const size = digest.length;
    const first = readInteger(signature, signature[1]! > 0x80 ? 3 : 2);
    const numbers = [first, readInteger(signature, first.end)];
    return Buffer.concat(numbers.map(({ value }) => Buffer.concat([Buffer.alloc(size), value]).subarray(-size)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readInteger(der: Buffer, at: number): { value: Buffer; end: number } {
  const end = at + 2 + der[at + 1]!;
  return { value: der.subarray(at + 2, end), end };
}

describe('remoteSignatureProvider', () => {
  it.each<[string, () => KeyPair, SignatureAlgorithm & Exclude<SignatureAlgorithm, 'ed25519'>, 'der' | 'concatenated']>(
    [
      ['RSA', rsa, 'rsa-pkcs1-sha256', 'der'],
      ['RSA PSS', rsa, 'rsa-pss-sha256', 'der'],
      ['P-256, DER', p256, 'ecdsa-p256-sha256', 'der'],
      ['P-256, side by side', p256, 'ecdsa-p256-sha256', 'concatenated'],
      ['P-384, side by side', p384, 'ecdsa-p384-sha384', 'concatenated'],
    ],
  )('signs with a key that gets digests only: %s', async (_name, pair, algorithm, ecdsaForm) => {
    await using bench = await createWorkbench();
    const keys = pair();
    await using service = await serveSigning(keys.privateKey, ecdsaForm, algorithm === 'rsa-pss-sha256');
    const { certificateChain } = await authority.enrol({ commonName: 'Kari' }, keys);
    const provider = remoteSignatureProvider({
      algorithm,
      certificateChain,
      ecdsaForm,
      signDigest: service.signDigest,
    });
    const { bytes } = await signCades({ ...signing(provider), content: { detached: content } });
    expect(await verifyCmsWithOpenssl(bench, { cms: bytes, root: authority.root, content })).toContain('successful');
    const xades = await signXades({ ...signing(provider), content: { enveloped: Buffer.from('<a/>') } });
    expect(xades.verification.level).toBe('B-LT');
    expect(service.seen).toEqual(Array(2).fill(algorithm.endsWith('384') ? 48 : 32));
  });

  it('gives out no signature when the service answers wrongly or not at all', async () => {
    const keys = p256();
    const { certificateChain } = await authority.enrol({ commonName: 'Kari' }, keys);
    const remote = (signDigest: () => Promise<Uint8Array>, ecdsaForm: 'der' | 'concatenated' = 'der') =>
      signCades({
        ...signing(
          remoteSignatureProvider({ algorithm: 'ecdsa-p256-sha256', certificateChain, ecdsaForm, signDigest }),
        ),
        content: { detached: content },
      });
    const other = async () => new Uint8Array(sign('sha256', content, keys.privateKey));
    const outcomes: [Promise<unknown>, object][] = [
      [remote(other), { code: 'signature_invalid' }],
      [remote(async () => new Uint8Array(64)), { code: 'signature_invalid' }],
      [remote(async () => new Uint8Array(0)), { code: 'signature_invalid' }],
      [remote(async () => new Uint8Array(63), 'concatenated'), { code: 'signature_invalid' }],
      [remote(async () => new Uint8Array(64), 'concatenated'), { code: 'signature_invalid' }],
      [remote(() => Promise.reject(new Error('the person said no'))), { message: 'the person said no' }],
    ];
    for (const [outcome, error] of outcomes) await expect(outcome).rejects.toMatchObject(error);
    const algorithm = 'ed25519' as never;
    expect(() => remoteSignatureProvider({ algorithm, certificateChain, signDigest: other })).toThrow(/no digests/);
  });
});
