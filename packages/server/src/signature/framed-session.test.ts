import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { PUBLIC_URL, SignatureUnderTest, testSigner } from './signature.testing.ts';

const SETTINGS = {
  redirectMode: 'iframe_with_redirect_and_webmessaging',
  domain: '*.nordbank.example my.nordbank.example',
  success: 'https://nordbank.example/done',
  cancel: 'https://nordbank.example/cancel',
  error: 'https://nordbank.example/error',
};

describeOnEachDatabase('signing inside a frame', (open) => {
  let signature: SignatureUnderTest;

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open());
  });
  afterAll(() => signature.stop());

  async function create(redirectSettings: object = SETTINGS) {
    const { body } = await signature.create({ signers: [testSigner('kari', { redirectSettings })] });
    const [{ id, url }] = body.signers;
    return { documentId: body.documentId as string, signerId: id as string, url: url as string };
  }
  const page = async (path: string) => {
    const { headers, text } = await signature.call('GET', path.replace(PUBLIC_URL, ''));
    const boot = JSON.parse(/<script>(.*)<\/script>/.exec(text)![1]!);
    const ancestors = /frame-ancestors ([^;]*)/.exec(headers['content-security-policy']!)![1];
    return { boot, ancestors, headers };
  };

  it('is allowed to the domains of the signer, of whom the last is told', async () => {
    const { url } = await create();
    const { boot, ancestors, headers } = await page(url);
    expect(ancestors).toBe('https://*.nordbank.example https://my.nordbank.example');
    expect(headers['x-frame-options']).toBeUndefined();
    expect(boot.messageOrigins).toEqual(['https://my.nordbank.example']);
  });

  it.each(['redirect', 'donot_redirect'])(
    'RD-5: with %s and a domain frames are allowed and nobody is told',
    async (redirectMode) => {
      const { boot, ancestors } = await page((await create({ ...SETTINGS, redirectMode })).url);
      expect(ancestors).toContain('https://my.nordbank.example');
      expect(boot.messageOrigins).toEqual([]);
    },
  );

  it('RD-6: changed settings are for sessions that start afterwards, on reload too', async () => {
    const { documentId, signerId, url } = await create();
    const before = await signature.open(url);
    const changed = await signature.api('PATCH', `/signature/documents/${documentId}/signers/${signerId}`, {
      body: { redirectSettings: { domain: 'new.example', cancel: 'https://new.example/cancel' } },
    });
    expect(changed.status).toBe(200);
    const reloaded = await page(`/d/${before.handle}`);
    expect(reloaded.ancestors).toContain('my.nordbank.example');
    expect(reloaded.boot.messageOrigins).toEqual(['https://my.nordbank.example']);
    const after = await signature.open(url);
    expect((await page(`/d/${after.handle}`)).boot.messageOrigins).toEqual(['https://new.example']);
    const left = await signature.app('POST', '/session/cancel', before.token);
    expect(left.body.redirect).toMatch(/^https:\/\/nordbank\.example\/cancel\?/);
    expect((await signature.app('POST', '/session/cancel', after.token)).body.redirect).toMatch(
      /^https:\/\/new\.example\/cancel\?/,
    );
  });

  it('an eID that forbids frames ends in a window, on a page that may reach the frame that opened it', async () => {
    const { url } = await create();
    const { token, view } = await signature.open(url);
    const body = { method: 'no_bankid_netcentric', documentSha256: view.document.sha256 };
    const framed = await signature.app('POST', '/sign/start', token, { ...body, framed: true });
    const whole = await signature.app('POST', '/sign/start', token, body);
    expect([framed.body.step.inWindow, whole.body.step.inWindow]).toEqual([true, false]);

    const state = new URL(framed.body.step.url).searchParams.get('state');
    const back = await signature.call('GET', `/app/v1/eid/callback?state=${state}&code=c`);
    expect(back.headers.location).toMatch(new RegExp(`^/app/v1/eid/returned#attempt=${framed.body.attemptId}\\.`));
    const returned = await page('/app/v1/eid/returned');
    expect(returned.headers['cross-origin-opener-policy']).toBe('unsafe-none');
    expect(returned.boot).toMatchObject({ state: 'eid_window', bootCode: null, handle: null });
    expect(returned.ancestors).toBe("'none'");
    const wholeState = new URL(whole.body.step.url).searchParams.get('state');
    const wholeBack = await signature.call('GET', `/app/v1/eid/callback?state=${wholeState}&code=c`);
    expect(wholeBack.headers.location).toMatch(/^\/d\/[0-9a-f-]{36}#attempt=/);
  });

  it('an error that the signer sees gives the way to the error address, signed, and nothing without one', async () => {
    const { token } = await signature.open((await create()).url);
    const error = { errorCode: 'SA-1012', eidErrorCode: 'C131', eidErrorMessage: 'Cut off' };
    const { body } = await signature.app('POST', '/session/error', token, error);
    const address = new URL(body.redirect);
    expect(address.pathname).toBe('/error');
    expect(decodeJwt(address.searchParams.get('idfy-jwt')!)).toMatchObject({
      Error: { ErrorCode: 'SA-1012', EidErrorCode: 'C131', EidErrorMessage: 'Cut off' },
    });
    const silent = await signature.open((await create({ redirectMode: 'donot_redirect' })).url);
    expect(await signature.app('POST', '/session/error', silent.token, error)).toMatchObject({ status: 200, body: {} });
    for (const errorCode of ['', 'SA-1', 'document_expired', 'SA-10000']) {
      expect((await signature.app('POST', '/session/error', token, { errorCode })).status, errorCode).toBe(400);
    }
  });
});
