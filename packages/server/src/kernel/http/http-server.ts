import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { SeglError } from '../errors/segl-error.ts';
import type { Environment } from '../events/events.ts';
import type { Log } from '../log/log.ts';
import { errorBody, reasonPhrase } from './error-body.ts';
import { fromFramework } from './framework-error.ts';
import { acceptJsonOnly, ignoreTypeOfEmptyBody } from './request-body.ts';

/** Who a valid access token speaks for. */
export interface Principal {
  clientId: string;
  accountId: string;
  environment: Environment;
  scopes: ReadonlySet<string>;
}

/** Turns an error into the body and headers of its group; the default is the body of all API groups. */
export type ErrorRenderer = (
  error: SeglError,
  requestId: string,
) => { body: unknown; headers?: Record<string, string> };

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | undefined;
    startedAtMs: number;
  }
  interface FastifyContextConfig {
    renderError?: ErrorRenderer;
    /** Path template for logs; never the path itself, which may hold a secret. */
    template?: string;
  }
}

export interface HttpServerOptions {
  maxBodyBytes: number;
  trustedProxies: string[];
  log: Log;
  /** Environment named in the headers of answers to unauthenticated requests. */
  defaultEnvironment: Environment;
}

const NO_ACCOUNT = '00000000-0000-0000-0000-000000000000';
const MAX_HEADER_BYTES = 32 * 1024;
const MAX_URL_LENGTH = 8 * 1024;
/** Headers of a success that would be wrong on the error that takes its place. */
const SUCCESS_HEADERS = [
  'etag',
  'repr-digest',
  'accept-ranges',
  'content-disposition',
  'content-security-policy',
  'location',
  'idempotent-replayed',
];

/** The HTTP server with everything that holds for every answer: request id, standard headers, error body, access log. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  let closing = false;
  const app = Fastify({
    logger: false,
    bodyLimit: options.maxBodyBytes,
    trustProxy: options.trustedProxies.length > 0 ? options.trustedProxies : false,
    routerOptions: {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: 2048,
    },
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    requestTimeout: 60_000,
    genReqId: newRequestId,
    requestIdHeader: false,
    exposeHeadRoutes: true,
    // Answered below, with the headers and the body of every answer.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // An address that cannot be decoded, or has a part that is too long: no hook and no handler ever sees it.
    frameworkErrors(error, request, reply) {
      startAnswer(request, reply);
      sendError(options.log, request, reply, error);
      logAnswer(options.log, request, reply);
    },
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, options.defaultEnvironment),
  });

  app.decorateRequest('principal', undefined);
  app.decorateRequest('startedAtMs', 0);

  function startAnswer(request: FastifyRequest, reply: FastifyReply): void {
    request.startedAtMs = performance.now();
    reply.headers({
      requestid: request.id,
      'request-id': request.id,
      'x-idfy-environment': options.defaultEnvironment,
      'x-idfy-accountid': NO_ACCOUNT,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(request.protocol === 'https' ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    });
  }

  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onRequest', (request, reply, done) => {
    startAnswer(request, reply);
    if (closing) return done(stopping());
    if ((request.raw.url ?? '').length > MAX_URL_LENGTH) return done(urlTooLong());
    // Before the body is looked at, which would be refused for its own sake.
    if (request.is404) return done(routeNotFound());
    ignoreTypeOfEmptyBody(request);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    logAnswer(options.log, request, reply);
    done();
  });

  acceptJsonOnly(app);

  app.setErrorHandler((error: FastifyError, request, reply) => sendError(options.log, request, reply, error));
  app.setNotFoundHandler((request, reply) => sendError(options.log, request, reply, routeNotFound()));
  return app;
}

/** The standard headers that name the caller, once the caller is known. */
export function namePrincipal(request: FastifyRequest, reply: FastifyReply, principal: Principal): void {
  request.principal = principal;
  reply.header('x-idfy-environment', principal.environment);
  reply.header('x-idfy-accountid', principal.accountId);
}

function newRequestId(): string {
  return randomUUID().replaceAll('-', '');
}

function stopping(): SeglError {
  return new SeglError(503, 'service_unavailable', 'This instance is being stopped.', { retryAfterSeconds: 2 });
}

function routeNotFound(): SeglError {
  return new SeglError(404, 'route_not_found', 'There is no such address.');
}

function urlTooLong(): SeglError {
  return new SeglError(400, 'invalid_request', `The address is longer than ${MAX_URL_LENGTH} characters.`);
}

function logAnswer(log: Log, request: FastifyRequest, reply: FastifyReply): void {
  const clientRequestId = request.headers['x-request-id'] ?? request.headers.requestid ?? request.headers.traceparent;
  const sdk = request.headers['x-idfy-sdk'];
  log.info(
    {
      requestId: request.id,
      method: request.method,
      path: request.routeOptions.config?.template ?? request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      durationMs: Math.round((performance.now() - request.startedAtMs) * 10) / 10,
      ...(request.principal ? { accountId: request.principal.accountId, clientId: request.principal.clientId } : {}),
      ...(clientRequestId === undefined ? {} : { clientRequestId: String(clientRequestId).slice(0, 100) }),
      ...(sdk === undefined ? {} : { sdk: String(sdk).slice(0, 100) }),
    },
    'request',
  );
}

function sendError(log: Log, request: FastifyRequest, reply: FastifyReply, thrown: FastifyError | SeglError): void {
  const error = thrown instanceof SeglError ? thrown : fromFramework(thrown);
  if (error.status >= 500) {
    log.error({ requestId: request.id, code: error.code, err: error.cause ?? thrown }, 'request failed');
  } else if (error.cause) {
    log.warn({ requestId: request.id, code: error.code, err: error.cause }, 'request refused');
  }
  for (const name of SUCCESS_HEADERS) reply.removeHeader(name);
  if (error.status !== 416) reply.removeHeader('content-range');
  reply.header('cache-control', 'no-store');
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  if (error.status === 401 && !reply.hasHeader('www-authenticate')) {
    // RFC 6750 §3.1: no error code for a request without a token, and only registered ones otherwise.
    reply.header(
      'www-authenticate',
      error.code === 'missing_token' ? 'Bearer realm="segl"' : 'Bearer realm="segl", error="invalid_token"',
    );
  }
  if (error.status === 404 || error.status === 422) reply.raw.statusMessage = reasonPhrase(error.code);
  const render = request.routeOptions.config?.renderError;
  const rendered = render?.(error, request.id) ?? { body: errorBody(error, request.id) };
  reply
    .code(error.status)
    .headers(rendered.headers ?? {})
    .header('content-type', 'application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(rendered.body);
}

/** What Node could not read as a request has no request object; its answer still has the body of every error. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket, environment: Environment): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const requestId = newRequestId();
  const refused = brokenRequest(error.code);
  const body = JSON.stringify(errorBody(refused, requestId));
  socket.end(
    [
      `HTTP/1.1 ${refused.status} ${STATUS_CODES[refused.status]}`,
      `RequestId: ${requestId}`,
      `Request-Id: ${requestId}`,
      `X-Idfy-Environment: ${environment}`,
      `X-Idfy-AccountId: ${NO_ACCOUNT}`,
      `Date: ${new Date().toUTCString()}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

function brokenRequest(code: string | undefined): SeglError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new SeglError(431, 'invalid_request', 'The header section is larger than 32 KiB.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new SeglError(408, 'invalid_request', 'The request did not arrive in time.');
    default:
      return new SeglError(400, 'invalid_request', 'This is not an HTTP request.');
  }
}
