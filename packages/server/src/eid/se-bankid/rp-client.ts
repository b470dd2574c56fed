import { Agent, type RequestOptions, request } from 'node:https';
import { unavailable } from '../oidc/oidc-fetch.ts';

export interface RpClientSettings {
  /** Address of the API with its version, for example `https://appapi2.bankid.com/rp/v6.0`. */
  apiUrl: string;
  /** The relying party's certificate and key. */
  client: RpCredentials;
  /** PEM. BankID's own root; public authorities are not asked. */
  serverRoot: string;
  timeoutMs?: number;
}

/** PEM of the certificate with its issuers and of its key, or both in PKCS#12. */
export type RpCredentials = { passphrase?: string } & ({ certificate: string; key: string } | { pkcs12: Buffer });

/** BankID's refusal of one call. */
export interface RpError {
  errorCode: string;
  details: string;
}

export type RpAnswer = { ok: true; body: Record<string, unknown> } | { ok: false; error: RpError };

/** One call to the API. Throws `SeglError` 503 `eid_unavailable` without an answer that can be read, and on `tooManyRequests`. */
export type CallRp = (operation: string, body: Record<string, unknown>) => Promise<RpAnswer>;

const maxAnswerBytes = 2 << 20;

/** Calls of BankID's RP API 6.0 over mutual TLS. Connections are kept. */
export function createRpClient(settings: RpClientSettings): CallRp {
  const { timeoutMs = 10_000, client } = settings;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 64,
    ca: settings.serverRoot,
    ...('pkcs12' in client ? { pfx: client.pkcs12 } : { cert: client.certificate, key: client.key }),
    ...(client.passphrase === undefined ? {} : { passphrase: client.passphrase }),
    minVersion: 'TLSv1.2',
  });
  return async (operation, body) => {
    const content = Buffer.from(JSON.stringify(body));
    const { status, text } = await send(`${settings.apiUrl}/${operation}`, content, {
      agent,
      method: 'POST',
      // Exactly so: a charset is answered 415.
      headers: { 'content-type': 'application/json', 'content-length': content.length },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = readObject(text);
    if (!answer) throw unavailable(`answered ${status} without JSON`);
    if (status === 200) return { ok: true, body: answer };
    if (status === 429) throw unavailable('answered 429');
    return { ok: false, error: { errorCode: printable(answer.errorCode), details: printable(answer.details) } };
  };
}

function send(url: string, content: Buffer, options: RequestOptions): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(unavailable('cannot be reached', null, error));
    const outgoing = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      response.on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length;
        if (sizeBytes > maxAnswerBytes) response.destroy(new Error('too large an answer'));
        else chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    outgoing.on('error', fail);
    outgoing.end(content);
  });
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Text of foreign origin, cut to what fits an error member. */
function printable(value: unknown): string {
  return (typeof value === 'string' ? value : '').replace(/[^\x20-\x7e]/g, ' ').slice(0, 100);
}
