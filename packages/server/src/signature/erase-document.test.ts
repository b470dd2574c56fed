import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestDatabase } from '../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { eventsOf, HOUR_MS, look, packageAsPades } from './life-cycle.testing.ts';
import { METHOD, PDF, SignatureUnderTest, SJOBANK, testSigner } from './signature.testing.ts';
import { findDocument } from './store.ts';

const DAY_MS = 24 * HOUR_MS;

/** Rows that say nothing of a person, or that their own capability erases when it hears of it. */
const KEPT_TABLES = ['events', 'messages', 'webhook_deliveries', 'webhook_attempts'];

describeOnEachDatabase('deleting a document', (open) => {
  let database: TestDatabase;
  let signature: SignatureUnderTest;
  beforeAll(async () => {
    database = await open();
    signature = await SignatureUnderTest.start(database);
  });
  afterAll(() => signature.stop());

  const remove = (documentId: string, query = '', options = {}) =>
    signature.api('DELETE', `/signature/documents/${documentId}${query}`, options);
  const cancel = (documentId: string) => signature.api('POST', `/signature/documents/${documentId}/cancel`);
  const get = (documentId: string, tail = '') => signature.api('GET', `/signature/documents/${documentId}${tail}`);

  /** Signed and packaged, with a name in every place that can have one. */
  async function finished(changes: object = {}) {
    const request = signature.request({
      title: 'Lease of Ingeborg Skogheim',
      description: 'Skogheim moves in',
      signers: [
        testSigner('ingeborg', {
          externalSignerId: 'tenant-1',
          signerInfo: { firstName: 'Ingeborg', lastName: 'Skogheim', socialSecurityNumber: '01017000027' },
        }),
      ],
      advanced: { tags: ['leases'], departmentId: 'north' },
      ...changes,
    });
    const { body } = await signature.api('POST', '/signature/documents', { body: request });
    signature.eid.answer = () => signature.eid.completed('Ingeborg Skogheim');
    await signature.sign(body.signers[0].url);
    const packageSha256 = await packageAsPades(signature, body.documentId);
    return { request, body, documentId: body.documentId as string, packageSha256 };
  }

  describe('on request', () => {
    it('erases it: rows, texts, files and names, and leaves the audit record', async () => {
      const { request, body, documentId, packageSha256 } = await finished();
      const signedAt = signature.now();
      const before = (await findDocument(database, documentId))!;
      signature.advance(1000);
      const answer = await remove(documentId, '?reason=Asked%20by%20the%20tenant');
      expect([answer.status, answer.text]).toEqual([204, '']);

      const { rows: tables } = await database.query<{ name: string }>(
        `select c.table_name as name from information_schema.columns c join information_schema.tables t
           on t.table_schema = c.table_schema and t.table_name = c.table_name
          where c.column_name = 'document_id' and c.table_schema = 'public' and t.table_type = 'BASE TABLE'`,
      );
      expect(tables.length).toBeGreaterThan(8);
      for (const { name } of tables) {
        if (KEPT_TABLES.some((kept) => name.startsWith(kept)) || name === 'document_count_changes') continue;
        const { rows } = await database.query(`select 1 from ${name} where document_id = $1`, [documentId]);
        expect([name, rows]).toEqual([name, []]);
      }
      const { rows: left } = await database.query<{ row: string }>(
        `select d::text as row from documents d where id = $1
         union all select e::text from events e where document_id = $1`,
        [documentId],
      );
      for (const word of ['Ingeborg', 'Skogheim', 'moves in', '01017000027', '1984-06-02', '9578']) {
        for (const { row } of left) expect(row).not.toContain(word);
      }
      const { rows: files } = await database.query('select 1 from files where owner_id = $1', [documentId]);
      expect(files).toEqual([]);

      const [kept] = await signature.query<Record<string, unknown>>(
        `select status, content_sha256, signature_count, created_at, signed_at, erased_at, evidence_hash, audit_record,
                request, external_id from documents where id = $1`,
        [documentId],
      );
      const externalIdSha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
      expect(kept).toEqual({
        status: 'signed',
        content_sha256: before.contentSha256,
        signature_count: 1,
        created_at: before.createdAt,
        signed_at: signedAt,
        erased_at: signature.now(),
        evidence_hash: before.evidenceHash,
        request: {},
        external_id: externalIdSha256,
        audit_record: {
          externalIdSha256,
          departmentId: 'north',
          signerCount: 1,
          signatures: [
            {
              method: METHOD,
              mechanism: 'pkisignature',
              signedAt: signedAt.toISOString(),
              nativeSha256: before.signatures[0]!.native.sha256,
            },
          ],
          packages: [{ format: 'pades', sha256: packageSha256 }],
          attachmentSignatureCount: 0,
        },
      });
      const signer = { id: body.signers[0].id, externalSignerId: 'tenant-1' };
      const ids = { documentId, externalDocumentId: request.externalId };
      const events = await eventsOf(signature, documentId);
      expect(events.map(({ type, payload }) => [type, payload])).toEqual([
        ['document_created', ids],
        ['document_link_opened', { ...ids, signer }],
        ['document_partially_signed', { ...ids, signer }],
        ['document_signed', { ...ids, signers: [signer] }],
        ['document_packaged', ids],
        ['document_deleted', { ...ids, message: 'Asked by the tenant' }],
      ]);
      for (const { tags } of events) expect(tags).toEqual(['leases']);
    });

    it('answers 404 document_deleted for 90 days, then document_not_found, everywhere and to the owner alone', async () => {
      const { documentId, body } = await finished();
      await remove(documentId);
      const calls = () =>
        Promise.all([
          get(documentId),
          get(documentId, '/status'),
          get(documentId, '/summary'),
          get(documentId, '/files?fileFormat=pades'),
          remove(documentId),
          cancel(documentId),
          signature.api('PATCH', `/signature/documents/${documentId}`, { body: { title: 'x' } }),
        ]);
      for (const answer of await calls()) expect([answer.status, answer.body.code]).toEqual([404, 'document_deleted']);
      const others = await signature.api('GET', `/signature/documents/${documentId}`, { accountId: SJOBANK });
      expect(others.body.code).toBe('document_not_found');
      expect((await signature.boot(body.signers[0].url)).state).toBe('unknown_link');
      signature.advance(90 * DAY_MS);
      for (const answer of await calls())
        expect([answer.status, answer.body.code]).toEqual([404, 'document_not_found']);
    });

    it('takes it out of lists and counts, and sets its external id free', async () => {
      const { request, documentId } = await finished({ advanced: { tags: ['counted'] } });
      const list = () => signature.api('GET', '/signature/documents/summary?tags=counted');
      expect((await list()).body.size).toBe(1);
      await remove(documentId);
      const { size, data } = (await list()).body;
      expect([size, data]).toEqual([0, []]);
      const again = await signature.api('POST', '/signature/documents', { body: request });
      expect(again.status).toBe(201);
      expect(again.body.documentId).not.toBe(documentId);
    });

    it('keeps what another document uses, and a session does not outlive it', async () => {
      const [first, second] = [await finished(), await finished()];
      const session = await signature.open(first.body.signers[0].url);
      await remove(first.documentId);
      const { rows } = await database.query<{ owner: string }>(
        'select owner_id as owner from files where sha256 = $1',
        [(await findDocument(database, second.documentId))!.contentSha256],
      );
      expect(rows.map(({ owner }) => owner)).toContain(second.documentId);
      const file = await get(second.documentId, '/files?fileFormat=unsigned');
      expect([file.status, file.headers['content-length']]).toEqual([200, String(PDF.length)]);
      expect((await signature.app('GET', '/session', session.token)).status).toBe(401);
    });

    it('422 document_active while it is open, 422 resource_changed for another state; nothing is erased', async () => {
      const { body } = await signature.create();
      const open = await remove(body.documentId);
      expect([open.status, open.body.code]).toEqual([422, 'document_active']);
      const seen = (await get(body.documentId)).headers.etag!;
      await cancel(body.documentId);
      const changed = await remove(body.documentId, '', { headers: { 'if-match': seen } });
      expect([changed.status, changed.body.code]).toEqual([422, 'resource_changed']);
      const { etag } = (await get(body.documentId)).headers;
      expect((await remove(body.documentId, '', { headers: { 'if-match': etag } })).status).toBe(204);
      expect((await eventsOf(signature, body.documentId)).at(-1)!.payload).not.toHaveProperty('message');
    });

    it('404 for the document of another account', async () => {
      const { documentId } = await finished();
      const answer = await remove(documentId, '', { accountId: SJOBANK });
      expect([answer.status, answer.body.code]).toEqual([404, 'document_not_found']);
      expect((await get(documentId)).status).toBe(200);
    });

    it('of two requests at the same moment, one deletes', async () => {
      const { documentId } = await finished();
      const answers = await Promise.all([remove(documentId), remove(documentId)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 404]);
      const types = await signature.events(documentId);
      expect(types.filter((type) => type === 'document_deleted')).toHaveLength(1);
    });
  });

  it('at the end of the retention says so', async () => {
    const { documentId } = await finished({ advanced: { timeToLive: { deleteAfterHours: 2 } } });
    signature.advance(HOUR_MS);
    await look(signature);
    signature.advance(HOUR_MS);
    await look(signature);
    expect((await eventsOf(signature, documentId)).slice(-2)).toMatchObject([
      { type: 'document_before_deleted' },
      { type: 'document_deleted', payload: { message: 'Retention period ended' } },
    ]);
    expect((await get(documentId)).body.code).toBe('document_deleted');
  });
});
