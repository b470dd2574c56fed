import { type ApiClient, connect } from '@segl/test-kit/api-client';
import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  expectRefusal,
  identificationApi,
  JOHN,
  newReference,
  REDIRECT_SETTINGS,
  RETURN,
  RETURN_URLS,
  TestBrowser,
} from './identification.testing.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

describe.each(['embedded', 'postgresql'] as const)('identification, on the %s database', (kind) => {
  let segl: SeglProcess;
  let api: ApiClient;
  let calls: ReturnType<typeof identificationApi>;

  beforeAll(async () => {
    segl = await startSegl({ kind, environment: { SEGL_THROTTLE: 'off' } });
    api = await connect(segl);
    calls = identificationApi(api);
  });
  afterAll(() => segl?.remove());

  const advance = async (seconds: number) => {
    expect((await api.request('POST', '/test/clock', { advanceSeconds: seconds })).status).toBe(200);
  };
  const statusOf = async (id: string) => (await calls.get(id)).body.status;

  it('v1: creates a session, hands out the person once identified, and is told as the contract says', async () => {
    const ExternalReference = newReference();
    const created = await calls.createOlder({ ExternalReference, GetSocialSecurityNumber: true, Language: 'NO' });
    expect(created.status).toBe(200);
    expect(created.body.Url).toMatch(/\/id\/[A-Za-z0-9_-]{48}$/);
    const { RequestId } = created.body;
    expect(RequestId).toMatch(/^\d{19}[A-Za-z0-9]{32}$/);
    expect((await calls.result(RequestId)).body).toMatchObject({ Status: 'CREATED', Name: null, Error: null });
    expect((await api.request('GET', `/identification/session/status?requestId=${RequestId}`)).body).toEqual({
      Done: false,
    });

    expect((await calls.simulate(await calls.newestId(), { person: JOHN })).status).toBe(204);

    const { body } = await calls.result(RequestId);
    expect(body).toEqual({
      Name: 'Doe, John',
      FirstName: 'John',
      MiddleName: null,
      LastName: 'Doe',
      DateOfBirth: '051289',
      Status: 'SUCCESS',
      SocialSecurityNumber: JOHN,
      IdentityProviderUniqueId: '9578-6000-4-602403',
      IdentityProvider: 'NO_BANKID_WEB',
      Error: null,
      EnvironmentInfo: null,
      MetaData: null,
      RequestId,
    });
    const { MetaData } = (await calls.result(RequestId, true)).body;
    expect(MetaData.dateOfBirth).toBe('1989-12-05');
    expect(JSON.parse(MetaData['no.bankid.user.certificate'])).toMatchObject({
      UniqueId: '9578-6000-4-602403',
      ValidFromDate: expect.stringMatching(/^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT$/),
    });
    expect((await api.request('GET', `/identification/log/requestId/${RequestId}`)).body).toMatchObject({
      Id: RequestId,
      Name: 'Doe, John',
      Status: 'SUCCESS',
      IdentityProviderType: 'NO_BANKID_WEB',
      Language: 'NO',
      Externalid: ExternalReference,
      Errorcode: null,
      iFrame: false,
      SocialSecurityNumber: true,
    });
  });

  it('v1 in camelCase for the one client that reads nothing else; errors are in camelCase for everybody', async () => {
    const created = await calls.createOlder({}, { 'x-idfy-sdk': '1.3.0' });
    expect(Object.keys(created.body).sort()).toEqual(['requestId', 'url']);
    const path = `/identification/log/requestId/${created.body.requestId}`;
    const { body } = await api.request('GET', path, undefined, { 'x-segl-json-case': 'camel' });
    expect(body).toMatchObject({ id: created.body.requestId, iframe: false, status: 'CREATED' });
    expectRefusal(await calls.createOlder({ ReturnUrls: {} }), 400, 'validation_failed', [
      'returnUrls.abort',
      'returnUrls.error',
      'returnUrls.success',
    ]);
  });

  it.each([
    [
      'names in any case, and the misspelled one',
      { getSocialSecurtyNumber: true, IFRAME: { DOMAIN: 'a.example' } },
      200,
    ],
    ['a provider by the name of another part of the API', { IdentityProvider: ' NoBank ' }, 200],
    ['UNKNOWN, which lets the user choose', { IdentityProvider: 'UNKNOWN' }, 200],
    ['a provider that is not enabled', { IdentityProvider: 'swe_bankid' }, 402],
    ['a provider that there is not', { IdentityProvider: 'EE_ID' }, 400],
    ['frames of several hosts', { iframe: { domain: 'portal.example.com *.example.org intra.example.com' } }, 200],
    ['a frame of nobody', { iFrame: { WebMessaging: true } }, 400],
    ['a frame over plain http', { iFrame: { Domain: 'http://portal.example.com' } }, 400],
    ['a script as return URL', { ReturnUrls: { ...RETURN_URLS, Abort: 'javascript:alert(1)' } }, 400],
    ['a relative return URL', { ReturnUrls: { ...RETURN_URLS, Error: '/bad' } }, 400],
    ['a reference of 256 letters', { ExternalReference: 'x'.repeat(256) }, 400],
    ['a title of 101 letters', { PageTitle: 'x'.repeat(101) }, 400],
  ])('v1 create takes %s', async (_what, changes, status) => {
    expect((await calls.createOlder(changes)).status).toBe(status);
  });

  it('add-ons that nobody supplies say so, and the session is none the worse for it', async () => {
    const { RequestId } = (await calls.createOlder({ Addonservices: { personalInfo: '', other: 'x' } })).body;
    await calls.simulate(await calls.newestId());
    const { Status, MetaData } = (await calls.result(RequestId, true)).body;
    expect(Status).toBe('SUCCESS');
    expect([MetaData.personalInfo, MetaData.other].map((text) => JSON.parse(text))).toEqual([
      { error: 'not_available' },
      { error: 'unknown_service' },
    ]);
  });

  it('v1: BankID on mobile is not offered: what is malformed is 400, the rest 402', async () => {
    const mobile = (body: object) => api.request('POST', '/identification/no/bankid/mobile', body);
    expectRefusal(await mobile({ MobileNumber: '123', DateOfBirth: '310289' }), 400, 'validation_failed', [
      'dateOfBirth',
      'mobileNumber',
    ]);
    expectRefusal(await mobile({ MobileNumber: '+4799900007', DateOfBirth: '051289' }), 402, 'not_in_subscription');
  });

  it('a reference is answered with its unfinished session when the request is the same, in both APIs', async () => {
    const ExternalReference = newReference();
    const [first, second] = await Promise.all([
      calls.createOlder({ ExternalReference }),
      calls.createOlder({ ExternalReference, IdentityProvider: null }),
    ]);
    expect(second.body).toEqual(first.body);
    expect([first, second].map(({ headers }) => headers.get('idempotent-replayed')).sort()).toEqual([null, 'true']);

    const another = await calls.createOlder({ ExternalReference, Language: 'SV' });
    expect(another.body.RequestId).not.toBe(first.body.RequestId);
    const again = await calls.createOlder({ ExternalReference, Language: 'SV' });
    expect(again.body).toEqual(another.body);
    await calls.simulate(await calls.newestId());
    const afterEnd = await calls.createOlder({ ExternalReference, Language: 'SV' });
    expect([again.body.RequestId, first.body.RequestId]).not.toContain(afterEnd.body.RequestId);

    const externalReference = newReference();
    const created = await calls.create({ externalReference });
    const replayed = await calls.create({ externalReference, language: 'en' });
    expect([created.status, replayed.status, replayed.body.id]).toEqual([201, 200, created.body.id]);
    expect(replayed.headers.get('idempotent-replayed')).toBe('true');
    await advance(61 * 60);
    expect((await calls.create({ externalReference })).body.id).not.toBe(created.body.id);
  });

  it('an Idempotency-Key keeps the answer too', async () => {
    const key = { 'idempotency-key': newReference() };
    const first = await calls.createOlder({}, key);
    expect((await calls.createOlder({}, key)).body).toEqual(first.body);
  });

  it('invalidating erases at once; it takes the id from body or query, and leaves what failed as it is', async () => {
    const invalidate = (query: string, body?: unknown) =>
      api.request('PUT', `/identification/session/invalidate${query}`, body);
    const { RequestId } = (await calls.createOlder()).body;
    const id = await calls.newestId();
    await calls.simulate(id);
    expectRefusal(await invalidate(''), 400, 'validation_failed', ['requestId']);
    expect(await invalidate(`?requestId=${RequestId}`, 'null')).toMatchObject({ status: 200, body: {} });
    expect((await calls.result(RequestId)).body).toMatchObject({
      Status: 'INVALIDATED',
      Name: null,
      DateOfBirth: null,
    });
    expect((await calls.get(id)).body).not.toHaveProperty('identity');
    expect((await invalidate('', { RequestId })).status).toBe(200);
    expectRefusal(await invalidate('', { RequestId: 'x'.repeat(51) }), 404, 'session_not_found');

    const failed = (await calls.create()).body.id;
    await calls.simulate(failed, { outcome: 'blocked' });
    expect((await api.request('POST', `/identification/v2/sessions/${failed}/invalidate`, 'null')).status).toBe(204);
    expect(await statusOf(failed)).toBe('failed');
    const open = (await calls.create()).body;
    await api.request('POST', `/identification/v2/sessions/${open.id}/invalidate`);
    expect(await statusOf(open.id)).toBe('invalidated');
    expect((await new TestBrowser(segl).open(open.url)).body.view).toMatchObject({ status: 'invalidated' });
  });

  it('v2: creates with 201 and Location, answers what was asked for and nothing else', async () => {
    const created = await calls.create({
      allowedProviders: ['NO_BANKID_WEB'],
      include: ['name', 'nin'],
      departmentId: 'd1',
      prefilledInput: { userName: 'kari', dateOfBirth: '1989-12-05T00:00:00' },
    });
    expect(created.status).toBe(201);
    const { id } = created.body;
    expect(created.headers.get('location')).toBe(`${segl.url}/identification/v2/sessions/${id}`);
    expect(created.body).toMatchObject({
      status: 'created',
      allowedProviders: ['no_bankid_netcentric'],
      language: 'en',
      flow: 'redirect',
      include: ['name', 'nin'],
      redirectSettings: REDIRECT_SETTINGS,
      departmentId: 'd1',
      ui: { hideProviderHeader: false, hideFooter: false, themeMode: 'light', colorTheme: 'default' },
      prefilledInput: { username: 'kari', dateOfBirth: '1989-12-05' },
    });
    await calls.simulate(id, { person: JOHN });
    const { body } = await calls.get(id);
    expect(body.identity).toEqual({
      providerId: '9578-6000-4-602403',
      fullName: 'Doe, John',
      firstName: 'John',
      lastName: 'Doe',
      nin: JOHN,
    });
    expect(body.url).toBeUndefined();
    expect(
      body.auditTrail.events.map(({ id, name, eventType }: Record<string, unknown>) => [id, name, eventType]),
    ).toEqual([
      [1, 'session_created', 'information'],
      [2, 'provider_started', 'information'],
      [3, 'identified', 'success'],
      [4, 'session_read', 'information'],
    ]);

    const bare = (await calls.create()).body.id;
    await calls.simulate(bare, { person: JOHN });
    expect((await calls.get(bare)).body.identity).toEqual({ providerId: '9578-6000-4-602403' });
  });

  it.each([
    ['no return URLs', { redirectSettings: null }, 400],
    ['one return URL only', { redirectSettings: { successUrl: RETURN } }, 400],
    ['a frame without parents', { flow: 'iframe', redirectSettings: null }, 400],
    ['a frame', { flow: 'iframe', redirectSettings: null, iframeSettings: { parentDomains: ['a.example'] } }, 201],
    [
      'a receiver that is a pattern',
      { flow: 'iframe', redirectSettings: null, iframeSettings: { parentDomains: ['*.a.example'] } },
      400,
    ],
    ['no flow', { flow: null }, 400],
    ['no page, for an eID that has one', { flow: 'headless', allowedProviders: ['no_bankid_netcentric'] }, 422],
    ['no page, for an eID that is not enabled', { flow: 'headless', allowedProviders: ['freja'] }, 402],
    ['an eID that is not enabled', { allowedProviders: ['no_bankid_netcentric', 'digid'] }, 402],
    ['a language of the older API', { language: ' NO ' }, 201],
    ['an unknown language', { language: 'fr' }, 400],
  ])('v2 create with %s', async (_what, changes, status) => {
    expect((await calls.create(changes)).status).toBe(status);
  });

  it('v2: pages of sessions, newest first, without personal data', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      ids.unshift((await calls.create({ include: ['name'], prefilledInput: { nin: JOHN } })).body.id);
      await calls.simulate(ids[0]!);
    }
    const page = (query: string) => api.request('GET', `/identification/v2/sessions${query}`);
    const first = await page('?limit=2');
    expect(first.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    expect(JSON.stringify(first.body)).not.toMatch(/identity|Topstad|environment|prefilled/);
    const next = await page(`?limit=2&cursor=${first.body.nextCursor}`);
    expect(next.body.data[0].id).toBe(ids[2]);
    expect((await page('?limit=1000')).body.limit).toBe(100);
    expectRefusal(await page('?cursor=xyz'), 400, 'validation_failed', ['cursor']);
  });

  it('v2: languages and eIDs, all and those of the account; the old client gets no name that it does not know', async () => {
    const ids = async (path: string, headers?: Record<string, string>) =>
      (await api.request('GET', `/identification/v2${path}`, undefined, headers)).body.map(
        ({ id, type }: { id?: string; type?: string }) => id ?? type,
      );
    expect(await ids('/languages')).toEqual(['en', 'no', 'sv', 'da', 'fi', 'de']);
    expect(await ids('/languages', { 'x-idfy-sdk': '1.3.0' })).toEqual(['en', 'no', 'sv', 'da']);
    expect(await ids('/id-providers')).toContain('mitid');
    expect(await ids('/id-providers', { 'x-idfy-sdk': '1.3.0' })).not.toContain('mitid');
    expect(await ids('/id-providers/account')).toEqual(
      'no_bankid_netcentric no_buypass dk_nemid mitid fi_eid itsme github google linkedin microsoft facebook'.split(
        ' ',
      ),
    );
    const of = async (language: string) =>
      (await api.request('GET', `/identification/v2/id-providers/account?language=${language}`)).body[0];
    expect(await of('sv')).toMatchObject({ name: 'Norwegian BankID', description: 'e-legitimation från Norge' });
    const { logoUrl, ...none } = await of('none');
    expect(none).toEqual({
      type: 'no_bankid_netcentric',
      name: 'BankID',
      logoUrlNegative: expect.any(String),
      logoWidth: '160',
    });
    expect((await fetch(logoUrl)).headers.get('content-type')).toContain('image/svg+xml');
  });

  it.each([
    ['blocked', 'failed', 'id_blocked', 'IDBLOCKED'],
    ['revoked', 'failed', 'id_revoked', 'IDREVOKED'],
    ['expired', 'failed', 'id_expired', 'IDEXPIRED'],
    ['unknown', 'failed', 'id_not_found', 'IDNOTFOUND'],
    ['down', 'failed', 'provider_unavailable', 'PROVIDERUNAVAILABLE'],
    ['error', 'failed', 'provider_error', 'PROVIDERERROR'],
    ['timeout', 'timed_out', 'timed_out', 'TIMEOUT'],
    ['cancel', 'user_aborted', undefined, undefined],
  ])('simulate: the word %s ends in %s', async (outcome, status, code, olderCode) => {
    const { RequestId } = (await calls.createOlder()).body;
    const id = await calls.newestId();
    expect((await calls.simulate(id, { outcome })).status).toBe(204);
    const { body } = await calls.get(id);
    expect([body.status, body.error?.code]).toEqual([status, code]);
    expect((await calls.result(RequestId)).body.Error?.ErrorCode).toBe(olderCode);
    expectRefusal(await calls.simulate(id), 422, 'session_ended');
  });

  it('simulate refuses persons and eIDs that there are not', async () => {
    const { id } = (await calls.create()).body;
    expectRefusal(await calls.simulate(id, { person: '12345678901' }), 400, 'validation_failed', ['person']);
    expectRefusal(await calls.simulate(id, { provider: 'freja' }), 402, 'not_in_subscription', ['provider']);
  });

  it('the log: by month and day, status, eID, reference and part of the name, page by page', async () => {
    const externalId = newReference();
    for (const outcome of ['success', 'blocked', 'success']) {
      await calls.createOlder({ ExternalReference: externalId });
      await calls.simulate(await calls.newestId(), { outcome });
    }
    const { now } = (await api.request('POST', '/test/clock', { advanceSeconds: 0 })).body;
    const [year, month, day] = now.slice(0, 10).split('-').map(Number);
    const list = async (query: string, of = year) =>
      (await api.request('GET', `/identification/log/filter/${of}?externalId=${externalId}${query}`)).body;
    const count = async (query: string, of?: number) => (await list(query, of)).List.length;
    expect([
      await count(''),
      await count(`&month=${month}&day=${day}`),
      await count(`&month=${(month % 12) + 1}`),
      await count('', year - 1),
      await count('&status=ERROR'),
      await count('&status=UNKNOWN'),
      await count('&identityProviderType=no_bankid'),
      await count('&identityProviderType=SWE_BANKID'),
      await count('&name=TOPST'),
      await count('&name=%25'),
    ]).toEqual([3, 3, 0, 0, 1, 0, 3, 0, 2, 0]);
    const first = await list('&pageSize=2');
    expect([first.TotalLinks, first.List.length]).toEqual([2, 2]);
    const last = await (await fetch(first.NextLink, { headers: { authorization: `Bearer ${api.token}` } })).json();
    expect(last).toMatchObject({ NextLink: null, TotalLinks: 2, List: [{ Externalid: externalId }] });
    expectRefusal(await api.request('GET', `/identification/log/filter/${year}?day=3`), 400, 'validation_failed', [
      'month',
    ]);
    const foreign = `/identification/log/filter/${year}?accountId=0195a000-0000-7000-8000-00000000000a`;
    expectRefusal(await api.request('GET', foreign), 403, 'forbidden');
  });

  it('lifetimes follow the test clock: sixty minutes to start, twenty without anything done', async () => {
    const { id, url, created, expires } = (await calls.create()).body;
    expect(Date.parse(expires) - Date.parse(created)).toBe(3_600_000);
    await advance(59 * 60);
    const browser = new TestBrowser(segl);
    expect((await browser.open(url)).body.view.status).toBe('user_initiated');
    const { body } = await calls.get(id);
    expect(Date.parse(body.expires)).toBeGreaterThan(Date.parse(expires) + 18 * 60_000);
    expect(body.environment.userAgent).toBe('TestBrowser/1.0');

    const idle = (await calls.create()).body;
    const other = new TestBrowser(segl);
    await other.open(idle.url);
    await advance(19 * 60);
    expect((await other.call('POST', '/id/app/v1/keepalive')).status).toBe(204);
    await advance(19 * 60);
    expect(await statusOf(idle.id)).toBe('user_initiated');
    await advance(2 * 60);
    await expect.poll(() => statusOf(idle.id)).toBe('timed_out');
    expect((await calls.get(idle.id)).body.error.code).toBe('timed_out');
    expect(await statusOf(id)).toBe('timed_out');
  });

  it('after the readable period who it was is erased, and after a year the log names nobody', async () => {
    const { RequestId } = (await calls.createOlder({ GetSocialSecurityNumber: true })).body;
    const id = await calls.newestId();
    const browser = new TestBrowser(segl);
    await browser.open((await calls.get(id)).body.url);
    await calls.simulate(id);
    await advance(13 * DAY);
    expect((await calls.result(RequestId)).body.Name).toBe('Topstad, Tomas');
    await advance(DAY + HOUR);
    await expect.poll(async () => (await calls.result(RequestId)).status).toBe(410);
    expectRefusal(await calls.result(RequestId), 410, 'session_data_erased');
    const { body } = await calls.get(id);
    expect(body.status).toBe('success');
    for (const gone of ['identity', 'environment', 'prefilledInput', 'resources'])
      expect(body).not.toHaveProperty(gone);
    const logItem = async () => (await api.request('GET', `/identification/log/requestId/${RequestId}`)).body;
    expect(await logItem()).toMatchObject({
      Name: 'Topstad, Tomas',
      UserAgent: 'TestBrowser/1.0',
      SocialSecurityNumber: true,
    });
    await advance(352 * DAY);
    await expect.poll(async () => (await logItem()).Name).toBeNull();
    expect(await logItem()).toMatchObject({ ClientIp: null, UserAgent: null, Status: 'SUCCESS' });
  });

  it('nothing of the person is in what the server writes', () => {
    // The welcome names the test person of the first steps.
    const lines = segl
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.filter((line) => /05128938534|01010750160|Topstad|Doe, John/.test(line))).toEqual([]);
  });
});
