import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { finishPades, preparePades } from '@segl/ades';
import { attachedFiles, pdfStructure, pdfsig, pdfText, qpdfCheck } from '@segl/test-kit/judges';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../../test-kit/src/databases.ts';
import { PackagingUnderTest } from './packaging.testing.ts';
import { pdf } from './signature.testing.ts';

const run = promisify(execFile);
const PLAIN = pdf('Agreement of others');

let folder: string;
let database: TestDatabase;
let packaging: PackagingUnderTest;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segl-signed-before-'));
  const subject = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=Stranger', '-days', '30'];
  await run('openssl', ['req', ...subject, '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]);
  database = await freshDatabase('embedded');
  packaging = await PackagingUnderTest.start(database);
});
afterAll(async () => {
  await packaging.stop();
  await database.close();
  await rm(folder, { recursive: true });
});

/** Signed by a stranger with OpenSSL, with a certification (DocMDP) where one is given. */
async function signedByStranger(bytes: Uint8Array, field: string, docMdp?: 1 | 2 | 3): Promise<Buffer> {
  const prepared = preparePades({
    bytes,
    field: { create: field },
    digestAlgorithm: 'sha256',
    signingTime: new Date(),
    ...(docMdp ? { docMdp } : {}),
  });
  const [, a, b, c] = prepared.byteRange;
  const covered = Buffer.concat([prepared.bytes.subarray(0, a), prepared.bytes.subarray(b, b + c)]);
  await writeFile(join(folder, 'covered'), covered);
  const key = ['-signer', join(folder, 'cert.pem'), '-inkey', join(folder, 'key.pem')];
  const out = join(folder, 'signature.der');
  const how = ['-sign', '-binary', '-cades', '-nosmimecap', '-md', 'sha256', '-outform', 'DER'];
  await run('openssl', ['cms', ...how, '-in', join(folder, 'covered'), ...key, '-out', out]);
  return Buffer.from(finishPades(prepared, await readFile(out)));
}

const signing = (content: Buffer) => ({
  dataToSign: { fileName: 'agreement.pdf', base64Content: content.toString('base64') },
});

async function packaged(content: Buffer): Promise<{ documentId: string; file: Buffer; standard: string }> {
  const documentId = await packaging.signedDocument(signing(content), ['kari', 'ola-n']);
  await packaging.packageAll(documentId);
  const download = (format: string) =>
    packaging.signature.api('GET', `/signature/documents/${documentId}/files?fileFormat=${format}`);
  const [file, standard] = [await download('pades'), await download('standard_packaging')];
  expect([file.status, standard.status]).toEqual([200, 200]);
  return { documentId, file: file.bytes, standard: standard.text };
}

it.each<[string, (bytes: Buffer) => Promise<Buffer>, number]>([
  ['once', (bytes) => signedByStranger(bytes, 'Stranger'), 1],
  ['twice', async (bytes) => signedByStranger(await signedByStranger(bytes, 'Stranger'), 'Signer1'), 2],
  ['and certified for further signatures', (bytes) => signedByStranger(bytes, 'Certified', 2), 1],
])('a file that others signed %s gets signatures only, and theirs stay valid', async (_how, prepare, earlier) => {
  const original = await prepare(PLAIN);
  expect(await packaging.deps.pool.checkPdf(original, 'account')).toMatchObject({ accepted: true, pageCount: 1 });
  const { file } = await packaged(original);
  expect(file.subarray(0, original.length).equals(original)).toBe(true);
  expect((await qpdfCheck(file)).clean).toBe(true);
  const judged = await pdfsig(file, packaging.deps.trust.anchors[0]!);
  const valid = judged.filter(({ signature }) => signature === 'Signature is Valid.');
  expect(valid).toHaveLength(earlier + 2);
  const text = await pdfText(file);
  expect(text).toContain('Agreement of others');
  expect(text).not.toContain('Signed by');
  expect(await attachedFiles(file)).toEqual([]);
});

it('its evidence is a sealed PDF of its own in the standard package, with what the eIDs produced', async () => {
  const original = await signedByStranger(PLAIN, 'Stranger');
  const { documentId, standard } = await packaged(original);
  const [, pages = ''] = /<EvidencePages [^>]*>([^<]*)</.exec(standard) ?? [];
  const evidence = Buffer.from(pages, 'base64');
  expect((await qpdfCheck(evidence)).clean).toBe(true);
  const text = await pdfText(evidence);
  expect(text).toContain(documentId);
  expect(text).toContain('others had signed before');
  expect(text).toContain('Kari Nordmann');
  expect((await attachedFiles(evidence)).toSorted()).toEqual([
    'evidence.json',
    'signer-1-binding.json',
    'signer-1-id-token.jwt',
    'signer-2-binding.json',
    'signer-2-id-token.jwt',
  ]);
  expect((await pdfStructure(evidence)).tagged).toBe(true);
  const [certification] = await pdfsig(evidence, packaging.deps.trust.anchors[0]!);
  expect(certification?.signature).toBe('Signature is Valid.');
});

it('a file that nobody signed before has no such PDF: its pages are in the signed file', async () => {
  const { file, standard } = await packaged(PLAIN);
  expect(standard).not.toContain('<EvidencePages');
  expect(await pdfText(file)).toContain('Kari Nordmann');
  // The original has no structure, so that the file is not declared to be tagged; what was added has one.
  const { tagged, elements } = await pdfStructure(file);
  expect(tagged).toBe(false);
  expect(elements).toMatch(/H1.*\n +"Signatures"[\s\S]*H3.*\n +"Kari Nordmann"[\s\S]*Form/);
});

it.each<[string, () => Promise<Buffer>, string]>([
  ['is certified to allow no more', () => signedByStranger(PLAIN, 'Certified', 1), 'certified_no_changes'],
  [
    'was changed after it was signed',
    async () => {
      const signed = await signedByStranger(PLAIN, 'Stranger');
      signed[signed.indexOf('Agreement')] = 0x61;
      return signed;
    },
    'existing_signature_broken',
  ],
])('422 pdf_not_supported for a file that %s', async (_what, prepare, code) => {
  const content = await prepare();
  expect(await packaging.deps.pool.checkPdf(content, 'account')).toMatchObject({ accepted: false, code });
  const answer = await packaging.signature.create(signing(content));
  expect([answer.status, answer.body.code, answer.body.errors[0].code]).toEqual([422, 'pdf_not_supported', code]);
});
