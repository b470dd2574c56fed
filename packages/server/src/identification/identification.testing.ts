import type { ApiAnswer, ApiClient } from '@segl/test-kit/api-client';
import type { SeglProcess } from '@segl/test-kit/segl-process';
import { expect } from 'vitest';

export const RETURN = 'https://portal.example.com/back';
export const JOHN = '05128938534';

export const RETURN_URLS = {
  Success: `${RETURN}/ok?id=[1]&ref=[2]`,
  Abort: `${RETURN}/no?id=%5B1%5D`,
  Error: `${RETURN}/bad?code=[0]&ref=[2]`,
};
export const REDIRECT_SETTINGS = {
  successUrl: `${RETURN}/ok?a=1#top`,
  abortUrl: `${RETURN}/no`,
  errorUrl: `${RETURN}/bad`,
};

let counter = 0;
export const newReference = () => `ref-${process.pid}-${Date.now()}-${++counter}`;

/** The two generations of the API, as a caller uses them. */
export function identificationApi(api: ApiClient) {
  return {
    createOlder: (changes: object = {}, headers?: Record<string, string>) =>
      api.request('POST', '/identification/session', { ReturnUrls: RETURN_URLS, ...changes }, headers),
    result: (requestId: string, metaData = false) =>
      api.request('GET', `/identification/session?requestId=${requestId}&metaData=${metaData}`),
    create: (changes: object = {}) =>
      api.request('POST', '/identification/v2/sessions', {
        flow: 'redirect',
        redirectSettings: REDIRECT_SETTINGS,
        ...changes,
      }),
    get: (id: string) => api.request('GET', `/identification/v2/sessions/${id}`),
    simulate: (id: string, body: object = {}) =>
      api.request('POST', `/identification/v2/sessions/${id}/simulate`, body),
    /** Finds the newer API's id of the newest session. */
    newestId: async () => (await api.request('GET', '/identification/v2/sessions?limit=1')).body.data[0].id as string,
  };
}

export function expectRefusal(answer: ApiAnswer, status: number, code: string, fields?: string[]): void {
  expect([answer.status, answer.body?.code]).toEqual([status, code]);
  if (fields) expect(answer.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual(fields.sort());
}

/** A browser with the identification app: its calls, one after the other, and what its tab remembers. */
export class TestBrowser {
  token: string | undefined;
  readonly #base: string;
  readonly #userAgent: string;

  constructor(segl: Pick<SeglProcess, 'url'>, userAgent = 'TestBrowser/1.0') {
    this.#base = segl.url;
    this.#userAgent = userAgent;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into the answers
  async call(method: string, path: string, body?: object): Promise<{ status: number; body: any }> {
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        'user-agent': this.#userAgent,
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** Loads the session URL and runs the script of the page. */
  async open(url: string, more: object = {}) {
    const token = this.token;
    this.token = undefined;
    const answer = await this.call('POST', '/id/app/v1/open', {
      link: url.split('/id/')[1],
      ...(token ? { sessionToken: token } : {}),
      ...more,
    });
    this.token = answer.body.sessionToken ?? token;
    return answer;
  }

  start(provider = 'no_bankid_netcentric', more: object = {}) {
    return this.call('POST', '/id/app/v1/eid/start', { provider, ...more });
  }

  /** Follows the eID's redirect; answers where it leads. */
  async follow(callback: string): Promise<{ status: number; location: string; returned: string }> {
    const back = await fetch(callback, { redirect: 'manual' });
    await back.arrayBuffer();
    const location = back.headers.get('location') ?? '';
    return { status: back.status, location, returned: location.split('#attempt=')[1] ?? '' };
  }

  complete(returnedAttempt: string) {
    return this.call('POST', '/id/app/v1/eid/complete', { returnedAttempt });
  }
}
