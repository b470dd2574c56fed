import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { createEidRegistry, type EidPoll, type PolledEidProvider } from '../eid/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { listEvidence } from './evidence-store.ts';
import { type Answer, SignatureUnderTest, TestEid } from './signature.testing.ts';

const METHOD = 'se_bankid';
const MESSAGE = { en: 'Wait.', no: 'Vent.', sv: 'Vänta.', da: 'Vent nu.', fi: 'Odota.', de: 'Warten Sie.' };
const persons = new TestEid();

/** An eID in an app of its own, which tells its end once, like real ones. */
class TestPolledEid implements PolledEidProvider {
  readonly method = METHOD;
  readonly displayName = 'Swedish BankID';
  readonly countryCode = 'SE';
  readonly signs = ['pdf'] as const;
  readonly allowsFraming = true;
  readonly simulator = true;
  readonly askEveryMs = 2000;
  asked = 0;
  canceled = 0;
  /** May wait or throw. */
  answer: () => Promise<EidPoll> | EidPoll = () => this.waiting();

  waiting(): Extract<EidPoll, { result: 'waiting' }> {
    return { result: 'waiting', waiting: this.show(), state: { asked: this.asked } };
  }
  async start() {
    return this.waiting();
  }
  async poll() {
    this.asked += 1;
    return this.answer();
  }
  show() {
    return { qrData: 'code', message: MESSAGE, pollAfterMs: 1000 };
  }
  async cancel() {
    this.canceled += 1;
  }
}

