import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { CLIENT_SECRET, OAuthUnderTest, PUBLIC_URL } from './oauth.testing.ts';

const ACCOUNT = '/admin/account';
const STRANGE_ACCOUNT = '0195a000-0000-7000-8000-0000000000ff';
const COMPANY = {
  Name: 'Fjordbank AS',
  CompanyPhone: '+47 22 00 00 00',
  CompanyEmail: 'post@fjordbank.example',
};

describeOnEachDatabase('admin.md 1 and 2: accounts', (open) => {
  let oauth: OAuthUnderTest;
  let dealerId: string;
  let own: string;
  let dealer: string;
  let root: string;
  let numbers = 100_000_000;

  beforeAll(async () => {
    oauth = await OAuthUnderTest.start(await open());
    dealerId = await account({ dealer: true });
    own = await tokenFor(oauth.accountId, ['account_read', 'account_write', 'oauth_write']);
    dealer = await tokenFor(dealerId, ['dealer', 'oauth_write']);
    root = await tokenFor(await account(), ['root']);
  });
  afterAll(() => oauth.stop());

  const account = async (fields: { dealer?: boolean; dealerId?: string; testAccount?: boolean } = {}) =>
    (await oauth.admin.createAccount({ name: 'Sjøbank', testAccount: true, ...fields })).accountId;
  async function tokenFor(accountId: string, scopes: string[], environment: 'test' | 'prod' = 'test'): Promise<string> {
    const clientId = await oauth.addClient({ accountId, scopes, environment });
    return (await oauth.token(clientId, CLIENT_SECRET)).body.access_token as string;
  }
  function newNumber(): string {
    numbers += 1;
    return String(numbers);
  }
  const company = (fields: object = {}) => ({ ...COMPANY, MvaNumber: newNumber(), ...fields });
  const create = (fields: object = {}, by = dealer) => oauth.call(by, 'POST', ACCOUNT, company(fields));
  const put = (body: object, by = own) => oauth.call(by, 'PUT', ACCOUNT, body);
  const get = (by = own, accountId?: string) =>
    oauth.call(by, 'GET', accountId ? `${ACCOUNT}?accountId=${accountId}` : ACCOUNT);
  const audit = async (accountId: string) =>
    (await oauth.admin.listAudit({ accountId, environment: 'test' }, { limit: 50 })).map((one) => [
      one.action,
      one.details,
    ]);
  const fields = (answer: { body: { errors?: { field: string; code: string }[] } }) =>
    (answer.body.errors ?? []).map(({ field, code }) => `${field} ${code}`).sort();

  describe('create', () => {
    it('answers the whole account in the names of the contract; it is the calling dealer’s, with its products', async () => {
      const made = await create({
        MvaNumber: 'NO 998 877 665 MVA',
        CompanyUrl: 'https://fjordbank.example',
        Contact: { Name: 'Kari Nordmann', Mobile: '+47 900 00 000', Email: 'kari@fjordbank.example' },
        Address: { Address1: 'Storgata 1', City: 'Oslo' },
        Dealer: { Reference: 'K-1' },
        Settings: { SMSSender: 'Fjordbank' },
        Country: 'se',
      });
      expect(made.status).toBe(200);
      expect(made.body).toEqual({
        Id: expect.any(String),
        CustomerNumber: null,
        Resources: { LogoUrl: null, CssUrl: null },
        SlaTag: null,
        TestAccount: true,
        Enabled: true,
        ...COMPANY,
        MvaNumber: '998877665',
        CompanyUrl: 'https://fjordbank.example',
        Contact: { Name: 'Kari Nordmann', Phone: null, Mobile: '+47 900 00 000', Email: 'kari@fjordbank.example' },
        Address: { Address1: 'Storgata 1', Address2: null, PostalCode: null, City: 'Oslo', Country: null },
        Settings: { SMSSender: 'Fjordbank' },
        Dealer: { Id: dealerId, Reference: 'K-1' },
        Country: 'SE',
      });
      expect((await get(dealer, made.body.Id)).body).toEqual(made.body);
      expect(await audit(made.body.Id)).toEqual([
        ['account.created', { name: COMPANY.Name, testAccount: true, dealerId }],
      ]);
      const { rows } = await oauth.database.query('select 1 from account_products where account_id = $1', [
        made.body.Id,
      ]);
      expect(rows.length).toBeGreaterThan(10);
    });

    it('a real account comes of a token of production', async () => {
      const prod = await tokenFor(await account({ dealer: true, testAccount: false }), ['dealer'], 'prod');
      expect((await create({}, prod)).body.TestAccount).toBe(false);
    });

    it.each([
      ['a scope that is not enough', ['account_write'], {}, 403],
      ['account-create', ['account-create'], {}, 200],
      ['account-create that names a dealer', ['account-create'], { Dealer: { Reference: 'x' } }, 403],
      ['the scope of dealers without being one', ['dealer'], {}, 403],
      ['root for a dealer', ['root'], { Dealer: { Id: 'the dealer', Reference: 'x' } }, 200],
      ['root for no dealer', ['root'], { Dealer: { Id: STRANGE_ACCOUNT } }, 404],
    ])('%s', async (_name, scopes, body, status) => {
      const text = JSON.stringify(body).replace('the dealer', dealerId);
      expect((await create(JSON.parse(text), await tokenFor(await account(), scopes))).status).toBe(status);
    });

    it('a dealer cannot give an account to another dealer', async () => {
      const answer = await create({ Dealer: { Id: await account({ dealer: true }) } });
      expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
    });

    it('names every mistake', async () => {
      const answer = await create({
        Name: ' ',
        MvaNumber: 'none',
        CompanyPhone: 'call us',
        CompanyEmail: 'nobody',
        CompanyUrl: 'ftp://x',
        Contact: { Name: 'Kari', Email: 'kari' },
        Settings: { SMSSender: 'Twelve chars' },
        Country: 'XX',
      });
      expect([answer.status, fields(answer)]).toEqual([
        400,
        [
          'companyEmail email',
          'companyPhone format',
          'companyUrl url',
          'contact.email email',
          'contact.mobile required',
          'country enum',
          'mvaNumber format',
          'name required',
          'settings.smsSender format',
        ],
      ]);
      const missing = await oauth.call(dealer, 'POST', ACCOUNT, {});
      expect(fields(missing)).toEqual(
        ['companyEmail', 'companyPhone', 'mvaNumber', 'name'].map((one) => `${one} required`),
      );
    });

    it('mva_number_exists: an organisation number is taken once among the test accounts, and once among the real ones', async () => {
      const MvaNumber = newNumber();
      expect((await create({ MvaNumber })).status).toBe(200);
      const again = await create({ MvaNumber: `NO ${MvaNumber}` });
      expect([again.status, again.body.code]).toEqual([422, 'mva_number_exists']);
      const prod = await tokenFor(await account({ dealer: true, testAccount: false }), ['dealer'], 'prod');
      expect((await create({ MvaNumber }, prod)).status).toBe(200);
      const other = await create();
      const changed = await put({ Id: other.body.Id, MvaNumber }, dealer);
      expect([changed.status, changed.body.code]).toEqual([422, 'mva_number_exists']);
      expect((await put({ Id: other.body.Id, MvaNumber: other.body.MvaNumber }, dealer)).status).toBe(200);
    });
  });

  describe('update', () => {
    it('keeps what is absent or null, clears what is empty, and writes down the names of what changed', async () => {
      const { body: made } = await create({
        CompanyUrl: 'https://fjordbank.example',
        Contact: { Name: 'Kari', Mobile: '+47 900 00 000', Email: 'kari@fjordbank.example', Phone: '22 33 44 55' },
      });
      const changed = await put(
        { Id: made.Id, Name: 'Havbank', CompanyUrl: '', Contact: { Phone: '' }, Address: null },
        dealer,
      );
      expect(changed.body).toEqual({
        ...made,
        Name: 'Havbank',
        CompanyUrl: null,
        Contact: { ...made.Contact, Phone: null },
      });
      expect(await oauth.admin.accountName(made.Id)).toBe('Havbank');
      expect((await put(changed.body, dealer)).body).toEqual(changed.body);
      const gone = await put({ Id: made.Id, Contact: { Name: '', Mobile: '', Email: '' } }, dealer);
      expect(gone.body.Contact).toBeNull();
      expect(await audit(made.Id)).toEqual([
        ['account.updated', { changed: ['contact'] }],
        ['account.updated', { changed: ['name', 'companyUrl', 'contact'] }],
        ['account.created', expect.anything()],
      ]);
    });

    it('required members cannot be cleared', async () => {
      const answer = await put({ Name: '', MvaNumber: '', CompanyPhone: '', CompanyEmail: '' });
      expect([answer.status, fields(answer).length]).toEqual([400, 4]);
    });

    it('only the dealer of an account says how it refers to it, and only the operator whose it is', async () => {
      const { body: made } = await create();
      const managed = await tokenFor(made.Id, ['account_write']);
      expect((await put({ Dealer: { Id: dealerId, Reference: '' } }, managed)).status).toBe(200);
      expect((await put({ Dealer: { Reference: 'x' } }, managed)).status).toBe(403);
      expect((await put({ Id: made.Id, Dealer: { Reference: 'x' } }, dealer)).body.Dealer.Reference).toBe('x');
      const other = await account({ dealer: true });
      expect((await put({ Id: made.Id, Dealer: { Id: other } }, dealer)).status).toBe(403);
      expect((await put({ Id: made.Id, Dealer: { Id: STRANGE_ACCOUNT } }, root)).status).toBe(404);
      expect((await put({ Id: made.Id, Dealer: { Id: other } }, root)).body.Dealer).toEqual({
        Id: other,
        Reference: 'x',
      });
      expect((await get(dealer, made.Id)).status).toBe(403);
    });
  });

  describe('whose account', () => {
    const operations = (accountId: string, by: string) => [
      get(by, accountId),
      put({ Id: accountId, CompanyUrl: '' }, by),
      oauth.call(by, 'POST', `${ACCOUNT}/logo`, { AccountId: accountId, Base64EncodedLogo: PIXEL }),
      oauth.call(by, 'POST', `${ACCOUNT}/styling?accountId=${accountId}`, { Base64EncodedCssData: '' }),
      oauth.call(by, 'POST', `${ACCOUNT}/disable`, { accountid: accountId }),
    ];
    const statuses = async (accountId: string, by: string) =>
      (await Promise.all(operations(accountId, by))).map(({ status }) => status);

    it('all zeros and nothing mean the account of the token; an ordinary client reaches no other', async () => {
      expect((await put({ Id: '00000000-0000-0000-0000-000000000000' })).body.Id).toBe(oauth.accountId);
      expect((await get()).body.Id).toBe(oauth.accountId);
      for (const other of [dealerId, STRANGE_ACCOUNT]) expect(await statuses(other, own)).toEqual(Array(5).fill(403));
    });

    it('a dealer reaches its own accounts and no other; root all that exist', async () => {
      const managed = await account({ dealerId });
      expect(await statuses(managed, dealer)).toEqual(Array(5).fill(200));
      expect(await statuses(oauth.accountId, dealer)).toEqual(Array(5).fill(403));
      expect(await statuses(await account(), root)).toEqual(Array(5).fill(200));
      expect(await statuses(STRANGE_ACCOUNT, root)).toEqual(Array(5).fill(404));
    });

    it('a token of the test environment reads a real account, and changes none', async () => {
      const real = await account({ testAccount: false });
      const scopes = ['account_read', 'account_write'];
      expect(await statuses(real, await tokenFor(real, scopes))).toEqual([200, 403, 403, 403, 403]);
      expect(await statuses(real, await tokenFor(real, scopes, 'prod'))).toEqual(Array(5).fill(200));
    });
  });

  describe('lists', () => {
    const names = async (query: string, by = root) => {
      const answer = await oauth.call(by, 'GET', `${ACCOUNT}/list?${query}`);
      expect(answer.status).toBe(200);
      return answer.body.map((one: { Name: string }) => one.Name);
    };

    it('an ordinary account sees itself, a dealer its accounts too, closed ones as well', async () => {
      const closed = await create({ Name: 'Closed' });
      await oauth.call(dealer, 'POST', `${ACCOUNT}/disable?accountId=${closed.body.Id}`);
      const seen = async (by: string) => (await oauth.call(by, 'GET', `${ACCOUNT}/list/names`)).body;
      expect((await seen(own)).map((one: { AccountId: string }) => one.AccountId)).toEqual([oauth.accountId]);
      for (const by of [dealer, await tokenFor(dealerId, ['dealer_read'])]) {
        const list = await seen(by);
        expect(list).toContainEqual({ AccountId: closed.body.Id, Name: 'Closed', Enabled: false });
        expect(list).toContainEqual({ AccountId: dealerId, Name: 'Sjøbank', Enabled: true });
        const sorted = list.map((one: { Name: string }) => one.Name.toLowerCase());
        expect(sorted).toEqual([...sorted].sort());
      }
      expect(await seen(await tokenFor(dealerId, ['account_read']))).toHaveLength(1);
    });

    it('every filter by its name in the contract and bare, in any case', async () => {
      const orgNo = newNumber();
      const { body } = await create({ Name: 'Ålesund 50% Bank', MvaNumber: orgNo, Dealer: { Reference: 'K-77' } });
      await oauth.admin.setOperatorsDetails(body.Id, { customerNumber: '7711', tags: ['gold', 'north'] });
      const made = await get(dealer, body.Id);
      expect(made.body).toMatchObject({ CustomerNumber: '7711' });
      const year = oauth.now().getUTCFullYear();
      const [past, future] = [`${year - 1}-01-01`, `${year + 1}-01-01`];
      for (const [matching, other] of [
        ['name=ESUND', 'name=Bergen'],
        [`orgNo=NO%20${orgNo}`, 'orgNo=1'],
        ['uniCustomerNo=7711', 'uniCustomerNo=7712'],
        [`createdBefore=${future}`, `createdBefore=${past}`],
        [`createdAfter=${past}`, `createdAfter=${future}`],
        [`lastModifiedBefore=${future}`, `lastModifiedBefore=${past}`],
        [`lastModifiedAfter=${past}`, `lastModifiedAfter=${future}`],
        ['dealerName=JØBANK', 'dealerName=Berg'],
        ['dealerReference=K-77', 'dealerReference=K-7'],
        ['tags=gold', 'tags=silver'],
        ['enabled=True', 'enabled=false'],
      ] as const) {
        for (const prefix of ['', 'filter.', 'FILTER.']) {
          const found = async (pair: string) => (await names(`${prefix}${pair}`)).includes('Ålesund 50% Bank');
          expect([prefix, matching, await found(matching)]).toEqual([prefix, matching, true]);
          expect([prefix, other, await found(other)]).toEqual([prefix, other, false]);
        }
      }
      expect(await names('filter.name=sund%2050%25')).toEqual(['Ålesund 50% Bank']);
      for (const tags of [
        'tags=gold&tags=north',
        'filter.tags[0]=gold&filter.tags[1]=north',
        'tags=gold,north',
        'tags[]=gold',
      ]) {
        expect([tags, await names(tags)]).toEqual([tags, ['Ålesund 50% Bank']]);
      }
      expect(await names('tags=gold,south')).toEqual([]);
      expect(await names('enable=true&name=lesund')).toEqual(['Ålesund 50% Bank']);
    });
  });

  it('not_supported: there is no connection string of a queue', async () => {
    const answer = await oauth.call(own, 'GET', `${ACCOUNT}/events/connectionstring`);
    expect([answer.status, answer.body.code]).toEqual([404, 'not_supported']);
  });

  it('a closed account: no new tokens, its old ones end, its dealer still sees it, and the operator opens it again', async () => {
    const { body } = await create();
    const clientId = await oauth.addClient({ accountId: body.Id, scopes: ['account_read', 'account_write'] });
    const token = (await oauth.token(clientId)).body.access_token;
    expect(await oauth.call(token, 'POST', `${ACCOUNT}/disable`)).toEqual({ status: 200, body: {} });
    await expect.poll(async () => (await get(token)).body.code).toBe('account_disabled');
    expect((await oauth.token(clientId)).status).toBe(401);
    expect((await get(dealer, body.Id)).body.Enabled).toBe(false);
    expect((await oauth.call(dealer, 'POST', `${ACCOUNT}/disable`, { AccountId: body.Id })).status).toBe(200);
    await oauth.admin.switchAccount(body.Id, true);
    await expect.poll(async () => (await get(token)).status).toBe(200);
    expect((await audit(body.Id)).map(([action]) => action)).toEqual([
      'account.enabled',
      'account.disabled',
      'account.created',
    ]);
  });

  describe('admin.md 3: dealers', () => {
    const path = (id = dealerId) => `/admin/dealer/${id}`;
    const operations = (id: string, by: string) => [
      oauth.call(by, 'GET', path(id)),
      oauth.call(by, 'POST', path(id), {}),
      oauth.call(by, 'GET', `${path(id)}/accounts`),
      oauth.call(by, 'POST', `/admin/dealer/logo/${id}`, { Base64EncodedLogo: PIXEL }),
    ];
    const statuses = async (id: string, by: string) =>
      (await Promise.all(operations(id, by))).map(({ status }) => status);

    it('a dealer reads and changes its own data, by the rules of accounts', async () => {
      await oauth.admin.setOperatorsDetails(dealerId, { customerNumber: '10009' });
      const words = { Heading: 'Sign up', LeadParagraph: 'In two minutes.', ReturnUrl: 'https://dealer.example/' };
      const MvaNumber = newNumber();
      const changed = await oauth.call(dealer, 'POST', path(), {
        Id: STRANGE_ACCOUNT,
        CustomerNumber: 1,
        MvaNumber,
        Onboarding: words,
      });
      const expected = {
        Id: dealerId,
        Name: 'Sjøbank',
        CustomerNumber: 10009,
        MvaNumber,
        CompanyPhone: null,
        CompanyEmail: null,
        CompanyUrl: null,
        Onboarding: { ...words, LogoUrl: null },
      };
      expect(changed).toEqual({ status: 200, body: expected });
      const cleared = await oauth.call(dealer, 'POST', path(), { Onboarding: { LeadParagraph: '' } });
      expect(cleared.body.Onboarding).toEqual({ ...words, LeadParagraph: null, LogoUrl: null });
      expect((await oauth.call(dealer, 'POST', path(), { Name: '', Onboarding: { ReturnUrl: 'x' } })).status).toBe(400);
      const logo = await oauth.call(dealer, 'POST', `/admin/dealer/logo/${dealerId}`, {
        DealerId: dealerId,
        Base64EncodedLogo: PIXEL,
      });
      expect((await oauth.call(dealer, 'GET', path())).body.Onboarding.LogoUrl).toBe(logo.body);
      const actions = (await audit(dealerId)).slice(0, 3);
      expect(actions).toEqual([
        ['dealer.logo_set', expect.anything()],
        ['dealer.updated', { changed: ['onboarding'] }],
        ['dealer.updated', { changed: ['mvaNumber', 'onboarding'] }],
      ]);
    });

    it('lists its accounts, closed ones too, and not itself', async () => {
      const closed = await create({ Name: 'Closed for good' });
      await oauth.admin.switchAccount(closed.body.Id, false);
      for (const by of [dealer, root, await tokenFor(dealerId, ['dealer_read'])]) {
        const { body } = await oauth.call(by, 'GET', `${path()}/accounts`);
        const found = body.find((one: { AccountId: string }) => one.AccountId === closed.body.Id);
        expect(found).toMatchObject({ Enabled: false, DealerId: dealerId, DealerName: 'Sjøbank' });
        expect(body.map((one: { AccountId: string }) => one.AccountId)).not.toContain(dealerId);
      }
    });

    it('nobody reaches another dealer but root, who is told when there is none', async () => {
      const other = await account({ dealer: true });
      for (const id of [other, STRANGE_ACCOUNT]) expect(await statuses(id, dealer)).toEqual(Array(4).fill(403));
      const pretender = await account();
      expect(await statuses(pretender, await tokenFor(pretender, ['dealer']))).toEqual(Array(4).fill(403));
      expect(await statuses(other, root)).toEqual(Array(4).fill(200));
      for (const id of [pretender, STRANGE_ACCOUNT]) expect(await statuses(id, root)).toEqual(Array(4).fill(404));
      const mixed = { DealerId: other, Base64EncodedLogo: PIXEL };
      expect((await oauth.call(dealer, 'POST', `/admin/dealer/logo/${dealerId}`, mixed)).status).toBe(403);
    });
  });

  describe('logo and styling', () => {
    const file = (url: string) => oauth.http.inject({ method: 'GET', url: url.slice(PUBLIC_URL.length) });
    const logo = (Base64EncodedLogo: string) =>
      oauth.call(own, 'POST', `${ACCOUNT}/logo`, { Base64EncodedLogo, FileName: 'x' });
    const style = (css: string) =>
      oauth.call(own, 'POST', `${ACCOUNT}/styling`, { Base64EncodedCssData: Buffer.from(css).toString('base64') });

    it('a logo is served as PNG to everybody at the address that is answered; the former one 30 days longer', async () => {
      const first = await logo(PIXEL);
      expect(first.status).toBe(200);
      expect((await get()).body.Resources.LogoUrl).toBe(first.body);
      const second = await logo(`data:image/svg+xml;base64,${Buffer.from(svg('')).toString('base64')}`);
      expect(second.body).not.toBe(first.body);
      expect((await oauth.admin.accountProfile(oauth.accountId)).logoUrl).toBe(second.body);
      for (const { body } of [first, second]) {
        const served = await file(body);
        expect([served.statusCode, served.headers['content-type']]).toEqual([200, 'image/png']);
        expect(served.headers['cache-control']).toContain('immutable');
        expect((await sharp(served.rawPayload).metadata()).format).toBe('png');
      }
      expect(await oauth.admin.readAccountLogo(oauth.accountId)).toEqual((await file(second.body)).rawPayload);
      await oauth.database.query(
        `update brandings set replaced_at = replaced_at - interval '31 days' where account_id = $1`,
        [oauth.accountId],
      );
      await oauth.admin.tidy();
      expect((await file(first.body)).statusCode).toBe(404);
      expect((await file(second.body)).statusCode).toBe(200);
      expect((await audit(oauth.accountId)).slice(0, 2).map(([action]) => action)).toEqual([
        'account.logo_set',
        'account.logo_set',
      ]);
    });

    it.each([
      ['no base64', '%%%', 400],
      ['nothing', '', 400],
      ['more than 2 MB', Buffer.alloc(2 * 1024 * 1024 + 1).toString('base64'), 400],
      ['no picture', Buffer.from('MZ program').toString('base64'), 422],
    ])('refuses %s', async (_name, base64, status) => {
      expect((await logo(base64)).status).toBe(status);
    });

    it('a style sheet is served below the root of the pages; what was refused is listed; nothing removes it', async () => {
      const { body } = await logo(PIXEL);
      const made = await style(`body { color: navy } .top-bar { background: url(${body}) }`);
      expect(made.status).toBe(200);
      const served = await file(made.body.CssUrl);
      expect(served.headers['content-type']).toBe('text/css; charset=utf-8');
      expect(served.payload).toBe(`#root{color:navy}#root .top-bar{background:url(${body})}`);
      expect((await get()).body.Resources.CssUrl).toBe(made.body.CssUrl);

      const foreign = body.replace(/[0-9a-f]{64}/, '0'.repeat(64));
      const refused = await style(`@import 'x.css';\n.a { background: url(${foreign}) }`);
      expect([refused.status, refused.body.code]).toEqual([422, 'styling_refused']);
      expect(refused.body.errors.map((one: { message: string }) => one.message)).toEqual([
        'line 1: @import is not taken',
        expect.stringContaining(foreign),
      ]);
      expect((await get()).body.Resources.CssUrl).toBe(made.body.CssUrl);
      expect((await style(`.a{${' '.repeat(200_000)}}`)).status).toBe(400);

      expect(await style('')).toEqual({ status: 200, body: { CssUrl: null } });
      expect((await get()).body.Resources.CssUrl).toBeNull();
    });
  });
});

const svg = (inside: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="5"><rect width="10" height="5" fill="red"/>${inside}</svg>`;
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
