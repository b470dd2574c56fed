import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench, runJudge } from '../../test/judges.ts';
import { verifyCmsWithOpenssl } from '../../test/openssl.ts';
import { createTestAuthority, p384, type TestAuthority } from '../../test/test-authority.ts';
import { verifyWithXmlsec } from '../../test/xmlsec.ts';
import { AdesError } from '../ades-error.ts';
import type { BaselineLevel } from '../baseline-level.ts';
import type { SignatureProvider } from '../ports.ts';
import { ASIC_E_MIME_TYPE } from './asic-container.ts';
import { addAsicESignature, signAsicE, verifyAsicE } from './asic-e.ts';
import { readZip, writeZip } from './zip.ts';

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const files = [
  { name: 'kjøpsavtale nr. 1.pdf', mimeType: 'application/pdf', content: Buffer.from('%PDF agreement') },
  { name: 'evidence/native.xml', mimeType: 'application/xml', content: Buffer.from('<native/>') },
  { name: 'empty.txt', mimeType: 'text/plain', content: Buffer.alloc(0) },
];

let authority: TestAuthority;
let kari: SignatureProvider;
beforeAll(async () => {
  authority = await createTestAuthority({ now });
  kari = await authority.enrol({ commonName: 'Kari' });
});

const services = (level: BaselineLevel = 'B-B', provider = kari) => ({
  signers: [{ provider, signingTime: now }],
  level,
  trustAnchors: [authority.root],
  tsa: authority.tsa,
  revocation: authority.revocation,
});

/** The container with some of its files changed. */
const rebuilt = (bytes: Uint8Array, change: (entries: ReturnType<typeof readZip>) => ReturnType<typeof readZip>) =>
  writeZip(change(readZip(bytes)));

describe('signAsicE', () => {
  it.each(['B-B', 'B-T', 'B-LT', 'B-LTA'] as const)(
    'makes containers that others open and verify: %s',
    async (level) => {
      await using bench = await createWorkbench();
      const { bytes, verification } = await signAsicE({ ...services(level), files });
      expect(verification).toMatchObject({ valid: true, level });
      const path = await bench.write('signed.asice', bytes);
      expect((await runJudge('unzip', ['-t', path])).output).toContain('No errors detected in compressed data');
      const listed = await runJudge('python3', [
        '-c',
        'import sys,json,zipfile;z=zipfile.ZipFile(sys.argv[1]);assert z.testzip() is None;' +
          'print(json.dumps([[i.filename,i.compress_type,z.read(i).hex()] for i in z.infolist()]))',
        path,
      ]);
      const entries = JSON.parse(listed.output) as [string, number, string][];
      expect(entries[0]).toEqual(['mimetype', 0, Buffer.from(ASIC_E_MIME_TYPE).toString('hex')]);
      for (const { name, content } of files) expect(entries).toContainEqual([name, 0, content.toString('hex')]);
      expect(bytes.subarray(38, 38 + ASIC_E_MIME_TYPE.length)).toEqual(new Uint8Array(Buffer.from(ASIC_E_MIME_TYPE)));
      await runJudge('unzip', ['-o', '-q', path, '-d', bench.folder]);
      const manifest = await readFile(`${bench.folder}/META-INF/ASiCManifest001.xml`);
      const cms = await readFile(`${bench.folder}/META-INF/signature001.p7s`);
      const verdict = await verifyCmsWithOpenssl(bench, { cms, root: authority.root, content: manifest });
      expect(verdict).toContain('CAdES Verification successful');
      for (const { content } of files) {
        expect(manifest.toString()).toContain(createHash('sha256').update(content).digest('base64'));
      }
    },
  );

  it.each(['B-B', 'B-T', 'B-LT'] as const)('makes containers with XAdES that xmlsec1 verifies: %s', async (level) => {
    await using bench = await createWorkbench();
    const ola = await authority.enrol({ commonName: 'Ola' }, p384());
    const signers = [kari, ola].map((provider) => ({ provider, signingTime: now }));
    const signed = await signAsicE({ ...services(level), signers, format: 'xades', files });
    expect(signed.verification).toMatchObject({ valid: true, level });
    expect(signed.verification.files.map(({ mimeType }) => mimeType)).toEqual(files.map(({ mimeType }) => mimeType));
    expect(signed.verification.signatures[0]!.signers.map(({ subject }) => subject.at(-1)!.value)).toEqual([
      'Kari',
      'Ola',
    ]);
    const path = await bench.write('signed.asice', signed.bytes);
    expect((await runJudge('unzip', ['-t', path])).output).toContain('No errors detected in compressed data');
    await runJudge('unzip', ['-o', '-q', path, '-d', bench.folder]);
    // unzip writes names by the locale of the process; xmlsec1 looks for the names that the URIs stand for.
    for (const { name, content } of files) await bench.write(name, content);
    const bytes = await readFile(`${bench.folder}/META-INF/signatures001.xml`);
    for (const number of [1, 2]) {
      const extra = ['--node-xpath', `/*/*[${number}]`];
      expect(await verifyWithXmlsec(bench, { signed: bytes, root: authority.root, extra })).toMatch(/^OK$/m);
    }
    const both = await addAsicESignature({ ...services('B-T'), bytes: signed.bytes });
    expect(both.verification.signatures.map(({ format }) => format)).toEqual(['xades', 'cades']);
  });

  it('has a well-formed manifest by another XML reader', async () => {
    await using bench = await createWorkbench();
    const { bytes } = await signAsicE({ ...services(), files });
    const manifest = readZip(bytes).find(({ name }) => name.endsWith('.xml') && name.startsWith('META-INF'))!;
    const path = await bench.write('manifest.xml', manifest.content);
    const script = 'import sys,xml.etree.ElementTree as E;r=E.parse(sys.argv[1]).getroot();print(r.tag,len(r))';
    const read = execFileSync('python3', ['-c', script, path], { encoding: 'utf8' });
    expect(read.trim()).toBe('{http://uri.etsi.org/02918/v1.2.1#}ASiCManifest 4');
  });

  it('takes a second signature later, beside the first', async () => {
    const first = await signAsicE({ ...services('B-T'), files });
    const ola = await authority.enrol({ commonName: 'Ola' }, p384());
    const both = await addAsicESignature({ ...services('B-LT', ola), bytes: first.bytes });
    expect(both.verification).toMatchObject({ valid: true, level: 'B-T' });
    expect(both.verification.signatures.map(({ covers }) => covers)).toEqual(
      Array(2).fill(files.map(({ name }) => name)),
    );
    expect(both.verification.files).toEqual(first.verification.files);
    expect(readZip(both.bytes).slice(0, 6)).toEqual(readZip(first.bytes));
  });

  it('refuses names that a container cannot have', async () => {
    const named = (...names: string[]) =>
      signAsicE({ ...services(), files: names.map((name) => ({ ...files[0]!, name })) });
    for (const name of ['mimetype', 'META-INF/x', 'meta-inf/x']) {
      await expect(named(name)).rejects.toMatchObject({ code: 'asic_invalid' });
    }
    for (const name of ['../x', '/x', 'a//b', 'a\\b', 'C:x', '', '.', 'a/./b', 'a\u0000b']) {
      await expect(named(name)).rejects.toMatchObject({ code: 'zip_invalid' });
    }
    await expect(named('a.pdf', 'A.PDF')).rejects.toMatchObject({ code: 'zip_invalid' });
    await expect(named()).rejects.toMatchObject({ code: 'asic_invalid' });
  });

  it('holds 25 MiB', async () => {
    const content = Buffer.alloc(25 << 20, 'x');
    const { bytes, verification } = await signAsicE({ ...services(), files: [{ ...files[0]!, content }] });
    expect(verification.files[0]!.content).toHaveLength(25 << 20);
    expect(bytes.length).toBeLessThan((25 << 20) + 8192);
  });
});

