import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { insertUnits } from '../admin/index.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { MeteredUnit } from '../kernel/metering/meter.ts';
import { CLIENT_SECRET, OAuthUnderTest } from './oauth.testing.ts';

const INVOICE = '/admin/invoice';

describeOnEachDatabase('admin.md 4: invoice transactions', (open) => {
  let oauth: OAuthUnderTest;
  let token: string;

  beforeAll(async () => {
    oauth = await OAuthUnderTest.start(await open());
    token = await tokenFor(['invoice']);
    await oauth.admin.setOperatorsDetails(oauth.accountId, { customerNumber: '10017' });
    await count(
      sign('2026-02-28T23:59:59.999Z', 'loan-1'),
      sign('2026-03-01T00:00:00.000Z', 'loan-1'),
      { ...sign('2026-03-01T12:00:00.000Z', 'loan-1'), description: 'handwritten' },
      sign('2026-03-01T13:00:00.000Z', 'loan-2'),
      { ...sign('2026-03-31T23:59:59.999Z', 'loan-1'), departmentId: 'd7' },
      { ...sign('2026-03-31T08:00:00.000Z', 'loan-1'), product: 'SMS', count: 3, description: undefined },
      { ...sign('2026-03-31T09:00:00.000Z', 'loan-1'), product: 'SMS', count: 2, description: undefined },
      { ...sign('2026-04-01T00:00:00.000Z', '=1+1;"x"'), product: 'EMAIL', description: undefined },
      { ...sign('2026-03-05T00:00:00.000Z', 'prod'), environment: 'prod' },
      { ...sign('2026-03-05T00:00:00.000Z', 'other'), accountId: await oauth.addAccount() },
    );
  });
  afterAll(() => oauth.stop());

  async function tokenFor(scopes: string[], more: { environment?: 'prod'; accountId?: string } = {}): Promise<string> {
    const clientId = await oauth.addClient({ scopes, ...more });
    return (await oauth.token(clientId, CLIENT_SECRET)).body.access_token as string;
  }
  const sign = (time: string, externalReference: string): MeteredUnit => ({
    id: uuidv7(new Date(time)),
    product: 'SIGN',
    accountId: oauth.accountId,
    environment: 'test',
    description: 'no_bankid_netcentric',
    externalReference,
    occurredAt: new Date(time),
  });
  const count = (...units: MeteredUnit[]) => oauth.database.transaction((tx) => insertUnits(tx, units));
  const lines = async (query: string, by = token) => {
    const answer = await oauth.call(by, 'GET', `${INVOICE}?${query}`);
    expect(answer.status).toBe(200);
    return answer.body as Record<string, unknown>[];
  };
  const short = async (query: string) =>
    (await lines(query)).map((one) => [String(one.Date).slice(5, 10), one.ProductID, one.ExternalReference, one.Count]);

  it('one line per day in UTC, product, reference and department, with the members of the contract', async () => {
    const march = await lines('year=2026&month=3');
    expect(march[0]).toEqual({
      ID: expect.stringMatching(/^[0-9a-f]{32}$/),
      Date: '2026-03-01T00:00:00.000Z',
      ProductID: 'SIGN',
      Description: 'handwritten, no_bankid_netcentric',
      Count: 2,
      CustomerNumber: 10017,
      ExternalReference: 'loan-1',
      DepartmentId: null,
      AccountId: oauth.accountId,
      MvaNumber: null,
    });
    expect(await short('year=2026&month=3')).toEqual([
      ['03-01', 'SIGN', 'loan-1', 2],
      ['03-01', 'SIGN', 'loan-2', 1],
      ['03-31', 'SIGN', 'loan-1', 1],
      ['03-31', 'SMS', 'loan-1', 5],
    ]);
    expect(march.find(({ DepartmentId }) => DepartmentId !== null)).toMatchObject({ DepartmentId: 'd7', Count: 1 });
    expect(new Set(march.map(({ ID }) => ID)).size).toBe(4);
    expect(await lines('year=2026&month=3')).toEqual(march);
  });

  it.each([
    ['year=2026', 6],
    ['year=2026&month=0', 6],
    ['year=2026&month=2', 1],
    ['year=2026&month=4', 1],
    ['YEAR=2026&Month=12', 0],
    ['year=2025', 0],
  ])('%s: %i lines', async (query, expected) => {
    expect(await lines(query)).toHaveLength(expected);
  });

  it.each(['', 'year=x', 'year=2026&month=13', 'year=2026&month=-1', 'year=2026&getAsCsv=maybe'])(
    'refuses %j with 400',
    async (query) => {
      expect((await oauth.call(token, 'GET', `${INVOICE}?${query}`)).status).toBe(400);
    },
  );

  it.each(['getAsCsv=true', 'get_as_csv=True', 'GetAsCsv=1'])('%s: a download that spreadsheets read', async (csv) => {
    const answer = await oauth.http.inject({
      method: 'GET',
      url: `${INVOICE}?year=2026&month=4&${csv}`,
      headers: { authorization: `Bearer ${token}`, 'x-forwarded-proto': 'https' },
    });
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toContain('transactions-2026-04.csv');
    const [bom, ...rest] = answer.rawPayload.toString('utf8');
    expect(bom).toBe('\ufeff');
    const [header, line, end] = rest.join('').split('\r\n');
    expect(header).toBe(
      'ID;Date;ProductID;Description;Count;CustomerNumber;ExternalReference;DepartmentId;AccountId;MvaNumber',
    );
    // What a spreadsheet would calculate is text.
    expect(line).toMatch(/;2026-04-01T00:00:00.000Z;EMAIL;;1;10017;"'=1\+1;""x""";;/);
    expect(end).toBe('');
  });

  it('a unit is counted once, however often it is told', async () => {
    const unit = sign('2024-01-05T00:00:00.000Z', 'again');
    await count(unit, { ...unit, count: 7 });
    await count({ ...unit, occurredAt: new Date('2024-02-05T00:00:00.000Z') });
    await count({ ...unit, product: 'SSN' }, { ...unit, product: 'SIGN_ATTACHMENT', part: 'x' });
    const counted = await lines('year=2024');
    expect(counted.map(({ ProductID, Count }) => [ProductID, Count])).toEqual([
      ['SIGN', 1],
      ['SIGN_ATTACHMENT', 1],
      ['SSN', 1],
    ]);
    await expect(
      oauth.database.transaction(async (tx) => {
        await insertUnits(tx, [sign('2023-01-05T00:00:00.000Z', 'undone')]);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect(await lines('year=2023')).toEqual([]);
  });

  it('the environment is that of the token, the account its own or one that it manages', async () => {
    const prod = await tokenFor(['account_read'], { environment: 'prod' });
    expect((await lines('year=2026', prod)).map((one) => one.ExternalReference)).toEqual(['prod']);
    expect((await oauth.call(await tokenFor(['account_write']), 'GET', `${INVOICE}?year=2026`)).status).toBe(403);
    const strange = await oauth.addAccount();
    expect((await oauth.call(token, 'GET', `${INVOICE}?year=2026&accountId=${strange}`)).status).toBe(403);
    const dealerId = (await oauth.admin.createAccount({ name: 'Dealer', testAccount: true, dealer: true })).accountId;
    const dealer = await tokenFor(['dealer'], { accountId: dealerId });
    const managed = (await oauth.admin.createAccount({ name: 'x', testAccount: true, dealerId })).accountId;
    await count({ ...sign('2026-05-05T00:00:00.000Z', 'managed'), accountId: managed });
    expect(await lines(`year=2026&accountId=${managed}`, dealer)).toHaveLength(1);
    expect(await lines('year=2026', dealer)).toEqual([]);
  });
});
