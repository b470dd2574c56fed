import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUser } from '../oauth/api-user.ts';

describe('OA-2: the answer of the token endpoint', () => {
  let segl: SeglProcess;
  let user: ApiUser;
  let client: { client_id: string; client_secret: string };

  beforeAll(async () => {
    segl = await startSegl();
    user = new ApiUser(segl.url);
    const token = await user.token(segl.client.clientId, segl.client.clientSecret);
    const AllowedScopes = ['document_read', 'document_write', 'event'];
    const { body } = await user.call(token, 'POST', '/admin/oauthclient', { ClientName: 'Loans', AllowedScopes });
    client = { client_id: body.ClientId, client_secret: body.ClientSecrets[0].Value };
  });
  afterAll(() => segl?.remove());

  const ask = (form: Record<string, string> = {}, path = '/oauth/connect/token') =>
    user.post(path, { grant_type: 'client_credentials', ...client, ...form });
  const words = (text: string) => text.split(' ').sort();

  it.each(['/oauth/connect/token', '/connect/token'])(
    'OA-2: %s answers token, lifetime in whole seconds, type and scope',
    async (path) => {
      const answer = await ask({ scope: 'event document_read' }, path);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        access_token: expect.any(String),
        expires_in: 3600,
        token_type: 'Bearer',
        scope: expect.any(String),
      });
      expect(words(answer.body.scope)).toEqual(['document_read', 'event']);
      const { exp, iat } = decodeJwt(answer.body.access_token);
      expect(exp! - iat!).toBe(3600);
    },
  );

  it.each([{}, { scope: '' }, { scope: '  ' }] as Record<string, string>[])(
    'OA-2: without a scope (%j) it has all those of the client',
    async (form) => {
      const { body } = await ask(form);
      expect(words(body.scope)).toEqual(['document_read', 'document_write', 'event']);
    },
  );

  it.each(['nonsense', 'oauth_write', 'event nonsense', 'event account_read'])(
    'OA-2: scope=%s, unknown or not granted, is 400 invalid_scope and no token',
    async (scope) => {
      const refused = await ask({ scope });
      expect([refused.status, refused.body.error, refused.body.access_token]).toEqual([
        400,
        'invalid_scope',
        undefined,
      ]);
    },
  );
});
