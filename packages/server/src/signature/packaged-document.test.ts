import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { PackagingUnderTest } from './packaging.testing.ts';
import { PDF, type SignatureUnderTest } from './signature.testing.ts';

describeOnEachDatabase('the signed file of a document', (open) => {
  let signature: SignatureUnderTest;
  let packaging: PackagingUnderTest;

  beforeAll(async () => {
    packaging = await PackagingUnderTest.start(await open());
    signature = packaging.signature;
  });
  afterAll(() => packaging.stop());

  const signedDocument = () => packaging.signedDocument();
  const packageAll = (documentId: string) => packaging.packageAll(documentId);
  const file = (documentId: string) =>
    signature.api('GET', `/signature/documents/${documentId}/files?fileFormat=pades`);
  const packagedEvents = async (documentId: string) =>
    (await signature.events(documentId)).filter((type) => type === 'document_packaged').length;

  it('begins with the bytes that were signed, is B-LTA, and is made once however often the job runs', async () => {
    const documentId = await signedDocument();
    await packageAll(documentId);
    const made = await file(documentId);
    expect(made.status).toBe(200);
    const [row] = await signature.query<{ level: string; account_id: string; sha256: string; size_bytes: number }>(
      `select level, account_id, sha256, size_bytes::integer from document_packages
        where document_id = $1 and format = 'pades'`,
      [documentId],
    );
    expect(row!.level).toBe('B-LTA');
    expect(made.headers).toMatchObject({ etag: `"${row!.sha256}"`, 'content-length': String(row!.size_bytes) });
    const bytes = await signature.deps.files.read(row!.account_id, row!.sha256);
    expect(bytes.subarray(0, PDF.length).equals(PDF)).toBe(true);
    expect(bytes.toString('latin1').split('/ByteRange').length - 1).toBe(3);
    await packageAll(documentId);
    expect((await file(documentId)).headers.etag).toBe(made.headers.etag);
    expect(await packagedEvents(documentId)).toBe(1);
  });

  it('of two workers at once, one package is kept', async () => {
    const documentId = await signedDocument();
    await Promise.all([packageAll(documentId), packageAll(documentId)]);
    expect((await file(documentId)).status).toBe(200);
    expect(await packagedEvents(documentId)).toBe(1);
  });

  it('is not made of a document that is not signed, nor of one that is not there', async () => {
    const { body } = await signature.create();
    await packageAll(body.documentId);
    await packageAll('0195a000-0000-7000-8000-0000000000ee');
    expect((await file(body.documentId)).body.code).toBe('file_not_ready');
  });

  it.each<[string, string, RegExp]>([
    [
      'an entry changed',
      `update evidence_entries set data = data || '{"clientIp":"192.0.2.99"}' where document_id = $1 and sequence = 2`,
      /at entry 2/,
    ],
    [
      'a time changed',
      `update evidence_entries set occurred_at = occurred_at + interval '1 second' where document_id = $1 and sequence = 3`,
      /at entry 3/,
    ],
    ['an entry removed', 'delete from evidence_entries where document_id = $1 and sequence = 2', /at entry 2/],
    ['the last entry cut off', 'delete from evidence_entries where document_id = $1 and sequence = 5', /at entry 5/],
    ['all of it gone', 'delete from evidence_entries where document_id = $1', /at entry 1/],
    [
      'another name on record',
      `update signatures set full_name = 'Ola Nordmann' where document_id = $1`,
      /signature of signer/,
    ],
    [
      'another person on record',
      `update signatures set method_unique_id = 'other' where document_id = $1`,
      /signature of signer/,
    ],
    [
      'another time on record',
      `update signatures set signed_at = signed_at - interval '1 day' where document_id = $1`,
      /signature of signer/,
    ],
    [
      'other native evidence on record',
      `update signatures set native_sha256 = repeat('0', 64) where document_id = $1`,
      /signature of signer/,
    ],
    ['other content on record', `update documents set content_sha256 = repeat('0', 64) where id = $1`, /content/],
  ])('signature.md 15: nothing is sealed when the records were tampered with: %s', async (_what, tamper, why) => {
    const documentId = await signedDocument();
    await signature.query(tamper, [documentId]);
    await expect(packageAll(documentId)).rejects.toThrow(why);
    expect((await file(documentId)).body.code).toBe('file_not_ready');
    expect(await packagedEvents(documentId)).toBe(0);
  });

  it('is not made while a file that belongs into it is missing', async () => {
    const documentId = await signedDocument();
    const [row] = await signature.query<{ account_id: string; native_sha256: string }>(
      'select account_id, native_sha256 from signatures where document_id = $1',
      [documentId],
    );
    await signature.deps.files.delete(row!.account_id, row!.native_sha256);
    await expect(packageAll(documentId)).rejects.toThrow('not in the file store');
    expect(await packagedEvents(documentId)).toBe(0);
  });
});
