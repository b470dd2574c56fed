import { authenticateAtNoBankId, cancelAtNoBankId } from '@segl/simulators/src/no-bankid/test-person.ts';
import { type ApiClient, connect } from '@segl/test-kit/api-client';
import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identificationApi, JOHN, RETURN, TestBrowser } from './identification.testing.ts';

const KARI = '01010750241';

describe('the identification page and its browser', () => {
  let segl: SeglProcess;
  let api: ApiClient;
  let calls: ReturnType<typeof identificationApi>;

  beforeAll(async () => {
    segl = await startSegl({ environment: { SEGL_THROTTLE: 'off' } });
    api = await connect(segl);
    calls = identificationApi(api);
  });
  afterAll(() => segl?.remove());

  const statusOf = async (id: string) => (await calls.get(id)).body.status;

  /** From the choice of the eID to the person's return from it. */
  async function goToEidAndBack(browser: TestBrowser, nationalNumber = JOHN) {
    const { body } = await browser.start();
    const callback = await authenticateAtNoBankId(body.step.url, { nationalNumber });
    return { callback, ...(await browser.follow(callback)) };
  }

  it('identifies: opened by its script, to the eID and back, and on to the return URL', async () => {
    const { id, url } = (
      await calls.create({
        include: ['name'],
        externalReference: 'a b&c',
        allowedProviders: ['no_bankid_netcentric'],
      })
    ).body;
    const browser = new TestBrowser(segl);
    const opened = await browser.open(url);
    expect(opened.body.view).toMatchObject({
      sessionId: id,
      status: 'user_initiated',
      providers: [{ type: 'no_bankid_netcentric', country: 'NO', names: { no: 'BankID', fi: 'Norwegian BankID' } }],
    });
    expect(opened.body.view).not.toHaveProperty('returnUrl');
    const { status, location, returned } = await goToEidAndBack(browser);
    expect([status, location.split('#')[0]]).toEqual([303, new URL(url).pathname]);
    const { view } = (await browser.complete(returned)).body;
    expect(view).toMatchObject({ status: 'success', provider: 'no_bankid_netcentric' });
    expect(view.returnUrl).toBe(`${RETURN}/ok?a=1&sessionId=${id}&externalReference=a+b%26c#top`);
    expect(JSON.stringify(view)).not.toContain('Doe');
    expect((await browser.complete(returned)).body.view.status).toBe('success');
    const { body } = await calls.get(id);
    expect(body.identity.fullName).toBe('Doe, John');
    expect(body.auditTrail.events.map(({ name }: { name: string }) => name)).toEqual([
      'session_created',
      'app_started',
      'provider_selected',
      'provider_started',
      'identified',
      'session_read',
    ]);
  });

  it('v1 return URLs: placeholders, percent-encoded ones too, and nothing else is added', async () => {
    const created = await calls.createOlder({ ExternalReference: 'a b&c' });
    const { RequestId, Url } = created.body;
    const browser = new TestBrowser(segl);
    await browser.open(Url);
    const aborted = await browser.call('POST', '/id/app/v1/cancel');
    expect(aborted.body.view).toMatchObject({ status: 'user_aborted', returnUrl: `${RETURN}/no?id=${RequestId}` });

    const failing = (await calls.createOlder({ ExternalReference: 'a b&c' })).body;
    await browser.open(failing.Url);
    const { body } = await browser.start();
    const callback = await authenticateAtNoBankId(body.step.url, { nationalNumber: JOHN, oneTimeCode: 'revoked' });
    const { view } = (await browser.complete((await browser.follow(callback)).returned)).body;
    expect(view).toMatchObject({ status: 'failed', returnUrl: `${RETURN}/bad?code=IDREVOKED&ref=a%20b%26c` });
  });

  it('a look at the page by a scanner changes nothing', async () => {
    const { id, url } = (await calls.create()).body;
    for (const method of ['GET', 'HEAD']) await (await fetch(url, { method })).arrayBuffer();
    expect(await statusOf(id)).toBe('created');
  });

  it('a second browser is refused, and the first one goes on, also after loading the page anew', async () => {
    const { id, url } = (await calls.create()).body;
    const [first, second] = [new TestBrowser(segl), new TestBrowser(segl)];
    const { sessionToken } = (await first.open(url)).body;
    expect((await second.open(url)).body.code).toBe('session_in_use');
    second.token = `${sessionToken.split('.')[0]}.${'x'.repeat(43)}`;
    expect((await second.open(url)).body.code).toBe('session_in_use');
    for (const [method, path] of [
      ['GET', '/session'],
      ['POST', '/keepalive'],
      ['POST', '/cancel'],
      ['POST', '/eid/abandon'],
    ] as const) {
      expect([path, (await second.call(method, `/id/app/v1${path}`)).status]).toEqual([path, 401]);
    }
    expect((await second.start()).status).toBe(401);
    expect(await statusOf(id)).toBe('user_initiated');
    expect((await first.open(url)).body.sessionToken).toBe(sessionToken);
  });

  it('two browsers that start at once: one has the session', async () => {
    const { url } = (await calls.create()).body;
    const opened = await Promise.all(Array.from({ length: 5 }, () => new TestBrowser(segl).open(url)));
    expect(opened.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422, 422]);
  });

  it('whoever sends another person to the eID gets nothing of that login', async () => {
    const { id, url } = (await calls.create()).body;
    const attacker = new TestBrowser(segl);
    await attacker.open(url);
    const { body } = await attacker.start();
    const callback = await authenticateAtNoBankId(body.step.url, { nationalNumber: KARI });
    // The victim's browser follows the redirect; the attacker knows the attempt and the callback, but not the code.
    const victim = await new TestBrowser(segl).follow(callback);
    expect((await attacker.follow(callback)).returned).toBe('');
    expect((await attacker.complete(`${body.attemptId}.${'x'.repeat(32)}`)).body.code).toBe('eid_not_returned');
    const stranger = new TestBrowser(segl);
    expect((await stranger.open(url)).body.code).toBe('session_in_use');
    expect((await stranger.complete(victim.returned)).status).toBe(401);
    expect(await statusOf(id)).toBe('user_initiated');
  });

  it('the login of one session is no good in another one of the same browser', async () => {
    const [one, two] = [(await calls.create()).body, (await calls.create()).body];
    const [tab, otherTab] = [new TestBrowser(segl), new TestBrowser(segl)];
    await tab.open(one.url);
    await otherTab.open(two.url);
    const { returned } = await goToEidAndBack(tab, KARI);
    expect((await otherTab.complete(returned)).body.code).toBe('eid_not_returned');
    expect([await statusOf(one.id), await statusOf(two.id)]).toEqual(['user_initiated', 'user_initiated']);
    expect((await tab.complete(returned)).body.view.status).toBe('success');
  });

  it('a run that was started anew makes the one before it worthless', async () => {
    const { id, url } = (await calls.create()).body;
    const browser = new TestBrowser(segl);
    await browser.open(url);
    const before = (await browser.start()).body;
    const callback = await authenticateAtNoBankId(before.step.url, { nationalNumber: KARI });
    const now = await browser.start();
    expect((await browser.follow(callback)).status).toBe(404);
    const mine = await browser.follow(await authenticateAtNoBankId(now.body.step.url, { nationalNumber: JOHN }));
    expect((await browser.complete(mine.returned)).body.view.status).toBe('success');
    expect((await calls.get(id)).body.identity.providerId).toBe('9578-6000-4-602403');
  });

  it.each([
    ['an unknown state', (callback: URL) => callback.searchParams.set('state', 'x'.repeat(43)), 404],
    ['no state', (callback: URL) => callback.searchParams.delete('state'), 404],
    ['the path of another eID', (callback: URL) => callback.pathname.replace(/[^/]+$/, 'freja'), 404],
    ['a callback that is too long', (callback: URL) => callback.searchParams.set('code', 'x'.repeat(17_000)), 400],
  ])('a return with %s leads nowhere', async (_what, change, expected) => {
    const { url } = (await calls.create()).body;
    const browser = new TestBrowser(segl);
    await browser.open(url);
    const { body } = await browser.start();
    const callback = new URL(await authenticateAtNoBankId(body.step.url, { nationalNumber: JOHN }));
    const path = change(callback);
    if (typeof path === 'string') callback.pathname = path;
    const { status, returned } = await browser.follow(callback.href);
    expect([returned, status]).toEqual(['', expected]);
  });

  it('a login code of another run, and another issuer, are refused as unexpected answers', async () => {
    const [one, two] = [(await calls.create()).body, (await calls.create()).body];
    const [mine, foreign] = [new TestBrowser(segl), new TestBrowser(segl)];
    await mine.open(one.url);
    await foreign.open(two.url);
    const started = [(await mine.start()).body, (await foreign.start()).body];
    const [callback, other] = await Promise.all(
      started.map(async ({ step }) => new URL(await authenticateAtNoBankId(step.url, { nationalNumber: JOHN }))),
    );
    // The nonce inside the other code's token is of the other run.
    callback!.searchParams.set('code', other!.searchParams.get('code')!);
    const mixed = await mine.complete((await mine.follow(callback!.href)).returned);
    expect(mixed.body.view).toMatchObject({ status: 'failed', error: { code: 'provider_error' } });
    other!.searchParams.set('iss', 'https://evil.example');
    const issued = await foreign.complete((await foreign.follow(other!.href)).returned);
    expect(issued.body.view).toMatchObject({ status: 'failed', error: { code: 'provider_error' } });
  });

  it('a redirect URI that is not registered is refused by the eID', async () => {
    const { url } = (await calls.create()).body;
    const browser = new TestBrowser(segl);
    await browser.open(url);
    const { body } = await browser.start();
    const authorization = new URL(body.step.url);
    authorization.searchParams.set('redirect_uri', 'https://evil.example/id/callback/no_bankid_netcentric');
    const answer = await authenticateAtNoBankId(authorization.href, { nationalNumber: JOHN }).catch(String);
    expect(answer).not.toContain('evil.example');
  });

  it('giving up at the eID is giving up; nothing comes after the end', async () => {
    const { id, url } = (await calls.create()).body;
    const browser = new TestBrowser(segl);
    await browser.open(url);
    const { body } = await browser.start();
    const { returned } = await browser.follow(await cancelAtNoBankId(body.step.url));
    expect((await browser.complete(returned)).body.view).toMatchObject({
      status: 'user_aborted',
      returnUrl: `${RETURN}/no?sessionId=${id}`,
    });
    expect((await browser.start()).body.code).toBe('session_ended');
    expect((await new TestBrowser(segl).open(url)).body).toMatchObject({ view: { status: 'user_aborted' } });
    expect((await new TestBrowser(segl).open(url)).body).not.toHaveProperty('sessionToken');
  });

  it('choosing another eID and changing the language leave the session open, and are written down', async () => {
    const { id, url } = (await calls.create()).body;
    const browser = new TestBrowser(segl);
    await browser.open(url);
    await browser.start();
    expect((await browser.call('POST', '/id/app/v1/eid/abandon')).status).toBe(204);
    expect((await browser.call('POST', '/id/app/v1/language', { language: 'fi' })).status).toBe(204);
    expect((await browser.start('freja')).body.code).toBe('method_not_available');
    const { body } = await calls.get(id);
    expect([body.status, body.language]).toEqual(['user_initiated', 'fi']);
    expect(body.auditTrail.events.at(-1)).toMatchObject({ name: 'language_changed', eventData: { language: 'fi' } });
  });

  it('two requests that complete at once have one outcome', async () => {
    const { id, url } = (await calls.create()).body;
    const browser = new TestBrowser(segl);
    await browser.open(url);
    const { returned } = await goToEidAndBack(browser);
    const answers = await Promise.all([
      browser.complete(returned),
      browser.complete(returned),
      browser.complete(returned),
    ]);
    expect(answers.map(({ body }) => body.view?.status)).toEqual(['success', 'success', 'success']);
    const events = (await calls.get(id)).body.auditTrail.events;
    expect(events.filter(({ name }: { name: string }) => name === 'identified')).toHaveLength(1);
  });

  it('an eID in a window of its own ends on the page that hands over', async () => {
    const { url } = (await calls.create({ flow: 'iframe', iframeSettings: { parentDomains: ['a.example'] } })).body;
    const browser = new TestBrowser(segl);
    expect((await browser.open(url)).body.view.frame).toEqual({
      messageOrigins: ['https://a.example'],
      webMessaging: false,
      heightPx: 320,
    });
    const { body } = await browser.start('no_bankid_netcentric', { framed: true });
    const back = await browser.follow(await authenticateAtNoBankId(body.step.url, { nationalNumber: JOHN }));
    expect(back.location).toMatch(/^\/id\/returned#attempt=/);
    expect((await browser.complete(back.returned)).body.view.status).toBe('success');
  });

  it('a parent that is not listed is refused, and starts nothing', async () => {
    const settings = { parentDomains: ['portal.example.com', '*.example.org'], postMessageTargetOrigin: 'a.example' };
    const { id, url } = (await calls.create({ flow: 'iframe', iframeSettings: settings })).body;
    for (const parentOrigin of ['https://evil.example', 'https://example.org', 'http://portal.example.com', 'x']) {
      expect((await new TestBrowser(segl).open(url, { parentOrigin })).body.code).toBe('domain_not_allowed');
    }
    expect(await statusOf(id)).toBe('created');
    expect((await new TestBrowser(segl).open(url, { parentOrigin: 'https://shop.example.org' })).status).toBe(200);
    const redirect = (await calls.create()).body;
    const framed = await new TestBrowser(segl).open(redirect.url, { parentOrigin: 'https://portal.example.com' });
    expect(framed.body.code).toBe('domain_not_allowed');
  });

  it('links that were not made here open nothing', async () => {
    const { url } = (await calls.create()).body;
    const link = url.split('/id/')[1] as string;
    for (const other of [`${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`, link.slice(0, 22), 'x', `${link}=`]) {
      expect((await new TestBrowser(segl).open(`/id/${other}`)).status).toBe(404);
    }
  });
});
