import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Clock, systemClock } from '../clock/clock.ts';
import { SeglError } from '../errors/segl-error.ts';
import type { Environment } from '../events/events.ts';
import { uuidv7 } from '../ids/uuid.ts';
import type { Log } from '../log/log.ts';
import { addressKey } from './client-address.ts';
import { addEdgeHeaders, type CorsOrigins, JSON_HEADERS } from './edge-headers.ts';
import { errorBody, reasonPhrase } from './error-body.ts';
import { fromFramework } from './framework-error.ts';
import { acceptJsonOnly, ignoreTypeOfEmptyBody } from './request-body.ts';
import { type RecordRequest, type RequestRecord, requestRecord } from './request-record.ts';
import { requestTarget, requireOneHost } from './request-target.ts';
import { requireHttpsEverywhere } from './require-https.ts';
import { createThrottling, type Throttling } from './throttle.ts';
import { chargeAddress, rateLimitHeaders, showAnonymousBucket } from './throttle-request.ts';
import { BUCKET_SIZES } from './throttle-sizes.ts';

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
    /** Whose request it is when no access token says so, for example that of a signing session. */
    onBehalfOf: { accountId: string; environment: Environment } | undefined;
    startedAtMs: number;
    /** Code of the error that was answered. */
    errorCode: string | undefined;
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
  /** Real time, for request ids and records. */
  clock?: Clock;
  /** Absent: buckets of the usual sizes in the memory of this server. */
  throttling?: Throttling;
  /** Refuses plain http in the test environment too; in production it is refused always. */
  requireHttps?: boolean;
  recordRequest?: RecordRequest;
  /** Absent: no page of another origin may call. */
  corsOrigins?: CorsOrigins;
  /** Until when a request must have arrived, headers and body; 60 seconds when absent. */
  requestTimeoutMs?: number;
}

const NO_ACCOUNT = '00000000-0000-0000-0000-000000000000';
const MAX_HEADER_BYTES = 32 * 1024;
const MAX_URL_LENGTH = 8 * 1024;
/** Never sent: what logs show for a caller who did not wait for the answer. */
const CALLER_GONE = 499;
const MAX_HEADERS_TIMEOUT_MS = 20_000;
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
  const { clock = systemClock, requestTimeoutMs = 60_000 } = options;
  const throttling = options.throttling ?? createThrottling({ sizes: BUCKET_SIZES, refuse: true, log: options.log });
  /** A UUID version 7, so that the time of a request can be told from its id. */
  const newRequestId = () => uuidv7(clock.now()).replaceAll('-', '');
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
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      // The header section is small: who sends it slowly holds a connection for nothing.
      headersTimeout: Math.min(requestTimeoutMs, MAX_HEADERS_TIMEOUT_MS),
      connectionsCheckingInterval: Math.min(requestTimeoutMs / 2, 5_000),
      // Node would answer without a body; `requireOneHost` answers with one.
      requireHostHeader: false,
    },
    requestTimeout: requestTimeoutMs,
    // Counts only while nothing is sent or received at all: who never reads an answer, or never sends anything.
    connectionTimeout: 2 * requestTimeoutMs,
    rewriteUrl: requestTarget,
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
      takeNote(request, reply.statusCode);
    },
    clientErrorHandler: (error, socket) =>
      answerBrokenRequest(error, socket, newRequestId(), {
        'X-Idfy-Environment': options.defaultEnvironment,
        ...rateLimitHeaders(throttling.look('anonymous', addressKey(socket.remoteAddress ?? ''))),
      }),
  });

  // A hundred serializers take longer to build than the rest of the server, and most of them are not used soon.
  const buildSerializer = SerializerSelector()();
  app.setSerializerCompiler((route) => {
    let serialize: ((answer: unknown) => string) | undefined;
    return (answer) => {
      serialize ??= buildSerializer({ ...route, httpStatus: route.httpStatus ?? '' });
      return serialize(answer);
    };
  });
  app.decorateRequest('principal', undefined);
  app.decorateRequest('onBehalfOf', undefined);
  app.decorateRequest('startedAtMs', 0);
  app.decorateRequest('errorCode', undefined);
  app.decorateRequest('shownLevel', 0);
  app.decorate('throttling', throttling);

  function startAnswer(request: FastifyRequest, reply: FastifyReply): void {
    request.startedAtMs = performance.now();
    showAnonymousBucket(request, reply);
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

  function takeNote(request: FastifyRequest, status: number): void {
    const record = requestRecord(request, status, clock.now());
    logAnswer(options.log, record);
    options.recordRequest?.(record);
  }

  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onRequest', (request, reply, done) => {
    startAnswer(request, reply);
    try {
      if (closing) throw stopping();
      requireOneHost(request.raw);
      if (options.requireHttps) requireHttpsEverywhere(request);
      if ((request.raw.url ?? '').length > MAX_URL_LENGTH) throw urlTooLong();
      // Before the body is looked at, which would be refused for its own sake.
      if (request.is404) throw routeNotFound();
      const { throttle } = request.routeOptions.config;
      if (throttle) chargeAddress(request, reply, throttle);
    } catch (error) {
      return done(error as Error);
    }
    ignoreTypeOfEmptyBody(request);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    takeNote(request, reply.statusCode);
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    takeNote(request, CALLER_GONE);
    done();
  });

  addEdgeHeaders(app, options.corsOrigins);
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

function stopping(): SeglError {
  return new SeglError(503, 'service_unavailable', 'This instance is being stopped.', { retryAfterSeconds: 2 });
}

function routeNotFound(): SeglError {
  return new SeglError(404, 'route_not_found', 'There is no such address.');
}

function urlTooLong(): SeglError {
  return new SeglError(400, 'invalid_request', `The address is longer than ${MAX_URL_LENGTH} characters.`);
}

function logAnswer(log: Log, record: RequestRecord): void {
  const { id, receivedAt: _, environment: __, ...fields } = record;
  log.info({ requestId: id, ...fields }, 'request');
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
  request.errorCode = (rendered.body as { code?: string }).code ?? error.code;
  reply
    .code(error.status)
    .headers(rendered.headers ?? {})
    .header('content-type', 'application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(rendered.body);
}

/** What Node could not read as a request has no request object; its answer still has the body of every error. */
function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Socket,
  requestId: string,
  headers: Record<string, string>,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const refused = brokenRequest(error.code);
  const body = JSON.stringify(errorBody(refused, requestId));
  socket.end(
    [
      `HTTP/1.1 ${refused.status} ${STATUS_CODES[refused.status]}`,
      `RequestId: ${requestId}`,
      `Request-Id: ${requestId}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      `X-Idfy-AccountId: ${NO_ACCOUNT}`,
      `Date: ${new Date().toUTCString()}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      ...Object.entries(JSON_HEADERS).map(([name, value]) => `${name}: ${value}`),
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
