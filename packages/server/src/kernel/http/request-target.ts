import type { IncomingMessage } from 'node:http';
import { SeglError } from '../errors/segl-error.ts';

/**
 * The path and query of a request target. The absolute form, which proxies send and every server must take (RFC 9112
 * §3.2.2), loses its scheme and authority: like `Host`, they decide nothing here.
 */
export function requestTarget(request: IncomingMessage): string {
  const target = request.url ?? '/';
  if (target.startsWith('/')) return target;
  const path = /^https?:\/\/[^/?#]*(.*)$/i.exec(target)?.[1];
  if (path === undefined) return target;
  return path.startsWith('/') ? path : `/${path}`;
}

/**
 * RFC 9112 §3.2: exactly one `Host` in HTTP/1.1, and nothing in it that is no host. It is used for nothing, but a proxy
 * in front may have decided by another one. Throws 400 `invalid_request`.
 */
export function requireOneHost(request: IncomingMessage): void {
  let hosts = 0;
  const { rawHeaders } = request;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  const old = request.httpVersionMajor === 1 && request.httpVersionMinor === 0;
  const wellFormed = /^[\w.~%!$&'()*+,;=:[\]-]*$/.test(request.headers.host ?? '');
  if ((hosts === 1 || (hosts === 0 && old)) && wellFormed) return;
  throw new SeglError(400, 'invalid_request', 'The request must have exactly one Host header, which names a host.');
}
