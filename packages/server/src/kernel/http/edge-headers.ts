import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Which pages of other origins may call the API with a client's token. Both may be answered from a cache. */
export interface CorsOrigins {
  /** Origins that the client lists, as browsers send them: `https://app.example.org`. */
  corsOrigins(clientId: string): Promise<readonly string[]>;
  /** Whether any client lists the origin: all that is known of a preflight request, which carries no token. */
  isCorsOrigin(origin: string): Promise<boolean>;
}

/** What scripts of an allowed origin may read besides the body. */
const EXPOSED =
  'RequestId, Request-Id, X-Idfy-Environment, X-Idfy-AccountId, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, ' +
  'Retry-After, Location, ETag, Content-Disposition, Idempotent-Replayed, Deprecation, Sunset, Link';
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS =
  'authorization, content-type, idempotency-key, if-match, if-none-match, range, request-id, requestid, traceparent, ' +
  'x-idfy-sdk, x-request-id';
const PREFLIGHT_SECONDS = 600;

/** JSON is never a page: nothing in it may run, be framed or be read as part of another page. */
export const JSON_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const;

/**
 * Headers that browsers obey, on every JSON answer, and cross-origin requests (Fetch Standard §3.2) for the clients that
 * list origins. Credentials such as cookies are never allowed: the token is in a header that the page itself sets.
 */
export function addEdgeHeaders(app: FastifyInstance, origins: CorsOrigins | undefined): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    const type = reply.getHeader('content-type');
    if (typeof type === 'string' && type.startsWith('application/json')) {
      for (const [name, value] of Object.entries(JSON_HEADERS)) if (!reply.hasHeader(name)) reply.header(name, value);
    }
    done(null, payload);
  });
  if (!origins) return;
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined || !isPreflight(request) || !(await origins.isCorsOrigin(origin))) return;
    allow(reply, origin);
    return reply
      .code(204)
      .headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': REQUEST_HEADERS,
        'access-control-max-age': String(PREFLIGHT_SECONDS),
      })
      .send();
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { origin } = request.headers;
    if (origin === undefined || !request.principal || isPreflight(request)) return payload;
    const listed = await origins.corsOrigins(request.principal.clientId);
    if (listed.includes(origin)) {
      allow(reply, origin);
      reply.header('access-control-expose-headers', EXPOSED);
    }
    return payload;
  });
}

function isPreflight(request: FastifyRequest): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}

function allow(reply: FastifyReply, origin: string): void {
  const vary = reply.getHeader('vary');
  reply.headers({
    'access-control-allow-origin': origin,
    vary: vary === undefined ? 'Origin' : `${String(vary)}, Origin`,
  });
}
