import { randomUUID } from 'node:crypto';
import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import type { DatabaseKind } from '@segl/test-kit/databases';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const UNKNOWN_CLIENT = `t${'0'.repeat(32)}`;
const WEBHOOK = { name: 'x', active: false, events: ['*'], config: { url: 'http://127.0.0.1:8443/in' } };

describe.each(['embedded', 'postgresql'] as const)('verbs on the %s database', (kind: DatabaseKind) => {
  let segl: SeglProcess;
  let api: ApiClient;

  beforeAll(async () => {
    segl = await startSegl({ kind });
    api = await connect(segl);
  });
  afterAll(() => segl?.remove());

  const create = (changes: object = {}) => api.request('POST', '/notification/webhooks', { ...WEBHOOK, ...changes });
  async function newClient(): Promise<string> {
    const made = await api.request('POST', '/admin/oauthclient', { ClientName: 'Loans', AllowedScopes: ['event'] });
    return made.body.ClientId;
  }

  it('RT-3: POST creates: each request makes another resource, with an address of its own', async () => {
    const [first, second] = [await create(), await create()];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body.id).not.toBe(first.body.id);
    for (const { headers, body } of [first, second]) {
      expect(headers.get('location')).toBe(`${segl.url}/notification/webhooks/${body.id}`);
      expect((await api.request('GET', `/notification/webhooks/${body.id}`)).body).toEqual(body);
    }
  });

  it('RT-3: a command whose effect is there is answered as before, and has no second effect', async () => {
    const { client } = segl;
    const revoke = async (token: string) => {
      const form = { client_id: client.clientId, client_secret: client.clientSecret, token };
      const answer = await fetch(`${segl.url}/oauth/connect/revocation`, {
        method: 'POST',
        body: new URLSearchParams(form),
      });
      return answer.status;
    };
    const { token } = await connect(segl);
    expect([await revoke(token), await revoke(token)]).toEqual([200, 200]);

    const request = documentRequest(await sampleContract());
    const create = () => api.request('POST', '/signature/documents', request);
    const [first, second] = [await create(), await create()];
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    const found = await api.request('GET', `/signature/documents/summary?externalId=${request.externalId}`);
    expect(found.body.size).toBe(1);
  });

  it('RT-4: PUT may be repeated: the second time nothing changes, not even the time of the change', async () => {
    const ClientId = await newClient();
    const update = () => api.request('PUT', '/admin/oauthclient', { ClientId, ClientName: 'Leases', Enabled: true });
    const [first, second] = [await update(), await update()];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.body.ClientName).toBe('Leases');
    expect(second.body).toEqual(first.body);
    for (const command of ['disable', 'disable', 'enable', 'enable']) {
      const answer = await api.request('PUT', `/admin/oauthclient/${command}`, { ClientId });
      expect([answer.status, answer.body]).toEqual([200, {}]);
      const { body } = await api.request('GET', `/admin/oauthclient/${ClientId}`);
      expect(body.Enabled).toBe(command === 'enable');
    }
  });

  it('RT-5: PATCH changes the given parts and nothing else', async () => {
    const { body: before } = await create({ tags: ['a'], events: ['document_signed'] });
    const path = `/notification/webhooks/${before.id}`;
    const patched = await api.request('PATCH', path, { name: 'renamed', config: { deliveryLogging: 'always' } });
    expect(patched.status).toBe(200);
    expect(patched.body).toEqual({
      ...before,
      name: 'renamed',
      config: { ...before.config, deliveryLogging: 'always' },
      updatedAt: patched.body.updatedAt,
    });
    expect((await api.request('GET', path)).body).toEqual(patched.body);
  });

  it('RT-6: DELETE answers 204 once; afterwards, and for what never was, 404', async () => {
    const { body } = await create();
    const paths = [`/notification/webhooks/${body.id}`, `/admin/oauthclient/${await newClient()}`];
    for (const path of paths) {
      const deleted = await api.request('DELETE', path);
      expect([deleted.status, deleted.bytes.length]).toEqual([204, 0]);
      expect((await api.request('DELETE', path)).status).toBe(404);
      expect((await api.request('GET', path)).status).toBe(404);
    }
    expect((await api.request('DELETE', '/notification/webhooks/2147483647')).status).toBe(404);
    expect((await api.request('DELETE', `/admin/oauthclient/${UNKNOWN_CLIENT}`)).status).toBe(404);
  });

  it('ST-5: by default a new document is answered with 201 and a deleted client with 204', async () => {
    const created = await api.request('POST', '/signature/documents', documentRequest(await sampleContract()));
    expect(created.status).toBe(201);
    expect((await api.request('DELETE', `/admin/oauthclient/${await newClient()}`)).status).toBe(204);
  });
});

describe('ST-5: under SEGL_COMPAT_STATUS_CODES=contract', () => {
  let segl: SeglProcess;
  let api: ApiClient;

  beforeAll(async () => {
    segl = await startSegl({ environment: { SEGL_COMPAT_STATUS_CODES: 'contract' } });
    api = await connect(segl);
  });
  afterAll(() => segl?.remove());

  it('a new document is answered with 200 and its Location, and so is a repetition', async () => {
    const request = documentRequest(await sampleContract());
    const create = (headers = {}) => api.request('POST', '/signature/documents', request, headers);
    const created = await create();
    expect(created.status).toBe(200);
    expect(created.headers.get('location')).toBe(`${segl.url}/signature/documents/${created.body.documentId}`);
    const again = await create();
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  });

  it('the answer under an Idempotency-Key is repeated with the same code', async () => {
    const request = documentRequest(await sampleContract());
    const headers = { 'idempotency-key': randomUUID() };
    const answers = [];
    for (let n = 0; n < 2; n++) answers.push(await api.request('POST', '/signature/documents', request, headers));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[1]!.headers.get('idempotent-replayed')).toBe('true');
    expect(answers[1]!.body).toEqual(answers[0]!.body);
  });

  it('a deleted client is answered with 200 and {}', async () => {
    const made = await api.request('POST', '/admin/oauthclient', { ClientName: 'x', AllowedScopes: ['event'] });
    const deleted = await api.request('DELETE', `/admin/oauthclient/${made.body.ClientId}`);
    expect([deleted.status, deleted.bytes.toString()]).toEqual([200, '{}']);
  });

  it('codes that the contract has itself stay, and so do errors', async () => {
    const made = await api.request('POST', '/notification/webhooks', WEBHOOK);
    expect(made.status).toBe(201);
    const path = `/notification/webhooks/${made.body.id}`;
    expect((await api.request('DELETE', path)).status).toBe(204);
    expect((await api.request('DELETE', path)).status).toBe(404);
    expect((await api.request('POST', '/signature/documents', {})).status).toBe(400);
  });
});
