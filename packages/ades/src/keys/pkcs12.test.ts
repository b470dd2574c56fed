import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench, runJudge, toPem, type Workbench } from '../../test/judges.ts';
import { createTestAuthority, type KeyPair, p256, p384, rsa, type TestAuthority } from '../../test/test-authority.ts';
import { AdesError } from '../ades-error.ts';
import { signCades } from '../cades/sign-cades.ts';
import { pkcs12SignatureProvider, readPkcs12 } from './pkcs12.ts';
import { decryptRc2Cbc } from './rc2.ts';

const now = new Date();
const password = 'Pæssord €1';

let authority: TestAuthority;
beforeAll(async () => {
  authority = await createTestAuthority({ now });
});

interface Exported {
  keys: KeyPair;
  certificateChain: readonly Uint8Array[];
  file: Buffer;
}

/** A PKCS#12 file as openssl writes it. */
async function exportPkcs12(
  bench: Workbench,
  options: string[] = [],
  keys: KeyPair = p256(),
  secret = password,
): Promise<Exported> {
  const { certificateChain } = await authority.enrol({ commonName: 'Kari' }, keys);
  const key = await bench.write('key.pem', keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const leaf = await bench.write('leaf.pem', toPem(certificateChain[0]!, 'CERTIFICATE'));
  const chain = await bench.writePem('chain.pem', certificateChain.slice(1));
  const pass = await bench.write('pass.txt', secret);
  const out = `${bench.folder}/out.p12`;
  const verdict = await runJudge('openssl', [
    ...['pkcs12', '-export', '-inkey', key, '-in', leaf, '-certfile', chain, '-out', out],
    ...['-passout', `file:${pass}`, ...options],
  ]);
  expect(verdict.code, verdict.output).toBe(0);
  return { keys, certificateChain, file: await readFile(out) };
}

describe('readPkcs12', () => {
  it.each<[string, string[]]>([
    ['PBES2 with AES-256 and SHA-256, as OpenSSL 3 writes', []],
    ['RC2-40 and triple DES, as OpenSSL 1 and Windows write', ['-legacy']],
    ['triple DES throughout', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['two-key triple DES', ['-keypbe', 'PBE-SHA1-2DES', '-certpbe', 'PBE-SHA1-2DES']],
    ['RC2-128', ['-legacy', '-keypbe', 'PBE-SHA1-RC2-128', '-certpbe', 'PBE-SHA1-RC2-128']],
    ['AES-128', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC']],
    ['AES-192', ['-keypbe', 'AES-192-CBC', '-certpbe', 'AES-192-CBC']],
    ['PBES2 with triple DES', ['-keypbe', 'DES-EDE3-CBC', '-certpbe', 'DES-EDE3-CBC']],
    ['a MAC of SHA-384', ['-macalg', 'sha384']],
    ['a MAC of SHA-512', ['-macalg', 'sha512']],
    ['many iterations', ['-iter', '100000']],
    ['one iteration', ['-noiter', '-nomaciter']],
    ['no MAC', ['-nomac']],
    ['no encryption', ['-keypbe', 'NONE', '-certpbe', 'NONE']],
    ['a name', ['-name', 'Åses nøkkel']],
  ])('reads what openssl writes: %s', async (_what, options) => {
    await using bench = await createWorkbench();
    const { keys, certificateChain, file } = await exportPkcs12(bench, options);
    const read = await readPkcs12(file, password);
    expect(read.certificateChain).toEqual(certificateChain);
    expect(read.privateKey.equals(keys.privateKey)).toBe(true);
  });

  it.each<[string, () => KeyPair]>([
    ['RSA-2048', rsa],
    ['RSA-4096', () => rsa(4096)],
    ['P-384', p384],
    ['Ed25519', () => generateKeyPairSync('ed25519')],
  ])('gives a provider on its key: %s', async (_name, pair) => {
    await using bench = await createWorkbench();
    const { file } = await exportPkcs12(bench, [], pair());
    const provider = await pkcs12SignatureProvider(file, password);
    const { verification } = await signCades({
      content: { detached: Buffer.from('agreement') },
      signers: [{ provider, signingTime: now }],
      level: 'B-B',
      trustAnchors: [authority.root],
    });
    expect(verification.valid).toBe(true);
  });

  it('reads files of NSS', async () => {
    await using bench = await createWorkbench();
    const { certificateChain, file } = await exportPkcs12(bench, ['-name', 'kari'], p256(), 'secret');
    const [path, database] = [await bench.write('in.p12', file), `sql:${bench.folder}`];
    const out = `${bench.folder}/nss.p12`;
    for (const [command, args] of [
      ['certutil', ['-N', '--empty-password', '-d', database]],
      ['pk12util', ['-i', path, '-d', database, '-W', 'secret']],
      ['pk12util', ['-o', out, '-n', 'kari', '-d', database, '-W', 'secret']],
    ] as const) {
      const verdict = await runJudge(command, args);
      expect(verdict.code, verdict.output).toBe(0);
    }
    const read = await readPkcs12(await readFile(out), 'secret');
    expect(read.certificateChain[0]).toEqual(certificateChain[0]);
  });

  it('opens an empty password and tells a wrong one', async () => {
    await using bench = await createWorkbench();
    const empty = await exportPkcs12(bench, [], p256(), '\n');
    await expect(readPkcs12(empty.file, '')).resolves.toBeDefined();
    for (const options of [[], ['-legacy']]) {
      const { file } = await exportPkcs12(bench, options);
      for (const wrong of ['', 'x', password.toUpperCase()]) {
        await expect(readPkcs12(file, wrong)).rejects.toMatchObject({ code: 'pkcs12_password' });
      }
    }
    const { file } = await exportPkcs12(bench, ['-nomac']);
    await expect(readPkcs12(file, 'wrong')).rejects.toBeInstanceOf(AdesError);
  });

  it('notices a certificate that is not the key’s, and a file without a key', async () => {
    await using bench = await createWorkbench();
    const { certificateChain } = await authority.enrol({ commonName: 'Kari' });
    const certificates = await bench.writePem('all.pem', certificateChain);
    const out = `${bench.folder}/out.p12`;
    await runJudge('openssl', ['pkcs12', '-export', '-nokeys', '-in', certificates, '-out', out, '-passout', 'pass:x']);
    await expect(readPkcs12(await readFile(out), 'x')).rejects.toMatchObject({ code: 'pkcs12_invalid' });
  });

  it('never gives a changed file for the original, nor crashes', async () => {
    await using bench = await createWorkbench();
    const { keys, file } = await exportPkcs12(bench, ['-iter', '1', '-nomaciter']);
    for (let at = 0; at < file.length; at++) {
      const changed = Buffer.from(file);
      changed[at]! ^= 1 << (at % 8);
      try {
        const read = await readPkcs12(changed, password);
        expect(read.privateKey.equals(keys.privateKey)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(AdesError);
      }
    }
    for (const junk of [Buffer.alloc(0), Buffer.from('junk'), file.subarray(0, 100), Buffer.alloc(5 << 20)]) {
      await expect(readPkcs12(junk, password)).rejects.toBeInstanceOf(AdesError);
    }
  });

  it('does not let a file keep it busy', async () => {
    await using bench = await createWorkbench();
    const { file } = await exportPkcs12(bench, ['-iter', '2048']);
    const at = file.lastIndexOf(Buffer.from([0x02, 0x02, 0x08, 0x00]));
    const greedy = Buffer.concat([
      file.subarray(0, at),
      Buffer.from([0x02, 0x04, 0x7f, 0xff, 0xff, 0xff]),
      file.subarray(at + 4),
    ]);
    greedy.writeUInt16BE(greedy.length - 4, 2);
    const mac = greedy.lastIndexOf(Buffer.from([0x30, 0x41, 0x30, 0x31]));
    expect(mac).toBeGreaterThan(0);
    greedy[mac + 1]! += 2;
    await expect(readPkcs12(greedy, password)).rejects.toMatchObject({
      code: 'algorithm_unsupported',
      message: expect.stringMatching(/iteration/),
    });
  });
});

describe('decryptRc2Cbc', () => {
  it('does as the test vectors of RFC 2268 §5', () => {
    const iv = Buffer.alloc(8);
    for (const [key, bits, plain, cipher] of [
      ['0000000000000000', 63, '0000000000000000', 'ebb773f993278eff'],
      ['ffffffffffffffff', 64, 'ffffffffffffffff', '278b27e42e2f0d49'],
      ['3000000000000000', 64, '1000000000000001', '30649edf9be7d2c2'],
      ['88', 64, '0000000000000000', '61a8a244adacccf0'],
      ['88bca90e90875a', 64, '0000000000000000', '6ccf4308974c267f'],
      ['88bca90e90875a7f0f79c384627bafb2', 64, '0000000000000000', '1a807d272bbe5db1'],
      ['88bca90e90875a7f0f79c384627bafb2', 128, '0000000000000000', '2269552ab0f85ca6'],
    ] as const) {
      const result = decryptRc2Cbc(Buffer.from(cipher, 'hex'), Buffer.from(key, 'hex'), iv, bits);
      expect(result.toString('hex')).toBe(plain);
    }
  });
});