describeOnEachDatabase('signing with an eID in an app of its own', (open) => {
  let signature: SignatureUnderTest;
  const eid = new TestPolledEid();

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open(), {
      eids: createEidRegistry({ providers: [{ environment: 'test', provider: eid }] }),
    });
  });
  afterAll(() => signature.stop());
  beforeEach(() => {
    eid.asked = 0;
    eid.canceled = 0;
    eid.answer = () => eid.waiting();
  });

  async function begun() {
    const { body } = await signature.create();
    const session = await signature.open(body.signers[0].url);
    const started = await signature.app('POST', '/sign/start', session.token, {
      method: METHOD,
      documentSha256: session.view.document.sha256,
    });
    expect(started.body.step).toEqual({ kind: 'poll' });
    return { documentId: body.documentId as string, token: session.token, attemptId: started.body.attemptId as string };
  }
  const poll = (token: string, attemptId: string, language = 'sv'): Promise<Answer> =>
    signature.app('POST', '/sign/poll', token, { attemptId, language });
  const signed = (): EidPoll => persons.completed('Kalle Anka');
  const kinds = async (documentId: string) =>
    (await listEvidence(signature.deps.database, documentId)).map(({ kind }) => kind);

  it('shows what the eID waits for, and asks no more often than it wants, whoever asks here', async () => {
    const { token, attemptId } = await begun();
    expect((await poll(token, attemptId)).body).toEqual({
      waiting: { qrData: 'code', message: 'Vänta.', pollAfterMs: 1000 },
    });
    expect(eid.asked).toBe(0);
    signature.advance(2000);
    await Promise.all(Array.from({ length: 5 }, () => poll(token, attemptId)));
    expect(eid.asked).toBe(1);
    const { attempt } = (await signature.app('GET', '/session', token)).body;
    expect(attempt).toEqual({ attemptId, purpose: 'sign', method: METHOD, state: 'started', polled: true });
  });

  it('signs once, however many ask at the end, and answers it again', async () => {
    const { token, attemptId, documentId } = await begun();
    signature.advance(2000);
    eid.answer = signed;
    const answers = await Promise.all(Array.from({ length: 5 }, () => poll(token, attemptId)));
    const later = await poll(token, attemptId);
    expect([...answers, later].map(({ body }) => body.finished?.outcome)).toEqual(Array(6).fill('signed'));
    expect((await kinds(documentId)).filter((kind) => kind === 'signed')).toHaveLength(1);
  });

  it('keeps the end, which the eID tells once, when the signature cannot be stored at first', async () => {
    const { token, attemptId } = await begun();
    signature.advance(2000);
    eid.answer = signed;
    const put = signature.deps.files.put;
    signature.deps.files.put = async () => {
      throw new Error('the disk is full');
    };
    expect((await poll(token, attemptId)).status).toBe(500);
    signature.deps.files.put = put;
    eid.answer = () => {
      throw new Error('asked after its end');
    };
    expect((await poll(token, attemptId)).body.finished.outcome).toBe('signed');
  });

  it('goes on after the eID could not be reached, without asking it at once again', async () => {
    const { token, attemptId } = await begun();
    signature.advance(2000);
    eid.answer = () => {
      throw new SeglError(503, 'eid_unavailable', 'Away.', { retryAfterSeconds: 10 });
    };
    const away = await poll(token, attemptId);
    expect([away.status, away.body.code]).toEqual([503, 'eid_unavailable']);
    expect((await poll(token, attemptId)).body.waiting.message).toBe('Vänta.');
    signature.advance(2000);
    eid.answer = signed;
    expect((await poll(token, attemptId)).body.finished.outcome).toBe('signed');
  });

  it('tells the person why it failed in the language of the page, and the evidence in the eID’s own code', async () => {
    const { token, attemptId, documentId } = await begun();
    signature.advance(2000);
    const failed = { result: 'failed', code: 'id_blocked', providerCode: 'certificateErr' } as const;
    eid.answer = () => ({ ...failed, providerMessage: MESSAGE.en, message: MESSAGE });
    expect((await poll(token, attemptId, 'fi')).body.finished).toMatchObject({
      outcome: 'failed',
      errorCode: 'SA-1012',
      eidErrorCode: 'certificateErr',
      eidErrorMessage: 'Odota.',
    });
    expect(await kinds(documentId)).toContain('signing_failed');
  });

  it.each([
    [{ result: 'canceled' } as const, { outcome: 'canceled' }],
    [{ result: 'failed', code: 'nin_mismatch' } as const, { outcome: 'failed', errorCode: 'SA-1028' }],
  ])('ends with %o as what it is', async (end, expected) => {
    const { token, attemptId } = await begun();
    signature.advance(2000);
    eid.answer = () => end;
    expect((await poll(token, attemptId)).body.finished).toMatchObject(expected);
  });

  it('is ended at the eID too when the person turns away, and nothing comes of it any more', async () => {
    const { token, attemptId } = await begun();
    expect((await signature.app('POST', '/sign/abort', token, { attemptId })).status).toBe(204);
    expect(eid.canceled).toBe(1);
    signature.advance(2000);
    eid.answer = signed;
    expect((await poll(token, attemptId)).body.finished.outcome).toBe('canceled');
    expect(eid.asked).toBe(0);
  });

  describe('an attempt', () => {
    it('belongs to its session and purpose, and is not completed by a return that there is none of', async () => {
      const [mine, theirs] = [await begun(), await begun()];
      signature.advance(2000);
      eid.answer = signed;
      expect((await poll(theirs.token, mine.attemptId)).status).toBe(401);
      const asLogin = await signature.app('POST', '/auth/poll', mine.token, {
        attemptId: mine.attemptId,
        language: 'en',
      });
      expect(asLogin.status).toBe(401);
      const returnedAttempt = `${mine.attemptId}.${'x'.repeat(32)}`;
      const completed = await signature.app('POST', '/sign/complete', mine.token, { returnedAttempt });
      expect([completed.status, completed.body.code]).toEqual([422, 'eid_not_returned']);
      expect(eid.asked).toBe(0);
    });

    it('leaves no secret behind when it has ended', async () => {
      const { token, attemptId } = await begun();
      signature.advance(2000);
      eid.answer = signed;
      await poll(token, attemptId);
      const [row] = await signature.query<Record<string, unknown>>(
        'select status, state_sealed, answer_sealed from eid_attempts where id = $1',
        [attemptId],
      );
      expect(row).toEqual({ status: 'ended', state_sealed: null, answer_sealed: null });
    });
  });
});
