import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { eventsOf, HOUR_MS, look } from './life-cycle.testing.ts';
import { SignatureUnderTest, SJOBANK } from './signature.testing.ts';

describeOnEachDatabase('cancelling a document', (open) => {
  let signature: SignatureUnderTest;
  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open());
  });
  afterAll(() => signature.stop());

  const cancel = (documentId: string, query = '', options = {}) =>
    signature.api('POST', `/signature/documents/${documentId}/cancel${query}`, options);
  const created = async (changes = {}, signers = ['kari']) => {
    const { body } = await signature.create(changes, signers);
    return { documentId: body.documentId as string, urls: body.signers.map((one: { url: string }) => one.url) };
  };
  const types = (documentId: string) => signature.events(documentId);

  it('closes it, tells the account why, and shows nothing of that to others', async () => {
    const { documentId } = await created({ advanced: { tags: ['leases'] } });
    const answer = await cancel(documentId, '?reason=Customer%20chose%20another%20offer');
    expect([answer.status, answer.body]).toEqual([
      200,
      { documentStatus: 'canceled', completedPackages: [], attachmentPackages: {} },
    ]);
    const event = (await eventsOf(signature, documentId)).at(-1)!;
    const { externalId } = (await signature.api('GET', `/signature/documents/${documentId}`)).body;
    expect(event).toEqual({
      type: 'document_canceled',
      payload: { documentId, externalDocumentId: externalId, message: 'Customer chose another offer' },
      tags: ['leases'],
    });
  });

  it.each(['', '?reason='])('RT-3: needs no reason (%j), and a repetition does nothing', async (query) => {
    const { documentId } = await created();
    const first = await cancel(documentId, query);
    const before = (await signature.api('GET', `/signature/documents/${documentId}/summary`)).body;
    signature.advance(1000);
    const second = await cancel(documentId, '?reason=again');
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect(await types(documentId)).toEqual(['document_created', 'document_canceled']);
    expect((await eventsOf(signature, documentId)).at(-1)!.payload).not.toHaveProperty('message');
    expect((await signature.api('GET', `/signature/documents/${documentId}/summary`)).body).toEqual(before);
  });

  it('RT-11: takes a bare word for the reason', async () => {
    const { documentId } = await created();
    expect((await cancel(documentId, '?changed-my-mind')).status).toBe(200);
    expect((await eventsOf(signature, documentId)).at(-1)!.payload.message).toBe('changed-my-mind');
  });

  it('400 for a reason of more than 1000 characters, and nothing happens', async () => {
    const { documentId } = await created();
    const answer = await cancel(documentId, `?reason=${'x'.repeat(1001)}`);
    expect([answer.status, answer.body.errors[0]]).toMatchObject([400, { field: 'reason', code: 'max_length' }]);
    expect(await types(documentId)).toEqual(['document_created']);
  });

  it('422 document_not_cancelable for a signed and for an expired one', async () => {
    const signed = await created();
    await signature.sign(signed.urls[0]);
    const expired = await created({
      advanced: { timeToLive: { deadline: new Date(signature.now().getTime() + HOUR_MS).toISOString() } },
    });
    signature.advance(HOUR_MS);
    await look(signature);
    for (const { documentId } of [signed, expired]) {
      const before = await types(documentId);
      const answer = await cancel(documentId);
      expect([answer.status, answer.body.code]).toEqual([422, 'document_not_cancelable']);
      expect(await types(documentId)).toEqual(before);
    }
  });

  it("404 for another account's document, another environment's and an unknown one", async () => {
    const { documentId } = await created();
    for (const [id, caller] of [
      [documentId, { accountId: SJOBANK }],
      [documentId, { environment: 'prod', headers: { 'x-forwarded-proto': 'https' } }],
      ['0195a000-0000-7000-8000-0000000000ee', {}],
    ] as const) {
      const answer = await cancel(id, '', caller);
      expect([answer.status, answer.body.code]).toEqual([404, 'document_not_found']);
    }
    expect(await types(documentId)).toEqual(['document_created']);
  });

  it('discards a signature that comes after it; the signer learns why, and then the session is over', async () => {
    const { documentId, urls } = await created({}, ['kari', 'ola1']);
    await signature.sign(urls[1]);
    const session = await signature.open(urls[0]);
    const attemptId = await signature.goToEidAndBack(session);
    await cancel(documentId);
    const done = await signature.app('POST', '/sign/complete', session.token, {
      returnedAttempt: signature.returned(attemptId),
    });
    expect([done.status, done.body.outcome, done.body.view.state]).toEqual([200, 'failed', 'canceled']);
    const content = await signature.app('GET', '/documents/main/content', session.token);
    expect([content.status, content.body.state]).toEqual([422, 'canceled']);
    expect((await signature.app('POST', '/session/keepalive', session.token)).status).toBe(200);
    signature.advance(6 * 60_000);
    expect((await signature.app('GET', '/session', session.token)).status).toBe(401);
    const { body } = await signature.api('GET', `/signature/documents/${documentId}/summary`);
    expect([body.status.documentStatus, body.currentSignatures]).toEqual(['canceled', 1]);
    expect((await signature.open(urls[0])).view.state).toBe('canceled');
  });

  it('of a signature and a cancellation at the same moment, one wins and the other finds out', async () => {
    for (let round = 0; round < 10; round++) {
      const { documentId, urls } = await created();
      const session = await signature.open(urls[0]);
      const attemptId = await signature.goToEidAndBack(session);
      const [done, canceled] = await Promise.all([
        signature.app('POST', '/sign/complete', session.token, { returnedAttempt: signature.returned(attemptId) }),
        cancel(documentId),
      ]);
      const status = (await signature.api('GET', `/signature/documents/${documentId}/status`)).body.documentStatus;
      expect([done.body.outcome, canceled.status, status]).toEqual(
        status === 'signed' ? ['signed', 422, 'signed'] : ['failed', 200, 'canceled'],
      );
      const ends = (await types(documentId)).filter(
        (type) => /_(signed|canceled)$/.test(type) && !/partially/.test(type),
      );
      expect(ends).toEqual([status === 'signed' ? 'document_signed' : 'document_canceled']);
    }
  });
});
