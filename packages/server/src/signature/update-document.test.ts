import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { HOUR_MS, look } from './life-cycle.testing.ts';
import { SignatureUnderTest, SJOBANK, testSigner } from './signature.testing.ts';

const DAY_MS = 24 * HOUR_MS;
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };

describeOnEachDatabase('updating a document', (open) => {
  let signature: SignatureUnderTest;
  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open());
  });
  afterAll(() => signature.stop());

  const patch = (documentId: string, body: unknown, headers = {}) =>
    signature.api('PATCH', `/signature/documents/${documentId}`, { body, headers });
  const get = (documentId: string) => signature.api('GET', `/signature/documents/${documentId}`);
  const summary = async (documentId: string) =>
    (await signature.api('GET', `/signature/documents/${documentId}/summary`)).body;
  const cancel = (documentId: string) => signature.api('POST', `/signature/documents/${documentId}/cancel`);
  const at = (ms: number) => new Date(signature.now().getTime() + ms).toISOString();
  const created = async (changes = {}, signers = ['kari']) => (await signature.create(changes, signers)).body;

  const FULL = {
    title: 'Lease agreement',
    description: 'For two rooms',
    contactDetails: { name: 'Nordbank', email: 'leases@nordbank.example', phone: '+4722222222' },
    notification: { signRequest: { email: [{ language: 'EN', subject: 'Please sign', text: 'Here.' }] } },
    advanced: { tags: ['leases', 'north'], departmentId: 'north', createdByApplication: 'CRM' },
  };

  it('PA-1: changes the members that are given, at every depth, and answers the whole document', async () => {
    const before = await created(FULL);
    signature.advance(1000);
    const answer = await patch(before.documentId, {
      title: 'Lease, corrected',
      description: null,
      contactDetails: { phone: '+4733333333', url: null },
      advanced: { tags: [], departmentId: 'south', timeToLive: { deleteAfterHours: 24 } },
      externalId: 'another-one',
      signers: [],
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      ...before,
      title: 'Lease, corrected',
      contactDetails: { ...FULL.contactDetails, phone: '+4733333333' },
      advanced: {
        ...before.advanced,
        departmentId: 'south',
        timeToLive: { ...before.advanced.timeToLive, deleteAfterHours: 24 },
      },
    });
    const read = await get(before.documentId);
    expect([read.body, read.headers.etag]).toEqual([answer.body, answer.headers.etag]);
    expect((await summary(before.documentId)).lastUpdated).toBe(signature.now().toISOString());
  });

  it('PA-2: as a merge patch, null removes and [] empties', async () => {
    const before = await created(FULL);
    const answer = await patch(
      before.documentId,
      { description: null, notification: null, contactDetails: { phone: null }, advanced: { tags: [] } },
      MERGE_PATCH,
    );
    expect(answer.status).toBe(200);
    const { description, notification, contactDetails, advanced } = (await get(before.documentId)).body;
    expect([description, notification]).toEqual([undefined, undefined]);
    expect(contactDetails).toEqual({ name: 'Nordbank', email: 'leases@nordbank.example' });
    expect(advanced.tags).toEqual([]);
    const removed = await patch(before.documentId, { contactDetails: { email: null } }, MERGE_PATCH);
    expect([removed.status, removed.body.errors]).toMatchObject([
      400,
      [{ field: 'contactDetails.email', code: 'required' }],
    ]);
  });

  it('PA-5: nothing happens when nothing differs, also when everything is sent back as it was read', async () => {
    const before = await created(FULL);
    const lastUpdated = (await summary(before.documentId)).lastUpdated;
    signature.advance(1000);
    for (const body of [{}, null, { title: FULL.title }, before]) {
      expect((await patch(before.documentId, body)).body).toEqual(before);
    }
    expect((await summary(before.documentId)).lastUpdated).toBe(lastUpdated);
    expect(await signature.events(before.documentId)).toEqual(['document_created']);
  });

  it('PA-6: If-Match of another state is 422 resource_changed, and nothing changes', async () => {
    const before = await created();
    const seen = { 'if-match': (await get(before.documentId)).headers.etag! };
    expect((await patch(before.documentId, { title: 'One' }, seen)).status).toBe(200);
    const answer = await patch(before.documentId, { title: 'Two' }, seen);
    expect([answer.status, answer.body.code]).toEqual([422, 'resource_changed']);
    expect((await get(before.documentId)).body.title).toBe('One');
  });

  it('signature.md 12: filters see new tags and titles at once', async () => {
    const { documentId } = await created({ advanced: { tags: ['before-the-change'] } });
    await patch(documentId, { title: 'Quite another title', advanced: { tags: ['after-the-change'] } });
    const size = async (query: string) =>
      (await signature.api('GET', `/signature/documents/summary?${query}`)).body.size;
    expect([
      await size('tags=before-the-change'),
      await size('tags=after-the-change'),
      await size('title=quite%20another'),
    ]).toEqual([0, 1, 1]);
  });

  describe('signature.md 7: what may change when', () => {
    const UNTIL_SIGNED: [string, object][] = [
      ['title', { title: 'Other' }],
      ['description', { description: 'Other' }],
      ['contactDetails', { contactDetails: { name: 'Other' } }],
      ['advanced.requiredSignatures', { advanced: { requiredSignatures: 1 } }],
      ['advanced.attachments', { advanced: { attachments: 1 } }],
    ];
    const UNTIL_FINAL: [string, () => object][] = [
      ['notification', () => ({ notification: { signRequest: { sms: [{ language: 'EN', text: 'Sign {url}' }] } } })],
      ['advanced.timeToLive.deadline', () => ({ advanced: { timeToLive: { deadline: at(DAY_MS) } } })],
    ];
    const ALWAYS = {
      advanced: {
        tags: ['late'],
        departmentId: 'east',
        createdByApplication: 'ERP',
        timeToLive: { deleteAfterHours: 9 },
      },
    };

    it('422 document_locked once somebody has signed; texts and deadline may still change', async () => {
      const { documentId, signers } = await created({}, ['kari', 'ola1', 'eva1']);
      await signature.sign(signers[0].url);
      const before = (await get(documentId)).body;
      for (const [field, body] of UNTIL_SIGNED) {
        const answer = await patch(documentId, body);
        expect([answer.status, answer.body.code]).toEqual([422, 'document_locked']);
        expect(answer.body.message).toContain(field);
      }
      expect((await get(documentId)).body).toEqual(before);
      for (const [, body] of UNTIL_FINAL) expect((await patch(documentId, body())).status).toBe(200);
      expect((await patch(documentId, ALWAYS)).status).toBe(200);
      // What is sent as it stands is no change.
      expect((await patch(documentId, { title: before.title, advanced: { tags: ['x'] } })).status).toBe(200);
    });

    it('422 document_closed once it is final; what only sorts it may change until it is deleted', async () => {
      const { documentId } = await created({}, ['kari', 'ola1']);
      await cancel(documentId);
      const before = (await get(documentId)).body;
      for (const [field, body] of [...UNTIL_SIGNED, ...UNTIL_FINAL.map(([name, make]) => [name, make()] as const)]) {
        const answer = await patch(documentId, body);
        expect([answer.status, answer.body.code]).toEqual([422, 'document_closed']);
        expect(answer.body.message).toContain(field);
      }
      expect((await get(documentId)).body).toEqual(before);
      const answer = await patch(documentId, ALWAYS);
      expect([answer.status, answer.body.advanced]).toMatchObject([200, ALWAYS.advanced]);
    });
  });

  it('requiredSignatures decides anew when the document is complete', async () => {
    const { documentId, signers } = await created({}, ['kari', 'ola1']);
    expect((await patch(documentId, { advanced: { requiredSignatures: 1 } })).status).toBe(200);
    expect((await summary(documentId)).requiredSignatures).toBe(1);
    await signature.sign(signers[1].url);
    expect((await summary(documentId)).status.documentStatus).toBe('signed');
    const other = await created({ advanced: { requiredSignatures: 1 } }, ['kari', 'ola1']);
    await patch(other.documentId, { advanced: { requiredSignatures: 0 } });
    expect((await summary(other.documentId)).requiredSignatures).toBe(2);
    const tooMany = await patch(other.documentId, { advanced: { requiredSignatures: 3 } });
    expect([tooMany.status, tooMany.body.code]).toEqual([422, 'required_signatures_exceed_signers']);
  });

  describe('the deadline', () => {
    it('moves: the document expires then, and not at the old time', async () => {
      const { documentId } = await created({ advanced: { timeToLive: { deadline: at(HOUR_MS) } } });
      await patch(documentId, { advanced: { timeToLive: { deadline: at(3 * HOUR_MS) } } });
      signature.advance(2 * HOUR_MS);
      await look(signature);
      expect((await summary(documentId)).status.documentStatus).toBe('unsigned');
      await patch(documentId, { advanced: { timeToLive: { deadline: at(1000) } } });
      signature.advance(1000);
      await look(signature);
      expect((await summary(documentId)).status.documentStatus).toBe('expired');
    });

    it('a shorter one lowers the links that end later; a longer one raises those without an end of their own', async () => {
      const [early, late, original] = [at(HOUR_MS), at(9 * HOUR_MS), at(10 * HOUR_MS)];
      const { documentId } = await created({
        advanced: { timeToLive: { deadline: original } },
        signers: [
          testSigner('kari', { signUrlExpires: early }),
          testSigner('ola1', { signUrlExpires: late }),
          testSigner('eva1'),
        ],
      });
      const ends = async () =>
        (await get(documentId)).body.signers.map((one: { signUrlExpires: string }) => one.signUrlExpires);
      expect(await ends()).toEqual([early, late, original]);
      const [shorter, longer] = [at(5 * HOUR_MS), at(20 * HOUR_MS)];
      const answer = await patch(documentId, { advanced: { timeToLive: { deadline: shorter } } });
      expect(answer.body).toEqual((await get(documentId)).body);
      expect(await ends()).toEqual([early, shorter, shorter]);
      await patch(documentId, { advanced: { timeToLive: { deadline: longer } } });
      expect(await ends()).toEqual([early, shorter, longer]);
    });

    it('must be ahead, and at most 45 days after the creation; removed, it is that', async () => {
      const { documentId } = await created({ advanced: { timeToLive: { deadline: at(DAY_MS) } } });
      const latest = at(45 * DAY_MS);
      const tooLate = at(45 * DAY_MS + 1);
      signature.advance(1000);
      for (const [deadline, code] of [
        [at(0), 'date_past'],
        [tooLate, 'date_too_late'],
      ]) {
        const answer = await patch(documentId, { advanced: { timeToLive: { deadline } } });
        expect([answer.status, answer.body.errors]).toMatchObject([
          400,
          [{ field: 'advanced.timeToLive.deadline', code }],
        ]);
      }
      const removed = await patch(documentId, { advanced: { timeToLive: { deadline: null } } }, MERGE_PATCH);
      expect(removed.body.advanced.timeToLive).toEqual({ deadline: latest, deleteAfterHours: 168 });
      const restored = await patch(documentId, { advanced: { timeToLive: { deleteAfterHours: null } } }, MERGE_PATCH);
      expect(restored.body.advanced.timeToLive.deleteAfterHours).toBe(168);
    });
  });

  it('a retention that changes moves the deletion; one that is put off is announced again', async () => {
    const { documentId } = await created({ advanced: { timeToLive: { deleteAfterHours: 48 } } });
    await cancel(documentId);
    signature.advance(DAY_MS);
    await look(signature);
    await patch(documentId, { advanced: { timeToLive: { deleteAfterHours: 96 } } });
    signature.advance(DAY_MS);
    await look(signature);
    expect((await signature.events(documentId)).at(-1)).toBe('document_before_deleted');
    signature.advance(DAY_MS);
    await look(signature);
    await patch(documentId, { advanced: { timeToLive: { deleteAfterHours: 1 } } });
    // It is over already, but half of it must lie between announcement and deletion.
    signature.advance(HOUR_MS / 2);
    await look(signature);
    const announced = (await signature.events(documentId)).filter((type) => type === 'document_before_deleted');
    expect(announced).toHaveLength(2);
    expect((await signature.events(documentId)).at(-1)).toBe('document_deleted');
  });

  it.each([
    ['a title that is too long', { title: 'x'.repeat(301) }, 'title', 'max_length'],
    [
      'a retention of 0 hours',
      { advanced: { timeToLive: { deleteAfterHours: 0 } } },
      'advanced.timeToLive.deleteAfterHours',
      'min',
    ],
    ['an address that is none', { contactDetails: { email: 'x' } }, 'contactDetails.email', 'email'],
    [
      'two texts in one language',
      { notification: { signRequest: { sms: [{ language: 'EN' }, { language: 'EN' }] } } },
      'notification.signRequest.sms[1].language',
      'duplicate',
    ],
  ])('400 for %s', async (_what, body, field, code) => {
    const { documentId } = await created();
    const answer = await patch(documentId, body);
    expect([answer.status, answer.body.errors]).toMatchObject([400, [{ field, code }]]);
  });

  it('ST-2: 400 comes before 404, and 404 is for the documents of others too', async () => {
    const { documentId } = await created();
    const unknown = '0195a000-0000-7000-8000-0000000000ee';
    expect((await patch(unknown, { title: 'x'.repeat(301) })).status).toBe(400);
    expect((await patch(unknown, { title: 'x' })).body.code).toBe('document_not_found');
    const others = await signature.api('PATCH', `/signature/documents/${documentId}`, {
      accountId: SJOBANK,
      body: { title: 'x' },
    });
    expect(others.body.code).toBe('document_not_found');
  });
});
