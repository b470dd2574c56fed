import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Html } from './html.ts';

const maxFormBytes = 4096;

/**
 * Headers of every page. No script runs and nothing is loaded from elsewhere. `Referrer-Policy: same-origin` rather
 * than `no-referrer`, because the latter turns the `Origin` of our own form posts into `null`.
 */
export const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex',
} as const;

export function sendPage(
  response: ServerResponse,
  status: number,
  page: Html,
  headers: Record<string, string> = {},
): void {
  const body = Buffer.from(page.text);
  response.writeHead(status, {
    ...pageHeaders,
    'content-type': 'text/html; charset=utf-8',
    'content-length': body.length,
    ...headers,
  });
  response.end(body);
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...pageHeaders, 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

export function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { ...pageHeaders, 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

export function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { ...pageHeaders, location, 'content-length': 0 });
  response.end();
}

/** Reads an `application/x-www-form-urlencoded` body of at most 4 KB. Returns nothing when it is larger. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxFormBytes) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
