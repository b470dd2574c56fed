import { request } from 'undici';

const MAX_ANSWER_BYTES = 1024 * 1024;

/** The service answered, but not with success. */
export class ServiceRefusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the service answered ${status}`);
    this.name = 'ServiceRefusal';
    this.status = status;
  }
}

/**
 * Posts to a service that the operator named in the configuration. The rules against server-side request forgery are
 * for addresses that come from callers; an operator's own time-stamp service may well be on a private address.
 * Redirects are not followed. Rejects on time-out, on an answer over 1 MiB, and with `ServiceRefusal` on a status other
 * than 2xx.
 */
export async function postToConfiguredService(
  url: string,
  input: { contentType: string; body: Uint8Array; timeoutMs: number; headers?: Record<string, string> },
): Promise<Uint8Array> {
  const response = await request(url, {
    method: 'POST',
    headers: { 'user-agent': 'Segl/1', ...input.headers, 'content-type': input.contentType },
    body: Buffer.from(input.body),
    signal: AbortSignal.timeout(input.timeoutMs),
  });
  if (response.statusCode < 200 || response.statusCode > 299) {
    await response.body.dump();
    throw new ServiceRefusal(response.statusCode);
  }
  return readLimited(response.body);
}

/** Fetches what a certificate of the operator's own keys points to: a CRL or an issuer's certificate. */
export async function getFromConfiguredService(url: string, timeoutMs: number): Promise<Uint8Array> {
  const response = await request(url, { signal: AbortSignal.timeout(timeoutMs), headers: { 'user-agent': 'Segl/1' } });
  if (response.statusCode !== 200) {
    await response.body.dump();
    throw new ServiceRefusal(response.statusCode);
  }
  return readLimited(response.body);
}

async function readLimited(body: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
