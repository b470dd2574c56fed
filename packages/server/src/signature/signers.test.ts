import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { type Answer, type Caller, NO_MESSAGES, SignatureUnderTest, SJOBANK, testSigner } from './signature.testing.ts';

const DAY_MS = 24 * 3_600_000;
const UNKNOWN = '0195a000-0000-7000-8000-0000000000ee';
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };

describeOnEachDatabase('signers of a document', (open) => {
  let signature: SignatureUnderTest;
  const asked: string[] = [];
  const followed: string[] = [];

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open(), {
      messages: {
        ...NO_MESSAGES,
        askSigners: async (_tx, documentId) => void asked.push(documentId),
        followReminders: async (_tx, documentId) => void followed.push(documentId),
      },
      requireFeatures: async (_account, features) => {
        const [sms] = features.filter((one) => one.product === 'sms');
        if (sms) throw new SeglError(402, 'not_in_subscription', sms.field);
      },
    });
  });
  afterAll(() => signature.stop());

  const signers = (documentId: string, tail = '') => `/signature/documents/${documentId}/signers${tail}`;
  const list = async (documentId: string) => (await signature.api('GET', signers(documentId))).body;
  const statusOf = async (documentId: string) =>
    (await signature.api('GET', `/signature/documents/${documentId}/status`)).body.documentStatus;
  const summaryOf = async (documentId: string) =>
    (await signature.api('GET', `/signature/documents/${documentId}/summary`)).body;
  const add = (documentId: string, body: unknown, headers = {}) =>
    signature.api('POST', signers(documentId), { body, headers });
  const patch = (documentId: string, signerId: string, body: unknown, headers = {}) =>
    signature.api('PATCH', signers(documentId, `/${signerId}`), { body, headers });
  const remove = (documentId: string, signerId: string, headers = {}) =>
    signature.api('DELETE', signers(documentId, `/${signerId}`), { headers });
  const refusal = ({ status, body }: Answer) => [status, body?.code, body?.errors?.[0]?.field];
  const created = async (names: string[], changes = {}) => {
    const { body } = await signature.create(changes, names);
    return body as { documentId: string; signers: { id: string; url: string }[] };
  };
  const evidence = async (documentId: string) =>
    (
      await signature.query<{ kind: string }>(
        'select kind from evidence_entries where document_id = $1 order by sequence',
        [documentId],
      )
    ).map((row) => row.kind);

  describe('reading', () => {
    it('lists them in the order of their creation, as the document shows them', async () => {
      const { documentId } = await created(['kari', 'ola-n']);
      await add(documentId, testSigner('anne', { order: 0 }));
      const document = (await signature.api('GET', `/signature/documents/${documentId}`)).body;
      const listed = await list(documentId);
      expect(listed.map((one: { externalSignerId: string }) => one.externalSignerId)).toEqual([
        'signer-kari',
        'signer-ola-n',
        'signer-anne',
      ]);
      expect(listed).toEqual(document.signers);
    });

    it('gets one, with an ETag', async () => {
      const { documentId, signers: made } = await created(['kari', 'ola-n']);
      const one = await signature.api('GET', signers(documentId, `/${made[1]!.id}`));
      expect(one.body).toEqual(made[1]);
      const again = await signature.api('GET', signers(documentId, `/${made[1]!.id}`), {
        headers: { 'if-none-match': one.headers.etag! },
      });
      expect(again.status).toBe(304);
    });

    it.each(['GET', 'PATCH', 'DELETE'] as const)('%s answers 404 alike for unknown and foreign ids', async (verb) => {
      const { documentId, signers: made } = await created(['kari', 'ola-n']);
      const call = (id: string, signerId: string, caller: Caller = {}) =>
        signature.api(verb, signers(id, `/${signerId}`), { ...caller, ...(verb === 'PATCH' ? { body: {} } : {}) });
      expect((await call(documentId, UNKNOWN)).body.code).toBe('signer_not_found');
      expect((await call(UNKNOWN, made[0]!.id)).body.code).toBe('document_not_found');
      expect((await call(documentId, made[0]!.id, { accountId: SJOBANK })).body.code).toBe('document_not_found');
      await signature.query(`update documents set environment = 'prod' where id = $1`, [documentId]);
      expect((await call(documentId, made[0]!.id)).body.code).toBe('document_not_found');
      await signature.query(`update documents set environment = 'test' where id = $1`, [documentId]);
      expect(await list(documentId)).toHaveLength(2);
    });

    it.each([
      ['GET', ['document_write']],
      ['POST', ['document_read']],
      ['PATCH', ['document_read']],
      ['DELETE', ['document_read']],
    ] as const)('%s needs its scope', async (verb, scopes) => {
      const { documentId, signers: made } = await created(['kari']);
      const url = signers(documentId, verb === 'POST' ? '' : `/${made[0]!.id}`);
      const answer = await signature.api(verb, url, { scopes, ...(verb.startsWith('P') ? { body: {} } : {}) });
      expect(refusal(answer)).toEqual([403, 'insufficient_scope', undefined]);
    });
  });

  describe('adding', () => {
    it('answers 201 with the signer, its address and a sign URL that works', async () => {
      const { documentId } = await created(['kari']);
      asked.length = 0;
      followed.length = 0;
      const answer = await add(documentId, testSigner('ola', { tags: ['a', 'a'], signerInfo: { firstName: 'Ola' } }));
      expect(answer.status).toBe(201);
      expect(answer.headers.location).toBe(
        `http://localhost:8642/signature/documents/${documentId}/signers/${answer.body.id}`,
      );
      expect(answer.body).toMatchObject({ externalSignerId: 'signer-ola', order: 0, required: false, tags: ['a'] });
      expect((await signature.api('GET', signers(documentId, `/${answer.body.id}`))).body).toEqual(answer.body);
      expect((await signature.open(answer.body.url)).view.state).toBe('sign');
      expect([asked, followed]).toEqual([[documentId], [documentId]]);
      expect(await evidence(documentId)).toEqual(['document_created', 'signer_added', 'link_opened']);
    });

    it('raises the number of signatures where all must sign, and only there', async () => {
      const all = await created(['kari']);
      await add(all.documentId, testSigner('ola-n'));
      expect((await summaryOf(all.documentId)).requiredSignatures).toBe(2);
      const one = await created(['kari', 'anne'], { advanced: { requiredSignatures: 1 } });
      await add(one.documentId, testSigner('ola-n'));
      expect((await summaryOf(one.documentId)).requiredSignatures).toBe(1);
    });

    it('makes a document wait again for the new one before it is complete', async () => {
      const { documentId, signers: made } = await created(['kari', 'anne'], { advanced: { requiredSignatures: 2 } });
      await signature.sign(made[0]!.url);
      const ola = (await add(documentId, testSigner('ola-n', { required: true }))).body;
      await signature.sign(ola.url);
      expect(await statusOf(documentId)).toBe('signed');
    });

    it.each([
      ['externalSignerId is missing', 400, 'validation_failed', { externalSignerId: undefined }, 'externalSignerId'],
      ['the id is taken', 422, 'duplicate_external_signer_id', { externalSignerId: 'signer-kari' }, 'externalSignerId'],
      [
        'a redirect address is missing',
        400,
        'validation_failed',
        { redirectSettings: { redirectMode: 'redirect', cancel: 'https://a.example', error: 'https://a.example' } },
        'redirectSettings.success',
      ],
      ['the order is too high', 400, 'validation_failed', { order: 1001 }, 'order'],
      [
        'nobody can be told',
        422,
        'notification_recipient_missing',
        { notifications: { setup: { request: 'sendEmail' } } },
        'signerInfo.email',
      ],
      [
        'the method is not subscribed to',
        402,
        'not_in_subscription',
        { signatureType: { mechanism: 'pkisignature', signatureMethods: ['se_bankid'] } },
        'signatureType.signatureMethods[0]',
      ],
      [
        'a member is not available',
        422,
        'feature_not_available',
        { addons: { types: ['secureShare'] } },
        'addons.types',
      ],
      [
        'there is no schedule for reminders',
        422,
        'reminder_schedule_missing',
        { signerInfo: { email: 'ola@nordbank.example' }, notifications: { setup: { reminder: 'sendEmail' } } },
        'notification.reminder.chronSchedule',
      ],
      [
        'the link has ended already',
        400,
        'validation_failed',
        { signUrlExpires: '2020-01-01T00:00:00Z' },
        'signUrlExpires',
      ],
      [
        'the mobile is none',
        400,
        'validation_failed',
        { signerInfo: { mobile: { number: 'x' } } },
        'signerInfo.mobile',
      ],
    ])('is refused when %s', async (_what, status, code, changes, field) => {
      const { documentId } = await created(['kari']);
      const before = await signature.stored();
      expect(refusal(await add(documentId, testSigner('ola-n', changes)))).toEqual([status, code, field]);
      expect(await signature.stored()).toEqual(before);
    });

    it('is refused when the account has no subscription to what the signer is to get', async () => {
      const { documentId, signers: made } = await created(['kari']);
      const sms = {
        signerInfo: { mobile: { countryCode: '+47', number: '99900001' } },
        notifications: { setup: { request: 'sendSms' } },
      };
      expect(refusal(await add(documentId, testSigner('ola-n', sms)))).toEqual([402, 'not_in_subscription', undefined]);
      expect((await patch(documentId, made[0]!.id, sms)).body.message).toBe('notifications.setup.request');
      expect(await list(documentId)).toEqual(made);
    });

    it('is refused for the 21st', async () => {
      const names = Array.from({ length: 20 }, (_, index) => `number-${index}`);
      const { documentId } = await created(names);
      expect(refusal(await add(documentId, testSigner('ola-n')))).toEqual([422, 'too_many_signers', undefined]);
    });

    it('lets two at once through for the 20th place as one', async () => {
      const { documentId } = await created(Array.from({ length: 19 }, (_, index) => `number-${index}`));
      const answers = await Promise.all(['one-x', 'two-x'].map((name) => add(documentId, testSigner(name))));
      expect(answers.map((answer) => answer.status).sort()).toEqual([201, 422]);
      expect(await list(documentId)).toHaveLength(20);
    });
  });

  describe('changing', () => {
    it('merges member by member and keeps the rest, with json and with merge-patch', async () => {
      const signerInfo = { firstName: 'Kari', lastName: 'Nordmann', title: 'Director' };
      const { documentId, signers: made } = await created([], {
        signers: [testSigner('kari', { signerInfo, tags: ['vip'] })],
      });
      const id = made[0]!.id;
      const json = await patch(documentId, id, { signerInfo: { firstName: 'Karin', lastName: null }, tags: [] });
      expect(json.status).toBe(200);
      expect(json.body).toMatchObject({ signerInfo: { ...signerInfo, firstName: 'Karin' }, tags: ['vip'] });
      const merged = await patch(documentId, id, { signerInfo: { title: null }, tags: [] }, MERGE_PATCH);
      expect(merged.body.signerInfo).toEqual({ firstName: 'Karin', lastName: 'Nordmann' });
      expect(merged.body.tags).toEqual([]);
      expect((await signature.api('GET', signers(documentId, `/${id}`))).body).toEqual(merged.body);
    });

    it('takes back what it answered, as it is', async () => {
      const { documentId, signers: made } = await created(['kari']);
      const before = (await summaryOf(documentId)).lastUpdated;
      signature.advance(1000);
      const answer = await patch(documentId, made[0]!.id, made[0]);
      expect([answer.status, answer.body]).toEqual([200, made[0]]);
      expect((await summaryOf(documentId)).lastUpdated).toBe(before);
      expect(await evidence(documentId)).toEqual(['document_created']);
    });

    it('ends the link with the deadline at the latest, and with it where nothing else is said', async () => {
      const at = (days: number) => new Date(signature.now().getTime() + days * DAY_MS).toISOString();
      const [early, deadline, late] = [at(5), at(10), at(20)];
      const { documentId } = await created(['kari'], { advanced: { timeToLive: { deadline } } });
      const added = (await add(documentId, testSigner('ola-n', { signUrlExpires: late }))).body;
      expect(added.signUrlExpires).toBe(deadline);
      const { id } = (await add(documentId, testSigner('anne'))).body;
      const endAfter = async (signUrlExpires: string | null, headers = {}) =>
        (await patch(documentId, id, { signUrlExpires }, headers)).body.signUrlExpires;
      const steps = (await evidence(documentId)).length;
      expect(await endAfter(late)).toBe(deadline);
      expect(await evidence(documentId)).toHaveLength(steps);
      expect(await endAfter(early)).toBe(early);
      expect(await endAfter(late)).toBe(deadline);
      expect(await endAfter(null, MERGE_PATCH)).toBe(deadline);
      expect(await evidence(documentId)).toHaveLength(steps + 3);
      // Only who has no end of their own gets more time with the document.
      await signature.api('PATCH', `/signature/documents/${documentId}`, {
        body: { advanced: { timeToLive: { deadline: late } } },
      });
      const ends = (await list(documentId)).map((one: { signUrlExpires: string }) => one.signUrlExpires);
      expect(ends).toEqual([late, deadline, late]);
    });

    it('PA-5: nothing is a success that changes nothing', async () => {
      const { documentId, signers: made } = await created(['kari']);
      const before = await signature.stored();
      expect((await patch(documentId, made[0]!.id, {})).body).toEqual(made[0]);
      expect(await signature.stored()).toEqual(before);
    });

    it.each(['PATCH', 'DELETE'] as const)('PA-6: %s with a stale If-Match is refused', async (verb) => {
      const { documentId, signers: made } = await created(['kari', 'ola-n']);
      const url = signers(documentId, `/${made[0]!.id}`);
      const { etag } = (await signature.api('GET', url)).headers;
      const call = (tag: string) =>
        signature.api(verb, url, {
          headers: { 'if-match': tag },
          ...(verb === 'PATCH' ? { body: { order: 2 } } : {}),
        });
      await patch(documentId, made[0]!.id, { order: 1 });
      expect(refusal(await call(etag!))).toEqual([422, 'resource_changed', undefined]);
      const fresh = (await signature.api('GET', url)).headers.etag!;
      expect((await call(fresh)).status).toBe(verb === 'PATCH' ? 200 : 204);
    });

    it.each([
      ['another e-mail address', { signerInfo: { email: 'kari@example.com' } }, true],
      ['another mobile number', { signerInfo: { mobile: { number: '99900002' } } }, true],
      ['rotateUrl', { rotateUrl: true }, true],
      ['the same mobile number in another spelling', { signerInfo: { mobile: { number: '999 00 001' } } }, false],
      ['another name', { signerInfo: { lastName: 'Hansen' } }, false],
      ['rotateUrl: false', { rotateUrl: false, order: 3 }, false],
    ])('%s decides about the sign URL', async (_what, changes, isReplaced) => {
      const mobile = { countryCode: '+47', number: '99900001' };
      const signerInfo = { email: 'kari@nordbank.example', mobile };
      const { documentId, signers: made } = await created([], { signers: [testSigner('kari', { signerInfo })] });
      const old = made[0]!.url;
      const session = await signature.open(old);
      const { body } = await patch(documentId, made[0]!.id, changes);
      expect(body.url !== old).toBe(isReplaced);
      expect((await signature.boot(old)).state).toBe(isReplaced ? 'unknown_link' : 'ok');
      expect((await signature.boot(body.url)).state).toBe('ok');
      const still = await signature.app('GET', '/session', session.token);
      expect(still.status).toBe(isReplaced ? 404 : 200);
      const kept = await signature.call('POST', '/app/v1/session', { body: { signToken: session.signToken } });
      expect(kept.status).toBe(isReplaced ? 404 : 200);
    });

    it('does not take the signature of somebody whose link was replaced while at the eID', async () => {
      const { documentId, signers: made } = await created(['kari', 'ola-n']);
      const session = await signature.open(made[0]!.url);
      const attempt = await signature.goToEidAndBack(session);
      await patch(documentId, made[0]!.id, { rotateUrl: true });
      const done = await signature.app('POST', '/sign/complete', session.token, {
        returnedAttempt: signature.returned(attempt),
      });
      expect([done.status, done.body.code]).toEqual([404, 'unknown_link']);
      expect(await statusOf(documentId)).toBe('unsigned');
    });

    it('keeps a national number that is not mentioned, replaces and removes it, and never answers it', async () => {
      const number = '05128938534';
      const { documentId, signers: made } = await created([], {
        signers: [testSigner('kari', { signerInfo: { firstName: 'Kari', socialSecurityNumber: number } })],
      });
      const id = made[0]!.id;
      const prefill = async () => {
        const { url } = (await signature.api('GET', signers(documentId, `/${id}`))).body;
        await signature.goToEid(await signature.open(url));
        return signature.eid.started.at(-1)!.nationalNumber;
      };
      await patch(documentId, id, { signerInfo: { lastName: 'Nordmann' } });
      expect(await prefill()).toBe(number);
      await patch(documentId, id, { signerInfo: { socialSecurityNumber: '********' } });
      expect(await prefill()).toBe(number);
      const replaced = await patch(documentId, id, { signerInfo: { socialSecurityNumber: '01017012345' } });
      expect(replaced.text).not.toContain('01017012345');
      expect(await prefill()).toBe('01017012345');
      await patch(documentId, id, { signerInfo: { socialSecurityNumber: null } }, MERGE_PATCH);
      expect(await prefill()).toBeUndefined();
      const rows = await signature.query<{ request: unknown }>('select request from signers where id = $1', [id]);
      expect(JSON.stringify(rows)).not.toMatch(/05128938534|01017012345|\*{8}/);
    });

    it.each([
      ['a taken id', 422, 'duplicate_external_signer_id', { externalSignerId: 'signer-ola-n' }, 'externalSignerId'],
      [
        'a request to nobody',
        422,
        'notification_recipient_missing',
        { notifications: { setup: { request: 'sendEmail' } } },
        'signerInfo.email',
      ],
      ['an order that is none', 400, 'validation_failed', { order: -1 }, 'order'],
      [
        'a member that is not available',
        422,
        'feature_not_available',
        { addons: { types: ['secureShare'] } },
        'addons.types',
      ],
      [
        'a redirect without addresses',
        400,
        'validation_failed',
        { redirectSettings: { redirectMode: 'redirect' } },
        'redirectSettings.success',
      ],
    ])('refuses %s and changes nothing', async (_what, status, code, changes, field) => {
      const { documentId, signers: made } = await created(['kari', 'ola-n']);
      expect(refusal(await patch(documentId, made[0]!.id, changes))).toEqual([status, code, field]);
      expect(await list(documentId)).toEqual(made);
    });

    it('cannot take away what a signer must have', async () => {
      const { documentId, signers: made } = await created(['kari']);
      const answer = await patch(documentId, made[0]!.id, { signatureType: { mechanism: null } }, MERGE_PATCH);
      expect(refusal(answer)).toEqual([400, 'validation_failed', 'signatureType.mechanism']);
    });
  });

  describe('deleting', () => {
    it('takes the signer away: link, session and signature at the eID end', async () => {
      const { documentId, signers: made } = await created(['kari', 'ola-n']);
      const session = await signature.open(made[0]!.url);
      const attempt = await signature.goToEidAndBack(session);
      expect((await remove(documentId, made[0]!.id)).status).toBe(204);
      expect((await list(documentId)).map((one: { id: string }) => one.id)).toEqual([made[1]!.id]);
      expect((await signature.boot(made[0]!.url)).state).toBe('unknown_link');
      expect((await signature.app('GET', '/session', session.token)).status).toBe(404);
      const done = await signature.app('POST', '/sign/complete', session.token, {
        returnedAttempt: signature.returned(attempt),
      });
      expect([done.status, done.body.code]).toEqual([404, 'unknown_link']);
      expect((await remove(documentId, made[0]!.id)).body.code).toBe('signer_not_found');
      expect(await statusOf(documentId)).toBe('unsigned');
    });

    it('is refused for the only one', async () => {
      const { documentId, signers: made } = await created(['kari']);
      expect(refusal(await remove(documentId, made[0]!.id))).toEqual([422, 'last_signer', undefined]);
    });

    it('is refused when too few remain for requiredSignatures', async () => {
      const { documentId, signers: made } = await created(['kari', 'ola-n'], { advanced: { requiredSignatures: 2 } });
      expect(refusal(await remove(documentId, made[0]!.id))).toEqual([
        422,
        'required_signatures_exceed_signers',
        'advanced.requiredSignatures',
      ]);
    });

    it('lowers the number of signatures where all must sign', async () => {
      const { documentId, signers: made } = await created(['kari', 'ola-n', 'anne']);
      await remove(documentId, made[2]!.id);
      expect((await summaryOf(documentId)).requiredSignatures).toBe(2);
    });

    it('of all but one at once leaves one', async () => {
      const { documentId, signers: made } = await created(['kari', 'ola-n']);
      const answers = await Promise.all(made.map((one) => remove(documentId, one.id)));
      expect(answers.map((answer) => answer.status).sort()).toEqual([204, 422]);
      expect(await list(documentId)).toHaveLength(1);
    });
  });

  describe('a signer who has signed', () => {
    it('does not change any more, the others do', async () => {
      const { documentId, signers: made } = await created(['kari', 'ola-n']);
      await signature.sign(made[0]!.url);
      expect(refusal(await patch(documentId, made[0]!.id, { order: 1 }))).toEqual([422, 'signer_locked', undefined]);
      expect(refusal(await remove(documentId, made[0]!.id))).toEqual([422, 'signer_locked', undefined]);
      expect((await patch(documentId, made[1]!.id, { order: 1 })).status).toBe(200);
    });
  });

  describe('a document that is closed', () => {
    it.each(['signed', 'canceled', 'expired'])('by being %s takes no change', async (status) => {
      const { documentId, signers: made } = await created(['kari', 'ola-n']);
      await signature.query('update documents set status = $2 where id = $1', [documentId, status]);
      const answers = [
        await add(documentId, testSigner('anne')),
        await patch(documentId, made[0]!.id, { order: 1 }),
        await remove(documentId, made[0]!.id),
      ];
      expect(answers.map(refusal)).toEqual(Array(3).fill([422, 'document_closed', undefined]));
      expect(await list(documentId)).toHaveLength(2);
    });

    it('by its deadline takes no change either', async () => {
      const deadline = new Date(signature.now().getTime() + 60_000).toISOString();
      const { documentId, signers: made } = await created(['kari', 'ola-n'], {
        advanced: { timeToLive: { deadline } },
      });
      signature.advance(60_000);
      expect(refusal(await remove(documentId, made[0]!.id))).toEqual([422, 'document_closed', undefined]);
    });
  });

  describe('signature.md 1: the last signature that is missing', () => {
    const afterwards = async (documentId: string) => ({
      status: await statusOf(documentId),
      events: (await signature.events(documentId)).filter((type) => type !== 'document_link_opened'),
      signedDate: (await summaryOf(documentId)).signedDate,
    });
    const completed = () => ({
      status: 'signed',
      events: ['document_created', 'document_partially_signed', 'document_signed'],
      signedDate: signature.now().toISOString(),
    });

    it('is not needed when its signer is deleted: document_signed alone', async () => {
      const { documentId, signers: made } = await created(['kari', 'ola-n']);
      await signature.sign(made[0]!.url);
      signature.advance(1000);
      asked.length = 0;
      expect((await remove(documentId, made[1]!.id)).status).toBe(204);
      expect(await afterwards(documentId)).toEqual(completed());
      expect(asked).toEqual([]);
    });

    it('is not needed when its signer is not required any more: document_signed alone', async () => {
      const { documentId, signers: made } = await created([], {
        signers: [testSigner('kari', { required: true }), testSigner('ola-n', { required: true }), testSigner('anne')],
        advanced: { requiredSignatures: 1 },
      });
      await signature.sign(made[0]!.url);
      expect(await statusOf(documentId)).toBe('partialsigned');
      signature.advance(1000);
      expect((await patch(documentId, made[1]!.id, { required: false })).status).toBe(200);
      expect(await afterwards(documentId)).toEqual(completed());
    });

    it('and the one that comes at the same moment complete the document once', async () => {
      const { documentId, signers: made } = await created(['kari', 'ola-n', 'anne']);
      await signature.sign(made[0]!.url);
      const session = await signature.open(made[1]!.url);
      const attempt = await signature.goToEidAndBack(session);
      const [done, removed] = await Promise.all([
        signature.app('POST', '/sign/complete', session.token, { returnedAttempt: signature.returned(attempt) }),
        remove(documentId, made[2]!.id),
      ]);
      expect([done.body.outcome, removed.status]).toEqual(['signed', 204]);
      const events = await signature.events(documentId);
      expect(events.filter((type) => type === 'document_signed')).toHaveLength(1);
      expect(events.at(-1)).toBe('document_signed');
      expect(await statusOf(documentId)).toBe('signed');
    });

    it('is needed as long as somebody must sign', async () => {
      const { documentId, signers: made } = await created(['kari', 'ola-n', 'anne']);
      await signature.sign(made[0]!.url);
      await remove(documentId, made[1]!.id);
      expect(await statusOf(documentId)).toBe('partialsigned');
    });

    it('tells the event who has signed', async () => {
      const { documentId, signers: made } = await created(['kari', 'ola-n']);
      await signature.sign(made[0]!.url);
      await remove(documentId, made[1]!.id);
      const [event] = await signature.query<{ payload: { signers: { externalSignerId: string }[] } }>(
        `select payload from events where document_id = $1 and type = 'document_signed'`,
        [documentId],
      );
      expect(event!.payload.signers.map((one) => one.externalSignerId)).toEqual(['signer-kari']);
    });
  });

  describe('signature.md 6: whose turn it is', () => {
    const turns = async (documentId: string) =>
      Promise.all(
        (await list(documentId)).map(async (one: { url: string }) => (await signature.open(one.url)).view.state),
      );

    it('orders 1, 1, 2, 3, 3 go by groups, and requiredSignatures: 3 completes with the third', async () => {
      const { documentId, signers: made } = await created([], {
        signers: [1, 1, 2, 3, 3].map((order, index) => testSigner(`number-${index}`, { order })),
        advanced: { requiredSignatures: 3 },
      });
      const wait = 'not_your_turn';
      expect(await turns(documentId)).toEqual(['sign', 'sign', wait, wait, wait]);
      await signature.sign(made[1]!.url);
      expect(await turns(documentId)).toEqual(['sign', 'signed', wait, wait, wait]);
      await signature.sign(made[0]!.url);
      expect(await turns(documentId)).toEqual(['signed', 'signed', 'sign', wait, wait]);
      await signature.sign(made[2]!.url);
      const gone = 'completed_without_you';
      expect(await turns(documentId)).toEqual(['signed', 'signed', 'signed', gone, gone]);
    });

    it('required signers come before all others, whatever their order', async () => {
      const { documentId, signers: made } = await created([], {
        signers: [testSigner('kari', { order: 0 }), testSigner('ola-n', { order: 9, required: true })],
      });
      expect(await turns(documentId)).toEqual(['not_your_turn', 'sign']);
      await signature.sign(made[1]!.url);
      expect(await turns(documentId)).toEqual(['sign', 'signed']);
    });

    it('is said to be told by a message where the signer wants one', async () => {
      const notifications = { setup: { request: 'sendEmail' } };
      const signerInfo = { email: 'ola@example.no' };
      const { signers: made } = await created([], {
        signers: [testSigner('kari'), testSigner('ola-n', { order: 1, notifications, signerInfo })],
      });
      const told = await Promise.all(
        made.map(async (one: { url: string }) => (await signature.open(one.url)).view.turnIsTold),
      );
      expect(told).toEqual([false, true]);
    });

    it('changes with order and required, and when somebody of an earlier group goes', async () => {
      const { documentId, signers: made } = await created([], {
        signers: [testSigner('kari'), testSigner('ola-n', { order: 1 }), testSigner('anne', { order: 2 })],
      });
      await patch(documentId, made[1]!.id, { order: 0 });
      expect(await turns(documentId)).toEqual(['sign', 'sign', 'not_your_turn']);
      await patch(documentId, made[2]!.id, { required: true });
      expect(await turns(documentId)).toEqual(['not_your_turn', 'not_your_turn', 'sign']);
      await remove(documentId, made[2]!.id);
      expect(await turns(documentId)).toEqual(['sign', 'sign']);
    });
  });
});
