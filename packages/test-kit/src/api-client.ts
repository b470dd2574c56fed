import type { SeglProcess } from './segl-process.ts';

export interface ApiAnswer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every operation
  body: any;
  bytes: Buffer;
}

/** A caller of the API, as an integrator's program would be. */
export interface ApiClient {
  token: string;
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
}

export async function connect(segl: Pick<SeglProcess, 'url' | 'client'>, scope = ''): Promise<ApiClient> {
  const answer = await fetch(`${segl.url}/oauth/connect/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: segl.client.clientId,
      client_secret: segl.client.clientSecret,
      scope,
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return {
    token,
    async request(method, path, body, headers = {}) {
      const response = await fetch(segl.url + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      const json = response.headers.get('content-type')?.startsWith('application/json');
      return {
        status: response.status,
        headers: response.headers,
        bytes,
        body: json ? JSON.parse(bytes.toString('utf8')) : undefined,
      };
    },
  };
}

let counter = 0;

/** A complete request for a document; `changes` are merged into its top level. */
export function documentRequest(
  content: Buffer,
  changes: Record<string, unknown> = {},
  signers = ['kari'],
): Record<string, unknown> {
  counter += 1;
  return {
    title: 'Lease agreement',
    externalId: `test-${process.pid}-${Date.now()}-${counter}`,
    contactDetails: { email: 'sender@example.org', name: 'Nordbank' },
    dataToSign: { fileName: 'sample-contract.pdf', base64Content: content.toString('base64') },
    signers: signers.map((name) => ({
      externalSignerId: name,
      redirectSettings: { redirectMode: 'donot_redirect' },
      signatureType: { mechanism: 'pkisignature', signatureMethods: ['no_bankid_netcentric'] },
    })),
    ...changes,
  };
}
