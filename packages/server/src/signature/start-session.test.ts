import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { messageContent } from './message-content.ts';
import { PUBLIC_URL, SignatureUnderTest, testSigner } from './signature.testing.ts';

const MINUTE_MS = 60_000;

describeOnEachDatabase('signing sessions', (open) => {
  let signature: SignatureUnderTest;

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open());
  });
  afterAll(() => signature.stop());

  const start = (body: unknown) => signature.call('POST', '/app/v1/session', { body });
  const view = (token: string) => signature.app('GET', '/session', token);
  const link = async (changes = {}) => {
    const { body } = await signature.create(changes);
    return {
      documentId: body.documentId as string,
      url: body.signers[0].url as string,
      id: body.signers[0].id as string,
    };
  };

  async function expectUnknownLink(answer: Awaited<ReturnType<typeof start>>) {
    expect([answer.status, answer.body.code]).toEqual([404, 'unknown_link']);
  }
  async function expectExpired(answer: Awaited<ReturnType<typeof start>>) {
    expect([answer.status, answer.body.code]).toEqual([401, 'session_expired']);
  }

  describe('the sign URL', () => {
    it('EN-3: the page has a boot code; the session shows document, sender and signer', async () => {
      const { url } = await link({
        signers: [
          testSigner('kari', { signerInfo: { firstName: 'Kari', lastName: 'Nordmann' }, ui: { language: 'no' } }),
        ],
      });
      expect(await signature.boot(url)).toMatchObject({ state: 'ok', language: 'NO', bootCode: expect.any(String) });
      const session = await signature.open(url);
      expect(session.view).toMatchObject({
        state: 'sign',
        document: { title: 'Lease agreement', fileName: 'lease.pdf', pageCount: 1 },
        account: { name: 'Nordbank' },
        contact: { email: 'sender@nordbank.example' },
        signer: { firstName: 'Kari', fullName: 'Kari Nordmann' },
        language: 'NO',
        methods: [{ method: 'no_bankid_netcentric', name: 'Test eID', countryCode: 'NO' }],
        remainingSigners: 1,
      });
      expect((await view(session.token)).body).toEqual(session.view);
    });

    it('EN-5: opening the page is no event, starting the session is one', async () => {
      const { url, documentId } = await link();
      for (const method of ['GET', 'HEAD'] as const) await signature.call(method, url.replace(PUBLIC_URL, ''));
      expect(await signature.events(documentId)).toEqual(['document_created']);
      await signature.open(url);
      expect(await signature.events(documentId)).toEqual(['document_created', 'document_link_opened']);
    });

    it.each(['', '?jwt=', '?jwt=x', '?jwt=a.b.c', '?jwt=a&jwt=b', '?jwt=%00', '?jwt=null'])(
      'a link that was not issued here is a 404 page without a hint which: %j',
      async (query) => {
        const page = await signature.call('GET', `/start${query}`);
        expect(page.status).toBe(404);
        expect(page.headers['content-type']).toContain('text/html');
        expect(page.text).toContain('"state":"unknown_link"');
        expect(page.headers['x-frame-options']).toBe('DENY');
      },
    );

    it('EN-1: the short form of an SMS leads to the same link, and goes with it', async () => {
      const { url, documentId, id } = await link();
      const short = async () => {
        const wanted = { kind: 'reminder', signerId: id, index: 0, channel: 'sms' } as const;
        return (await messageContent(signature.deps, documentId, wanted))!.signUrl!;
      };
      expect(await short()).toMatch(new RegExp(`^${PUBLIC_URL}/s/[\\w-]{22}$`));
      expect(await short()).toBe(await short());
      const path = (await short()).replace(PUBLIC_URL, '');
      const answer = await signature.call('GET', path);
      expect([answer.status, answer.headers.location]).toEqual([302, url]);
      expect(answer.headers['referrer-policy']).toBe('no-referrer');
      expect(await signature.events(documentId)).toEqual(['document_created']);
      const rows = await signature.query<{ row: string }>('select short_links::text as row from short_links', []);
      expect(rows.some(({ row }) => row.includes(path.slice(3)))).toBe(false);

      await signature.query('update signers set link_rotation = 1 where document_id = $1', [documentId]);
      const stale = (await signature.call('GET', path)).headers.location!;
      expect((await signature.call('GET', stale.replace(PUBLIC_URL, ''))).status).toBe(404);
      expect(await short()).not.toContain(path);
    });

    it.each(['/s/AAAAAAAAAAAAAAAAAAAAAA', '/s/a', '/s/%00', `/s/${'a'.repeat(500)}`])(
      'a short form that was not issued here is a 404 page without a hint which: %s',
      async (path) => {
        const page = await signature.call('GET', path);
        expect(page.status).toBe(404);
        expect(page.text).toContain('"state":"unknown_link"');
      },
    );

    it('the page runs no script but its own and is framed by nobody', async () => {
      const { url } = await link();
      const page = await signature.call('GET', url.replace(PUBLIC_URL, ''));
      const policy = page.headers['content-security-policy']!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe-inline');
      const again = await signature.call('GET', url.replace(PUBLIC_URL, ''));
      expect(again.headers['content-security-policy']).not.toBe(policy);
      expect(page.headers['referrer-policy']).toBe('no-referrer');
    });
  });

  describe('the boot code', () => {
    it('EN-3: starts one session, once', async () => {
      const { url } = await link();
      const { bootCode } = await signature.boot(url);
      expect((await start({ bootCode })).status).toBe(200);
      await expectUnknownLink(await start({ bootCode }));
    });

    it('EN-3: of ten at once, one starts the session', async () => {
      const { url, documentId } = await link();
      const { bootCode } = await signature.boot(url);
      const answers = await Promise.all(Array.from({ length: 10 }, () => start({ bootCode })));
      expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
      expect(await signature.events(documentId)).toEqual(['document_created', 'document_link_opened']);
    });

    it('EN-3: lives for one minute', async () => {
      const { url } = await link();
      const [early, late] = [await signature.boot(url), await signature.boot(url)];
      signature.advance(MINUTE_MS - 1000);
      expect((await start({ bootCode: early.bootCode })).status).toBe(200);
      signature.advance(1000);
      await expectUnknownLink(await start({ bootCode: late.bootCode }));
    });

    it('is not the sign token, nor the other way round', async () => {
      const { url } = await link();
      const { bootCode } = await signature.boot(url);
      const signToken = new URL(url).searchParams.get('jwt')!;
      await expectUnknownLink(await start({ bootCode: signToken }));
      await expectUnknownLink(await start({ signToken: bootCode }));
      expect((await signature.call('GET', `/start?jwt=${bootCode}`)).status).toBe(404);
    });

    it.each([
      {},
      null,
      { bootCode: null },
      { bootCode: '' },
      { bootCode: 'a.b.c' },
      { signToken: 'x' },
      { signToken: '\0' },
    ])('nothing else starts a session: %j', async (body) => {
      expect((await start(body)).status).toBeGreaterThanOrEqual(400);
    });
  });

  it('EN-7: a kept sign token starts a new session', async () => {
    const { url } = await link();
    const first = await signature.open(url);
    const second = await start({ signToken: first.signToken });
    expect(second.status).toBe(200);
    expect(second.body.handle).not.toBe(first.handle);
    expect((await view(first.token)).status).toBe(200);
  });

  it('EN-2: a rotated link does not work any more, in none of its forms', async () => {
    const { url, documentId } = await link();
    const { bootCode } = await signature.boot(url);
    const { signToken } = await signature.open(url);
    await signature.query('update signers set link_rotation = 1 where document_id = $1', [documentId]);
    expect((await signature.boot(url)).state).toBe('unknown_link');
    await expectUnknownLink(await start({ bootCode }));
    await expectUnknownLink(await start({ signToken }));
    const { body } = await signature.api('GET', `/signature/documents/${documentId}`);
    expect(body.signers[0].url).not.toBe(url);
    expect((await signature.open(body.signers[0].url)).view.state).toBe('sign');
  });

  describe('the session token', () => {
    it('401 before anything is said of the request', async () => {
      for (const [method, path] of [
        ['GET', '/session'],
        ['POST', '/session/keepalive'],
        ['GET', '/documents/main/content'],
        ['POST', '/sign/start'],
        ['POST', '/sign/complete'],
        ['GET', '/result'],
      ] as const) {
        await expectExpired(await signature.call(method, `/app/v1${path}`, { body: 'no object' }));
      }
    });

    it('401: a wrong secret, another session’s, or none', async () => {
      const first = await signature.open((await link()).url);
      const second = await signature.open((await link()).url);
      const [id, secret] = first.token.split('.');
      const otherSecret = second.token.split('.')[1];
      for (const token of [
        `${id}.${otherSecret}`,
        `${id}.`,
        `${id}`,
        `.${secret}`,
        `${id}.${secret}x`,
        `${id}.${secret}.${secret}`,
        `0195a000-0000-7000-8000-0000000000ee.${secret}`,
        first.signToken,
        first.handle,
      ]) {
        await expectExpired(await view(token));
      }
      expect((await view(first.token)).status).toBe(200);
    });

    it('the database holds no secret of a session', async () => {
      const { token, handle } = await signature.open((await link()).url);
      const [row] = await signature.query<{ row: string }>(
        'select s::text as row from signing_sessions s where id = $1',
        [handle],
      );
      expect(row!.row).not.toContain(token.split('.')[1]);
    });
  });

  describe('EN-7: the life of a session', () => {
    it('ends 20 minutes after the last activity', async () => {
      const { token } = await signature.open((await link()).url);
      signature.advance(20 * MINUTE_MS - 1);
      expect((await view(token)).status).toBe(200);
      signature.advance(1);
      await expectExpired(await view(token));
      await expectExpired(await signature.app('POST', '/session/keepalive', token));
    });

    it('is extended by activity, up to 120 minutes in all', async () => {
      const { token } = await signature.open((await link()).url);
      for (let minutes = 0; minutes < 105; minutes += 15) {
        signature.advance(15 * MINUTE_MS);
        expect(await signature.app('POST', '/session/keepalive', token)).toMatchObject({
          status: 200,
          body: { expiresInSeconds: Math.min(20, 105 - minutes) * 60, endsInSeconds: (105 - minutes) * 60 },
        });
      }
      signature.advance(15 * MINUTE_MS - 1);
      expect((await view(token)).status).toBe(200);
      signature.advance(1);
      await expectExpired(await view(token));
    });

    it('lasts as long as the eID takes that was started in time', async () => {
      const session = await signature.open((await link()).url);
      for (let minutes = 0; minutes < 110; minutes += 10) {
        signature.advance(10 * MINUTE_MS);
        await signature.app('POST', '/session/keepalive', session.token);
      }
      signature.advance(9 * MINUTE_MS);
      const attemptId = await signature.goToEidAndBack(session);
      signature.advance(14 * MINUTE_MS);
      const returnedAttempt = signature.returned(attemptId);
      expect((await signature.app('POST', '/sign/complete', session.token, { returnedAttempt })).body.outcome).toBe(
        'signed',
      );
      signature.advance(2 * MINUTE_MS);
      await expectExpired(await view(session.token));
    });

    it('a session that is cancelled has ended; the document stays open', async () => {
      const { url, documentId } = await link({
        signers: [
          testSigner('kari', {
            redirectSettings: {
              redirectMode: 'redirect',
              success: 'https://nordbank.example/done',
              cancel: 'https://nordbank.example/cancel',
              error: 'https://nordbank.example/error',
            },
          }),
        ],
      });
      const { token } = await signature.open(url);
      const answer = await signature.app('POST', '/session/cancel', token);
      expect(answer.body.redirect).toMatch(/^https:\/\/nordbank\.example\/cancel\?idfy-jwt=/);
      await expectExpired(await view(token));
      const status = await signature.api('GET', `/signature/documents/${documentId}/status`);
      expect(status.body.documentStatus).toBe('unsigned');
      expect((await signature.open(url)).view.state).toBe('sign');
    });
  });

  it('EN-4: the handle shows the page again and opens no door', async () => {
    const { handle } = await signature.open((await link()).url);
    const page = await signature.call('GET', `/d/${handle}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('"bootCode":null');
    await expectExpired(await view(handle));
    for (const unknown of ['x', '0195a000-0000-7000-8000-0000000000ee', '%00']) {
      expect((await signature.call('GET', `/d/${unknown}`)).status).toBe(404);
    }
  });

  it('the end of the document is read once, in whatever session', async () => {
    const { url, documentId } = await link();
    const first = await signature.open(url);
    const second = await signature.open(url);
    const answers = await Promise.all(
      [first, first, second].map(({ token }) => signature.app('POST', '/documents/main/read', token)),
    );
    expect(answers.map((answer) => answer.status)).toEqual([204, 204, 204]);
    expect((await signature.events(documentId)).filter((type) => type === 'document_read')).toHaveLength(1);
  });

  it.each([
    ['expired', { deadlineMs: 10 * MINUTE_MS }, 'expired'],
    ['not_your_turn', { order: true }, 'not_your_turn'],
  ] as const)('the view tells why signing is not possible: %s', async (_what, how, state) => {
    const deadline = new Date(signature.now().getTime() + 10 * MINUTE_MS).toISOString();
    const { body } = await signature.create({
      ...('deadlineMs' in how ? { advanced: { timeToLive: { deadline } } } : {}),
      signers: [testSigner('kari', { order: 1 }), testSigner('ola-n', { order: 2 })],
    });
    const session = await signature.open(body.signers['order' in how ? 1 : 0].url);
    if ('deadlineMs' in how) signature.advance(10 * MINUTE_MS);
    expect((await view(session.token)).body.state).toBe(state);
    const refused = await signature.app('POST', '/sign/start', session.token, {
      method: 'no_bankid_netcentric',
      documentSha256: session.view.document.sha256,
    });
    expect([refused.status, refused.body.code, refused.body.state]).toEqual([422, 'signing_not_possible', state]);
  });
});
