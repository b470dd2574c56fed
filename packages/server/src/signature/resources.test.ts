import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { EidOutcome } from '../eid/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { collectResource } from './collect-resource.job.ts';
import type { ResourceAnswer, ResourceQuery, ResourceSource } from './resource-source.ts';
import { listOpenResources } from './resource-store.ts';
import { type Answer, SignatureUnderTest, SJOBANK, testSigner } from './signature.testing.ts';

const TOLD = { value: '05128938534', countryCode: 'NO' };
const PERSON = Buffer.from('{"nnin":"05128938534","sanctionResults":[]}');
const AML = 'bankIDApisAmlPersonSanctionPep';
const found = (): ResourceAnswer => ({ result: 'found', mediaType: 'application/json', content: PERSON });

describeOnEachDatabase('what is collected about signers and documents', (open) => {
  let signature: SignatureUnderTest;
  const asked: ResourceQuery[] = [];
  const missing = new Set<string>();
  let answer: (query: ResourceQuery) => ResourceAnswer | Promise<ResourceAnswer>;
  const source: ResourceSource = {
    types: [AML, 'bankIDApisAmlPersonSanctionPepReport', 'officialPersonalInfo', 'companyInfo', 'rightsAndProkura'],
    environment: 'test',
    async query(query) {
      asked.push(query);
      return answer(query);
    },
  };

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open(), {
      resourceSources: [source],
      hasProduct: async (_account, product) => !missing.has(product),
      requireFeatures: async (_account, features) => {
        const lacking = features.find(({ product }) => missing.has(product));
        if (lacking) throw new SeglError(402, 'not_in_subscription', lacking.field);
      },
    });
  });
  afterAll(() => signature.stop());
  beforeEach(() => {
    asked.length = 0;
    missing.clear();
    answer = found;
    signature.eid.answer = () => {
      const outcome = signature.eid.completed('Kari Nordmann') as Extract<EidOutcome, { result: 'completed' }>;
      return { ...outcome, person: { ...outcome.person, nationalNumber: TOLD } };
    };
  });

  const withTypes = (types: string[], specialProperties: Record<string, string> = {}) => ({
    extraInfo: { types, specialProperties },
  });
  const forSigner = (...args: Parameters<typeof withTypes>) => ({ signers: [testSigner('kari', withTypes(...args))] });
  const get = async (documentId: string, tail = '') =>
    (await signature.api('GET', `/signature/documents/${documentId}${tail}`)).body;
  const fetched = (href: string, caller = {}) => signature.api('GET', new URL(href).pathname, caller);
  const codes = ({ status, body }: Answer) => [status, body?.code];

  async function signed(changes: Record<string, unknown>, names?: string[]): Promise<string> {
    const { body, status } = await signature.create(changes, names);
    expect(status).toBe(201);
    for (const { url } of body.signers) await signature.sign(url);
    return body.documentId;
  }

  /** What the jobs do. */
  async function collect(documentId: string): Promise<void> {
    for (const task of await listOpenResources(signature.deps.database, [documentId])) {
      await collectResource(signature.deps, task);
    }
  }

  it('of a signer is linked after the signature, fetched when it is there, and told', async () => {
    const documentId = await signed(forSigner([AML]));
    expect((await get(documentId)).signers[0].links).toEqual([{ rel: AML, resourceStatus: 'NotReady' }]);
    await collect(documentId);
    await collect(documentId);
    const [link] = (await get(documentId, '/signers'))[0].links;
    expect(link).toEqual({
      rel: AML,
      resourceStatus: 'Success',
      href: expect.stringMatching(/^http:\/\/localhost:8642\/resources\/[0-9a-f]{32}$/),
      contentType: 'application/json',
    });
    const resource = await fetched(link.href);
    expect([resource.status, resource.text]).toEqual([200, PERSON.toString()]);
    expect(resource.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'private, no-store',
    });
    const told = await signature.query<{ payload: object }>(
      `select payload from events where document_id = $1 and type = 'resource_created'`,
      [documentId],
    );
    expect(told.map(({ payload }) => payload)).toEqual([
      {
        sourceType: 'document',
        sourceId: documentId,
        resourceId: expect.any(String),
        link: { rel: AML, href: link.href, contentType: 'application/json' },
      },
    ]);
    expect(JSON.stringify(told)).not.toContain(TOLD.value);
    const audit = await signature.query(`select 1 from audit_entries where action = 'resource.read'`, []);
    expect(audit).toHaveLength(1);
  });

  it('is asked by the national number, which implies that the eID is asked for it, and not that it is answered', async () => {
    const documentId = await signed(forSigner([AML], { amlNationality: 'NO' }));
    expect(signature.eid.started.at(-1)?.wantsNationalNumber).toBe(true);
    await collect(documentId);
    expect(asked).toMatchObject([
      {
        type: AML,
        environment: 'test',
        person: { fullName: 'Kari Nordmann', dateOfBirth: '1984-06-02', nationalNumber: TOLD },
        properties: { amlNationality: 'NO' },
      },
    ]);
    expect((await get(documentId)).signers[0].documentSignature).not.toHaveProperty('socialSecurityNumber');
  });

  it('asked for at the document is for each signer, and what is of the document comes when it is complete', async () => {
    const changes = { advanced: withTypes(['companyInfo', 'rightsAndProkura']) };
    const { body } = await signature.create(changes, ['kari', 'ola-n']);
    await signature.sign(body.signers[0].url);
    const links = async () => {
      const { links: ofDocument, signers } = await get(body.documentId);
      const all = [ofDocument, ...signers.map((one: { links: { rel: string }[] }) => one.links)];
      return all.map((list) => list.map((one: { rel: string }) => one.rel));
    };
    expect(await links()).toEqual([[], ['companyInfo'], []]);
    await signature.sign(body.signers[1].url);
    expect(await links()).toEqual([['rightsAndProkura'], ['companyInfo'], ['companyInfo']]);
    await collect(body.documentId);
    expect(asked.map(({ type, person }) => [type, person?.nationalNumber]).toSorted()).toEqual([
      ['companyInfo', undefined],
      ['companyInfo', undefined],
      ['rightsAndProkura', undefined],
    ]);
  });

  it.each<[string, string, () => ResourceAnswer]>([
    ['NotFound', AML, () => ({ result: 'none' })],
    [
      'ServiceUnavailable',
      AML,
      () => {
        throw new Error('connection refused by 05128938534');
      },
    ],
    ['BadInput', 'bankIDApisAmlPersonSanctionPepReport', found],
    ['Error', 'vippsAmlPerson', found],
    ['Unauthorized', AML, () => ({ result: 'failed', status: 'Unauthorized', message: 'The source refused us.' })],
  ])('that cannot be had is %s, with the reason', async (status, type, whatComes) => {
    answer = whatComes;
    if (status === 'BadInput') signature.eid.answer = () => signature.eid.completed('Kari Nordmann');
    const documentId = await signed(forSigner([type]));
    await collect(documentId);
    const [link] = (await get(documentId)).signers[0].links;
    expect(link).toEqual({ rel: type, resourceStatus: status, error: link.errorMessage, errorMessage: link.error });
    expect(link.error).toMatch(/\.$/);
    expect(link.error).not.toContain(TOLD.value);
    expect(await signature.events(documentId)).not.toContain('resource_created');
    const [row] = await signature.query<{ id: string }>('select id from document_resources where document_id = $1', [
      documentId,
    ]);
    const failed = await fetched(`http://localhost/resources/${row!.id}`);
    expect([...codes(failed), failed.body.message]).toEqual([404, 'resource_not_ready', link.error]);
  });

  it('is not asked for when the account has lost the subscription', async () => {
    const documentId = await signed(forSigner([AML]));
    missing.add('information.aml');
    await collect(documentId);
    expect((await get(documentId)).signers[0].links[0].resourceStatus).toBe('Unauthorized');
    expect(asked).toEqual([]);
  });

  it('services.md 6: is known to its account in its environment only, and goes with its document', async () => {
    const documentId = await signed(forSigner([AML]));
    const [row] = await signature.query<{ id: string }>('select id from document_resources where document_id = $1', [
      documentId,
    ]);
    const href = `http://localhost/resources/${row!.id}`;
    const pending = await fetched(href);
    expect([...codes(pending), pending.headers['retry-after']]).toEqual([404, 'resource_not_ready', '2']);
    await collect(documentId);
    expect(codes(await fetched(href, { accountId: SJOBANK }))).toEqual([404, 'resource_not_found']);
    const inProduction = { environment: 'prod', headers: { 'x-forwarded-proto': 'https' } };
    expect(codes(await fetched(href, inProduction))).toEqual([404, 'resource_not_found']);
    expect((await fetched(href, { scopes: ['document_write'] })).status).toBe(403);
    expect(codes(await fetched('http://localhost/resources/0195a000000070008000000000000001'))).toEqual([
      404,
      'resource_not_found',
    ]);
    await signature.api('DELETE', `/signature/documents/${documentId}`);
    expect(codes(await fetched(href))).toEqual([404, 'resource_erased']);
    expect(codes(await fetched(href, { accountId: SJOBANK }))).toEqual([404, 'resource_not_found']);
    expect(await signature.query('select 1 from files where owner_id = $1', [documentId])).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ['an unknown property', withTypes([AML], { amlPassword: 'x' }), 'amlPassword', 'enum'],
    ['a mode that does not exist', withTypes([AML], { amlMode: 'deep' }), 'amlMode', 'format'],
    ['no reason for a look into the register', withTypes(['officialPersonalInfo']), 'officialReason', 'required'],
  ])('400 for %s, of a signer and of the document', async (_what, extra, name, code) => {
    for (const [changes, field] of [
      [{ signers: [testSigner('kari', extra)] }, 'signers[0].extraInfo'],
      [{ advanced: extra }, 'advanced.extraInfo'],
    ] as const) {
      const { status, body } = await signature.create(changes);
      expect([status, body.errors[0]]).toMatchObject([400, { field: `${field}.specialProperties.${name}`, code }]);
    }
    const { body } = await signature.create();
    const patched = await signature.api('PATCH', `/signature/documents/${body.documentId}`, {
      body: { advanced: extra },
    });
    expect([patched.status, patched.body.errors[0].field]).toEqual([
      400,
      `advanced.extraInfo.specialProperties.${name}`,
    ]);
  });

  it('402 for add-ons that are not subscribed, at creation and later', async () => {
    missing.add('information.aml').add('share');
    const refused = await signature.create({ advanced: withTypes([AML]) });
    expect([...codes(refused), refused.body.message]).toEqual([
      402,
      'not_in_subscription',
      'advanced.extraInfo.types[0]',
    ]);
    const shared = await signature.create({ signers: [testSigner('kari', { addons: { types: ['secureShare'] } })] });
    expect([...codes(shared), shared.body.message]).toEqual([402, 'not_in_subscription', 'signers[0].addons.types']);
    const { body } = await signature.create();
    const path = `/signature/documents/${body.documentId}`;
    expect((await signature.api('PATCH', path, { body: { advanced: withTypes([AML]) } })).status).toBe(402);
    const signer = `${path}/signers/${body.signers[0].id}`;
    expect((await signature.api('PATCH', signer, { body: withTypes([AML]) })).status).toBe(402);
  });

  it('passwords are write-only: kept sealed, handed to the source, changed by a patch, kept by another one', async () => {
    const types = ['officialPersonalInfo'];
    const given = { officialReason: 'Kredittvurdering', officialSystem: 'Segl', officialUsername: 'nordbank' };
    const extra = withTypes(types, { ...given, officialPassword: 'hemmelig-1' });
    const { body } = await signature.create({ advanced: extra, signers: [testSigner('kari', extra)] });
    const path = `/signature/documents/${body.documentId}`;
    const stored = async () =>
      JSON.stringify(
        await signature.query(
          'select d::text from documents d where id = $1 union all select s::text from signers s where document_id = $1',
          [body.documentId],
        ),
      );
    const answered = { types, specialProperties: given };
    expect([body.advanced.extraInfo, body.signers[0].extraInfo]).toEqual([answered, answered]);
    expect(await stored()).not.toContain('hemmelig');
    const signer = `${path}/signers/${body.signers[0].id}`;
    const patch = (url: string, change: object) => signature.api('PATCH', url, { body: change });
    const password = { specialProperties: { officialPassword: 'hemmelig-2' } };
    const patched = await patch(signer, { extraInfo: password });
    expect([patched.status, patched.body.extraInfo]).toEqual([200, answered]);
    const changed = await patch(path, { title: 'New', advanced: { extraInfo: password } });
    expect([changed.status, changed.body.advanced.extraInfo]).toEqual([200, answered]);
    const read = await get(body.documentId);
    expect((await patch(path, { advanced: read.advanced })).body.advanced.extraInfo).toEqual(answered);
    expect(await stored()).not.toContain('hemmelig');
    await signature.sign(body.signers[0].url);
    await collect(body.documentId);
    expect(asked.map(({ properties }) => properties)).toEqual([{ ...given, officialPassword: 'hemmelig-2' }]);
  });
});
