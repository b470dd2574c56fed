import { type ApiClient, connect } from '@segl/test-kit/api-client';
import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { KARI } from '@segl/test-kit/signer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onDatabase } from '../conventions/database.ts';

const RETURN = 'https://portal.example.com/back';
const RETURN_URLS = { Success: RETURN, Abort: RETURN, Error: RETURN };

describe('identification and the subscription', () => {
  let segl: SeglProcess;
  let api: ApiClient;

  beforeAll(async () => {
    const environment = { SEGL_PRODUCTS: 'subscription', SEGL_THROTTLE: 'off' };
    segl = await startSegl({ kind: 'postgresql', environment });
  });
  afterAll(() => segl?.remove());

  async function subscribe(products: readonly string[]): Promise<void> {
    await onDatabase(segl, 'delete from account_products');
    await onDatabase(
      segl,
      'insert into account_products (account_id, product) select id, unnest($1::text[]) from accounts',
      [products],
    );
    // What is known of subscriptions is kept for a minute, in the process.
    await segl.stop();
    await segl.start();
    api = await connect(segl);
  }
  const createOlder = () =>
    api.request('POST', '/identification/session', { ReturnUrls: RETURN_URLS, GetSocialSecurityNumber: true });
  const create = (include: string[]) =>
    api.request('POST', '/identification/v2/sessions', {
      flow: 'redirect',
      include,
      externalReference: `r-${include.join('-')}`,
      departmentId: 'd7',
      redirectSettings: { successUrl: RETURN, abortUrl: RETURN, errorUrl: RETURN },
    });
  const simulate = async (id: string) => {
    const answer = await api.request('POST', `/identification/v2/sessions/${id}/simulate`, { person: KARI });
    expect(answer.status).toBe(204);
  };
  const newestId = async () =>
    (await api.request('GET', '/identification/v2/sessions?limit=1')).body.data[0].id as string;

  it('without the product identification nothing is created or read', async () => {
    await subscribe(['signature', 'ssn']);
    expect([(await createOlder()).status, (await create([])).status]).toEqual([402, 402]);
    expect((await createOlder()).body.code).toBe('not_in_subscription');
  });

  it('without the product ssn the older API leaves the number out, and the newer one refuses', async () => {
    await subscribe(['identification']);
    const { RequestId } = (await createOlder()).body;
    await simulate(await newestId());
    const { body } = await api.request('GET', `/identification/session?requestId=${RequestId}`);
    expect(body).toMatchObject({ Status: 'SUCCESS', SocialSecurityNumber: null });
    const refused = await create(['nin']);
    expect([refused.status, refused.body.errors[0].field]).toEqual([402, 'include']);
  });

  it('with it, every reading of a number is in the audit log, and what is charged is counted once', async () => {
    await subscribe(['identification', 'ssn']);
    const { id } = (await create(['name', 'nin'])).body;
    await simulate(id);
    for (let count = 0; count < 2; count += 1) {
      expect((await api.request('GET', `/identification/v2/sessions/${id}`)).body.identity.nin).toBe(KARI);
    }
    const failing = (await create(['name'])).body.id;
    await api.request('POST', `/identification/v2/sessions/${failing}/simulate`, { outcome: 'blocked' });
    const read = await onDatabase<{ action: string; details: object }>(
      segl,
      'select action, details from audit_entries where target_id = $1',
      [id],
    );
    expect(read).toEqual([
      { action: 'identification.national_number_read', details: {} },
      { action: 'identification.national_number_read', details: {} },
    ]);
    const units = (session: string) =>
      onDatabase(
        segl,
        'select product, external_reference, department_id from metered_units where id = $1 order by product',
        [session],
      );
    expect(await units(id)).toEqual([
      { product: 'IDENTIFICATION', external_reference: 'r-name-nin', department_id: 'd7' },
      { product: 'SSN', external_reference: 'r-name-nin', department_id: 'd7' },
    ]);
    expect(await units(failing)).toEqual([]);
  });

  it('no row holds a number in clear', async () => {
    const rows = await onDatabase<{ row: string }>(
      segl,
      'select to_jsonb(s)::text as row from identification_sessions s',
    );
    expect(rows.length).toBeGreaterThan(2);
    const hex = Buffer.from(KARI).toString('hex');
    expect(rows.filter(({ row }) => row.includes(KARI) || row.includes(hex))).toEqual([]);
  });
});
