import { describe, expect, it } from 'vitest';
import { apiUnderTest, BEARER } from './api.testing.ts';
import { createHttpServer } from './http-server.ts';
import { clientRequestId, type RequestRecord, sdkName, traceId } from './request-record.ts';

describe('what is kept of a request', () => {
  it('HD-4: the SDK’s name and version, cleaned and cut', () => {
    expect(sdkName('.NET 2.1.0', 'curl/8.5.0')).toBe('.NET 2.1.0');
    expect(sdkName('<b>node</b>@1.0 \u0000"x"', undefined)).toBe('bnode/b1.0 x');
    expect(sdkName('a'.repeat(500), undefined)).toHaveLength(64);
    expect(sdkName(['first/1', 'second/2'], undefined)).toBe('first/1');
  });

  it('HD-4: without an SDK’s name, the first product of the user agent and nothing about a person’s device', () => {
    expect(sdkName(undefined, 'okhttp/4.9.1')).toBe('okhttp/4.9.1');
    expect(sdkName('', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)')).toBe('Mozilla/5.0');
    expect(sdkName(undefined, 'Kari Nordmann')).toBeUndefined();
    expect(sdkName(undefined, undefined)).toBeUndefined();
  });

  it('HD-1: the caller’s request id, unless it may be something about a person', () => {
    expect(clientRequestId('3f0e6a4b-8f0d-4a52-b6b7-a1b0b3f7a911')).toBe('3f0e6a4b-8f0d-4a52-b6b7-a1b0b3f7a911');
    expect(clientRequestId('01017000027')).toBeUndefined();
    expect(clientRequestId('010170-00027')).toBeUndefined();
    expect(clientRequestId('kari@example.org')).toBeUndefined();
    expect(clientRequestId('Kari Nordmann')).toBeUndefined();
    expect(clientRequestId('a'.repeat(65))).toBeUndefined();
  });

  it('HD-1: the trace id of a well-formed traceparent', () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(traceId(`00-${trace}-00f067aa0ba902b7-01`)).toBe(trace);
    expect(traceId(`00-${trace}-00f067aa0ba902b7`)).toBeUndefined();
    expect(traceId('01017000027')).toBeUndefined();
  });

  it('HD-2: path template, status and error code; never what was in the address or the body', async () => {
    const records: RequestRecord[] = [];
    const app = createHttpServer({
      maxBodyBytes: 1000,
      trustedProxies: [],
      log: { info() {}, warn() {}, error() {}, debug() {}, fatal() {}, child: () => undefined as never },
      defaultEnvironment: 'test',
      recordRequest: (record) => void records.push(record),
    });
    app.get('/people/:number', { config: { template: '/people/{number}' } }, async () => ({}));
    await app.inject({ url: '/people/01017000027?name=Kari', headers: { 'user-agent': 'okhttp/4' } });
    await app.inject({ url: '/somebody/01017000027' });
    await app.inject({ url: '/people/%E0%A4%A' });
    expect(records).toMatchObject([
      { method: 'GET', path: '/people/{number}', status: 200, errorCode: undefined, sdk: 'okhttp/4' },
      { method: 'GET', path: 'unknown', status: 404, errorCode: 'route_not_found', accountId: undefined },
      { method: 'GET', path: 'unknown', status: 404, errorCode: 'route_not_found' },
    ]);
    expect(JSON.stringify(records)).not.toMatch(/01017000027|Kari/);
    await app.close();
  });

  it('HD-2: a caller who does not wait for the answer, once, under the status 499', async () => {
    const records: RequestRecord[] = [];
    const answered = Promise.withResolvers<void>();
    const app = createHttpServer({
      maxBodyBytes: 1000,
      trustedProxies: [],
      log: { info() {}, warn() {}, error() {}, debug() {}, fatal() {}, child: () => undefined as never },
      defaultEnvironment: 'test',
      recordRequest: (record) => void records.push(record),
    });
    const hangUp = new AbortController();
    app.get('/slow', async () => {
      hangUp.abort();
      await answered.promise;
      return {};
    });
    app.get('/fast', async () => ({}));
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    await fetch(`${url}/slow`, { signal: hangUp.signal }).catch(() => undefined);
    await expect.poll(() => records.length).toBe(1);
    answered.resolve();
    await (await fetch(`${url}/fast`)).text();
    await app.close();
    expect(records.map(({ path, status }) => [path, status])).toEqual([
      ['/slow', 499],
      ['/fast', 200],
    ]);
  });

  it('HD-1: the id of an answer is a UUID version 7, so that it tells the day', async () => {
    const { app } = apiUnderTest();
    const ids = [];
    for (let n = 0; n < 3; n++) ids.push((await app.inject({ url: '/public', headers: BEARER })).headers.requestid);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    expect([...ids].sort()).toEqual(ids);
    await app.close();
  });
});
