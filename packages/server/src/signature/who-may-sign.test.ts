import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { listEvidence } from './evidence-store.ts';
import type { CodeMessage } from './messages-port.ts';
import { METHOD, SignatureUnderTest, testSigner } from './signature.testing.ts';

const NUMBER = '05128938534';
const mobile = { countryCode: '+47', number: '91234123' };
const SECRETS = ['Lease agreement', 'lease.pdf', 'Kari', NUMBER];

describeOnEachDatabase('who may open and sign', (open) => {
  let signature: SignatureUnderTest;
  const sent: CodeMessage[] = [];
  let gatewayIsDown = false;

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open(), {
      codeMessages: {
        fixedCode: () => undefined,
        async send(message) {
          if (gatewayIsDown) throw new Error('the gateway is down');
          sent.push(message);
        },
      },
    });
  });
  afterAll(() => signature.stop());
  beforeEach(() => {
    sent.length = 0;
    gatewayIsDown = false;
    signature.eid.answer = () => withNumber(NUMBER);
  });

  const withNumber = (value: string) => {
    const outcome = signature.eid.completed('Kari Nordmann');
    if (outcome.result === 'completed') outcome.person.nationalNumber = { value, countryCode: 'NO' };
    return outcome;
  };
  const kari = (changes: Record<string, unknown>) =>
    testSigner('kari', { signerInfo: { firstName: 'Kari', mobile }, ...changes });
  const create = async (signer: Record<string, unknown>, changes = {}) => {
    const { body } = await signature.create({ signers: [kari(signer)], ...changes });
    return {
      documentId: body.documentId as string,
      id: body.signers[0].id as string,
      url: body.signers[0].url as string,
    };
  };
  const post = (token: string, path: string, body: unknown = {}) => signature.app('POST', path, token, body);
  const view = async (token: string) => (await signature.app('GET', '/session', token)).body;
  const kinds = async (documentId: string) =>
    (await listEvidence(signature.deps.database, documentId)).map(({ kind }) => kind);

  async function logIn(token: string) {
    const started = await post(token, '/auth/start', { method: METHOD });
    const state = new URL(started.body.step.url).searchParams.get('state');
    const back = await signature.call('GET', `/app/v1/eid/callback?state=${state}&code=x`);
    return post(token, '/auth/complete', { returnedAttempt: String(back.headers.location).split('#attempt=')[1] });
  }

  async function expectLocked(token: string): Promise<void> {
    const shown = await view(token);
    expect(shown.document).toBeUndefined();
    const attachment = '0195a000-0000-7000-8000-0000000000aa';
    const calls = await Promise.all([
      signature.app('GET', '/documents/main/content', token),
      signature.app('GET', `/documents/${attachment}/content`, token),
      signature.app('GET', '/documents/main/signed', token),
      signature.app('GET', '/result', token),
      post(token, '/documents/main/read'),
      post(token, `/attachments/${attachment}/accept`, { contentSha256: '0'.repeat(64) }),
      post(token, '/dialogs/before'),
      post(token, '/sign/start', { method: METHOD, documentSha256: '0'.repeat(64) }),
      post(token, '/sign/complete', { returnedAttempt: `${attachment}.${'x'.repeat(32)}` }),
      post(token, '/sign/poll', { attemptId: attachment, language: 'en' }),
      post(token, '/sign/accept', { documentSha256: '0'.repeat(64) }),
    ]);
    expect(calls.map(({ status, body }) => [status, body.code])).toEqual(
      calls.map(() => [403, 'authentication_required']),
    );
    for (const { text } of [...calls, await signature.app('GET', '/session', token)]) {
      for (const secret of SECRETS) expect(text).not.toContain(secret);
    }
  }

  describe('proof of identity before the document', () => {
    it('tells nothing before the person is known, and everything afterwards, also after a reload', async () => {
      const { url, documentId } = await create({ authentication: { mechanism: 'eid', socialSecurityNumber: NUMBER } });
      const session = await signature.open(url);
      expect(session.view).toMatchObject({
        state: 'sign',
        authentication: { step: 'eid', methods: [{ method: METHOD }] },
        account: { name: 'Nordbank' },
      });
      await expectLocked(session.token);
      const done = await logIn(session.token);
      expect(done.body).toMatchObject({ outcome: 'identified', view: { document: { title: 'Lease agreement' } } });
      expect(signature.eid.started.at(-1)).toMatchObject({ purpose: 'identify', wantsNationalNumber: true });
      expect(signature.eid.started.at(-1)).not.toHaveProperty('documentTitle');
      const { externalId } = (await signature.api('GET', `/signature/documents/${documentId}`)).body;
      expect(await signature.units(externalId)).toMatchObject([
        { product: 'IDENTIFICATION', count: 1, description: METHOD },
      ]);
      expect((await view(session.token)).authentication).toBeUndefined();
      expect((await signature.app('GET', '/documents/main/content', session.token)).status).toBe(200);
      expect((await kinds(documentId)).slice(1)).toEqual([
        'link_opened',
        'authentication_started',
        'authentication_passed',
      ]);
      // It is this session that is let in, and not whoever opens the link next.
      await expectLocked((await signature.open(url)).token);
    });

    it('turns another person away with SA-1028, which is evidence without a name', async () => {
      const { url, documentId } = await create({ authentication: { mechanism: 'eid', socialSecurityNumber: NUMBER } });
      const session = await signature.open(url);
      signature.eid.answer = () => withNumber('05128938535');
      const done = await logIn(session.token);
      expect(done.body).toMatchObject({ outcome: 'failed', errorCode: 'SA-1028' });
      for (const secret of SECRETS) expect(done.text).not.toContain(secret);
      await expectLocked(session.token);
      const last = (await listEvidence(signature.deps.database, documentId)).at(-1)!;
      expect(last).toMatchObject({ kind: 'authentication_failed', data: { method: METHOD, code: 'SA-1028' } });
      expect(JSON.stringify(last.data)).not.toMatch(/Nordmann|05128938535/);
    });

    it.each([
      ['the national number, written with a dash', { socialSecurityNumber: '051289-38534' }, 'identified'],
      ['the id of the eID', { signatureMethodUniqueId: '9578-Kari Nordmann' }, 'identified'],
      [
        'one of the two',
        { socialSecurityNumber: '01017000027', signatureMethodUniqueId: '9578-Kari Nordmann' },
        'identified',
      ],
      ['another id', { signatureMethodUniqueId: '9578-Ola Nordmann' }, 'failed'],
    ])('goes by %s', async (_name, target, outcome) => {
      const { url } = await create({ authentication: { authBeforeSign: true, ...target } });
      expect((await logIn((await signature.open(url)).token)).body.outcome).toBe(outcome);
    });

    it('is asked for again when the sender expects somebody else by now', async () => {
      const { url, documentId, id } = await create({
        authentication: { mechanism: 'eid', socialSecurityNumber: NUMBER },
      });
      const { token } = await signature.open(url);
      await logIn(token);
      const path = `/signature/documents/${documentId}/signers/${id}`;
      await signature.api('PATCH', path, { body: { authentication: { socialSecurityNumber: '01017000027' } } });
      await expectLocked(token);
      const off = await signature.api('PATCH', path, { body: { authentication: { authBeforeSign: false } } });
      expect(off.body.authentication).toEqual({ mechanism: 'off', authBeforeSign: false });
      expect((await view(token)).document.title).toBe('Lease agreement');
    });

    it('holds for signing too, where no proof is asked for before', async () => {
      const { url } = await create({ authentication: { socialSecurityNumber: '01017000027' } });
      const session = await signature.open(url);
      const attemptId = await signature.goToEidAndBack(session);
      const done = await post(session.token, '/sign/complete', { returnedAttempt: signature.returned(attemptId) });
      expect(done.body).toMatchObject({ outcome: 'failed', errorCode: 'SA-1028', view: { state: 'sign' } });
    });

    it('is not finished as a signature, nor a signature as a proof', async () => {
      const { url } = await create({});
      const session = await signature.open(url);
      const attemptId = await signature.goToEidAndBack(session);
      const wrong = await post(session.token, '/auth/complete', { returnedAttempt: signature.returned(attemptId) });
      expect([wrong.status, wrong.body.code]).toEqual([401, 'session_expired']);
      const start = await post(session.token, '/auth/start', { method: METHOD });
      expect([start.status, start.body.code]).toEqual([422, 'proof_not_needed']);
    });

    it('keeps the number encrypted and never answers it', async () => {
      const { documentId } = await create({ authentication: { mechanism: 'eid', socialSecurityNumber: NUMBER } });
      const answer = await signature.api('GET', `/signature/documents/${documentId}`);
      expect(answer.text).not.toContain(NUMBER);
      expect(answer.body.signers[0].authentication).toEqual({ mechanism: 'eid', authBeforeSign: true });
      const rows = await signature.query('select s::text as text from signers s where document_id = $1', [documentId]);
      expect(JSON.stringify(rows)).not.toContain(NUMBER);
    });

    it.each([
      ['eid', {}, ['signers[0].authentication.socialSecurityNumber']],
      ['smsOtp', { signerInfo: {} }, ['signers[0].signerInfo.mobile']],
      [
        'eidAndSmsOtp',
        { signerInfo: {} },
        ['signers[0].authentication.socialSecurityNumber', 'signers[0].signerInfo.mobile'],
      ],
    ])('%s without its data: 422 authentication_target_missing', async (mechanism, changes, fields) => {
      const { status, body } = await signature.create({
        signers: [kari({ authentication: { mechanism }, ...changes })],
      });
      expect([status, body.code]).toEqual([422, 'authentication_target_missing']);
      expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(fields);
    });
  });

  describe('codes by SMS', () => {
    const SMS = { authentication: { mechanism: 'smsOtp' } };
    let number = 1_000_000;
    /** Every test has a number of its own, for there is a limit per number. */
    const withOwnNumber = (changes: Record<string, unknown> = SMS) => {
      number += 1;
      return create({ ...changes, signerInfo: { mobile: { countryCode: '+47', number: `9${number}` } } });
    };
    const check = (token: string, code: string) => post(token, '/auth/otp/check', { code });
    const wrongOf = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    const waitForResend = () => signature.advance(31_000);

    it('let the right code in, once, and show no more of the number than its end', async () => {
      const { url, documentId } = await withOwnNumber();
      const { token, view: first } = await signature.open(url);
      expect(first.authentication).toEqual({
        step: 'code',
        methods: [],
        maskedNumber: expect.stringMatching(/^\+47 ••• •• \d{3}$/),
      });
      const asked = await post(token, '/auth/otp/send');
      expect(asked.body.authentication.code).toMatchObject({ triesLeft: 3, sendsLeft: 2 });
      // A second click sends nothing.
      await post(token, '/auth/otp/send');
      expect(sent).toHaveLength(1);
      const { code, mobile: to } = sent[0]!;
      expect(code).toMatch(/^\d{6}$/);
      expect(asked.text).not.toContain(to);
      await expectLocked(token);
      const done = await check(token, code);
      expect(done.body).toMatchObject({ outcome: 'passed', view: { document: { title: 'Lease agreement' } } });
      expect((await check(token, code)).body.code).toBe('proof_not_needed');
      expect((await kinds(documentId)).slice(2)).toEqual(['code_sent', 'authentication_passed']);
      const stored = await signature.query('select * from one_time_codes', []);
      expect(stored).toEqual([]);
    });

    it('are used up by three tries and run out after five minutes', async () => {
      const { url } = await withOwnNumber();
      const { token } = await signature.open(url);
      expect((await check(token, '000000')).body.outcome).toBe('expired');
      await post(token, '/auth/otp/send');
      const [first] = sent.map(({ code }) => code);
      const outcomes: [string, number][] = [];
      for (let tries = 0; tries < 4; tries += 1) {
        const { body } = await check(token, tries < 3 ? wrongOf(first!) : first!);
        outcomes.push([body.outcome, body.view.authentication.code.triesLeft]);
      }
      expect(outcomes).toEqual([
        ['wrong', 2],
        ['wrong', 1],
        ['used_up', 0],
        ['used_up', 0],
      ]);
      waitForResend();
      expect((await post(token, '/auth/otp/send')).body.authentication.code).toMatchObject({
        triesLeft: 3,
        sendsLeft: 1,
      });
      signature.advance(5 * 60_000);
      expect((await check(token, sent.at(-1)!.code)).body.outcome).toBe('expired');
    });

    it('are three per session and ten per number and day', async () => {
      const { url } = await withOwnNumber();
      const ask = async (token: string) => {
        waitForResend();
        const { status, body } = await post(token, '/auth/otp/send');
        return status === 200 ? 'sent' : body.code;
      };
      for (let session = 0; session < 3; session += 1) {
        const { token } = await signature.open(url);
        expect([await ask(token), await ask(token), await ask(token)]).toEqual(['sent', 'sent', 'sent']);
        expect(await ask(token)).toBe('code_limit_reached');
      }
      const { token } = await signature.open(url);
      expect([await ask(token), await ask(token)]).toEqual(['sent', 'code_limit_reached']);
      expect(sent).toHaveLength(10);
    });

    it('of another session do not count', async () => {
      const { url } = await withOwnNumber();
      const [one, other] = [await signature.open(url), await signature.open(url)];
      await post(one.token, '/auth/otp/send');
      expect((await check(other.token, sent[0]!.code)).body.outcome).toBe('expired');
    });

    it('that the gateway does not take are said to be so', async () => {
      const { url } = await withOwnNumber();
      const { token } = await signature.open(url);
      gatewayIsDown = true;
      const answer = await post(token, '/auth/otp/send');
      expect([answer.status, answer.body.code]).toEqual([503, 'code_not_sent']);
    });

    it('come after the login where both are asked for', async () => {
      const authentication = { mechanism: 'eidAndSmsOtp', socialSecurityNumber: NUMBER };
      const { url } = await withOwnNumber({ authentication });
      const { token } = await signature.open(url);
      expect((await post(token, '/auth/otp/send')).body.code).toBe('proof_not_needed');
      expect((await logIn(token)).body.view.authentication).toMatchObject({ step: 'code' });
      await expectLocked(token);
      await post(token, '/auth/otp/send');
      expect((await check(token, sent[0]!.code)).body.outcome).toBe('passed');
    });

    it('need the product sms', async () => {
      const wanted: unknown[] = [];
      const { requireFeatures } = signature.deps;
      signature.deps.requireFeatures = async (_account, features) => {
        wanted.push(...features);
        throw new SeglError(402, 'not_in_subscription', 'No.');
      };
      const { status } = await signature.create({ signers: [kari(SMS)] });
      signature.deps.requireFeatures = requireFeatures;
      expect([status, wanted]).toEqual([402, [{ product: 'sms', field: 'signers[0].authentication.mechanism' }]]);
    });
  });

  describe('limits on where and how often a link works', () => {
    it('a link that works once starts one session, which goes on, and no other; another link does', async () => {
      const { url, documentId, id } = await create({}, { advanced: { security: { oneTimeUse: true } } });
      // What a mail scanner does is no use.
      const { bootCode } = await signature.boot(url);
      const { token, signToken } = await signature.open(url);
      expect((await view(token)).state).toBe('sign');

      const page = await signature.call('GET', url.replace('http://localhost:8642', ''));
      expect([page.status, page.text.includes('sender@nordbank.example'), page.text.includes('Lease')]).toEqual([
        403,
        true,
        false,
      ]);
      for (const body of [{ bootCode }, { signToken }]) {
        const again = await signature.call('POST', '/app/v1/session', { body });
        expect([again.status, again.body.code, again.body.contact.email]).toEqual([
          403,
          'link_used',
          'sender@nordbank.example',
        ]);
      }
      const path = `/signature/documents/${documentId}/signers/${id}`;
      const { body } = await signature.api('PATCH', path, { body: { rotateUrl: true } });
      expect((await signature.open(body.url)).view.state).toBe('sign');
    });

    it.each([
      ['192.0.2.7', ['192.0.2.0/24'], true],
      ['::ffff:192.0.2.7', ['192.0.2.7'], true],
      ['2001:db8::42', ['2001:DB8::/32'], true],
      ['198.51.100.1', ['192.0.2.0/24', '2001:db8::/32'], false],
      ['2001:db9::1', ['2001:db8::/32'], false],
      ['198.51.100.1', [], true],
    ])('%s with the list %j: %s', async (address, ipWhiteList, isAllowed) => {
      const { url } = await create({}, { advanced: { security: { ipWhiteList } } });
      const headers = { 'x-forwarded-for': address };
      const page = await signature.call('GET', url.replace('http://localhost:8642', ''), { headers });
      expect([page.status, page.text.includes('Lease')]).toEqual([isAllowed ? 200 : 403, false]);
    });

    it('the list holds for every call of a session', async () => {
      const { url } = await create({}, { advanced: { security: { ipWhiteList: ['192.0.2.7'] } } });
      const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
      const path = url.replace('http://localhost:8642', '');
      const page = await signature.call('GET', path, from('192.0.2.7'));
      const { bootCode } = JSON.parse(/<script>(.*)<\/script>/.exec(page.text)![1]!);
      const start = (address: string) =>
        signature.call('POST', '/app/v1/session', { body: { bootCode }, ...from(address) });
      expect((await start('192.0.2.8')).body.code).toBe('address_not_allowed');
      const { body } = await start('192.0.2.7');
      for (const [address, status] of [
        ['192.0.2.7', 200],
        ['192.0.2.8', 403],
      ] as const) {
        const answer = await signature.call('GET', '/app/v1/session', { bearer: body.sessionToken, ...from(address) });
        expect(answer.status).toBe(status);
      }
    });

    it.each([['300.1.1.1'], ['192.0.2.0/33'], ['host.example'], ['1'], ['']])('%j is no address', async (entry) => {
      const security = { ipWhiteList: ['192.0.2.1', entry] };
      const { status, body } = await signature.create({ advanced: { security } });
      expect([status, body.errors[0]]).toEqual([
        400,
        expect.objectContaining({ field: 'advanced.security.ipWhiteList[1]', code: 'ip' }),
      ]);
    });
  });

  describe('the dialog before the document', () => {
    const before = {
      title: 'Move-in',
      message: 'Read the meter first.',
      useCheckBox: true,
      formFields: [
        { key: 'meterReading', description: 'Meter', type: 'Text', regex: '/^[0-9]{5}$/', required: true },
        { key: 'keysReceived', type: 'Checkbox' },
        { key: 'remark', type: 'Text' },
      ],
    };
    const withDialog = (changes = {}) => create({ ui: { dialogs: { before, after: { message: 'Bye' } } }, ...changes });
    const say = (token: string, body: unknown) => post(token, '/dialogs/before', body);

    it('must be accepted before anything else, with valid answers; they go into evidence and events', async () => {
      const { url, documentId } = await withDialog();
      const session = await signature.open(url);
      const { token } = session;
      expect(session.view.dialogs).toMatchObject({
        before: {
          title: 'Move-in',
          useCheckBox: true,
          accepted: false,
          fields: [{ key: 'meterReading', required: true }, {}, {}],
        },
        after: { message: 'Bye' },
      });
      expect(JSON.stringify(session.view.dialogs)).not.toContain('[0-9]');
      expect((await signature.app('GET', '/documents/main/content', token)).body.code).toBe('dialog_not_accepted');

      const wrong = await say(token, { answers: { meterReading: '1820x', other: 'x' } });
      expect(wrong.body.errors.map(({ field, code }: Record<string, string>) => [field, code])).toEqual([
        ['accepted', 'required'],
        ['answers.meterReading', 'pattern'],
      ]);
      const answers = { meterReading: '18204', keysReceived: 'true' };
      const accepted = await say(token, { accepted: true, answers });
      expect(accepted.body.dialogs.before.accepted).toBe(true);
      // Said again, the later answers count.
      await say(token, { accepted: true, answers: { ...answers, meterReading: '18205' } });

      const attemptId = await signature.goToEidAndBack(session);
      const done = await post(token, '/sign/complete', { returnedAttempt: signature.returned(attemptId) });
      expect(done.body.outcome).toBe('signed');
      const entries = await listEvidence(signature.deps.database, documentId);
      expect(entries.filter(({ kind }) => kind === 'dialog_accepted').at(-1)!.data.answers).toEqual({
        meterReading: '18205',
        keysReceived: 'true',
        remark: '',
      });
      const events = await signature.query<{ type: string; payload: Record<string, unknown> }>(
        `select type, payload from events where document_id = $1 and type like 'document_form%' order by type`,
        [documentId],
      );
      const form = {
        documentId,
        schemaId: documentId,
        schema: 'Lease agreement',
        formFields: { meterReading: '18205', keysReceived: 'true', remark: '' },
      };
      expect(events).toEqual([
        {
          type: 'document_form_partially_signed',
          payload: expect.objectContaining({ ...form, signer: expect.objectContaining({ fullName: 'Kari Nordmann' }) }),
        },
        {
          type: 'document_form_signed',
          payload: expect.objectContaining({ ...form, signers: [expect.anything()], signedTime: expect.any(String) }),
        },
      ]);
      // Who has signed looks at the result without it.
      expect((await signature.app('GET', '/result', (await signature.open(url)).token)).status).toBe(200);
    });

    it('is shown again when the sender changed it, and to the next session', async () => {
      const { url, documentId, id } = await withDialog();
      const { token } = await signature.open(url);
      await say(token, { accepted: true, answers: { meterReading: '18204' } });
      expect((await signature.app('GET', '/documents/main/content', token)).status).toBe(200);
      const path = `/signature/documents/${documentId}/signers/${id}`;
      await signature.api('PATCH', path, { body: { ui: { dialogs: { before: { title: 'Move-out' } } } } });
      expect((await view(token)).dialogs.before).toMatchObject({ title: 'Move-out', accepted: false });
      expect((await signature.app('GET', '/documents/main/content', token)).body.code).toBe('dialog_not_accepted');
      expect((await signature.open(url)).view.dialogs.before.accepted).toBe(false);
    });

    it.each([
      [{ formFields: [{ key: 'a' }, { key: 'a' }] }, 'formFields[1].key', 'duplicate'],
      [{ formFields: [{ key: 'a', regex: '/^(/' }] }, 'formFields[0].regex', 'pattern'],
      [{ formFields: [{ key: 'a', regex: '[0-9]' }] }, 'formFields[0].regex', 'pattern'],
    ])('%j is refused', async (dialog, member, code) => {
      const { status, body } = await signature.create({ signers: [kari({ ui: { dialogs: { before: dialog } } })] });
      expect([status, body.errors[0].field, body.errors[0].code]).toEqual([
        400,
        `signers[0].ui.dialogs.before.${member}`,
        code,
      ]);
    });
  });
});
