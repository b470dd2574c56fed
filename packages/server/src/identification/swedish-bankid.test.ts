import { confirmAtPhone, openAtPhone } from '@segl/simulators/src/se-bankid/test-phone.ts';
import { type ApiClient, connect } from '@segl/test-kit/api-client';
import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, identificationApi, newReference, TestBrowser } from './identification.testing.ts';

const KALLE = '198904207217';

/** Twelve digits of a person born in 1970, with the right check digit. */
function personalNumber(serial: number): string {
  const nine = `700101${String(serial).padStart(3, '0')}`;
  const sum = [...nine].reduce((total, digit, index) => {
    const product = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (product > 9 ? product - 9 : product);
  }, 0);
  return `19${nine}${(10 - (sum % 10)) % 10}`;
}

describe.each(['embedded', 'postgresql'] as const)('Swedish BankID, on the %s database', (kind) => {
  let segl: SeglProcess;
  let api: ApiClient;
  let calls: ReturnType<typeof identificationApi>;
  let simulatorsUrl: string;

  beforeAll(async () => {
    segl = await startSegl({ kind, environment: { SEGL_THROTTLE: 'off' } });
    api = await connect(segl);
    calls = identificationApi(api);
    const { browser, waiting } = await begin((await calls.create()).body.url);
    simulatorsUrl = new URL(waiting.startUrls.phone).origin;
    await browser.call('POST', '/id/app/v1/cancel');
  });
  afterAll(() => segl?.remove());

  const poll = (browser: TestBrowser, language = 'en') => browser.call('POST', '/id/app/v1/eid/poll', { language });

  /** A browser with the code on its screen. */
  async function begin(url: string) {
    const browser = new TestBrowser(segl);
    await browser.open(url);
    const started = await browser.start('se_bankid');
    expect(started.body.step).toEqual({ kind: 'poll' });
    return { browser, waiting: (await poll(browser)).body.waiting };
  }

  const atPhone = (code: string, securityCode?: string, number = KALLE) =>
    confirmAtPhone({ simulatorsUrl, code, personalNumber: number, ...(securityCode ? { securityCode } : {}) });

  /** Asks as the page does, until the session has ended. */
  async function ended(browser: TestBrowser) {
    let answer = await poll(browser);
    await expect
      .poll(async () => {
        answer = await poll(browser);
        return answer.body.view;
      })
      .toBeDefined();
    return answer.body.view;
  }

  it.each(['SWE_BANKID', 'SWE_BANKID_MOBILE'])(
    'v1: %s identifies with number and name, and has no id',
    async (name) => {
      const { body } = await calls.createOlder({
        IdentityProvider: name,
        GetSocialSecurityNumber: true,
        ExternalReference: newReference(),
      });
      const { browser, waiting } = await begin(body.Url);
      expect(waiting).toMatchObject({ qrData: expect.stringMatching(/^bankid\./), message: 'Start your BankID app.' });
      await atPhone(waiting.qrData);
      expect(await ended(browser)).toMatchObject({ status: 'success', returnUrl: expect.any(String) });
      expect((await calls.result(body.RequestId)).body).toMatchObject({
        Status: 'SUCCESS',
        Name: 'Kalle Anka',
        SocialSecurityNumber: KALLE,
        DateOfBirth: '200489',
        IdentityProvider: 'SWE_BANKID',
        IdentityProviderUniqueId: null,
      });
    },
  );

  it('follows the person in the language of the page, and goes on in a page that was loaded anew', async () => {
    const { body } = await calls.create({ allowedProviders: ['se_bankid'], include: ['name'] });
    const { browser, waiting } = await begin(body.url);
    await openAtPhone({ simulatorsUrl, code: waiting.qrData, personalNumber: KALLE });
    const message = async (language: string) => (await poll(browser, language)).body.waiting?.message;
    await expect.poll(() => message('fi')).toMatch(/^Anna turvakoodi/);
    expect((await poll(browser)).body.waiting.qrData).toBeUndefined();
    const again = await browser.open(body.url);
    expect(again.body.view).toMatchObject({ provider: 'se_bankid', polling: true });
    expect(await message('de')).toMatch(/^Geben Sie/);
    await browser.call('POST', '/id/app/v1/cancel');
    expect((await calls.get(body.id)).body.status).toBe('user_aborted');
  });

  it.each([
    ['cancel', { status: 'user_aborted' }],
    ['blocked', { status: 'failed', error: { code: 'id_blocked', providerCode: 'certificateErr' } }],
    ['risk', { status: 'failed', error: { code: 'provider_error', providerCode: 'transactionRiskBlocked' } }],
    ['down', { status: 'failed', error: { code: 'provider_unavailable', providerCode: 'maintenance' } }],
  ])('%s at the phone ends the session as what it is', async (word, expected) => {
    const { body } = await calls.create({ allowedProviders: ['se_bankid'] });
    const { browser, waiting } = await begin(body.url);
    await atPhone(waiting.qrData, word, personalNumber(2));
    expect(await ended(browser)).toMatchObject(expected);
  });

  it('a number that the caller knows lets nobody else in', async () => {
    const { body } = await calls.create({ allowedProviders: ['se_bankid'], prefilledInput: { nin: '8904207217' } });
    const { browser, waiting } = await begin(body.url);
    await expect(atPhone(waiting.qrData, undefined, personalNumber(1))).rejects.toThrow('another person');
    await atPhone(waiting.qrData);
    expect((await ended(browser)).status).toBe('success');
  });

  it('many requests that ask at once make one outcome, and no browser but its own may ask', async () => {
    const { body } = await calls.create({ allowedProviders: ['se_bankid'], include: ['name'] });
    const { browser, waiting } = await begin(body.url);
    const stranger = new TestBrowser(segl);
    stranger.token = `${browser.token!.split('.')[0]}.${'x'.repeat(43)}`;
    expectRefusal((await poll(stranger)) as never, 401, 'session_expired');
    await atPhone(waiting.qrData);
    await expect
      .poll(async () => {
        const answers = await Promise.all(Array.from({ length: 8 }, () => poll(browser)));
        expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
        return answers.every((answer) => answer.body.view?.status === 'success');
      })
      .toBe(true);
    const { auditTrail } = (await calls.get(body.id)).body;
    expect(auditTrail.events.filter(({ name }: { name: string }) => name === 'identified')).toHaveLength(1);
  });

  it.each([
    [undefined, 'success'],
    ['cancel', 'user_aborted'],
    ['blocked', 'failed'],
    ['timeout', 'timed_out'],
  ])('simulate plays a person at the phone: %s', async (outcome, status) => {
    const { body } = await calls.create({ allowedProviders: ['se_bankid'] });
    const simulated = await calls.simulate(body.id, { provider: 'se_bankid', ...(outcome ? { outcome } : {}) });
    expect(simulated.status).toBe(204);
    expect((await calls.get(body.id)).body.status).toBe(status);
  });

  it('without a page: what the person needs is in the answer, fresh with every reading, until it is done', async () => {
    const reference = newReference();
    const request = {
      flow: 'headless',
      redirectSettings: undefined,
      allowedProviders: ['se_bankid'],
      include: ['name', 'nin', 'date_of_birth'],
      externalReference: reference,
    };
    const { status, body } = await calls.create(request);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'user_initiated',
      provider: 'se_bankid',
      securityReference: expect.any(String),
      headless: { autoStartToken: body.securityReference, qrData: expect.stringMatching(/^bankid\./) },
      environment: { ipAddress: '127.0.0.1' },
    });
    expect(body.url).toBeUndefined();
    const replay = await calls.create(request);
    expect([replay.status, replay.body.id, replay.body.securityReference]).toEqual([
      200,
      body.id,
      body.securityReference,
    ]);
    await atPhone(body.headless.autoStartToken);
    await expect.poll(async () => (await calls.get(body.id)).body.status).toBe('success');
    const { identity, headless } = (await calls.get(body.id)).body;
    expect(identity).toEqual({
      fullName: 'Kalle Anka',
      firstName: 'Kalle',
      lastName: 'Anka',
      dateOfBirth: '1989-04-20',
      nin: KALLE,
    });
    expect(headless).toBeUndefined();
  });

  it('without a page needs exactly one eID that runs without one', async () => {
    const request = { flow: 'headless', redirectSettings: undefined };
    expectRefusal(await calls.create(request), 422, 'flow_not_supported');
    const page = { ...request, allowedProviders: ['no_bankid_netcentric'] };
    expectRefusal(await calls.create(page), 422, 'flow_not_supported');
  });

  it('200 sessions without a page at once: each is asked in its turn, and all of them end', {
    timeout: 180_000,
  }, async () => {
    const sessions = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const created = await calls.create({
          flow: 'headless',
          redirectSettings: undefined,
          allowedProviders: ['se_bankid'],
          include: ['nin'],
        });
        expect(created.status).toBe(201);
        await atPhone(created.body.headless.autoStartToken, undefined, personalNumber(100 + index));
        return { id: created.body.id, number: personalNumber(100 + index) };
      }),
    );
    const rounds = await Promise.all(
      sessions.map(async ({ id, number }) => {
        for (let round = 1; ; round += 1) {
          const { status, body } = await calls.get(id);
          expect(status).toBe(200);
          if (body.status === 'success') {
            expect(body.identity.nin).toBe(number);
            return round;
          }
          await new Promise((resolve) => setTimeout(resolve, 1000));
        }
      }),
    );
    // Nobody waits for the others: whoever has signed is seen with one of the next askings.
    expect(Math.max(...rounds)).toBeLessThanOrEqual(5);
  });
});
