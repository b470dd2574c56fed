import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { firstBrokenEvidence, listEvidence } from './index.ts';
import { type Caller, pdf, SignatureUnderTest, SJOBANK } from './signature.testing.ts';
import { findDocument } from './store.ts';

const RULES = pdf('House rules');
const PLAN = pdf('Floor plan');
const OTHER = pdf('Other rules');
const UNKNOWN = '0195a000-0000-7000-8000-0000000000ee';
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describeOnEachDatabase('attachments that are signed', (open) => {
  let signature: SignatureUnderTest;

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open());
  });
  afterAll(() => signature.stop());

  type Session = Awaited<ReturnType<SignatureUnderTest['open']>>;

  async function attach(documentId: string, content: Buffer, changes: Record<string, unknown> = {}): Promise<string> {
    const answer = await signature.api('POST', `/signature/documents/${documentId}/attachments`, {
      body: { fileName: 'rules.pdf', title: 'Rules', type: 'sign', data: content.toString('base64'), ...changes },
    });
    expect([answer.status, answer.body.type]).toEqual([201, changes.type ?? 'sign']);
    return answer.body.id;
  }

  async function prepared(names = ['kari', 'ola-n']) {
    const { body } = await signature.create({}, names);
    return { documentId: body.documentId as string, signers: body.signers as { id: string; url: string }[] };
  }

  /** The session after everything that is shown has been accepted. */
  async function accepted(url: string): Promise<Session> {
    const session = await signature.open(url);
    for (const { id, sha256: contentSha256 } of session.view.attachments) {
      await signature.app('GET', `/documents/${id}/content`, session.token);
      await signature.app('POST', `/attachments/${id}/accept`, session.token, { contentSha256 });
    }
    return session;
  }

  async function finish(session: Session, attemptId: string) {
    const returnedAttempt = signature.returned(attemptId);
    return (await signature.app('POST', '/sign/complete', session.token, { returnedAttempt })).body;
  }

  async function sign(url: string) {
    const session = await accepted(url);
    return finish(session, await signature.goToEidAndBack(session));
  }

  const file = (path: string, fileFormat: string, caller: Caller = {}) =>
    signature.api('GET', `/signature/${path}?fileFormat=${fileFormat}`, caller);
  const codeOf = async (answer: Promise<{ status: number; body: { code?: string } }>) => {
    const { status, body } = await answer;
    return [status, body?.code];
  };

  it('are bound with the document in one step at the eID, in the order in which they are shown', async () => {
    const { documentId, signers } = await prepared(['kari']);
    const first = await attach(documentId, RULES);
    await attach(documentId, OTHER, { type: 'show_accept' });
    const second = await attach(documentId, PLAN);
    const session = await accepted(signers[0]!.url);
    expect(session.view.attachments.map((one: { type: string }) => one.type)).toEqual(['sign', 'show_accept', 'sign']);
    const attemptId = await signature.goToEidAndBack(session);
    expect(signature.eid.started.at(-1)).toMatchObject({
      documentSha256: session.view.document.sha256,
      attachmentSha256: [sha256(RULES), sha256(PLAN)],
    });
    expect((await finish(session, attemptId)).outcome).toBe('signed');
    const evidence = await listEvidence(signature.deps.database, documentId);
    expect(evidence.at(-1)).toMatchObject({
      kind: 'signed',
      data: {
        signedAttachments: [
          { id: first, contentSha256: sha256(RULES) },
          { id: second, contentSha256: sha256(PLAN) },
        ],
      },
    });
    const document = (await findDocument(signature.deps.database, documentId))!;
    const unit = { id: signers[0]!.id, count: 1, description: 'no_bankid_netcentric' };
    expect(await signature.units(document.request.externalId)).toEqual([
      { ...unit, product: 'SIGN', part: '' },
      ...[first, second].sort().map((part) => ({ ...unit, product: 'SIGN_ATTACHMENT', part })),
    ]);
    const end = { sequence: document.evidenceSequence, hash: document.evidenceHash };
    expect(firstBrokenEvidence(documentId, evidence, end)).toBeUndefined();
  });

  it('are not signed before they were opened and accepted', async () => {
    const { documentId, signers } = await prepared();
    await attach(documentId, RULES);
    const session = await signature.open(signers[0]!.url);
    await expect(signature.goToEid(session)).rejects.toThrow('attachments_not_accepted');
  });

  it('are signed by those alone who get them', async () => {
    const { documentId, signers } = await prepared();
    const [kari, ola] = signers as [{ id: string; url: string }, { id: string; url: string }];
    const id = await attach(documentId, RULES, { signers: [ola.id] });
    await sign(kari.url);
    expect(signature.eid.started.at(-1)).not.toHaveProperty('attachmentSha256');
    expect((await sign(ola.url)).outcome).toBe('signed');
    expect(signature.eid.started.at(-1)?.attachmentSha256).toEqual([sha256(RULES)]);
    const path = `documents/${documentId}/files/attachments/${id}`;
    expect((await file(`${path}/signers/${ola.id}`, 'native')).status).toBe(200);
    expect(await codeOf(file(`${path}/signers/${kari.id}`, 'native'))).toEqual([404, 'attachment_not_found']);
    expect((await file(path, 'native')).status).toBe(200);
  });

  it.each<[string, (id: string, documentId: string) => Promise<unknown>, string]>([
    [
      'was replaced and accepted anew',
      async (id, documentId) => {
        await signature.api('PATCH', `/signature/documents/${documentId}/attachments/${id}`, {
          body: { data: OTHER.toString('base64') },
        });
      },
      'attachments_changed',
    ],
    [
      'was taken away',
      (id, documentId) => signature.api('DELETE', `/signature/documents/${documentId}/attachments/${id}`),
      'attachments_changed',
    ],
    ['was joined by another', (_id, documentId) => attach(documentId, PLAN), 'attachments_changed'],
  ])('nothing is signed when one %s while the person was at the eID', async (_what, change, why) => {
    const { documentId, signers } = await prepared(['kari']);
    const id = await attach(documentId, RULES);
    const session = await accepted(signers[0]!.url);
    const attemptId = await signature.goToEidAndBack(session);
    await change(id, documentId);
    await accepted(signers[0]!.url);
    expect(await finish(session, attemptId)).toMatchObject({ outcome: 'failed', eidErrorMessage: why });
    expect(await signature.events(documentId)).not.toContain('document_partially_signed');
    expect((await sign(signers[0]!.url)).outcome).toBe('signed');
  });

  it('do not change any more once somebody has signed', async () => {
    const { documentId, signers } = await prepared();
    const id = await attach(documentId, RULES);
    await sign(signers[0]!.url);
    const path = `/signature/documents/${documentId}/attachments/${id}`;
    expect(await codeOf(signature.api('DELETE', path))).toEqual([422, 'document_locked']);
    expect(await codeOf(signature.api('PATCH', path, { body: { type: 'show_accept' } }))).toEqual([
      422,
      'document_locked',
    ]);
  });

  it('signature.md 11: have a native per signer, at both addresses, from the signature on', async () => {
    const { documentId, signers } = await prepared();
    const [kari, ola] = signers as [{ id: string; url: string }, { id: string; url: string }];
    const id = await attach(documentId, RULES);
    const shown = await attach(documentId, PLAN, { type: 'read_accept', signers: [ola.id] });
    const tail = `attachments/${id}/signers/${kari.id}`;
    expect(await codeOf(file(`documents/${documentId}/files/${tail}`, 'native'))).toEqual([404, 'file_not_ready']);
    await sign(kari.url);
    const native = await file(`documents/${documentId}/files/${tail}`, 'native');
    expect([native.status, native.headers['content-disposition']]).toEqual([
      200,
      `attachment; filename="rules-signed.jwt"; filename*=UTF-8''rules-signed.jwt`,
    ]);
    const own = await file(`documents/${documentId}/files/signers/${kari.id}`, 'native');
    expect(native.text).toBe(own.text);
    expect((await file(`files/documents/${documentId}/${tail}`, 'native')).text).toBe(native.text);
    const path = `documents/${documentId}/files/attachments`;
    for (const [wanted, code] of [
      [`${id}/signers/${ola.id}`, 'file_not_ready'],
      [`${id}/signers/${UNKNOWN}`, 'signer_not_found'],
      [`${UNKNOWN}/signers/${kari.id}`, 'attachment_not_found'],
      [`${shown}/signers/${ola.id}`, 'file_format_not_available'],
      [id, 'file_format_not_available'],
    ]) {
      expect([wanted, ...(await codeOf(file(`${path}/${wanted}`, 'native')))]).toEqual([wanted, 404, code]);
    }
    expect((await file(`${path}/${tail.slice(12)}`, 'pades')).status).toBe(400);
    expect(await codeOf(file(`${path}/${tail.slice(12)}`, 'native', { accountId: SJOBANK }))).toEqual([
      404,
      'document_not_found',
    ]);
    expect((await file(`${path}/${tail.slice(12)}`, 'native', { scopes: ['document_read'] })).status).toBe(403);
  });

  it('leave nothing behind when the document is erased but how many signatures there were', async () => {
    const { documentId, signers } = await prepared(['kari']);
    await attach(documentId, RULES);
    await sign(signers[0]!.url);
    const left = () => signature.query('select 1 from attachment_signatures where document_id = $1', [documentId]);
    expect(await left()).toHaveLength(1);
    expect((await signature.api('DELETE', `/signature/documents/${documentId}`)).status).toBe(204);
    expect(await left()).toEqual([]);
    const [row] = await signature.query<{ count: number }>(
      `select (audit_record -> 'attachmentSignatureCount')::integer as count from documents where id = $1`,
      [documentId],
    );
    expect(row!.count).toBe(1);
  });
});