describe('verifyAsicE', () => {
  it.each<[string, (entries: ReturnType<typeof readZip>) => ReturnType<typeof readZip>, RegExp]>([
    [
      'a changed file',
      (all) => all.map((e) => (e.name === 'empty.txt' ? { ...e, content: Buffer.of(1) } : e)),
      /changed/,
    ],
    ['an added file', (all) => [...all, { name: 'x.pdf', content: Buffer.of(1) }], /no signature is about/],
    ['an added file of META-INF', (all) => [...all, { name: 'META-INF/x', content: Buffer.of(1) }], /no signature/],
    ['a missing file', (all) => all.filter(({ name }) => name !== 'empty.txt'), /not in the container/],
    ['a missing signature', (all) => all.filter(({ name }) => !name.endsWith('.p7s')), /not in the container/],
    ['a missing manifest', (all) => all.filter(({ name }) => !name.includes('ASiC')), /no signature/],
    [
      'swapped contents',
      (all) => all.map((e) => (e.name === 'empty.txt' ? { ...e, content: files[0]!.content } : e)),
      /changed/,
    ],
  ])('notices %s', async (_what, change, message) => {
    const { bytes } = await signAsicE({ ...services(), files });
    const result = await verifyAsicE(rebuilt(bytes, change), { trustAnchors: [authority.root] });
    expect(result).toMatchObject({ valid: false, level: undefined });
    expect(result.problems.join()).toMatch(message);
  });

  it('notices the same in containers with XAdES', async () => {
    const { bytes } = await signAsicE({ ...services(), format: 'xades', files });
    const check = async (change: (entries: ReturnType<typeof readZip>) => ReturnType<typeof readZip>) =>
      (await verifyAsicE(rebuilt(bytes, change), { trustAnchors: [authority.root] })).problems.join();
    const isEmpty = ({ name }: { name: string }) => name === 'empty.txt';
    expect(await check((all) => all)).toBe('');
    expect(await check((all) => all.map((e) => (isEmpty(e) ? { ...e, content: Buffer.of(1) } : e)))).toMatch(/changed/);
    expect(await check((all) => all.filter((e) => !isEmpty(e)))).toMatch(/needed/);
    expect(await check((all) => [...all, { name: 'x.pdf', content: Buffer.of(1) }])).toMatch(/no signature is about/);
    expect(await check((all) => all.filter(({ name }) => !name.includes('signatures')))).toMatch(/no signature/);
    const wrapped = (content: Uint8Array) =>
      Buffer.from(Buffer.from(content).toString().replace('<ds:Sig', '<x/><ds:Sig'));
    expect(
      await check((all) => all.map((e) => (e.name.includes('signatures') ? { ...e, content: wrapped(e.content) } : e))),
    ).toMatch(/missing in the signature/);
  });

  it('wants the media type first', async () => {
    const { bytes } = await signAsicE({ ...services(), files });
    const moved = rebuilt(bytes, ([first, ...rest]) => [...rest, first!]);
    const other = rebuilt(bytes, ([first, ...rest]) => [
      { ...first!, content: Buffer.from('application/zip') },
      ...rest,
    ]);
    const longer = rebuilt(bytes, ([first, ...rest]) => [
      { ...first!, content: Buffer.concat([first!.content, Buffer.of(0x20)]) },
      ...rest,
    ]);
    for (const broken of [moved, other, longer]) {
      await expect(verifyAsicE(broken, { trustAnchors: [authority.root] })).rejects.toMatchObject({
        code: 'asic_invalid',
      });
    }
  });

  it('does not trust a signer of another authority', async () => {
    const { bytes } = await signAsicE({ ...services(), files });
    const stranger = await createTestAuthority({ now });
    const result = await verifyAsicE(bytes, { trustAnchors: [stranger.root] });
    expect(result.valid).toBe(false);
  });

  it('takes no changed byte of any region for the original', async () => {
    const { bytes, verification } = await signAsicE({ ...services('B-T'), files });
    const claim = (result: typeof verification) =>
      JSON.stringify([result.files, result.signatures[0]!.covers, result.signatures[0]!.signers[0]!.subject]);
    let unnoticed = 0;
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 1 << (at % 8);
      try {
        const result = await verifyAsicE(changed, { trustAnchors: [authority.root] });
        if (!result.valid) continue;
        expect(claim(result)).toBe(claim(verification));
        unnoticed++;
      } catch (error) {
        expect(error).toBeInstanceOf(AdesError);
      }
    }
    expect(unnoticed).toBeLessThan(300);
  });
});

