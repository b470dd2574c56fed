import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUser, kidOf, operate } from './api-user.ts';

describe('the operator on the embedded database, while the server is stopped', () => {
  let segl: SeglProcess;
  let user: ApiUser;
  beforeAll(async () => {
    segl = await startSegl({ kind: 'embedded', environment: { SEGL_SIMULATORS: 'off' } });
    user = new ApiUser(segl.url);
  });
  afterAll(() => segl?.remove());

  it('oauth.md 4: retires a stolen token key: its tokens are refused after the start, new ones accepted', async () => {
    const { clientId, clientSecret } = segl.client;
    const token = await user.token(clientId, clientSecret);
    const kid = kidOf(token);
    await segl.stop();
    const done = await operate({ SEGL_DATA_DIR: segl.location.dataDir }, 'retire-token-key', '--kid', kid);
    expect(done).toMatchObject({ retired: kid, signs: { algorithm: 'RS256' } });
    await segl.start();
    const refused = await user.call(token, 'GET', '/notification/webhooks');
    expect([refused.status, refused.body.code]).toEqual([401, 'invalid_token']);
    const anew = await user.token(clientId, clientSecret);
    expect(kidOf(anew)).toBe((done.signs as unknown as { kid: string }).kid);
    expect((await user.call(anew, 'GET', '/notification/webhooks')).status).toBe(200);
  });

  it('events.md 7: says who gets e-mail about an account, and that no package is stuck', async () => {
    await segl.stop();
    const environment = { SEGL_DATA_DIR: segl.location.dataDir };
    const { accountId } = await operate(environment, 'create-account', '--name', 'Nordbank', '--test');
    const to = ['--account', accountId!, '--email', 'ops@nordbank.example', '--email'];
    expect(await operate(environment, 'set-contacts', ...to, 'ane@nordbank.example')).toEqual({
      accountId,
      contacts: ['ops@nordbank.example', 'ane@nordbank.example'],
    });
    await expect(operate(environment, 'set-contacts', ...to, 'nobody')).rejects.toThrow(/email\[1\]/);
    expect(await operate(environment, 'stuck-packages')).toEqual([]);
    expect(await operate(environment, 'restart-packaging')).toEqual({ restarted: [] });
  });
});
