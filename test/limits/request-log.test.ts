import { connect, documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { openSignUrl } from '@segl/test-kit/signer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onDatabase } from './second-client.ts';

const NATIONAL_NUMBER = '01017000027';

describe('HD-2: the request log', () => {
  let segl: SeglProcess;

  beforeAll(async () => {
    segl = await startSegl({ kind: 'postgresql' });
  });
  afterAll(() => segl?.remove());

  const rowOf = (headers: Headers) =>
    onDatabase(segl, async (client) => {
      const { rows } = await client.query('select * from requests where id = $1', [headers.get('request-id')]);
      return rows[0] as Record<string, unknown> | undefined;
    });
  /** Rows are written within a moment, not before the answer. */
  const writtenRowOf = async (headers: Headers) => {
    await expect.poll(() => rowOf(headers), { timeout: 20_000 }).toBeDefined();
    return (await rowOf(headers))!;
  };

  it('has a row for every call of the API, found by the id of its answer', async () => {
    const api = await connect(segl);
    const created = await api.request('POST', '/signature/documents', documentRequest(await sampleContract()), {
      'x-idfy-sdk': 'node/1.0.0',
      'x-request-id': 'order-4711',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    });
    expect(await writtenRowOf(created.headers)).toMatchObject({
      account_id: created.headers.get('x-idfy-accountid'),
      environment: 'test',
      client_id: segl.client.clientId,
      method: 'POST',
      path: '/signature/documents',
      status: 201,
      error_code: null,
      sdk: 'node/1.0.0',
      client_request_id: 'order-4711',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    });
    const missing = await api.request('GET', '/signature/documents/0195a000-0000-7000-8000-000000000000');
    expect(await writtenRowOf(missing.headers)).toMatchObject({
      path: '/signature/documents/{documentId}',
      status: 404,
      error_code: 'document_not_found',
      client_id: segl.client.clientId,
    });
  });

  it('has calls that were answered before anybody was known, without an account', async () => {
    const refused = await fetch(`${segl.url}/signature/documents/${NATIONAL_NUMBER}`);
    expect(await writtenRowOf(refused.headers)).toMatchObject({
      account_id: null,
      client_id: null,
      environment: null,
      status: 401,
      error_code: 'missing_token',
      path: '/signature/documents/{documentId}',
    });
    const unknown = await fetch(`${segl.url}/people/${NATIONAL_NUMBER}`);
    expect(await writtenRowOf(unknown.headers)).toMatchObject({ path: 'unknown', error_code: 'route_not_found' });
    const token = await fetch(`${segl.url}/oauth/connect/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=client_credentials&client_id=${segl.client.clientId}&client_secret=${NATIONAL_NUMBER}`,
    });
    expect(await writtenRowOf(token.headers)).toMatchObject({
      path: '/oauth/connect/token',
      status: 401,
      error_code: 'invalid_client',
      account_id: null,
    });
  });

  it('has the calls of the signing app under the account of their session, and no client', async () => {
    const api = await connect(segl);
    const created = await api.request('POST', '/signature/documents', documentRequest(await sampleContract()));
    const accountId = created.headers.get('x-idfy-accountid');
    const signer = await openSignUrl(created.body.signers[0].url);
    const answer = await fetch(`${segl.url}/app/v1/session`, {
      headers: { authorization: `Bearer ${signer.sessionToken}`, 'user-agent': "Mozilla/5.0 (Kari's telephone)" },
    });
    expect(answer.headers.get('x-idfy-accountid')).toBe('00000000-0000-0000-0000-000000000000');
    expect(await writtenRowOf(answer.headers)).toMatchObject({
      account_id: accountId,
      environment: 'test',
      client_id: null,
      path: '/app/v1/session',
      sdk: 'Mozilla/5.0',
    });
    const page = await fetch(created.body.signers[0].url);
    expect(await writtenRowOf(page.headers)).toMatchObject({ account_id: accountId, path: '/start' });
  });

  it('holds nothing of what was said: no tokens, queries, numbers, addresses or names of people', async () => {
    const api = await connect(segl);
    const last = await api.request(
      'GET',
      `/signature/documents/0195a000-0000-7000-8000-000000000000/status?number=${NATIONAL_NUMBER}`,
      undefined,
      { 'x-request-id': NATIONAL_NUMBER, 'x-idfy-sdk': 'node/1.0', 'user-agent': 'Kari Nordmann' },
    );
    await writtenRowOf(last.headers);
    const everything = await onDatabase(segl, async (client) => {
      const { rows } = await client.query("select string_agg(requests::text, e'\\n') as text from requests");
      return rows[0].text as string;
    });
    expect(everything.split('\n').length).toBeGreaterThan(8);
    expect(everything).not.toContain(NATIONAL_NUMBER);
    expect(everything).not.toMatch(/Kari|127\.0\.0\.1|::1|jwt|eyJ/);
  });

  it('is written to the end when the process stops', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${segl.url}/no-such-address`)));
    expect(await segl.stop()).toBe(0);
    for (const answer of answers) expect(await rowOf(answer.headers)).toMatchObject({ status: 404 });
    await segl.start();
  });
});
