import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiClient, connect, documentRequest } from '../../../test-kit/src/api-client.ts';
import { type SeglProcess, sampleContract, startSegl } from '../../../test-kit/src/segl-process.ts';
import { signAt } from '../../../test-kit/src/signer.ts';

const LIST = '/signature/documents/summary';

interface Summary {
  documentId: string;
  created: string;
  lastUpdated: string;
  signedDate?: string;
  externalId: string;
  title: string;
  tags: string[];
  signers: string[];
  status: { documentStatus: string };
}

describe.each(['embedded', 'postgresql'] as const)('GET /signature/documents/summary (%s)', (kind) => {
  let segl: SeglProcess;
  let api: ApiClient;
  let contract: Buffer;
  /** Of everything that the suite created, in order of creation. */
  const created: { documentId: string; externalId: string; signers: { id: string; url: string }[] }[] = [];

  async function create(changes: Record<string, unknown> = {}, signers?: string[]) {
    const answer = await api.request('POST', '/signature/documents', documentRequest(contract, changes, signers));
    expect(answer.status).toBe(201);
    created.push(answer.body);
    return answer.body as (typeof created)[number];
  }

  async function list(query: Record<string, string> | string = {}) {
    const search = typeof query === 'string' ? query : new URLSearchParams(query).toString();
    const answer = await api.request('GET', `${LIST}?${search}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body as {
      offset: number;
      limit: number;
      size: number;
      links: { first: string; previous: string; next: string; last: string };
      data: Summary[];
    };
  }

  /** Every page from `first` on, by `links.next`. */
  async function walk(first: Awaited<ReturnType<typeof list>>, betweenPages: () => Promise<unknown> = async () => {}) {
    const pages = [first];
    for (let page = first; page.links.next !== ''; pages.push(page)) {
      await betweenPages();
      page = (await api.request('GET', page.links.next.slice(segl.url.length))).body;
    }
    return pages;
  }

  const idsOf = (data: Summary[]) => data.map((one) => one.documentId);
  const newestFirst = (data: Summary[]) =>
    [...data].sort((a, b) =>
      a.created === b.created ? (a.documentId < b.documentId ? 1 : -1) : a.created < b.created ? 1 : -1,
    );

  beforeAll(async () => {
    contract = await sampleContract();
    segl = await startSegl({ kind, environment: { SEGL_THROTTLE: 'off' } });
    api = await connect(segl);
  });
  afterAll(() => segl.remove());

  it('answers an empty page for an account without documents', async () => {
    expect(await list()).toEqual({
      offset: 0,
      limit: 100,
      size: 0,
      links: { first: `${segl.url}${LIST}?limit=100`, previous: '', next: '', last: '' },
      data: [],
    });
  });

  describe('with documents', () => {
    let loan: (typeof created)[number];
    let signed: (typeof created)[number];
    let beforeSigning: string;

    beforeAll(async () => {
      loan = await create(
        { title: 'Lån 100%_sikkert', externalId: 'loan-42', advanced: { tags: ['north', 'loans'] } },
        ['person-ola'],
      );
      await create({
        advanced: { tags: ['north'] },
        signers: [
          {
            externalSignerId: 'person-per',
            redirectSettings: { redirectMode: 'donot_redirect' },
            signatureType: { mechanism: 'pkisignature' },
            signerInfo: { firstName: 'Per Åge', lastName: 'Østby' },
          },
        ],
      });
      await Promise.all(Array.from({ length: 8 }, () => create({ advanced: { tags: ['bulk'] } })));
      beforeSigning = new Date().toISOString();
      signed = created.at(-1)!;
      await signAt(signed.signers[0]!.url);
    });

    it('shows each as its own summary does, newest first (PG-3)', async () => {
      const { data, size } = await list();
      expect(size).toBe(created.length);
      expect(idsOf(data)).toEqual(idsOf(newestFirst(data)));
      expect(new Set(idsOf(data))).toEqual(new Set(created.map((one) => one.documentId)));
      await expect
        .poll(
          async () => {
            const [listed, own] = [
              (await list({ externalId: signed.externalId })).data[0],
              (await api.request('GET', `/signature/documents/${signed.documentId}/summary`)).body,
            ];
            expect(listed).toEqual(own);
            return own.status.completedPackages;
          },
          { timeout: 20_000 },
        )
        .toContain('pades');
    });

    it.each<[string, () => Record<string, string>, () => string[]]>([
      ['externalId', () => ({ externalId: 'loan-42' }), () => [loan.documentId]],
      ['an externalId that is only a part', () => ({ externalId: 'loan-4' }), () => []],
      ['signerId', () => ({ signerId: loan.signers[0]!.id }), () => [loan.documentId]],
      [
        'signerId in another spelling',
        () => ({ SIGNERID: `{${loan.signers[0]!.id.toUpperCase()}}` }),
        () => [loan.documentId],
      ],
      ['externalSignerId', () => ({ externalSignerId: 'person-per' }), () => [created[1]!.documentId]],
      ['part of the title in any case', () => ({ title: 'lÅN 100%_' }), () => [loan.documentId]],
      ['a title with wildcards that it does not have', () => ({ title: 'L%n' }), () => []],
      ['part of a name that the sender gave', () => ({ nameOfSigner: 'åge øst' }), () => [created[1]!.documentId]],
      ['status', () => ({ status: 'SIGNED' }), () => [signed.documentId]],
      ['signedDate', () => ({ signedDate: beforeSigning }), () => [signed.documentId]],
      ['signedDate after it', () => ({ signedDate: new Date(Date.now() + 60_000).toISOString() }), () => []],
      ['lastUpdated', () => ({ lastUpdated: beforeSigning }), () => [signed.documentId]],
      ['a tag', () => ({ tags: 'loans' }), () => [loan.documentId]],
      ['any of several tags', () => ({ tags: 'loans, north' }), () => [created[1]!.documentId, loan.documentId]],
      ['a tag and a status', () => ({ tags: 'bulk', status: 'signed' }), () => [signed.documentId]],
      ['a tag in another case', () => ({ tags: 'LOANS' }), () => []],
      ['several filters together', () => ({ externalSignerId: 'person-ola', status: 'signed' }), () => []],
      ['the own account', () => ({ externalId: 'loan-42', accountId: accountId }), () => [loan.documentId]],
    ])('finds by %s', async (_what, query, ids) => {
      accountId ||= (await list()).data.map((one) => (one as unknown as { accountId: string }).accountId)[0]!;
      const { data, size } = await list(query());
      expect(idsOf(data)).toEqual(ids());
      expect(size).toBe(ids().length);
    });
    let accountId = '';

    it('finds by the name that the eID gave', async () => {
      const [summary] = (await list({ status: 'signed' })).data as unknown as {
        documentSignatures: { fullName: string }[];
      }[];
      const name = summary!.documentSignatures[0]!.fullName;
      expect(name.length).toBeGreaterThan(3);
      expect(idsOf((await list({ nameOfSigner: name.toUpperCase() })).data)).toEqual([signed.documentId]);
    });

    it('finds by creation: from fromDate on, before toDate', async () => {
      const all = (await list()).data;
      const middle = all[5]!.created;
      const [older, newer] = [all.filter((one) => one.created < middle), all.filter((one) => one.created >= middle)];
      expect(idsOf((await list({ fromDate: middle })).data)).toEqual(idsOf(newer));
      expect(idsOf((await list({ toDate: middle })).data)).toEqual(idsOf(older));
      expect((await list({ fromDate: middle, toDate: middle })).size).toBe(0);
      const ticks = (BigInt(Date.parse(middle)) * 10_000n + 621_355_968_000_000_000n).toString();
      expect(idsOf((await list({ toDate: ticks })).data)).toEqual(idsOf(older));
    });

    it('finds by several statuses', async () => {
      const { size, links } = await list({ STATUS: ' Signed,unsigned,signed', limit: '3' });
      expect(size).toBe(created.length);
      expect(links.next).toBe(`${segl.url}${LIST}?status=signed%2Cunsigned&limit=3&offset=3`);
    });

    it('PG-1: links keep the filters in canonical spelling and never a credential', async () => {
      const { links } = await list(
        `Limit=1&OFFSET=1&TITLE=lease&fromdate=2020-01-01&access_token=${api.token}&nothing=1`,
      );
      const first = `${segl.url}${LIST}?title=lease&fromDate=2020-01-01T00%3A00%3A00.000Z&limit=1`;
      const inOtherOrder = `${segl.url}${LIST}?fromDate=2020-01-01T00%3A00%3A00.000Z&title=lease&limit=1`;
      expect([first, inOtherOrder]).toContain(links.first);
      expect(links.previous).toBe(`${links.first}&offset=0`);
      expect(links.next).toBe(`${links.first}&offset=2`);
      expect(links.last).toBe(`${links.first}&offset=8`);
    });

    it('PG-2: lowers a limit above the maximum and shows it', async () => {
      expect((await list({ limit: '1000' })).limit).toBe(100);
    });

    it('PG-2: beyond the end there is an empty page with the right size that points back', async () => {
      const { data, size, links, offset } = await list({ offset: '1000', limit: '4' });
      expect({ data, size, offset }).toEqual({ data: [], size: 10, offset: 1000 });
      expect(links).toEqual({
        first: `${segl.url}${LIST}?limit=4`,
        previous: `${segl.url}${LIST}?limit=4&offset=8`,
        next: '',
        last: `${segl.url}${LIST}?limit=4&offset=8`,
      });
    });

    it.each([
      ['limit=0', 'limit min'],
      ['offset=-1', 'offset min'],
      ['limit=many', 'limit type'],
      ['fromDate=yesterday', 'fromDate date'],
      ['status=finished', 'status enum'],
      ['signerId=7', 'signerId format'],
    ])('PG-2: refuses %s with 400', async (search, violation) => {
      const { status, body } = await api.request('GET', `${LIST}?${search}`);
      expect(status).toBe(400);
      expect(body.errors.map((one: { field: string; code: string }) => `${one.field} ${one.code}`)).toEqual([
        violation,
      ]);
    });

    it('ENV-2: refuses another account with 403, whether it exists or not', async () => {
      const { status, body } = await api.request('GET', `${LIST}?accountId=0195a000-0000-7000-8000-00000000000a`);
      expect([status, body.code]).toEqual([403, 'forbidden']);
    });

    it('needs the scope document_read', async () => {
      const writer = await connect(segl, 'document_write');
      expect((await writer.request('GET', LIST)).status).toBe(403);
    });

    it('PG-3: a walk up to a point in time meets every document once, while others are created and signed', async () => {
      await Promise.all(Array.from({ length: 15 }, () => create()));
      const now = (await list({ limit: '1' })).data[0]!.created;
      const toDate = new Date(Date.parse(now) + 1).toISOString();
      await new Promise((resolve) => setTimeout(resolve, 2));
      const before = idsOf(newestFirst((await list({ toDate })).data));
      expect(before).toHaveLength(created.length);
      const toSign = created.slice(2, 5);
      const pages = await walk(await list({ toDate, limit: '4' }), async () => {
        await create();
        const next = toSign.pop();
        if (next) await signAt(next.signers[0]!.url);
      });
      expect(toSign).toEqual([]);
      expect(pages.flatMap((page) => idsOf(page.data))).toEqual(before);
      expect(new Set(pages.map((page) => page.size))).toEqual(new Set([before.length]));
    });

    it('PG-3: a walk without an end in time misses nobody while others are created', async () => {
      const first = await list({ limit: '5' });
      const { data } = await list();
      const pages = await walk(first, () => create());
      const met = new Set(pages.flatMap((page) => idsOf(page.data)));
      for (const id of idsOf(data)) expect(met).toContain(id);
      for (const page of pages) expect(idsOf(page.data)).toEqual(idsOf(newestFirst(page.data)));
      expect(pages.at(-1)!.size).toBe(created.length);
    });
  });
});
