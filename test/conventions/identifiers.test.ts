import { documentRequest } from '@segl/test-kit/api-client';
import type { DatabaseKind } from '@segl/test-kit/databases';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { openSignUrl } from '@segl/test-kit/signer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUser, operate } from '../oauth/api-user.ts';

const WEBHOOK = { name: 'x', active: false, events: ['*'], config: { url: 'http://127.0.0.1:8443/in' } };
const SCOPES = 'document_read document_write document_file event oauth_write';

describe.each(['embedded', 'postgresql'] as const)('ids on the %s database', (kind: DatabaseKind) => {
  let segl: SeglProcess;

  beforeAll(async () => {
    segl = await startSegl({ kind });
  });
  afterAll(() => segl?.remove());

  it('ID-3: the id of what was deleted is given to nobody else, also after a crash', { timeout: 180_000 }, async () => {
    const user = new ApiUser(segl.url);
    const seen: number[] = [];
    for (let round = 0; round < 2; round++) {
      const token = await user.token(segl.client.clientId, segl.client.clientSecret);
      for (let n = 0; n < 2; n++) {
        const { status, body } = await user.call(token, 'POST', '/notification/webhooks', WEBHOOK);
        expect(status).toBe(201);
        seen.push(body.id);
        expect((await user.call(token, 'DELETE', `/notification/webhooks/${body.id}`)).status).toBe(204);
      }
      await segl.kill();
      await segl.start();
    }
    expect(new Set(seen).size).toBe(4);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});

describe('what an id is good for', () => {
  let segl: SeglProcess;
  let user: ApiUser;
  let owner: string;
  let stranger: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every operation
  let document: any;

  beforeAll(async () => {
    segl = await startSegl({ kind: 'postgresql' });
    user = new ApiUser(segl.url);
    owner = await user.token(segl.client.clientId, segl.client.clientSecret);
    const operator = (...command: string[]) =>
      operate({ SEGL_DATABASE_URL: segl.location.url!, SEGL_DATA_DIR: segl.location.dataDir }, ...command);
    const { accountId } = await operator('create-account', '--name', 'Sjøbank', '--test');
    const client = await operator(
      ...['create-client', '--account', accountId!, '--environment', 'test', '--name', 'x', '--scopes', SCOPES],
    );
    stranger = await user.token(client.clientId!, client.clientSecret!);
    const request = documentRequest(await sampleContract(), {}, ['kari', 'nils']);
    document = (await user.call(owner, 'POST', '/signature/documents', request)).body;
  });
  afterAll(() => segl?.remove());

  it('ID-3: who has an id and another account’s token is told that nothing is there; without a token, to bring one', async () => {
    const webhook = await user.call(owner, 'POST', '/notification/webhooks', WEBHOOK);
    const client = await user.call(owner, 'POST', '/admin/oauthclient', { ClientName: 'x', AllowedScopes: ['event'] });
    const { documentId, signers } = document;
    const reads = [
      `/signature/documents/${documentId}`,
      `/signature/documents/${documentId}/status`,
      `/signature/documents/${documentId}/summary`,
      `/signature/documents/${documentId}/files?fileFormat=unsigned`,
      `/notification/webhooks/${webhook.body.id}`,
      `/notification/webhooks/${webhook.body.id}/deliveries`,
      `/admin/oauthclient/${client.body.ClientId}`,
    ];
    for (const path of reads) {
      expect([path, (await user.call(owner, 'GET', path)).status]).toEqual([path, 200]);
      expect([path, (await user.call(stranger, 'GET', path)).status]).toEqual([path, 404]);
      expect([path, (await fetch(segl.url + path)).status]).toEqual([path, 401]);
    }
    for (const [method, path, body] of [
      ['PATCH', `/notification/webhooks/${webhook.body.id}`, { name: 'mine' }],
      ['POST', `/notification/webhooks/${webhook.body.id}/ping`, undefined],
      ['DELETE', `/notification/webhooks/${webhook.body.id}`, undefined],
      ['PUT', '/admin/oauthclient/disable', { ClientId: client.body.ClientId }],
      ['DELETE', `/admin/oauthclient/${client.body.ClientId}`, undefined],
    ] as const) {
      expect([method, path, (await user.call(stranger, method, path, body)).status]).toEqual([method, path, 404]);
    }
    expect((await user.call(owner, 'GET', `/notification/webhooks/${webhook.body.id}`)).body).toEqual(webhook.body);
    const found = await user.call(stranger, 'GET', `/signature/documents/summary?signerId=${signers[0].id}`);
    expect([found.status, found.body.size]).toEqual([200, 0]);
  });

  it('ID-3: a sign URL is signed, and opens with that signature only', async () => {
    const [kari, nils] = document.signers.map(({ url }: { url: string }) => new URL(url).searchParams.get('jwt')!) as [
      string,
      string,
    ];
    const [header, claims, signature] = kari.split('.') as [string, string, string];
    expect(Buffer.from(signature, 'base64url').length).toBeGreaterThanOrEqual(16);
    expect(signature).not.toBe(nils.split('.')[2]);
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'sign-link+jwt' })).toString('base64url');
    for (const token of [
      `${header}.${claims}.${nils.split('.')[2]}`,
      `${header}.${claims}.`,
      `${unsigned}.${claims}.`,
      `${header}.${claims}.${Buffer.alloc(32).toString('base64url')}`,
      document.documentId,
      document.signers[0].id,
    ]) {
      expect((await fetch(`${segl.url}/start?jwt=${token}`)).status).toBe(404);
    }
    expect((await fetch(`${segl.url}/start?jwt=${kari}`)).status).toBe(200);
  });

  it('ID-3: a signing session has a secret of its own; ids open none', async () => {
    const signer = await openSignUrl(document.signers[0].url);
    const secret = signer.sessionToken.split('.').at(-1)!;
    expect(Buffer.from(secret, 'base64url').length).toBeGreaterThanOrEqual(16);
    for (const token of [document.documentId, document.signers[0].id, signer.sessionToken.slice(0, -2)]) {
      const answer = await fetch(`${segl.url}/app/v1/session`, { headers: { authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(401);
    }
    for (const id of [document.documentId, document.signers[0].id]) {
      expect((await fetch(`${segl.url}/d/${id}`)).status).toBe(404);
    }
  });
});
