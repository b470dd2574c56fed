import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { type Answer, NORDBANK, SignatureUnderTest, testSigner } from './signature.testing.ts';

const DAY_MS = 24 * 3_600_000;
const NATIONAL_NUMBER = '05128938534';

describeOnEachDatabase('the way back to the sender', (open) => {
  let signature: SignatureUnderTest;

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open());
  });
  afterAll(() => signature.stop());

  async function document(urls: Record<string, string> = {}, changes = {}) {
    const settings = {
      redirectMode: 'redirect',
      success: 'https://nordbank.example/done',
      cancel: 'https://nordbank.example/cancel',
      error: 'https://nordbank.example/error',
      ...urls,
    };
    const signer = testSigner('kari', {
      redirectSettings: settings,
      signerInfo: { socialSecurityNumber: NATIONAL_NUMBER },
    });
    const { body } = await signature.create({ ...changes, signers: [signer] });
    return body;
  }

  const tokenIn = (url: string) => /idfy-jwt=([^&#]+)/.exec(url)![1]!;
  const validated = async (jwt: string) => (await signature.call('POST', '/signature/jwt', { body: { jwt } })).body;
  const ids = (body: Answer['body']) => ({
    AccountId: NORDBANK,
    DocumentId: body.documentId,
    ExternalId: body.externalId,
    SignerId: body.signers[0].id,
    ExternalSignerId: 'signer-kari',
  });
  const sameIds = (body: Answer['body']) => ({
    accountId: NORDBANK,
    documentId: body.documentId,
    externalId: body.externalId,
    signerId: body.signers[0].id,
    externalSignerId: 'signer-kari',
  });

  it('after signing: who has signed, when and with what, and no national number', async () => {
    const created = await document();
    const session = await signature.open(created.signers[0].url);
    expect((await signature.app('GET', '/result', session.token)).body.redirect).toBeUndefined();
    const attemptId = await signature.goToEidAndBack(session);
    await signature.app('POST', '/sign/complete', session.token, { returnedAttempt: signature.returned(attemptId) });
    const { redirect } = (await signature.app('GET', '/result', session.token)).body;
    expect(redirect).toMatch(/^https:\/\/nordbank\.example\/done\?idfy-jwt=[\w-]+\.[\w-]+\.[\w-]+$/);
    const claims = decodeJwt(tokenIn(redirect));
    const success = {
      SignatureMethodUniqueId: '9578-Kari Nordmann',
      FirstName: 'Kari',
      LastName: 'Nordmann',
      FullName: 'Kari Nordmann',
      DateOfBirth: '1984-06-02',
      SignatureMethod: 'no_bankid_netcentric',
      SignedTime: signature.now().toISOString(),
      Mechanism: 'pkisignature',
    };
    expect(claims).toEqual({
      ...ids(created),
      SignSuccess: success,
      Expires: new Date(claims.exp! * 1000).toISOString(),
      exp: claims.exp,
    });
    expect(JSON.stringify(claims)).not.toContain(NATIONAL_NUMBER);
    expect(await validated(tokenIn(redirect))).toEqual({
      jwtValid: true,
      expired: false,
      jwtPayload: {
        ...sameIds(created),
        signSuccess: {
          signatureMethodUniqueId: '9578-Kari Nordmann',
          firstName: 'Kari',
          lastName: 'Nordmann',
          fullName: 'Kari Nordmann',
          dateOfBirth: '1984-06-02',
          signatureMethod: 'no_bankid_netcentric',
          signedTime: success.SignedTime,
          mechanism: 'pkisignature',
        },
        expires: claims.Expires,
        aborted: false,
      },
    });
  });

  it('after turning away: Aborted and nothing else', async () => {
    const created = await document();
    const { token } = await signature.open(created.signers[0].url);
    const { redirect } = (await signature.app('POST', '/session/cancel', token)).body;
    const { exp: _, Expires: __, ...claims } = decodeJwt(tokenIn(redirect));
    expect(claims).toEqual({ ...ids(created), Aborted: true });
    expect((await validated(tokenIn(redirect))).jwtPayload).toMatchObject({ ...sameIds(created), aborted: true });
  });

  it('after a failure of the eID: its code and words', async () => {
    const created = await document();
    const session = await signature.open(created.signers[0].url);
    const attemptId = await signature.goToEidAndBack(session);
    signature.eid.answer = () => ({
      result: 'failed',
      code: 'id_blocked',
      providerCode: 'C131',
      providerMessage: 'Cut off',
    });
    const failed = await signature.app('POST', '/sign/complete', session.token, {
      returnedAttempt: signature.returned(attemptId),
    });
    signature.eid.answer = () => signature.eid.completed('Kari Nordmann');
    expect(failed.body.redirect).toMatch(/^https:\/\/nordbank\.example\/error\?/);
    const { exp: _, Expires: __, ...claims } = decodeJwt(tokenIn(failed.body.redirect));
    const words = { errorMessage: 'The eID step failed.', eidErrorMessage: 'Cut off' };
    expect(claims).toEqual({
      ...ids(created),
      Error: {
        ErrorCode: 'SA-1012',
        ErrorMessage: words.errorMessage,
        EidErrorCode: 'C131',
        EidErrorMessage: words.eidErrorMessage,
      },
    });
    expect((await validated(tokenIn(failed.body.redirect))).jwtPayload.error).toEqual({
      errorCode: 'SA-1012',
      eidErrorCode: 'C131',
      ...words,
    });
  });

  it('after the deadline: document_expired', async () => {
    const deadline = new Date(signature.now().getTime() + DAY_MS).toISOString();
    const created = await document({}, { advanced: { timeToLive: { deadline } } });
    signature.advance(DAY_MS);
    const { view } = await signature.open(created.signers[0].url);
    expect(view.redirect.error).toMatch(/^https:\/\/nordbank\.example\/error\?idfy-jwt=/);
    expect(decodeJwt(tokenIn(view.redirect.error)).Error).toMatchObject({ ErrorCode: 'document_expired' });
  });

  it.each([
    ['https://a.example/#ok', /^https:\/\/a\.example\/\?idfy-jwt=[^&#]+#ok$/],
    ['https://a.example/x?a=1&b=%20#f?g', /^https:\/\/a\.example\/x\?a=1&b=%20&idfy-jwt=[^&#]+#f\?g$/],
    ['https://a.example?', /^https:\/\/a\.example\?idfy-jwt=[^&#]+$/],
    ['myapp://done', /^myapp:\/\/done\?idfy-jwt=[^&#]+$/],
  ])('RD-2: in the query of %s, and all else stays', async (cancel, expected) => {
    const { token } = await signature.open((await document({ cancel })).signers[0].url);
    expect((await signature.app('POST', '/session/cancel', token)).body.redirect).toMatch(expected);
  });

  describe('checking a token', () => {
    it.each(['', null, undefined, 7])('400: %j', async (jwt) => {
      const answer = await signature.call('POST', '/signature/jwt', { body: { jwt } });
      expect([answer.status, answer.body.errors[0].field]).toEqual([400, 'jwt']);
    });

    it('one of another kind, a changed one and garbage are not valid and say nothing', async () => {
      const { token } = await signature.open((await document()).signers[0].url);
      const genuine = tokenIn((await signature.app('POST', '/session/cancel', token)).body.redirect);
      const [header, payload, mark] = genuine.split('.');
      const other = Buffer.from(payload!, 'base64url').toString().replace('Aborted', 'aborted');
      const another = await signature.deps.redirectTokens.issue('at+jwt', 60, () => ({ AccountId: NORDBANK }));
      for (const jwt of [`${header}.${Buffer.from(other).toString('base64url')}.${mark}`, 'garbage', another]) {
        expect(await validated(jwt)).toEqual({ jwtValid: false, expired: false, error: expect.any(String) });
      }
      expect((await validated(genuine)).jwtValid).toBe(true);
    });
  });
});
