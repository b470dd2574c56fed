import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { firstBrokenEvidence, listEvidence } from './index.ts';
import { METHOD, pdf, SignatureUnderTest } from './signature.testing.ts';
import { findDocument } from './store.ts';

const RULES = pdf('House rules');
const OTHER = pdf('Other rules');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describeOnEachDatabase('a signer with attachments', (open) => {
  let signature: SignatureUnderTest;

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open());
  });
  afterAll(() => signature.stop());

  type Session = Awaited<ReturnType<SignatureUnderTest['open']>>;

  async function prepared(attachments: Record<string, unknown>[], names = ['kari', 'ola-n']) {
    const { body } = await signature.create({}, names);
    const ids: string[] = [];
    for (const changes of attachments) ids.push(await attach(body.documentId, changes));
    return { documentId: body.documentId as string, signers: body.signers as { id: string; url: string }[], ids };
  }

  async function attach(documentId: string, changes: Record<string, unknown>): Promise<string> {
    const answer = await signature.api('POST', `/signature/documents/${documentId}/attachments`, {
      body: { fileName: 'rules.pdf', title: 'Rules', data: RULES.toString('base64'), ...changes },
    });
    return answer.body.id;
  }

  const content = (session: Session, id: string) => signature.app('GET', `/documents/${id}/content`, session.token);
  const accept = (session: Session, id: string, changes = {}) =>
    signature.app('POST', `/attachments/${id}/accept`, session.token, { contentSha256: sha256(RULES), ...changes });
  const start = (session: Session) =>
    signature.app('POST', '/sign/start', session.token, {
      method: METHOD,
      documentSha256: session.view.document.sha256,
    });
  const codeOf = async (answer: Promise<{ status: number; body: { code?: string } }>) => {
    const { status, body } = await answer;
    return [status, body?.code];
  };

  it('is shown those that are meant for everybody or for this signer, and no others', async () => {
    const { documentId, signers } = await prepared([]);
    await attach(documentId, { title: 'All' });
    const mine = await attach(documentId, { title: 'Kari', signers: [signers[0]!.id], type: 'read_accept' });
    const titles = async (at: number) =>
      (await signature.open(signers[at]!.url)).view.attachments.map((one: { title: string }) => one.title);
    expect(await titles(0)).toEqual(['All', 'Kari']);
    expect(await titles(1)).toEqual(['All']);
    const ola = await signature.open(signers[1]!.url);
    expect(await codeOf(content(ola, mine))).toEqual([404, 'attachment_not_found']);
    expect(await codeOf(accept(ola, mine))).toEqual([404, 'attachment_not_found']);
    expect(await codeOf(content(ola, documentId))).toEqual([404, 'attachment_not_found']);
  });

  it.each(['show_accept', 'read_accept'])('does not sign before each %s is accepted', async (type) => {
    const { signers, ids } = await prepared([{ type }, { type, title: 'Second' }]);
    const session = await signature.open(signers[0]!.url);
    expect(await codeOf(start(session))).toEqual([422, 'attachments_not_accepted']);
    for (const id of ids) {
      expect(await codeOf(start(session))).toEqual([422, 'attachments_not_accepted']);
      await content(session, id);
      expect((await accept(session, id, { readToEnd: true })).status).toBe(204);
    }
    expect((await start(session)).status).toBe(200);
  });

  it('leaves nothing of an attachment behind when the document is erased', async () => {
    const { documentId, signers, ids } = await prepared([{ title: 'Rules for Kari' }]);
    const session = await signature.open(signers[0]!.url);
    await content(session, ids[0]!);
    await accept(session, ids[0]!);
    const left = () =>
      signature.query<{ name: string }>(
        `select 'attachments' as name from attachments where document_id = $1
         union all select 'attachment_acceptances' from attachment_acceptances where document_id = $1
         union all select 'files' from files where owner_id = $1 and sha256 = $2`,
        [documentId, sha256(RULES)],
      );
    expect((await left()).map(({ name }) => name).sort()).toEqual(['attachment_acceptances', 'attachments', 'files']);
    await signature.api('POST', `/signature/documents/${documentId}/cancel`);
    await signature.api('DELETE', `/signature/documents/${documentId}`);
    expect(await left()).toEqual([]);
    const gone = await signature.api('GET', `/signature/documents/${documentId}/attachments/${ids[0]}`);
    expect([gone.status, gone.body.code]).toEqual([404, 'document_deleted']);
  });

  it('signs at once when all attachments are for somebody else', async () => {
    const { documentId, signers } = await prepared([]);
    await attach(documentId, { signers: [signers[1]!.id] });
    expect((await signature.sign(signers[0]!.url)).body.outcome).toBe('signed');
    expect(await codeOf(start(await signature.open(signers[1]!.url)))).toEqual([422, 'attachments_not_accepted']);
  });

  it('gets the bytes, and that is evidence once', async () => {
    const { documentId, signers, ids } = await prepared([{}]);
    const session = await signature.open(signers[0]!.url);
    const answers = await Promise.all([1, 2, 3].map(() => content(session, ids[0]!)));
    expect(answers.map(({ text }) => text)).toEqual(Array(3).fill(RULES.toString('utf8')));
    const opened = (await listEvidence(signature.deps.database, documentId)).filter(
      (entry) => entry.kind === 'attachment_opened',
    );
    expect(opened).toMatchObject([
      { signerId: signers[0]!.id, data: { attachmentId: ids[0], contentSha256: sha256(RULES) } },
    ]);
  });

  it('cannot accept what was not opened, what is not shown, or what must be read without saying so', async () => {
    const { documentId, signers, ids } = await prepared([{ type: 'read_accept' }]);
    const session = await signature.open(signers[0]!.url);
    const yes = { readToEnd: true };
    expect(await codeOf(accept(session, ids[0]!, yes))).toEqual([422, 'attachment_not_opened']);
    await content(session, ids[0]!);
    expect(await codeOf(accept(session, ids[0]!, { ...yes, contentSha256: sha256(OTHER) }))).toEqual([
      422,
      'document_changed',
    ]);
    const unread = await accept(session, ids[0]!);
    expect([unread.status, unread.body.errors[0].field]).toEqual([400, 'readToEnd']);
    const kinds = (await listEvidence(signature.deps.database, documentId)).map((entry) => entry.kind);
    expect(kinds).not.toContain('attachment_accepted');
    expect(await codeOf(start(session))).toEqual([422, 'attachments_not_accepted']);
  });

  it('accepts once, however often the app says so, and for all sessions', async () => {
    const { documentId, signers, ids } = await prepared([{}]);
    const session = await signature.open(signers[0]!.url);
    await content(session, ids[0]!);
    const answers = await Promise.all([1, 2, 3].map(() => accept(session, ids[0]!)));
    expect(answers.map((answer) => answer.status)).toEqual([204, 204, 204]);
    const evidence = await listEvidence(signature.deps.database, documentId);
    expect(evidence.filter((entry) => entry.kind === 'attachment_accepted')).toHaveLength(1);
    const next = await signature.open(signers[0]!.url);
    expect(next.view.attachments).toMatchObject([{ id: ids[0], accepted: true }]);
    expect((await signature.open(signers[1]!.url)).view.attachments).toMatchObject([{ accepted: false }]);
  });

  it.each([
    ['other content', { data: OTHER.toString('base64') }, 'attachments_not_accepted'],
    ['another type', { type: 'read_accept' }, 'attachments_not_accepted'],
    ['another title', { title: 'New' }, undefined],
  ])('must accept again after %s', async (_what, changes, code) => {
    const { documentId, signers, ids } = await prepared([{}]);
    const session = await signature.open(signers[0]!.url);
    await content(session, ids[0]!);
    await accept(session, ids[0]!);
    await signature.api('PATCH', `/signature/documents/${documentId}/attachments/${ids[0]}`, { body: changes });
    expect((await start(session)).body.code).toBe(code);
  });

  it('does not sign when an attachment was added while the person was at the eID', async () => {
    const { documentId, signers } = await prepared([]);
    const session = await signature.open(signers[0]!.url);
    const attempt = await signature.goToEidAndBack(session);
    await attach(documentId, {});
    const done = await signature.app('POST', '/sign/complete', session.token, {
      returnedAttempt: signature.returned(attempt),
    });
    expect(done.body).toMatchObject({
      outcome: 'failed',
      errorCode: 'SA-1012',
      eidErrorMessage: 'attachments_not_accepted',
      view: { state: 'sign' },
    });
    expect((await signature.events(documentId)).includes('document_partially_signed')).toBe(false);
  });

  it('has the accepted bytes in the evidence of the signature, in a chain that holds', async () => {
    const { documentId, signers, ids } = await prepared([{}], ['kari']);
    const session = await signature.open(signers[0]!.url);
    await content(session, ids[0]!);
    await accept(session, ids[0]!);
    const attempt = await signature.goToEidAndBack(session);
    const done = await signature.app('POST', '/sign/complete', session.token, {
      returnedAttempt: signature.returned(attempt),
    });
    expect(done.body.outcome).toBe('signed');
    const evidence = await listEvidence(signature.deps.database, documentId);
    expect(evidence.at(-1)).toMatchObject({
      kind: 'signed',
      data: { attachments: [{ id: ids[0], contentSha256: sha256(RULES) }] },
    });
    const document = (await findDocument(signature.deps.database, documentId))!;
    const end = { sequence: document.evidenceSequence, hash: document.evidenceHash };
    expect(firstBrokenEvidence(documentId, evidence, end)).toBeUndefined();
    expect((await content(session, ids[0]!)).text).toBe(RULES.toString('utf8'));
    expect(await codeOf(accept(session, ids[0]!))).toEqual([422, 'signing_not_possible']);
  });

  it('gets nothing of an attachment before it is the signer’s turn', async () => {
    const { documentId, signers } = (await signature.create({ advanced: { attachments: 2 } })).body;
    const id = await attach(documentId, {});
    const session = await signature.open(signers[0].url);
    expect(await codeOf(content(session, id))).toEqual([422, 'signing_not_possible']);
    expect(await codeOf(accept(session, id))).toEqual([422, 'signing_not_possible']);
  });
});
