import { type ApiAnswer, type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import type { DatabaseKind } from '@segl/test-kit/databases';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { startWebhookReceiver, type WebhookReceiver } from '@segl/test-kit/webhook-receiver';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onDatabase } from './database.ts';

const RETRIES = 100;

/** Creating a document has effect once per external id, through the real server. */
describe.each(['embedded', 'postgresql'] as const)('idempotent creation on the %s database', (kind: DatabaseKind) => {
  let segl: SeglProcess;
  let receiver: WebhookReceiver;
  let api: ApiClient;
  let contract: Buffer;

  beforeAll(async () => {
    [segl, receiver, contract] = await Promise.all([
      startSegl({ kind, environment: { SEGL_THROTTLE: 'off' } }),
      startWebhookReceiver(),
      sampleContract(),
    ]);
    api = await connect(segl);
    await api.request('POST', '/notification/webhooks', {
      name: 'Once',
      active: true,
      events: ['document_created'],
      config: { url: receiver.url, secret: 'idempotency-test-secret' },
    });
  });
  afterAll(async () => {
    await Promise.all([segl?.remove(), receiver?.close()]);
  });

  const create = (body: unknown) => api.request('POST', '/signature/documents', body);
  const replayed = (answer: ApiAnswer) => answer.headers.get('idempotent-replayed') === 'true';
  const eventsOf = (documentId: string) =>
    new Set(
      receiver.received.filter(({ event }) => event.payload.documentId === documentId).map(({ event }) => event.id),
    );

  async function documentsWith(externalId: string): Promise<number> {
    const answer = await api.request(
      'GET',
      `/signature/documents/summary?externalId=${encodeURIComponent(externalId)}&limit=100`,
    );
    return answer.body.size;
  }

  it('IM-1: the same request again answers 200 with the resource as it is now, and raises no second event', async () => {
    const request = documentRequest(contract);
    const first = await create(request);
    expect([first.status, replayed(first)]).toEqual([201, false]);
    expect(first.headers.get('location')).toBe(`${segl.url}/signature/documents/${first.body.documentId}`);
    const second = await create(request);
    expect([second.status, replayed(second)]).toEqual([200, true]);
    const current = await api.request('GET', `/signature/documents/${first.body.documentId}`);
    expect(second.body).toEqual(current.body);
    await receiver.waitFor('document_created', first.body.documentId, 20_000);
    // An event of a later document has passed every earlier one.
    const later = await create(documentRequest(contract));
    await receiver.waitFor('document_created', later.body.documentId, 20_000);
    expect(eventsOf(first.body.documentId).size).toBe(1);
  });

  it.each([
    [
      'nulls and unknown members',
      (r: Json) => ({ ...r, description: null, colour: 'red', advanced: { tags: null, x: 1 } }),
    ],
    ['other spellings of names and enums', respelled],
    [
      'defaults written out',
      (r: Json) => ({
        ...r,
        advanced: { tags: [], attachments: 0, requiredSignatures: 0, getSocialSecurityNumber: false },
        dataToSign: {
          ...r.dataToSign,
          convertToPDF: false,
          packaging: {
            signaturePackageFormats: ['pades'],
            padesSettings: { primaryLanguage: 'EN', includeSsnInPades: false },
          },
        },
      }),
    ],
    ['the order of members', (r: Json) => Object.fromEntries(Object.entries(r).reverse())],
    ['URL-safe base64', (r: Json) => withContent(r, (text) => text.replaceAll('+', '-').replaceAll('/', '_'))],
    ['base64 in lines', (r: Json) => withContent(r, (text) => text.replace(/(.{76})/g, '$1\r\n'))],
    ['base64 without padding', (r: Json) => withContent(r, (text) => text.replace(/=+$/, ''))],
    ['a data URL', (r: Json) => withContent(r, (text) => `data:application/pdf;base64,${text}`)],
  ])('IM-2: %s make no other request', async (_what, change) => {
    const request = documentRequest(contract) as Json;
    const first = await create(request);
    const second = await create(change(request));
    expect([first.status, second.status, replayed(second)]).toEqual([201, 200, true]);
    expect(second.body.documentId).toBe(first.body.documentId);
  });

  it('IM-2: dates count in whole seconds, whatever their form', async () => {
    const inAWeek = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 19);
    const request = (deadline: string) => ({ ...base, advanced: { timeToLive: { deadline } } });
    const base = documentRequest(contract);
    const first = await create(request(`${inAWeek}.1234567Z`));
    expect(first.status).toBe(201);
    for (const deadline of [`${inAWeek}Z`, `${inAWeek}.999`, `${inAWeek.replace('T', ' ')}+00:00`]) {
      expect((await create(request(deadline))).body.documentId).toBe(first.body.documentId);
    }
  });

  it.each([
    ['another title', (r: Json) => ({ ...r, title: 'Other' })],
    ['other bytes', (r: Json) => withContent(r, (text) => Buffer.from(`${atob(text)}\n`, 'latin1').toString('base64'))],
    ['another order of signers', (r: Json) => ({ ...r, signers: [...r.signers].reverse() })],
    ['another default', (r: Json) => ({ ...r, advanced: { requiredSignatures: 1 } })],
  ])('IM-3: %s under the same external id answers 422 and changes nothing', async (_what, change) => {
    const request = documentRequest(contract, {}, ['kari', 'nils']) as Json;
    const first = await create(request);
    const before = await api.request('GET', `/signature/documents/${first.body.documentId}`);
    const refused = await create(change(request));
    expect([refused.status, refused.body.code]).toEqual([422, 'external_id_conflict']);
    expect(refused.body).toMatchObject({ existingId: first.body.documentId, errors: [{ field: 'externalId' }] });
    expect(refused.body.message).toMatch(/created \d{4}-\d\d-\d\dT/);
    expect(replayed(refused)).toBe(false);
    const after = await api.request('GET', `/signature/documents/${first.body.documentId}`);
    expect(after.body).toEqual(before.body);
    expect(await documentsWith(request.externalId)).toBe(1);
  });

  it(`IM-5: of ${RETRIES} at the same time one creates, and all name the same document`, async () => {
    const request = documentRequest(contract) as Json;
    const answers = await Promise.all(Array.from({ length: RETRIES }, () => create(request)));
    expect(answers.filter((answer) => answer.status === 201).length).toBe(1);
    expect(answers.filter((answer) => answer.status === 200 && replayed(answer)).length).toBe(RETRIES - 1);
    expect(new Set(answers.map((answer) => answer.body.documentId)).size).toBe(1);
    expect(await documentsWith(request.externalId)).toBe(1);
    await receiver.waitFor('document_created', answers[0]!.body.documentId, 20_000);
    expect(eventsOf(answers[0]!.body.documentId).size).toBe(1);
  });

  it('IM-5: of two different ones at the same time one creates and the other is refused', async () => {
    const request = documentRequest(contract);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => create({ ...request, title: index % 2 ? 'A' : 'B' })),
    );
    expect(answers.filter((answer) => answer.status === 201).length).toBe(1);
    expect(answers.filter((answer) => answer.status === 200).length).toBe(4);
    expect(answers.filter((answer) => answer.body.code === 'external_id_conflict').length).toBe(5);
  });

  it('IM-6: a creation that failed reserves nothing', async () => {
    const request = documentRequest(contract) as Json;
    const broken = withContent(request, () => Buffer.from('%PDF-1.7 broken').toString('base64'));
    expect((await create({ ...request, title: undefined })).status).toBe(400);
    expect((await create(broken)).status).toBe(422);
    expect((await create(request)).status).toBe(201);
  });

  it('IM-8: the key is compared exactly', async () => {
    const request = documentRequest(contract, { externalId: `Exact-${Date.now()}` }) as Json;
    const keys = [request.externalId, request.externalId.toLowerCase(), `${request.externalId} `];
    const answers = [];
    for (const externalId of keys) answers.push(await create({ ...request, externalId }));
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201]);
    expect(answers.map((answer) => answer.body.externalId)).toEqual(keys);
  });

  it('IM-9: with an Idempotency-Key both rules apply', async () => {
    const request = documentRequest(contract) as Json;
    const keyed = (key: string, body: unknown) =>
      api.request('POST', '/signature/documents', body, { 'idempotency-key': key });
    const first = await keyed('both-1', request);
    const again = await keyed('both-1', request);
    expect([first.status, again.status, replayed(again)]).toEqual([201, 201, true]);
    expect(again.body).toEqual(first.body);
    expect(await keyed('both-2', request)).toMatchObject({ status: 200, body: { documentId: first.body.documentId } });
    const other = { ...request, title: 'Other' };
    expect((await keyed('both-1', other)).body.code).toBe('idempotency_key_reused');
    expect((await keyed('both-3', other)).body.code).toBe('external_id_conflict');
  });

  it('IM-1: finds the document again after kill -9 at any moment, and never makes a second one', async () => {
    for (let round = 0; round < 4; round += 1) {
      const request = documentRequest(contract) as Json;
      const started = Promise.allSettled(Array.from({ length: 20 }, () => create(request)));
      await new Promise((resolve) => setTimeout(resolve, 20 + round * 40));
      await segl.kill();
      const acknowledged = (await started).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      await segl.start();
      api = await connect(segl);
      const answers = await Promise.all(Array.from({ length: 10 }, () => create(request)));
      const ids = new Set([...acknowledged, ...answers].map((answer) => answer.body.documentId));
      expect(ids.size).toBe(1);
      const made = [...acknowledged, ...answers].filter((answer) => answer.status === 201);
      expect(made.length).toBeLessThanOrEqual(1);
      if (acknowledged.length > 0) expect(answers.every((answer) => answer.status === 200)).toBe(true);
      expect(await documentsWith(request.externalId)).toBe(1);
    }
  });

  // What the operator does in the database from outside, which only PostgreSQL lets another process do.
  if (kind === 'embedded') return;

  it('IM-4: the guard holds while the document is cancelled or expired, also when its deadline has passed', async () => {
    const soon = new Date(Date.now() + 3_000).toISOString();
    const request = documentRequest(contract, { advanced: { timeToLive: { deadline: soon } } }) as Json;
    const first = await create(request);
    expect(first.status).toBe(201);
    for (const status of ['canceled', 'expired']) {
      await onDatabase(segl, 'update documents set status = $2 where id = $1', [first.body.documentId, status]);
      const again = await create(request);
      expect([again.status, again.body.documentId]).toEqual([200, first.body.documentId]);
      expect(again.body.status.documentStatus).toBe(status);
    }
    await new Promise((resolve) => setTimeout(resolve, 3_200));
    const late = await create(request);
    expect([late.status, late.body.documentId]).toEqual([200, first.body.documentId]);
    const other = await create({ ...request, title: 'Other' });
    expect([other.status, other.body.code]).toEqual([400, 'validation_failed']);
  });

  it('IM-5: waits ten seconds for a creation that does not end, then 503 with Retry-After', async () => {
    const request = documentRequest(contract) as Json;
    const [{ account_id: accountId }] = (await onDatabase<{ account_id: string }>(
      segl,
      'select account_id from oauth_clients limit 1',
    )) as [{ account_id: string }];
    const other = new pg.Client({ connectionString: segl.location.url! });
    await other.connect();
    try {
      await other.query('begin');
      await other.query(
        `insert into document_external_ids (account_id, environment, external_id, document_id, fingerprint)
         values ($1, 'test', $2, gen_random_uuid(), '')`,
        [accountId, request.externalId],
      );
      const waited = await create(request);
      expect([waited.status, waited.body.code, waited.headers.get('retry-after')]).toEqual([
        503,
        'service_unavailable',
        '2',
      ]);
      await other.query('rollback');
    } finally {
      await other.end();
    }
    expect((await create(request)).status).toBe(201);
  });

  it('IM-7: under replayOnly another request makes another document, and only a recent identical one is a repetition', async () => {
    const policy = (value: string) => onDatabase(segl, 'update accounts set external_id_policy = $1', [value]);
    await policy('replayOnly');
    try {
      const request = documentRequest(contract) as Json;
      const first = await create(request);
      const other = await create({ ...request, title: 'Other' });
      expect([first.status, other.status]).toEqual([201, 201]);
      expect(other.body.documentId).not.toBe(first.body.documentId);
      // Late repetitions of both find their own documents.
      expect(await create(request)).toMatchObject({ status: 200, body: { documentId: first.body.documentId } });
      expect((await create({ ...request, title: 'Other' })).body.documentId).toBe(other.body.documentId);

      const many = await Promise.all(
        Array.from({ length: 20 }, (_, index) => create({ ...request, title: index % 2 ? 'Third' : 'Fourth' })),
      );
      expect(many.filter((answer) => answer.status === 201).length).toBe(2);
      expect(new Set(many.map((answer) => answer.body.documentId)).size).toBe(2);

      await onDatabase(segl, `update documents set created_at = created_at - interval '24 hours' where id = $1`, [
        first.body.documentId,
      ]);
      const tomorrow = await create(request);
      expect(tomorrow.status).toBe(201);
      const made = await onDatabase(segl, 'select 1 from documents where external_id = $1', [request.externalId]);
      expect(made.length).toBe(5);
    } finally {
      await policy('strict');
    }
  });
});

// biome-ignore lint/suspicious/noExplicitAny: requests are changed member by member
type Json = Record<string, any>;

function withContent(request: Json, change: (base64: string) => string): Json {
  const { dataToSign } = request;
  return { ...request, dataToSign: { ...dataToSign, base64Content: change(dataToSign.base64Content) } };
}

function respelled(request: Json): Json {
  const { dataToSign, signers, ...rest } = request;
  const names = (value: object) =>
    Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toUpperCase(), member]));
  return {
    ...names(rest),
    DataToSign: names(dataToSign),
    signers: signers.map((signer: Json) => ({
      ...signer,
      signatureType: {
        Mechanism: ' PkiSignature ',
        SIGNATUREMETHODS: signer.signatureType.signatureMethods.map((method: string) => method.toUpperCase()),
      },
    })),
  };
}
