import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../../test-kit/src/databases.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { handwrittenPicture } from './evidence-document.ts';
import { listEvidence } from './evidence-store.ts';
import { readPicture, writePicture } from './png-picture.ts';
import { METHOD, SignatureUnderTest, testSigner } from './signature.testing.ts';

/** A line from corner to corner, as it is drawn and as it is seen. */
const STROKES = [[10, 10, 0, 0.5, 300, 100, 200, 0.7, 590, 190, 400, 0.2]];
const PICTURE = picture((x, y) => Math.abs(x - 3 * y) < 6);

function picture(hasInk: (x: number, y: number) => boolean): string {
  const pixels = Buffer.alloc(600 * 200 * 4);
  for (let index = 0; index < 600 * 200; index++) {
    if (hasInk(index % 600, Math.floor(index / 600))) pixels[index * 4 + 3] = 255;
  }
  return writePicture({ width: 600, height: 200, pixels }).toString('base64');
}

describe('signatures that are sealed here', () => {
  let database: TestDatabase;
  let signature: SignatureUnderTest;
  let timeStampsAreDown = false;
  let timeStampPolicy: 'refuse' | 'queue';
  const unavailable = () => new SeglError(503, 'timestamp_unavailable', 'Later.', { retryAfterSeconds: 60 });

  beforeAll(async () => {
    database = await freshDatabase('embedded');
    signature = await SignatureUnderTest.start(database, {
      sealXml: async (_account, bytes) => {
        if (timeStampsAreDown && timeStampPolicy === 'refuse') throw unavailable();
        return { bytes, level: timeStampsAreDown ? 'B-B' : 'B-LT' };
      },
      raiseSeal: async (sealed) => {
        if (timeStampsAreDown) throw unavailable();
        return Buffer.concat([sealed, Buffer.from('<!-- raised -->')]);
      },
    });
  });
  afterAll(async () => {
    await signature.stop();
    await database.close();
  });
  beforeEach(() => {
    timeStampsAreDown = false;
    timeStampPolicy = 'queue';
    signature.eid.answer = () => signature.eid.completed('Kari Nordmann');
  });

  const post = (token: string, path: string, body: unknown = {}) => signature.app('POST', path, token, body);
  async function opened(signatureType: Record<string, unknown>, changes = {}) {
    const signer = testSigner('kari', { signatureType, signerInfo: { firstName: 'Kari', lastName: 'N' } });
    const { body } = await signature.create({ signers: [signer], ...changes });
    const session = await signature.open(body.signers[0].url);
    return {
      session,
      token: session.token,
      documentId: body.documentId as string,
      signerId: body.signers[0].id as string,
    };
  }
  async function logIn(session: { token: string; view: { document: { sha256: string } } }) {
    const attemptId = await signature.goToEidAndBack(session);
    return post(session.token, '/sign/complete', { returnedAttempt: signature.returned(attemptId) });
  }
  const written = (session: { view: { document: { sha256: string } } }, changes = {}) => ({
    documentSha256: session.view.document.sha256,
    kind: 'drawn',
    firstName: 'Kari',
    lastName: 'Nordmann',
    picture: PICTURE,
    strokes: STROKES,
    ...changes,
  });
  const native = async (documentId: string, signerId: string) =>
    (await signature.api('GET', `/signature/documents/${documentId}/files/signers/${signerId}?fileFormat=native`)).text;
  const summary = async (documentId: string) =>
    (await signature.api('GET', `/signature/documents/${documentId}/summary`)).body;

  it.each([
    ['identification', {}, 'accept'],
    ['eaccept', {}, 'accept'],
    ['handwritten_with_identification', {}, 'handwriting'],
    ['eaccept', { onEacceptUseHandWrittenSignature: true }, 'handwriting'],
  ])('%s %j: login at the eID, then %s; the seal holds both', async (mechanism, more, step) => {
    const { session, token, documentId, signerId } = await opened({ mechanism, ...more });
    expect(session.view).toMatchObject({ signStep: 'eid', mechanism });
    const login = await logIn(session);
    expect(login.body).toMatchObject({
      outcome: 'identified',
      view: { state: 'sign', signStep: step, identity: { fullName: 'Kari Nordmann', method: METHOD } },
    });
    expect(signature.eid.started.at(-1)).toMatchObject({
      purpose: 'identify',
      documentSha256: session.view.document.sha256,
      documentTitle: 'Lease agreement',
    });
    const wrongWay =
      step === 'accept'
        ? ['/sign/handwritten', written(session)]
        : ['/sign/accept', { documentSha256: session.view.document.sha256 }];
    expect((await post(token, wrongWay[0] as string, wrongWay[1])).body.code).toBe('method_not_available');
    // The name of the login stands, whatever the browser says.
    const done =
      step === 'accept'
        ? await post(token, '/sign/accept', { documentSha256: session.view.document.sha256 })
        : await post(token, '/sign/handwritten', written(session, { firstName: 'Ola', lastName: 'Hansen' }));
    expect([done.status, done.body.outcome, done.body.view.state]).toEqual([200, 'signed', 'signed']);

    const [made] = (await summary(documentId)).documentSignatures;
    expect(made).toMatchObject({
      signatureMethod: METHOD,
      mechanism,
      fullName: 'Kari Nordmann',
      signatureMethodUniqueId: '9578-Kari Nordmann',
      dateOfBirth: '020684',
    });
    const xml = await native(documentId, signerId);
    expect(xml).toContain(`sha256="${session.view.document.sha256}"`);
    expect(xml).toMatch(/<Answer format="oidc_id_token"[^>]*>[A-Za-z0-9+/=]+<\/Answer>/);
    expect(xml).toContain('<Binding>');
    expect(xml.includes('<Handwriting kind="drawn" firstName="Kari" lastName="Nordmann"')).toBe(step === 'handwriting');
    expect(await signature.events(documentId)).toEqual([
      'document_created',
      'document_link_opened',
      'document_partially_signed',
      'document_signed',
    ]);
  });

  it('handwritten: no eID, the name as written, and the picture and strokes as drawn', async () => {
    const { session, token, documentId, signerId } = await opened({ mechanism: 'handwritten' });
    expect(session.view).toMatchObject({ signStep: 'handwriting', signer: { firstName: 'Kari', lastName: 'N' } });
    const start = await post(token, '/sign/start', { method: METHOD, documentSha256: session.view.document.sha256 });
    expect(start.body.code).toBe('method_not_available');
    const done = await post(token, '/sign/handwritten', written(session, { firstName: ' Kari  Anne ' }));
    expect(done.body.view.signature).toMatchObject({
      fullName: 'Kari Anne Nordmann',
      method: 'unknown',
      methodName: 'Handwritten signature',
      mechanism: 'handwritten',
    });
    // Said twice, it is made once.
    expect((await post(token, '/sign/handwritten', written(session))).body.outcome).toBe('signed');
    const found = await summary(documentId);
    expect(found.documentSignatures).toHaveLength(1);
    expect(found.documentSignatures[0]).toMatchObject({
      signatureMethod: 'unknown',
      mechanism: 'handwritten',
      fullName: 'Kari Anne Nordmann',
      firstName: 'Kari Anne',
    });
    const xml = await native(documentId, signerId);
    expect(xml).toContain(`<Strokes points="x y milliseconds pressure">${JSON.stringify(STROKES)}</Strokes>`);
    const kept = readPicture(handwrittenPicture(Buffer.from(xml))!, 600, 200)!;
    expect(kept.pixels.equals(readPicture(Buffer.from(PICTURE, 'base64'), 600, 200)!.pixels)).toBe(true);
    const last = (await listEvidence(signature.deps.database, documentId)).at(-1)!;
    expect(last).toMatchObject({
      kind: 'signed',
      data: { method: 'unknown', mechanism: 'handwritten', handwriting: 'drawn' },
    });
  });

  it('typed instead of drawn: without strokes', async () => {
    const { session, token, documentId, signerId } = await opened({ mechanism: 'handwritten' });
    expect((await post(token, '/sign/handwritten', written(session, { kind: 'typed' }))).body.outcome).toBe('signed');
    const xml = await native(documentId, signerId);
    expect([xml.includes('<Handwriting kind="typed"'), xml.includes('<Strokes')]).toEqual([true, false]);
  });

  it.each([
    ['a picture without ink', { picture: picture(() => false) }, 422, 'signature_empty'],
    [
      'a dot',
      { picture: picture((x, y) => Math.hypot(x - 9, y - 9) < 5), strokes: [[9, 9, 0, 1]] },
      422,
      'signature_empty',
    ],
    ['no strokes for what is drawn', { strokes: [] }, 422, 'signature_empty'],
    ['points outside of the area', { strokes: [[601, 0, 0, 0]] }, 400, 'validation_failed'],
    ['half a point', { strokes: [[1, 2, 3]] }, 400, 'validation_failed'],
    [
      'a picture of another size',
      { picture: writePicture({ width: 2, height: 2, pixels: Buffer.alloc(16) }).toString('base64') },
      400,
      'validation_failed',
    ],
    ['no picture', { picture: 'x' }, 400, 'validation_failed'],
    ['no last name', { lastName: '  ' }, 400, 'validation_failed'],
    ['other bytes', { documentSha256: '0'.repeat(64) }, 422, 'document_changed'],
  ])('refuses %s', async (_name, changes, status, code) => {
    const { session, token, documentId } = await opened({ mechanism: 'handwritten' });
    const answer = await post(token, '/sign/handwritten', written(session, changes));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect((await summary(documentId)).currentSignatures).toBe(0);
  });

  it('nothing is accepted without a login, or under that of another session', async () => {
    const { session, token } = await opened({ mechanism: 'identification' });
    const accept = (one: string) => post(one, '/sign/accept', { documentSha256: session.view.document.sha256 });
    expect((await accept(token)).body.code).toBe('login_missing');
    await logIn(session);
    const { signToken } = session;
    const other = (await signature.call('POST', '/app/v1/session', { body: { signToken } })).body;
    expect(other.view.signStep).toBe('eid');
    expect((await accept(other.sessionToken)).body.code).toBe('login_missing');
  });

  it('who proved before reading who they are need not log in again', async () => {
    const signer = testSigner('kari', {
      signatureType: { mechanism: 'identification' },
      authentication: { mechanism: 'eid', signatureMethodUniqueId: '9578-Kari Nordmann' },
    });
    const { body } = await signature.create({ signers: [signer] });
    const { token } = await signature.open(body.signers[0].url);
    const started = await post(token, '/auth/start', { method: METHOD });
    const state = new URL(started.body.step.url).searchParams.get('state');
    const back = await signature.call('GET', `/app/v1/eid/callback?state=${state}&code=x`);
    const passed = await post(token, '/auth/complete', {
      returnedAttempt: String(back.headers.location).split('#attempt=')[1],
    });
    expect(passed.body.view).toMatchObject({ signStep: 'accept', identity: { fullName: 'Kari Nordmann' } });
    const { sha256 } = passed.body.view.document;
    expect((await post(token, '/sign/accept', { documentSha256: sha256 })).body.outcome).toBe('signed');
  });

  it('a login that was begun before the deadline counts for five minutes more, a hand does not', async () => {
    const advanced = { timeToLive: { deadline: new Date(signature.now().getTime() + 60_000).toISOString() } };
    const byLogin = await opened({ mechanism: 'identification' }, { advanced });
    const byHand = await opened({ mechanism: 'handwritten' }, { advanced });
    await logIn(byLogin.session);
    signature.advance(2 * 60_000);
    const { sha256 } = byLogin.session.view.document;
    expect((await post(byLogin.token, '/sign/accept', { documentSha256: sha256 })).body.outcome).toBe('signed');
    const late = await post(byHand.token, '/sign/handwritten', written(byHand.session));
    expect([late.status, late.body.code, late.body.state]).toEqual([422, 'signing_not_possible', 'expired']);
  });

  it('503 timestamp_unavailable, and nothing is signed, while there is no time-stamp and the instance refuses', async () => {
    const { session, token, documentId } = await opened({ mechanism: 'handwritten' });
    timeStampsAreDown = true;
    timeStampPolicy = 'refuse';
    const answer = await post(token, '/sign/handwritten', written(session));
    expect([answer.status, answer.body.code]).toEqual([503, 'timestamp_unavailable']);
    expect((await summary(documentId)).currentSignatures).toBe(0);
  });

  it('with the policy queue it is signed, and its evidence is there when it has got its time-stamp', async () => {
    const { session, token, documentId, signerId } = await opened({ mechanism: 'handwritten' });
    timeStampsAreDown = true;
    expect((await post(token, '/sign/handwritten', written(session))).body.outcome).toBe('signed');
    const files = `/signature/documents/${documentId}/files`;
    const natives = [`${files}?fileFormat=native`, `${files}/signers/${signerId}?fileFormat=native`];
    const completed = async () => (await summary(documentId)).status.completedPackages;
    for (const path of natives) {
      const answer = await signature.api('GET', path);
      expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([404, 'file_not_ready', '60']);
    }
    expect(await completed()).toEqual([]);

    timeStampsAreDown = false;
    const [one, other] = await Promise.all(natives.map((path) => signature.api('GET', path)));
    expect([one!.status, other!.status]).toEqual([200, 200]);
    expect(one!.text).toMatch(/<Handwriting.*<!-- raised -->$/s);
    expect(other!.text).toBe(one!.text);
    expect(await completed()).toEqual(['native']);
    const log = await listEvidence(database, documentId);
    const signed = log.find((entry) => entry.kind === 'signed')!;
    const raised = log.filter((entry) => entry.kind === 'native_time_stamped');
    expect(raised.map((entry) => [entry.signerId, entry.data])).toEqual([
      [
        signerId,
        { formerSha256: signed.data.nativeSha256, nativeSha256: createHash('sha256').update(one!.bytes).digest('hex') },
      ],
    ]);
  });
});