describe('ZIP files', () => {
  const zip = () => Buffer.from(writeZip([{ name: 'a.txt', content: Buffer.from('aaaaaaaa') }]));
  const refused = (bytes: Uint8Array, limits = {}) =>
    expect(() => readZip(bytes, limits)).toThrow(expect.objectContaining({ code: 'zip_invalid' }));

  it('come back as they were written, and the same every time', () => {
    const entry = fc.record({ content: fc.uint8Array({ maxLength: 300 }) });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (list) => {
        const entries = list.map(({ content }, index) => ({
          name: `fil-${index}-æ.bin`,
          content: Buffer.from(content),
        }));
        const written = writeZip(entries);
        expect(writeZip(entries)).toEqual(written);
        expect(readZip(written).map(({ name, content }) => ({ name, content: Buffer.from(content) }))).toEqual(entries);
      }),
    );
  });

  it('of Info-ZIP are read, deflated or not', async () => {
    await using bench = await createWorkbench();
    const text = 'agreement '.repeat(1000);
    await bench.write('a.txt', text);
    await bench.write('b.bin', Buffer.of(1, 2, 3));
    execFileSync('zip', ['-X', '-q', 'out.zip', 'a.txt', 'b.bin'], { cwd: bench.folder });
    const entries = readZip(await readFile(`${bench.folder}/out.zip`));
    expect(entries.map(({ name, content }) => [name, Buffer.from(content).toString('latin1')])).toEqual([
      ['a.txt', text],
      ['b.bin', '\u0001\u0002\u0003'],
    ]);
  });

  it('that would unpack to more than they say or may are refused', async () => {
    await using bench = await createWorkbench();
    await bench.write('bomb', Buffer.alloc(1 << 20));
    execFileSync('zip', ['-X', '-q', 'bomb.zip', 'bomb'], { cwd: bench.folder });
    const bomb = await readFile(`${bench.folder}/bomb.zip`);
    expect(bomb.length).toBeLessThan(2000);
    refused(bomb, { maxBytes: 1 << 19 });
    const lying = Buffer.from(bomb);
    lying.writeUInt32LE(100, 22);
    lying.writeUInt32LE(100, lying.indexOf('PK\u0001\u0002') + 24);
    refused(lying);
    refused(bomb, { maxEntries: 0 });
  });

  it('with data before, between, behind, or with two different directories are refused', () => {
    refused(Buffer.concat([Buffer.from('x'), zip()]));
    refused(Buffer.concat([zip(), Buffer.from('x')]));
    const gap = zip();
    const start = gap.indexOf('PK\u0001\u0002');
    const between = Buffer.concat([gap.subarray(0, start), Buffer.from('x'), gap.subarray(start)]);
    between.writeUInt32LE(start + 1, between.length - 6);
    refused(between);
    const renamed = zip();
    renamed.write('b', 30, 'latin1');
    refused(renamed);
  });
});
