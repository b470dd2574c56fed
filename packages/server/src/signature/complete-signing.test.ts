import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { providerErrorCode } from './complete-signing.ts';
import { firstBrokenEvidence } from './evidence.ts';
import { listEvidence } from './evidence-store.ts';
import { METHOD, SignatureUnderTest, testSigner } from './signature.testing.ts';
import { findDocument } from './store.ts';

const MINUTE_MS = 60_000;

/** A promise and the function that resolves it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

it.each([
  ['no_bankid_netcentric', 'SA-1012'],
  ['mitid', 'SA-1012'],
  ['dk_nemid', 'SA-1019'],
  ['no_buypass', 'SA-1023'],
])('what %s reports is %s', (method, code) => {
  expect(providerErrorCode(method)).toBe(code);
});

describeOnEachDatabase('signing', (open) => {
  let signature: SignatureUnderTest;
  let refuseTimeStamps = false;

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open(), {
      requireTimeStamps: async () => {
        if (refuseTimeStamps) throw new SeglError(503, 'timestamp_unavailable', 'Later.', { retryAfterSeconds: 60 });
      },
    });
  });
  afterAll(() => signature.stop());
  beforeEach(() => {
    signature.eid.answer = () => signature.eid.completed('Kari Nordmann');
  });

  async function opened(changes = {}) {
    const { body } = await signature.create(changes);
    return { body, documentId: body.documentId as string, session: await signature.open(body.signers[0].url) };
  }
  const complete = (token: string, attemptId: string) =>
    signature.app('POST', '/sign/complete', token, { returnedAttempt: signature.returned(attemptId) });
  const abort = (token: string, attemptId: string) => signature.app('POST', '/sign/abort', token, { attemptId });
  const status = async (documentId: string) =>
    (await signature.api('GET', `/signature/documents/${documentId}/status`)).body.documentStatus;
  const evidence = (documentId: string) => listEvidence(signature.deps.database, documentId);

  async function expectIntactEvidence(documentId: string): Promise<void> {
    const document = (await findDocument(signature.deps.database, documentId))!;
    const end = { sequence: document.evidenceSequence, hash: document.evidenceHash };
    expect(firstBrokenEvidence(documentId, await evidence(documentId), end)).toBeUndefined();
  }

  describe('starting', () => {
    it('hands over to the eID with what it must know, and records the choice', async () => {
      const { body, documentId } = await opened({
        signers: [testSigner('kari', { signerInfo: { socialSecurityNumber: '01017000027' }, ui: { language: 'NO' } })],
      });
      const session = await signature.open(body.signers[0].url);
      const { attemptId } = await signature.goToEid(session);
      expect(signature.eid.started.at(-1)).toEqual({
        attemptId,
        accountName: 'Nordbank',
        environment: 'test',
        purpose: 'sign',
        documentTitle: 'Lease agreement',
        documentSha256: session.view.document.sha256,
        nationalNumber: '01017000027',
        language: 'no',
        callbackUrl: 'http://localhost:8642/app/v1/eid/callback',
      });
      expect((await evidence(documentId)).at(-1)).toMatchObject({
        kind: 'signing_started',
        data: { method: METHOD, attemptId },
      });
      const { attempt } = (await signature.app('GET', '/session', session.token)).body;
      expect(attempt).toEqual({ attemptId, purpose: 'sign', method: METHOD, state: 'started', polled: false });
    });

    it.each([
      [{ method: 'se_bankid' }, 422, 'method_not_available'],
      [{ method: '__proto__' }, 422, 'method_not_available'],
      [{ documentSha256: '0'.repeat(64) }, 422, 'document_changed'],
      [{ documentSha256: 'x' }, 400, 'validation_failed'],
    ])('refuses %j', async (changes, wanted, code) => {
      const { session, documentId } = await opened();
      const before = await evidence(documentId);
      const answer = await signature.app('POST', '/sign/start', session.token, {
        method: METHOD,
        documentSha256: session.view.document.sha256,
        ...changes,
      });
      expect([answer.status, answer.body.code]).toEqual([wanted, code]);
      expect(await evidence(documentId)).toEqual(before);
    });

    it('503 timestamp_unavailable while the instance refuses signatures', async () => {
      const { session } = await opened();
      refuseTimeStamps = true;
      const answer = await signature.app('POST', '/sign/start', session.token, {
        method: METHOD,
        documentSha256: session.view.document.sha256,
      });
      refuseTimeStamps = false;
      expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([
        503,
        'timestamp_unavailable',
        '60',
      ]);
    });
  });

  describe('the return from the eID', () => {
    it('leads back into the app of the session that started', async () => {
      const { session } = await opened();
      const { attemptId, callbackKey } = await signature.goToEid(session);
      const back = await signature.call('GET', `/app/v1/eid/callback?state=${callbackKey}&code=secret-code`);
      expect([back.status, String(back.headers.location).replace(/[^.]*$/, '')]).toEqual([
        303,
        `/d/${session.handle}#attempt=${attemptId}.`,
      ]);
      expect(back.headers['referrer-policy']).toBe('no-referrer');
      const [row] = await signature.query<{ row: string }>('select a::text as row from eid_attempts a where id = $1', [
        attemptId,
      ]);
      expect(row!.row).not.toContain(Buffer.from('secret-code').toString('hex'));
    });

    it('is complete only for the browser that came back: who started it elsewhere cannot sign as somebody else', async () => {
      const { session } = await opened();
      const { attemptId, callbackKey } = await signature.goToEid(session);
      const callback = `/app/v1/eid/callback?state=${callbackKey}&code=x`;
      // The other person's browser comes back first; the one who sent the address there knows all but the code.
      const theirs = await signature.call('GET', callback);
      const own = await signature.call('GET', callback);
      expect(own.headers.location).toBe(`/d/${session.handle}`);
      for (const code of ['x'.repeat(32), 'A'.repeat(32)]) {
        const answer = await signature.app('POST', '/sign/complete', session.token, {
          returnedAttempt: `${attemptId}.${code}`,
        });
        expect([answer.status, answer.body.code]).toEqual([422, 'eid_not_returned']);
      }
      const returnedAttempt = String(theirs.headers.location).split('#attempt=')[1];
      const rightly = await signature.app('POST', '/sign/complete', session.token, { returnedAttempt });
      expect(rightly.body.outcome).toBe('signed');
    });

    it.each([
      '',
      '?state=',
      '?state=unknown',
      '?state=%00',
      '?state=a&state=b',
      `?state=${'x'.repeat(600)}`,
      '?error=access_denied',
    ])('an address that belongs to no attempt is a 404 page: %j', async (query) => {
      const page = await signature.call('GET', `/app/v1/eid/callback${query}`);
      expect(page.status).toBe(404);
      expect(page.text).toContain('"state":"unknown_link"');
    });

    it('422 eid_not_returned before it', async () => {
      const { session } = await opened();
      const { attemptId } = await signature.goToEid(session);
      const answer = await complete(session.token, attemptId);
      expect([answer.status, answer.body.code]).toEqual([422, 'eid_not_returned']);
    });
  });

  describe('completing', () => {
    it('records the signature with its evidence and events, and answers it again when asked again', async () => {
      const { session, documentId, body } = await opened();
      const attemptId = await signature.goToEidAndBack(session);
      const answer = await complete(session.token, attemptId);
      expect([answer.status, answer.body.outcome]).toEqual([200, 'signed']);
      expect(answer.body.view).toMatchObject({
        state: 'signed',
        signature: { fullName: 'Kari Nordmann', method: METHOD, methodName: 'Test eID' },
        remainingSigners: 0,
      });
      expect(await status(documentId)).toBe('signed');
      expect((await evidence(documentId)).map((entry) => entry.kind)).toEqual([
        'document_created',
        'link_opened',
        'method_chosen',
        'signing_started',
        'signed',
      ]);
      await expectIntactEvidence(documentId);
      const document = (await findDocument(signature.deps.database, documentId))!;
      const native = await signature.deps.files.read(document.accountId, document.signatures[0]!.native.sha256);
      expect(native.toString()).toContain('token of Kari Nordmann');
      const before = await signature.stored();
      expect((await complete(session.token, attemptId)).body).toEqual(answer.body);
      expect(await signature.stored()).toEqual(before);
      expect(body.signers[0].documentSignature).toBeUndefined();
    });

    it('two requests at once: one completes, both get its outcome', async () => {
      const { session, documentId } = await opened();
      const attemptId = await signature.goToEidAndBack(session);
      const { opened: reached, open: release } = gate();
      signature.eid.answer = async () => {
        await reached;
        return signature.eid.completed('Kari Nordmann');
      };
      const both = [complete(session.token, attemptId), complete(session.token, attemptId)];
      setTimeout(release, 300);
      const answers = await Promise.all(both);
      expect(answers.map((answer) => answer.body.outcome)).toEqual(['signed', 'signed']);
      expect((await evidence(documentId)).filter((entry) => entry.kind === 'signed')).toHaveLength(1);
    });

    it('the person turned away at the eID: canceled, and free to try again', async () => {
      const { session, documentId } = await opened();
      const attemptId = await signature.goToEidAndBack(session);
      signature.eid.answer = () => ({ result: 'canceled' });
      const answer = await complete(session.token, attemptId);
      expect(answer.body).toMatchObject({ outcome: 'canceled', view: { state: 'sign' } });
      expect((await evidence(documentId)).at(-1)).toMatchObject({ kind: 'signing_canceled', data: { attemptId } });
      expect((await complete(session.token, attemptId)).body.outcome).toBe('canceled');
      signature.eid.answer = () => signature.eid.completed('Kari Nordmann');
      const second = await signature.goToEidAndBack(session);
      expect((await complete(session.token, second)).body.outcome).toBe('signed');
      await expectIntactEvidence(documentId);
    });

    it('the eID failed: its own words are answered and recorded', async () => {
      const { session, documentId } = await opened();
      const attemptId = await signature.goToEidAndBack(session);
      signature.eid.answer = () => ({
        result: 'failed',
        code: 'blocked',
        providerCode: 'C167',
        providerMessage: 'Blocked',
      });
      const answer = await complete(session.token, attemptId);
      expect(answer.body).toMatchObject({
        outcome: 'failed',
        errorCode: 'SA-1012',
        eidErrorCode: 'C167',
        eidErrorMessage: 'Blocked',
        view: { state: 'sign' },
      });
      expect((await evidence(documentId)).at(-1)).toMatchObject({ kind: 'signing_failed', data: { code: 'C167' } });
      expect(await status(documentId)).toBe('unsigned');
      const repeated = await complete(session.token, attemptId);
      expect(repeated.body).toEqual(answer.body);
    });

    it('the eID cannot be reached: 503, nothing recorded, and the same attempt can be completed later', async () => {
      const { session, documentId } = await opened();
      const attemptId = await signature.goToEidAndBack(session);
      const before = await evidence(documentId);
      signature.eid.answer = () => {
        throw new SeglError(503, 'eid_unavailable', 'The eID cannot be reached.', { retryAfterSeconds: 5 });
      };
      const answer = await complete(session.token, attemptId);
      expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([503, 'eid_unavailable', '5']);
      expect(await evidence(documentId)).toEqual(before);
      signature.eid.answer = () => signature.eid.completed('Kari Nordmann');
      expect((await complete(session.token, attemptId)).body.outcome).toBe('signed');
    });

    it('the attempt of another session cannot be completed or ended, not even of the same signer', async () => {
      const { session, body, documentId } = await opened();
      const other = await signature.open(body.signers[0].url);
      const stranger = (await opened()).session;
      const attemptId = await signature.goToEidAndBack(session);
      for (const { token } of [other, stranger]) {
        for (const answer of [await complete(token, attemptId), await abort(token, attemptId)]) {
          expect([answer.status, answer.body.code]).toEqual([401, 'session_expired']);
        }
      }
      expect(await status(documentId)).toBe('unsigned');
      expect((await complete(session.token, attemptId)).body.outcome).toBe('signed');
    });

    it.each(['x', '', '0195a000-0000-7000-8000-0000000000ee'])('an attempt that is none: %j', async (attemptId) => {
      const { session } = await opened();
      expect((await complete(session.token, attemptId)).status).toBe(attemptId.length === 36 ? 401 : 400);
    });

    it('EN-6: a second signature by the same signer is refused, whichever session was first', async () => {
      const { session, body, documentId } = await opened();
      const other = await signature.open(body.signers[0].url);
      const attempts = [await signature.goToEidAndBack(session), await signature.goToEidAndBack(other)];
      const answers = await Promise.all([complete(session.token, attempts[0]!), complete(other.token, attempts[1]!)]);
      expect(answers.map((answer) => answer.body.outcome).sort()).toEqual(['failed', 'signed']);
      const lost = answers.find((answer) => answer.body.outcome === 'failed')!;
      expect(lost.body).toMatchObject({ errorCode: 'SA-1012', view: { state: 'signed' } });
      expect((await evidence(documentId)).filter((entry) => entry.kind === 'signed')).toHaveLength(1);
      await expectIntactEvidence(documentId);
    });

    it('both signers of a document at the same moment are accepted, and the chain holds', async () => {
      const { body } = await signature.create({}, ['kari', 'ola-n']);
      const sessions = await Promise.all(body.signers.map((one: { url: string }) => signature.open(one.url)));
      const attempts = await Promise.all(sessions.map((one) => signature.goToEidAndBack(one)));
      const answers = await Promise.all(sessions.map((one, index) => complete(one.token, attempts[index]!)));
      expect(answers.map((answer) => answer.body.outcome)).toEqual(['signed', 'signed']);
      expect(await status(body.documentId)).toBe('signed');
      const events = await signature.events(body.documentId);
      expect(events.filter((type) => type === 'document_partially_signed')).toHaveLength(2);
      expect(events.filter((type) => type === 'document_signed')).toHaveLength(1);
      await expectIntactEvidence(body.documentId);
    });

    it.each(['canceled', 'expired'])('a signature that loses against %s is discarded', async (end) => {
      const { session, documentId } = await opened();
      const attemptId = await signature.goToEidAndBack(session);
      await signature.query('update documents set status = $2 where id = $1', [documentId, end]);
      const answer = await complete(session.token, attemptId);
      expect(answer.body).toMatchObject({ outcome: 'failed', errorCode: 'SA-1012', view: { state: end } });
      expect((await signature.api('GET', `/signature/documents/${documentId}/summary`)).body.currentSignatures).toBe(0);
    });

    it('signature.md 1: started before the deadline, it is accepted until five minutes after it', async () => {
      for (const [late, outcome] of [
        [5 * MINUTE_MS - 1, 'signed'],
        [5 * MINUTE_MS, 'failed'],
      ] as const) {
        const made = await SignatureUnderTest.start(await open());
        const { body } = await made.create({
          advanced: { timeToLive: { deadline: new Date(made.now().getTime() + 2 * MINUTE_MS).toISOString() } },
        });
        const session = await made.open(body.signers[0].url);
        const attemptId = await made.goToEidAndBack(session);
        made.advance(2 * MINUTE_MS + late);
        const answer = await made.app('POST', '/sign/complete', session.token, {
          returnedAttempt: made.returned(attemptId),
        });
        expect([late, answer.body.outcome]).toEqual([late, outcome]);
        await made.stop();
      }
    });

    it('401 after the session has ended, and nothing is signed', async () => {
      const { session, documentId } = await opened();
      const attemptId = await signature.goToEidAndBack(session);
      signature.advance(20 * MINUTE_MS);
      const answer = await complete(session.token, attemptId);
      expect([answer.status, answer.body.code]).toEqual([401, 'session_expired']);
      expect(await status(documentId)).toBe('unsigned');
    });
  });

  describe('turning away in the app', () => {
    it('ends the attempt at the eID too; a later return cannot sign', async () => {
      const { session, documentId } = await opened();
      const { attemptId, callbackKey } = await signature.goToEid(session);
      const canceled = signature.eid.canceled;
      expect((await abort(session.token, attemptId)).status).toBe(204);
      expect((await abort(session.token, attemptId)).status).toBe(204);
      expect(signature.eid.canceled).toBe(canceled + 1);
      await signature.call('GET', `/app/v1/eid/callback?state=${callbackKey}&code=x`);
      const late = await complete(session.token, attemptId);
      expect([late.status, late.body.code]).toEqual([422, 'eid_not_returned']);
      expect(await status(documentId)).toBe('unsigned');
    });

    it('cannot take back a signature that is being completed', async () => {
      const { session, documentId } = await opened();
      const attemptId = await signature.goToEidAndBack(session);
      const { opened: reached, open: release } = gate();
      const asked = gate();
      signature.eid.answer = async () => {
        asked.open();
        await reached;
        return signature.eid.completed('Kari Nordmann');
      };
      const completing = complete(session.token, attemptId);
      await asked.opened;
      expect((await abort(session.token, attemptId)).status).toBe(204);
      release();
      expect((await completing).body.outcome).toBe('signed');
      expect((await complete(session.token, attemptId)).body.outcome).toBe('signed');
      expect(await status(documentId)).toBe('signed');
    });

    it('a request that was given up for dead and comes back late still counts as the signature it made', async () => {
      const { session } = await opened();
      const attemptId = await signature.goToEidAndBack(session);
      const { opened: reached, open: release } = gate();
      const asked = gate();
      let calls = 0;
      signature.eid.answer = async () => {
        calls += 1;
        if (calls > 1) return { result: 'failed', code: 'code_used' };
        asked.open();
        await reached;
        return signature.eid.completed('Kari Nordmann');
      };
      const slow = complete(session.token, attemptId);
      await asked.opened;
      signature.advance(31_000);
      expect((await complete(session.token, attemptId)).body.outcome).toBe('failed');
      release();
      expect((await slow).body.outcome).toBe('signed');
      expect((await complete(session.token, attemptId)).body).toMatchObject({
        outcome: 'signed',
        view: { state: 'signed' },
      });
    });
  });
});
