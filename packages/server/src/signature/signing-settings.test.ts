import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { SigningSettings } from '../admin/index.ts';
import { collectResource } from './collect-resource.job.ts';
import type { ResourceAnswer } from './resource-source.ts';
import { listOpenResources } from './resource-store.ts';
import { PDF, SignatureUnderTest, testSigner } from './signature.testing.ts';

const MINUTE_MS = 60_000;
const DEFAULTS: SigningSettings = {
  successAction: 'none',
  successWaitSeconds: 30,
  sessionMinutes: 120,
  showsCancelReason: false,
  maxSigners: 20,
  maxAttachments: 20,
};
const FOUND: ResourceAnswer = { result: 'found', mediaType: 'application/json', content: Buffer.from('{}') };

describeOnEachDatabase('what an account decides about its signing pages', (open) => {
  let signature: SignatureUnderTest;
  let settings: SigningSettings;
  let answer: ResourceAnswer;

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open(), {
      signingSettings: async () => settings,
      resourceSources: [{ types: ['companyInfo', 'rightsAndProkura'], environment: 'test', query: async () => answer }],
    });
  });
  afterAll(() => signature.stop());
  beforeEach(() => {
    settings = { ...DEFAULTS };
    answer = FOUND;
  });

  /** A document whose only signer has signed, and the session in which that happened. */
  async function signed(types: string[]) {
    const signer = {
      extraInfo: { types },
      signerInfo: { organizationInfo: { orgNo: '912345678', countryCode: 'NO' } },
    };
    const { body, status } = await signature.create({ signers: [testSigner('kari', signer)] });
    expect(status, JSON.stringify(body)).toBe(201);
    const session = await signature.open(body.signers[0].url);
    const returnedAttempt = signature.returned(await signature.goToEidAndBack(session));
    const done = await signature.app('POST', '/sign/complete', session.token, { returnedAttempt });
    return { documentId: body.documentId as string, token: session.token, view: done.body.view };
  }
  const progress = async (token: string) => (await signature.app('GET', '/result', token)).body.successAction;
  async function collect(documentId: string): Promise<void> {
    for (const task of await listOpenResources(signature.deps.database, [documentId])) {
      await collectResource(signature.deps, task);
    }
  }

  it('lets the signer go on at once by default, whatever is still collected', async () => {
    const { token, view } = await signed(['companyInfo']);
    expect([view.successWaitSeconds, await progress(token)]).toEqual([0, 'done']);
  });

  it('lets the signer wait until registers have answered, and knows when one could not', async () => {
    settings.successAction = 'resources';
    settings.successWaitSeconds = 45;
    const { documentId, token, view } = await signed(['companyInfo']);
    expect([view.successWaitSeconds, await progress(token)]).toEqual([45, 'waiting']);
    await collect(documentId);
    expect(await progress(token)).toBe('done');
    answer = { result: 'failed', status: 'ServiceUnavailable', message: 'No answer.' };
    const other = await signed(['companyInfo']);
    await collect(other.documentId);
    expect(await progress(other.token)).toBe('failed');
  });

  it('lets the signer wait for the signed file too, once everybody has signed', async () => {
    settings.successAction = 'all';
    const { token } = await signed([]);
    expect(await progress(token)).toBe('waiting');
    const { body } = await signature.create({}, ['kari', 'ola']);
    const first = await signature.open(body.signers[0].url);
    const returnedAttempt = signature.returned(await signature.goToEidAndBack(first));
    await signature.app('POST', '/sign/complete', first.token, { returnedAttempt });
    expect(await progress(first.token)).toBe('done');
  });

  it.each([30, 480])('EN-7: ends a session after %i minutes, however active it is', async (minutes) => {
    settings.sessionMinutes = minutes;
    const { body } = await signature.create();
    const { token, view } = await signature.open(body.signers[0].url);
    expect(view.life.endsInSeconds).toBe(minutes * 60);
    for (let passed = 15; passed < minutes; passed += 15) {
      signature.advance(15 * MINUTE_MS);
      expect((await signature.app('POST', '/session/keepalive', token)).status, `after ${passed} minutes`).toBe(200);
    }
    signature.advance(15 * MINUTE_MS);
    expect((await signature.app('GET', '/session', token)).status).toBe(401);
  });

  it.each([
    [true, 'Two weeks late'],
    [false, undefined],
  ])('shows signers why a document was cancelled: %j', async (shown, expected) => {
    settings.showsCancelReason = shown;
    const { body } = await signature.create();
    const { token } = await signature.open(body.signers[0].url);
    await signature.api('POST', `/signature/documents/${body.documentId}/cancel?reason=Two%20weeks%20late`);
    const { body: view } = await signature.app('GET', '/session', token);
    expect([view.state, view.cancelReason]).toEqual(['canceled', expected]);
  });

  it('does not tell the reason to somebody who has not said who they are, and forgets it with the document', async () => {
    settings.showsCancelReason = true;
    const authentication = { mechanism: 'eid', socialSecurityNumber: '05128938534' };
    const signer = testSigner('kari', { authentication });
    const { body, status } = await signature.create({ signers: [signer] });
    expect(status, JSON.stringify(body)).toBe(201);
    const { token } = await signature.open(body.signers[0].url);
    await signature.api('POST', `/signature/documents/${body.documentId}/cancel?reason=Secret`);
    expect((await signature.app('GET', '/session', token)).body).not.toHaveProperty('cancelReason');
    expect((await signature.api('DELETE', `/signature/documents/${body.documentId}`)).status).toBe(204);
    const rows = await signature.query('select cancel_reason from documents where id = $1', [body.documentId]);
    expect(rows).toEqual([{ cancel_reason: null }]);
  });

  it('limits how many signers and attachments a document has', async () => {
    settings = { ...DEFAULTS, maxSigners: 2, maxAttachments: 1 };
    const codeOf = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code];
    const tooMany = (what: string) => [422, `too_many_${what}`];
    expect(codeOf(await signature.create({}, ['kari', 'ola-n', 'per-n']))).toEqual(tooMany('signers'));
    expect(codeOf(await signature.create({ advanced: { attachments: 2 } }))).toEqual(tooMany('attachments'));

    const { body } = await signature.create({}, ['kari', 'ola-n']);
    const path = `/signature/documents/${body.documentId}`;
    const add = () => signature.api('POST', `${path}/signers`, { body: testSigner('per-n') });
    const attach = () =>
      signature.api('POST', `${path}/attachments`, {
        body: { fileName: 'rules.pdf', title: 'Rules', data: PDF.toString('base64') },
      });
    expect(codeOf(await add())).toEqual(tooMany('signers'));
    expect(codeOf(await attach())).toEqual([201, undefined]);
    expect(codeOf(await attach())).toEqual(tooMany('attachments'));
    const waiting = (await signature.create({ advanced: { attachments: 1 } })).body.documentId;
    const announced = { advanced: { attachments: 2 } };
    const changed = await signature.api('PATCH', `/signature/documents/${waiting}`, { body: announced });
    expect(codeOf(changed)).toEqual(tooMany('attachments'));
    settings = DEFAULTS;
    expect([codeOf(await add()), codeOf(await attach())]).toEqual([
      [201, undefined],
      [201, undefined],
    ]);
  });
});
