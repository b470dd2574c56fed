import { connect as connectSocket } from 'node:net';
import { type ApiAnswer, connect, documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { openSignUrl } from '@segl/test-kit/signer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addClient } from './second-client.ts';

const NAMES = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'];

function numbersOf(headers: Headers): number[] {
  return NAMES.map((name) => Number.parseInt(headers.get(name) ?? '', 10));
}

const tokenRequest = (url: string, clientId: string, secret: string) =>
  fetch(`${url}/oauth/connect/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret }),
  });

/** How many of `times` calls, one after the other, were answered 429, and the last of these answers. */
async function refusals(times: number, call: () => Promise<{ status: number; headers: Headers }>) {
  let [refused, last] = [0, undefined as Headers | undefined];
  for (let n = 0; n < times; n++) {
    const answer = await call();
    if (answer.status !== 429) continue;
    refused += 1;
    last = answer.headers;
  }
  return { refused, last };
}

describe('§11: rate limits', () => {
  let segl: SeglProcess;
  let contract: Buffer;

  beforeAll(async () => {
    [segl, contract] = await Promise.all([
      startSegl({
        kind: 'postgresql',
        environment: {
          // Per minute so low that the time which the tests take does not matter.
          SEGL_THROTTLE_LIMITS: 'client=10/60,account=10/150,create=1/4,file=1/2,token=1/8,session=1/6,anonymous=1/40',
        },
      }),
      sampleContract(),
    ]);
  });
  afterAll(() => segl?.remove());

  it('§5: every answer has the three headers, whatever it answers', async () => {
    const api = await connect(segl);
    const created = await api.request('POST', '/signature/documents', documentRequest(contract));
    const { documentId, signers } = created.body;
    const signer = await openSignUrl(signers[0].url);
    const plain = (path: string, init: RequestInit = {}) => fetch(segl.url + path, { redirect: 'manual', ...init });
    const answers: [number, { status: number; headers: Headers }][] = [
      [201, created],
      [200, await api.request('GET', `/signature/documents/${documentId}`)],
      [
        200,
        await plain(`/signature/documents/${documentId}`, {
          method: 'HEAD',
          headers: { authorization: `Bearer ${api.token}` },
        }),
      ],
      [200, await api.request('GET', `/signature/documents/${documentId}/files?fileFormat=unsigned`)],
      [400, await api.request('POST', '/signature/documents', { title: 5 })],
      [400, await api.request('POST', '/signature/documents', '{')],
      [401, await plain(`/signature/documents/${documentId}`)],
      [401, await plain(`/signature/documents/${documentId}`, { headers: { authorization: 'Bearer nonsense' } })],
      [404, await plain('/no-such-address')],
      [404, await api.request('GET', '/signature/documents/0195a000-0000-7000-8000-000000000000')],
      [405, await plain('/signature/documents', { method: 'PUT' })],
      [415, await api.request('POST', '/signature/documents', 'a=b', { 'content-type': 'text/plain' })],
      [200, await tokenRequest(segl.url, segl.client.clientId, segl.client.clientSecret)],
      [401, await tokenRequest(segl.url, segl.client.clientId, 'wrong')],
      [405, await plain('/oauth/connect/token')],
      [404, await plain('/start?jwt=nothing')],
      [200, await plain(new URL(signers[0].url).pathname + new URL(signers[0].url).search)],
      [401, await plain('/app/v1/session')],
      [200, await plain('/app/v1/session', { headers: { authorization: `Bearer ${signer.sessionToken}` } })],
      [200, await plain('/health/live')],
      [200, await plain('/oauth/.well-known/jwks')],
      [200, await plain('/trust/crl/issuing.crl')],
    ];
    for (const [index, [status, answer]] of answers.entries()) {
      expect(answer.status, `answer ${index}`).toBe(status);
      const [limit, remaining, reset] = numbersOf(answer.headers);
      expect(limit, `answer ${index}`).toBeGreaterThan(0);
      expect(remaining, `answer ${index}`).toBeGreaterThanOrEqual(0);
      expect(reset, `answer ${index}`).toBeGreaterThanOrEqual(0);
    }
  });

  it('§5: even what is no HTTP request is answered with them', async () => {
    const socket = connectSocket(Number(new URL(segl.url).port), '127.0.0.1');
    socket.end('this is not HTTP\r\n\r\n');
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const answer = Buffer.concat(chunks).toString('latin1').toLowerCase();
    expect(answer).toMatch(/^http\/1\.1 400 /);
    for (const name of NAMES) expect(answer).toContain(`\r\n${name}: `);
  });

  it('limits creations, downloads and tokens of a client each for itself, with 429 and Retry-After', async () => {
    const client = await addClient(segl);
    const api = await connect({ url: segl.url, client });
    const documents: ApiAnswer[] = [];
    const created = await refusals(7, async () => {
      const answer = await api.request('POST', '/signature/documents', documentRequest(contract));
      documents.push(answer);
      return answer;
    });
    expect(created.refused).toBe(3);
    expect(Number(created.last?.get('retry-after'))).toBeGreaterThan(0);
    expect(numbersOf(created.last!).slice(0, 2)).toEqual([1, 0]);
    expect(documents.at(-1)!.body).toMatchObject({ code: 'too_many_requests', errorCode: 'too_many_requests' });

    const { documentId } = documents[0]!.body;
    const file = () => api.request('GET', `/signature/documents/${documentId}/files?fileFormat=unsigned`);
    expect((await refusals(5, file)).refused).toBe(3);
    // What is used up for one kind of call is not for another.
    expect((await api.request('GET', `/signature/documents/${documentId}`)).status).toBe(200);

    const token = () => tokenRequest(segl.url, client.clientId, client.clientSecret);
    expect((await refusals(10, token)).refused).toBe(3);
    const refused = await token();
    expect(await refused.json()).toMatchObject({ error: 'too_many_requests', code: 'too_many_requests' });
    expect(refused.headers.get('retry-after')).toBeTruthy();
  });

  it('limits a client, and the clients of an account together, and nobody else', async () => {
    const first = await addClient(segl);
    const api = await connect({ url: segl.url, client: first });
    const unknown = '/signature/documents/0195a000-0000-7000-8000-000000000000';
    const call = () => api.request('GET', unknown);
    const { refused } = await refusals(70, call);
    // At ten per minute, a few more fit when the machine is slow.
    expect(refused).toBeGreaterThanOrEqual(5);
    expect(refused).toBeLessThanOrEqual(10);
    const answer = await connect({ url: segl.url, client: await addClient(segl) });
    expect((await answer.request('GET', unknown)).status).toBe(404);
  });

  it('limits a signing session and no other one of the same address', async () => {
    const client = await addClient(segl);
    const api = await connect({ url: segl.url, client });
    const { body } = await api.request('POST', '/signature/documents', documentRequest(contract, {}, ['kari', 'nils']));
    expect(body.code).toBeUndefined();
    const [kari, nils] = [await openSignUrl(body.signers[0].url), await openSignUrl(body.signers[1].url)];
    const statuses: number[] = [];
    for (let n = 0; n < 9; n++) statuses.push((await kari.call('GET', '/app/v1/session')).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429, 429, 429]);
    expect((await nils.call('GET', '/app/v1/session')).status).toBe(200);
  });

  it('limits callers without a valid token by address, and not those behind it who have one', async () => {
    const api = await connect({ url: segl.url, client: await addClient(segl) });
    const { refused } = await refusals(60, () =>
      fetch(`${segl.url}/signature/documents/0195a000-0000-7000-8000-000000000000`),
    );
    expect(refused).toBeGreaterThan(10);
    expect((await api.request('GET', '/signature/documents/0195a000-0000-7000-8000-000000000000')).status).toBe(404);
  });
});

describe('§11: rate limits of several processes', () => {
  let first: SeglProcess;
  let second: SeglProcess;

  beforeAll(async () => {
    const limits = { SEGL_THROTTLE_LIMITS: 'client=1/40' };
    first = await startSegl({ kind: 'postgresql', environment: limits });
    second = await startSegl({
      kind: 'postgresql',
      environment: {
        ...limits,
        SEGL_DATABASE_URL: first.location.url!,
        SEGL_DATA_DIR: first.location.dataDir,
        SEGL_PUBLIC_URL: first.url,
        SEGL_SIMULATORS: 'off',
      },
    });
  });
  afterAll(async () => {
    await second?.remove();
    await first?.remove();
  });

  const UNKNOWN = '/signature/documents/0195a000-0000-7000-8000-000000000000';

  it('are shared: what one process lets through, the other counts too', async () => {
    const here = await connect(first);
    const there = (authorization: string) => fetch(second.url + UNKNOWN, { headers: { authorization } });
    for (let n = 0; n < 40; n++) expect((await here.request('GET', UNKNOWN)).status).toBe(404);
    // The other process hears of it within moments of the first call to it.
    let through = 0;
    await expect
      .poll(
        async () => {
          const { status } = await there(`Bearer ${here.token}`);
          if (status === 404) through += 1;
          return status;
        },
        { interval: 300, timeout: 30_000 },
      )
      .toBe(429);
    expect(through).toBeLessThan(20);
  });

  it('lock-outs hold in both, and after a restart', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 24; n++) {
      const { url } = n % 2 ? first : second;
      statuses.push((await tokenRequest(url, first.client.clientId, 'wrong')).status);
    }
    expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(20);
    expect(statuses.at(-1)).toBe(429);
    const right = (url: string) => tokenRequest(url, first.client.clientId, first.client.clientSecret);
    expect([(await right(first.url)).status, (await right(second.url)).status]).toEqual([429, 429]);
    await first.kill();
    await first.start();
    const answer = await right(first.url);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    // A client id alone is never locked: another address, and another client from this one, go on.
    const other = await addClient(first, { ownAccount: false });
    expect((await tokenRequest(first.url, other.clientId, other.clientSecret)).status).toBe(200);
  });
});

describe('§11: SEGL_THROTTLE=off', () => {
  let segl: SeglProcess;

  beforeAll(async () => {
    segl = await startSegl({ environment: { SEGL_THROTTLE: 'off', SEGL_THROTTLE_LIMITS: 'client=1/2,anonymous=1/2' } });
  });
  afterAll(() => segl?.remove());

  it('refuses nothing, still sends the headers, and still locks out', async () => {
    const api = await connect(segl);
    const unknown = '/signature/documents/0195a000-0000-7000-8000-000000000000';
    const { refused } = await refusals(20, () => api.request('GET', unknown));
    expect(refused).toBe(0);
    expect(numbersOf((await api.request('GET', unknown)).headers).slice(0, 2)).toEqual([1, 0]);
    const failed = await refusals(22, () => tokenRequest(segl.url, segl.client.clientId, 'wrong'));
    expect(failed.refused).toBe(2);
  });
});
