import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { HOUR_MS, look } from './life-cycle.testing.ts';
import { type Answer, type Caller, NO_MESSAGES, pdf, SignatureUnderTest, SJOBANK } from './signature.testing.ts';

const UNKNOWN = '0195a000-0000-7000-8000-0000000000ee';
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };
const RULES = pdf('House rules');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const attachment = (changes: Record<string, unknown> = {}) => ({
  fileName: 'rules.pdf',
  title: 'House rules',
  data: RULES.toString('base64'),
  ...changes,
});

describeOnEachDatabase('attachments of a document', (open) => {
  let signature: SignatureUnderTest;
  const asked: string[] = [];

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open(), {
      messages: { ...NO_MESSAGES, askSigners: async (_tx, documentId) => void asked.push(documentId) },
    });
  });
  afterAll(() => signature.stop());

  const path = (documentId: string, tail = '') => `/signature/documents/${documentId}/attachments${tail}`;
  const add = (documentId: string, changes = {}, headers = {}) =>
    signature.api('POST', path(documentId), { body: attachment(changes), headers });
  const patch = (documentId: string, id: string, body: unknown, headers = {}) =>
    signature.api('PATCH', path(documentId, `/${id}`), { body, headers });
  const remove = (documentId: string, id: string, headers = {}) =>
    signature.api('DELETE', path(documentId, `/${id}`), { headers });
  const get = (documentId: string, id: string, caller: Caller = {}) =>
    signature.api('GET', path(documentId, `/${id}`), caller);
  const list = async (documentId: string) => (await signature.api('GET', path(documentId))).body;
  const documentOf = async (documentId: string) =>
    (await signature.api('GET', `/signature/documents/${documentId}`)).body;
  const refusal = ({ status, body }: Answer) => [status, body?.code, body?.errors?.[0]?.field];
  const created = async (changes = {}, names = ['kari', 'ola-n']) => (await signature.create(changes, names)).body;
  const stateOf = async (documentId: string) => {
    const { status, advanced } = await documentOf(documentId);
    return [status.documentStatus, advanced.attachments];
  };
  const announce = (documentId: string, attachments: number) =>
    signature.api('PATCH', `/signature/documents/${documentId}`, {
      body: { advanced: { attachments } },
      headers: MERGE_PATCH,
    });
  const file = (documentId: string, id: string, query = '?fileFormat=unsigned', caller: Caller = {}) =>
    signature.api('GET', `/signature/documents/${documentId}/files/attachments/${id}${query}`, caller);

  describe('announced', () => {
    it('keep the document waiting until the last of them is there', async () => {
      const { documentId, status, signers } = await created({ advanced: { attachments: 2 } });
      expect(status.documentStatus).toBe('waiting_for_attachments');
      expect((await signature.open(signers[0].url)).view.state).toBe('waiting_for_attachments');
      asked.length = 0;
      await add(documentId);
      expect(await stateOf(documentId)).toEqual(['waiting_for_attachments', 2]);
      await add(documentId, { title: 'Second' });
      expect(await stateOf(documentId)).toEqual(['unsigned', 2]);
      expect(asked).toContain(documentId);
      expect((await signature.open(signers[0].url)).view.state).toBe('sign');
      expect(await signature.events(documentId)).toEqual([
        'document_created',
        'document_link_opened',
        'document_link_opened',
      ]);
    });

    it('let nobody sign before, whatever the caller sends', async () => {
      const { documentId, signers } = await created({ advanced: { attachments: 1 } });
      const session = await signature.open(signers[0].url);
      const started = await signature.app('POST', '/sign/start', session.token, {
        method: 'no_bankid_netcentric',
        documentSha256: session.view.document.sha256,
      });
      expect([started.status, started.body.code, started.body.state]).toEqual([
        422,
        'signing_not_possible',
        'waiting_for_attachments',
      ]);
      expect((await stateOf(documentId))[0]).toBe('waiting_for_attachments');
    });

    it('that come at once open the document once', async () => {
      const { documentId } = await created({ advanced: { attachments: 3 } });
      const answers = await Promise.all(['a', 'b', 'c'].map((title) => add(documentId, { title })));
      expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201]);
      expect(await stateOf(documentId)).toEqual(['unsigned', 3]);
      expect(await list(documentId)).toHaveLength(3);
    });

    it('open the document when no more are announced than are there', async () => {
      const { documentId, signers } = await created({ advanced: { attachments: 3 } });
      await add(documentId);
      asked.length = 0;
      await announce(documentId, 2);
      expect(await stateOf(documentId)).toEqual(['waiting_for_attachments', 2]);
      await announce(documentId, 4);
      expect(await stateOf(documentId)).toEqual(['waiting_for_attachments', 4]);
      expect(asked).toEqual([]);
      const answer = await announce(documentId, 1);
      expect([answer.status, answer.body]).toEqual([200, await documentOf(documentId)]);
      expect(await stateOf(documentId)).toEqual(['unsigned', 1]);
      expect(asked).toEqual([documentId]);
      expect((await signature.open(signers[0].url)).view.state).toBe('sign');
    });

    it('are as many as there are once the document is open', async () => {
      const { documentId } = await created();
      await add(documentId);
      const before = await documentOf(documentId);
      for (const attachments of [0, 5]) expect((await announce(documentId, attachments)).body).toEqual(before);
    });

    it('do not keep a document alive: it is cancelled, and expires, while it waits', async () => {
      const canceled = await created({ advanced: { attachments: 1 } });
      await signature.api('POST', `/signature/documents/${canceled.documentId}/cancel`);
      expect(await stateOf(canceled.documentId)).toEqual(['canceled', 1]);
      expect(refusal(await add(canceled.documentId))).toEqual([422, 'document_closed', undefined]);
      const deadline = new Date(signature.now().getTime() + HOUR_MS).toISOString();
      const expired = await created({ advanced: { attachments: 1, timeToLive: { deadline } } });
      signature.advance(HOUR_MS);
      await look(signature);
      expect(await stateOf(expired.documentId)).toEqual(['expired', 1]);
    });

    it('grow in number with one that was not announced', async () => {
      const { documentId } = await created();
      await add(documentId);
      expect(await stateOf(documentId)).toEqual(['unsigned', 1]);
    });

    it('are found in the status, the summary and the list of summaries', async () => {
      const { documentId, externalId } = await created({ advanced: { attachments: 2 } });
      const first = (await add(documentId)).body.id;
      const second = (await add(documentId)).body.id;
      await remove(documentId, first);
      const third = (await add(documentId)).body.id;
      const summary = (await signature.api('GET', `/signature/documents/${documentId}/summary`)).body;
      expect([summary.status.documentStatus, summary.attachments]).toEqual(['unsigned', [second, third]]);
      const listed = await signature.api('GET', `/signature/documents/summary?externalId=${externalId}`);
      expect(listed.body.data).toEqual([summary]);
    });

    it.each([21, -1])('are not %s', async (attachments) => {
      const answer = await signature.create({ advanced: { attachments } });
      expect(refusal(answer)).toEqual([400, 'validation_failed', 'advanced.attachments']);
    });
  });

  describe('adding', () => {
    it('answers 201 with defaults, its address and no content', async () => {
      const { documentId } = await created();
      const answer = await add(documentId, { description: 'Please read' });
      const { id } = answer.body;
      expect([answer.status, answer.body]).toEqual([
        201,
        {
          id,
          fileName: 'rules.pdf',
          title: 'House rules',
          description: 'Please read',
          data: '',
          convertToPdf: false,
          signers: [],
          type: 'show_accept',
        },
      ]);
      expect(answer.headers.location).toBe(`http://localhost:8642${path(documentId, `/${id}`)}`);
      const evidence = await signature.query<{ kind: string; data: Record<string, unknown> }>(
        'select kind, data from evidence_entries where document_id = $1 and sequence = 2',
        [documentId],
      );
      expect(evidence[0]).toMatchObject({
        kind: 'attachment_added',
        data: { attachmentId: id, contentSha256: sha256(RULES), clientId: 'client' },
      });
    });

    it('keeps the content encrypted and known to be in use', async () => {
      const { documentId } = await created();
      const content = pdf('Kept');
      await add(documentId, { data: content.toString('base64') });
      const used = await signature.query('select 1 from files where sha256 = $1', [sha256(content)]);
      expect(used).toHaveLength(1);
    });

    it.each([
      ['no title', 400, 'validation_failed', { title: undefined }, 'title'],
      ['an empty title', 400, 'validation_failed', { title: '' }, 'title'],
      ['a long title', 400, 'validation_failed', { title: 'x'.repeat(301) }, 'title'],
      ['a long description', 400, 'validation_failed', { description: 'x'.repeat(5001) }, 'description'],
      ['no data', 400, 'validation_failed', { data: undefined }, 'data'],
      ['empty data', 400, 'validation_failed', { data: '' }, 'data'],
      ['no base64', 400, 'validation_failed', { data: 'ø' }, 'data'],
      ['a path', 400, 'validation_failed', { fileName: '../rules.pdf' }, 'fileName'],
      ['another type', 400, 'validation_failed', { type: 'show' }, 'type'],
      ['an unknown signer', 400, 'validation_failed', { signers: [UNKNOWN] }, 'signers[0]'],
      ['a Word file', 422, 'unsupported_file_type', { fileName: 'rules.docx' }, 'fileName'],
      ['a text file', 422, 'unsupported_file_type', { fileName: 'rules.txt' }, 'fileName'],
      ['a conversion of PDF', 422, 'unsupported_file_type', { convertToPdf: true }, 'fileName'],
      [
        'a conversion that is not here',
        503,
        'conversion_unavailable',
        { fileName: 'rules.docx', convertToPdf: true },
        undefined,
      ],
      ['what is no PDF', 422, 'file_content_mismatch', { data: Buffer.from('text').toString('base64') }, 'data'],
      ['a hopeless PDF', 422, 'pdf_not_supported', { data: Buffer.from('%PDF-1.7\n').toString('base64') }, 'data'],
    ])('is refused with %s and stores nothing', async (_what, status, code, changes, field) => {
      const { documentId } = await created();
      const before = await signature.stored();
      expect(refusal(await add(documentId, changes))).toEqual([status, code, field]);
      expect(await signature.stored()).toEqual(before);
      expect(await list(documentId)).toEqual([]);
    });

    it('names an unknown signer by unknown_reference', async () => {
      const { documentId, signers } = await created();
      const answer = await add(documentId, { signers: [signers[0].id, UNKNOWN] });
      expect(answer.body.errors).toEqual([
        { field: 'signers[1]', code: 'unknown_reference', message: expect.any(String) },
      ]);
    });

    it('is refused when it is too large', async () => {
      const { documentId } = await created();
      const answer = await add(documentId, { data: Buffer.alloc(100_001, '%PDF-').toString('base64') });
      expect(answer.body.errors).toEqual([{ field: 'data', code: 'max_length', message: expect.any(String) }]);
    });

    it('takes a slightly damaged file in its repaired form and remembers the other', async () => {
      const damaged = Buffer.from(RULES.toString('latin1').replace(/startxref\n\d+/, 'startxref\n7'), 'latin1');
      const { documentId } = await created();
      const { body } = await add(documentId, { data: damaged.toString('base64') });
      const bytes = (await file(documentId, body.id)).text;
      expect(bytes).not.toBe(damaged.toString('utf8'));
      const [row] = await signature.query<{ uploaded: string }>(
        'select uploaded_sha256 as uploaded from attachments where document_id = $1',
        [documentId],
      );
      expect(row!.uploaded).toBe(sha256(damaged));
    });

    it('is refused for the 21st', async () => {
      const { documentId } = await created();
      for (let count = 0; count < 20; count += 1) await add(documentId);
      expect(refusal(await add(documentId))).toEqual([422, 'too_many_attachments', undefined]);
      expect(await list(documentId)).toHaveLength(20);
    });
  });

  describe('reading', () => {
    it('lists them in the order in which they came', async () => {
      const { documentId } = await created();
      await add(documentId, { title: 'B', type: 'read_accept' });
      await add(documentId, { title: 'A', description: 'x' });
      expect(await list(documentId)).toEqual([
        { id: expect.any(String), title: 'B', type: 'read_accept', fileName: 'rules.pdf' },
        { id: expect.any(String), title: 'A', description: 'x', type: 'show_accept', fileName: 'rules.pdf' },
      ]);
    });

    it('answers the content to a token for files, and to no other', async () => {
      const { documentId } = await created();
      const { id } = (await add(documentId)).body;
      expect((await get(documentId, id)).body.data).toBe(RULES.toString('base64'));
      expect((await get(documentId, id, { scopes: ['document_read'] })).body.data).toBe('');
    });

    it.each(['GET', 'PATCH', 'DELETE'] as const)('%s answers 404 alike for unknown and foreign ids', async (verb) => {
      const { documentId } = await created();
      const other = await created();
      const { id } = (await add(documentId)).body;
      const call = (document: string, one: string, caller: Caller = {}) =>
        signature.api(verb, path(document, `/${one}`), { ...caller, ...(verb === 'PATCH' ? { body: {} } : {}) });
      expect((await call(documentId, UNKNOWN)).body.code).toBe('attachment_not_found');
      expect((await call(other.documentId, id)).body.code).toBe('attachment_not_found');
      expect((await call(documentId, id, { accountId: SJOBANK })).body.code).toBe('document_not_found');
      expect(await list(documentId)).toHaveLength(1);
    });

    it.each([
      ['GET', ['document_write', 'document_file']],
      ['POST', ['document_read', 'document_file']],
      ['PATCH', ['document_read', 'document_file']],
      ['DELETE', ['document_read', 'document_file']],
    ] as const)('%s needs its scope', async (verb, scopes) => {
      const { documentId } = await created();
      const { id } = (await add(documentId)).body;
      const url = path(documentId, verb === 'POST' ? '' : `/${id}`);
      const answer = await signature.api(verb, url, { scopes, ...(verb.startsWith('P') ? { body: {} } : {}) });
      expect(refusal(answer)).toEqual([403, 'insufficient_scope', undefined]);
    });
  });

  describe('files', () => {
    it('are handed out by both spellings of the path', async () => {
      const { documentId } = await created();
      const { id } = (await add(documentId)).body;
      for (const url of [
        `/signature/documents/${documentId}/files/attachments/${id}?fileFormat=unsigned`,
        `/signature/files/documents/${documentId}/attachments/${id}?fileType=Unsigned`,
      ]) {
        const answer = await signature.api('GET', url);
        expect([answer.status, answer.text]).toEqual([200, RULES.toString('utf8')]);
        expect(answer.headers['content-type']).toBe('application/pdf');
        expect(answer.headers['content-disposition']).toContain('rules.pdf');
      }
    });

    it.each([
      ['?fileFormat=pades', 404, 'file_format_not_available'],
      ['?fileFormat=native', 404, 'file_format_not_available'],
      ['?fileFormat=packaged', 400, 'validation_failed'],
      ['', 400, 'validation_failed'],
    ])('%s is answered %s %s', async (query, status, code) => {
      const { documentId } = await created();
      const { id } = (await add(documentId)).body;
      const answer = await file(documentId, id, query);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
    });

    it('need the scope for files, the document and the attachment', async () => {
      const { documentId } = await created();
      const { id } = (await add(documentId)).body;
      const query = '?fileFormat=unsigned';
      expect((await file(documentId, id, query, { scopes: ['document_read'] })).status).toBe(403);
      expect((await file(documentId, UNKNOWN)).body.code).toBe('attachment_not_found');
      expect((await file(documentId, id, query, { accountId: SJOBANK })).body.code).toBe('document_not_found');
    });
  });

  describe('changing', () => {
    it('merges, with json and with merge-patch', async () => {
      const { documentId, signers } = await created();
      const { id } = (await add(documentId, { description: 'x', signers: [signers[0].id] })).body;
      const json = await patch(documentId, id, { title: 'New', description: null, signers: [], type: 'read_accept' });
      expect(json.body).toMatchObject({
        title: 'New',
        description: 'x',
        signers: [signers[0].id],
        type: 'read_accept',
        data: '',
      });
      const merged = await patch(documentId, id, { description: null, signers: [] }, MERGE_PATCH);
      expect(merged.body).not.toHaveProperty('description');
      expect(merged.body.signers).toEqual([]);
      expect(await list(documentId)).toMatchObject([{ title: 'New', type: 'read_accept' }]);
    });

    it('replaces the content, checked as at first,', async () => {
      const { documentId } = await created();
      const { id } = (await add(documentId)).body;
      const other = pdf('Other rules');
      expect((await patch(documentId, id, { data: other.toString('base64') })).status).toBe(200);
      expect((await get(documentId, id)).body.data).toBe(other.toString('base64'));
      const wrong = await patch(documentId, id, { data: Buffer.from('text').toString('base64') });
      expect(refusal(wrong)).toEqual([422, 'file_content_mismatch', 'data']);
    });

    it('takes back what it answered, as it is', async () => {
      const { documentId } = await created();
      const made = (await add(documentId)).body;
      const before = (await signature.api('GET', `/signature/documents/${documentId}/summary`)).body.lastUpdated;
      signature.advance(1000);
      expect((await patch(documentId, made.id, made)).body).toEqual(made);
      expect((await patch(documentId, made.id, (await get(documentId, made.id)).body)).body).toEqual(made);
      const after = (await signature.api('GET', `/signature/documents/${documentId}/summary`)).body.lastUpdated;
      expect(after).toBe(before);
    });

    it.each([
      ['another file type', 422, 'unsupported_file_type', { fileName: 'rules.txt' }, 'fileName'],
      ['an unknown signer', 400, 'validation_failed', { signers: [UNKNOWN] }, 'signers[0]'],
      ['an empty title', 400, 'validation_failed', { title: '' }, 'title'],
    ])('refuses %s', async (_what, status, code, changes, field) => {
      const { documentId } = await created();
      const { id } = (await add(documentId)).body;
      expect(refusal(await patch(documentId, id, changes))).toEqual([status, code, field]);
    });

    it('keeps an attachment from everybody else when its only signer is deleted', async () => {
      const { documentId, signers } = await created();
      const { id } = (await add(documentId, { signers: [signers[0].id] })).body;
      await signature.api('DELETE', `/signature/documents/${documentId}/signers/${signers[0].id}`);
      const { view } = await signature.open(signers[1].url);
      expect(view.attachments).toEqual([]);
      expect((await patch(documentId, id, { title: 'New' })).body.signers).toEqual([signers[0].id]);
    });

    it.each(['PATCH', 'DELETE'] as const)('PA-6: %s with a stale If-Match is refused', async (verb) => {
      const { documentId } = await created();
      const { id } = (await add(documentId)).body;
      const { etag } = (await get(documentId, id)).headers;
      await patch(documentId, id, { data: pdf('Changed').toString('base64') });
      const call = (tag: string) =>
        signature.api(verb, path(documentId, `/${id}`), {
          headers: { 'if-match': tag },
          ...(verb === 'PATCH' ? { body: { title: 'x' } } : {}),
        });
      expect(refusal(await call(etag!))).toEqual([422, 'resource_changed', undefined]);
      const fresh = (await get(documentId, id)).headers.etag!;
      expect((await call(fresh)).status).toBe(verb === 'PATCH' ? 200 : 204);
    });
  });

  describe('deleting', () => {
    it('takes it away from the caller and from the signers', async () => {
      const { documentId, signers } = await created();
      const { id } = (await add(documentId)).body;
      expect((await remove(documentId, id)).status).toBe(204);
      expect((await get(documentId, id)).body.code).toBe('attachment_not_found');
      expect((await file(documentId, id)).body.code).toBe('attachment_not_found');
      expect((await signature.open(signers[0].url)).view.attachments).toEqual([]);
      expect(await stateOf(documentId)).toEqual(['unsigned', 0]);
    });

    it('leaves a document that waits waiting for as many as before', async () => {
      const { documentId } = await created({ advanced: { attachments: 2 } });
      const { id } = (await add(documentId)).body;
      await remove(documentId, id);
      expect(await stateOf(documentId)).toEqual(['waiting_for_attachments', 2]);
      await add(documentId);
      expect(await stateOf(documentId)).toEqual(['waiting_for_attachments', 2]);
    });
  });

  describe('signature.md 7: when nothing may change', () => {
    const everyChange = async (documentId: string, id: string) => [
      await add(documentId),
      await patch(documentId, id, { title: 'x' }),
      await remove(documentId, id),
    ];

    it('because somebody has signed', async () => {
      const { documentId, signers } = await created();
      const { id } = (await add(documentId, { signers: [signers[1].id] })).body;
      await signature.sign(signers[0].url);
      const answers = await everyChange(documentId, id);
      expect(answers.map(refusal)).toEqual(Array(3).fill([422, 'document_locked', undefined]));
    });

    it.each(['signed', 'canceled', 'expired'])('because the document is %s', async (status) => {
      const { documentId } = await created();
      const { id } = (await add(documentId)).body;
      await signature.query('update documents set status = $2 where id = $1', [documentId, status]);
      const answers = await everyChange(documentId, id);
      expect(answers.map(refusal)).toEqual(Array(3).fill([422, 'document_closed', undefined]));
    });
  });

  it('is the same request with an announced number, and another one with another', async () => {
    const request = signature.request({ advanced: { attachments: 1 } });
    const first = await signature.api('POST', '/signature/documents', { body: request });
    await add(first.body.documentId);
    const again = await signature.api('POST', '/signature/documents', { body: request });
    expect([again.status, again.body.documentId]).toEqual([200, first.body.documentId]);
    const other = await signature.api('POST', '/signature/documents', { body: { ...request, advanced: {} } });
    expect([other.status, other.body.code]).toEqual([422, 'external_id_conflict']);
  });
});
