import type { IncomingMessage } from 'node:http';

/**
 * Every `Authorization` header of the request. Node keeps only the first in `headers`, and whoever checked the request
 * before may have looked at another, so that several must not be taken.
 */
export function authorizationHeaders({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): string[] {
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 13 && name.toLowerCase() === 'authorization') values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}
