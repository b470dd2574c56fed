import type { CustomFetch } from 'openid-client';
import { fetch as undiciFetch } from 'undici';
import { SeglError } from '../../kernel/errors/segl-error.ts';

/** The part of `fetch` that calls to an OpenID provider need. */
export type OutboundFetch = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body: string | Uint8Array | undefined;
    redirect: 'manual';
    signal: AbortSignal;
  },
) => Promise<{
  status: number;
  headers: { get(name: string): string | null; entries(): IterableIterator<[string, string]> };
  body: AsyncIterable<Uint8Array> | null;
}>;

export interface OidcFetchOptions {
  fetch?: OutboundFetch;
  timeoutMs?: number;
  maxBodyBytes?: number;
}

const defaultRetryAfterSeconds = 10;
const maxRetryAfterSeconds = 300;

/**
 * `fetch` for calls to an OpenID provider: one time limit over the whole answer, a limit on its size, and no redirects.
 * Whatever means that the provider does not serve us now (no connection, too slow, too large, 3xx, 429, 5xx) becomes
 * `SeglError` 503 `eid_unavailable`; every other answer is returned for the protocol to judge.
 */
export function createOidcFetch(options: OidcFetchOptions = {}): CustomFetch {
  const { fetch = undiciFetch as OutboundFetch, timeoutMs = 10_000, maxBodyBytes = 256 * 1024 } = options;

  return async (url, { method, headers, body, signal }) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method,
        headers,
        body: body instanceof URLSearchParams ? body.toString() : (body as string | Uint8Array | undefined),
        redirect: 'manual',
        signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
      });
      const content = await readBody(response.body, maxBodyBytes);
      if (response.status >= 500 || response.status === 429 || (response.status >= 300 && response.status < 400)) {
        throw unavailable(`answered ${response.status}`, response.headers.get('retry-after'));
      }
      const answer = content.length === 0 ? null : new Uint8Array(content);
      return new Response(answer, { status: response.status, headers: withoutEncoding(response.headers) });
    } catch (error) {
      if (error instanceof SeglError) throw error;
      throw unavailable(deadline.aborted ? 'timed out' : 'cannot be reached', null, error);
    }
  };
}

/** The `eid_unavailable` inside an error that a library may have wrapped. */
export function findUnavailable(error: unknown): SeglError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof SeglError && cause.code === 'eid_unavailable') return cause;
  }
  return undefined;
}

export function unavailable(reason: string, retryAfter: string | null = null, cause?: unknown): SeglError {
  const asked = retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : defaultRetryAfterSeconds;
  return new SeglError(503, 'eid_unavailable', `The eID provider ${reason}. Try again later.`, {
    retryAfterSeconds: Math.min(Math.max(asked, 1), maxRetryAfterSeconds),
    cause,
  });
}

async function readBody(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw unavailable('sent too large an answer');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body is decoded by now, so the headers that described its encoding are no longer true. */
function withoutEncoding(headers: { entries(): IterableIterator<[string, string]> }): [string, string][] {
  return [...headers.entries()].filter(([name]) => !['content-encoding', 'content-length'].includes(name));
}
