import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { SeglError } from '../errors/segl-error.ts';
import type { Environment } from '../events/events.ts';
import type { Log } from '../log/log.ts';
import { errorBody } from './error-body.ts';
import { parseJsonBody } from './json-body.ts';

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
    seglId: string;
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
const JSON_TYPE = /^(application\/(json|[a-z0-9.+-]+\+json)|text\/json)\s*(;|$)/i;

/** The HTTP server with everything that holds for every answer: request id, standard headers, error body, access log. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
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
    requestTimeout: 60_000,
    genReqId: () => randomUUID().replaceAll('-', ''),
    requestIdHeader: false,
    exposeHeadRoutes: true,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  });

  app.decorateRequest('seglId', '');
  app.decorateRequest('principal', undefined);
  app.decorateRequest('startedAtMs', 0);

  app.addHook('onRequest', (request, reply, done) => {
    request.seglId = request.id;
    request.startedAtMs = performance.now();
    reply.headers({
      requestid: request.id,
      'request-id': request.id,
      'x-idfy-environment': options.defaultEnvironment,
      'x-idfy-accountid': NO_ACCOUNT,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    done();
  });

  app.addHook('onResponse', (request, reply, done) => {
    const template = request.routeOptions.config?.template ?? request.routeOptions.url;
    options.log.info(
      {
        requestId: request.id,
        method: request.method,
        path: template ?? 'unknown',
        status: reply.statusCode,
        durationMs: Math.round((performance.now() - request.startedAtMs) * 10) / 10,
        ...(request.principal ? { accountId: request.principal.accountId, clientId: request.principal.clientId } : {}),
      },
      'request',
    );
    done();
  });

  acceptJsonOnly(app);

  app.setErrorHandler((error: FastifyError, request, reply) => sendError(options.log, request, reply, error));
  app.setNotFoundHandler((request, reply) => {
    sendError(options.log, request, reply, new SeglError(404, 'route_not_found', 'There is no such address.'));
  });
  return app;
}

/** The standard headers that name the caller, once the caller is known. */
export function namePrincipal(request: FastifyRequest, reply: FastifyReply, principal: Principal): void {
  request.principal = principal;
  reply.header('x-idfy-environment', principal.environment);
  reply.header('x-idfy-accountid', principal.accountId);
}

/**
 * JSON is the only body of the API. An empty body is fine with any content type, and a body of a `DELETE` is ignored,
 * because some clients send one.
 */
function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    if (bytes.length === 0 || request.method === 'DELETE') return done(null, {});
    const type = request.headers['content-type'] ?? '';
    const charset = /charset\s*=\s*"?([^;"\s]+)/i.exec(type)?.[1];
    if (!JSON_TYPE.test(type) || (charset && !/^utf-?8$/i.test(charset))) {
      return done(
        new SeglError(
          415,
          'unsupported_media_type',
          'The request body must be JSON: send Content-Type application/json.',
        ),
      );
    }
    try {
      done(null, parseJsonBody(bytes));
    } catch (error) {
      done(error as Error);
    }
  });
}

function sendError(log: Log, request: FastifyRequest, reply: FastifyReply, thrown: FastifyError | SeglError): void {
  const error = thrown instanceof SeglError ? thrown : fromFramework(thrown);
  if (error.status >= 500) {
    log.error({ requestId: request.id, code: error.code, err: error.cause ?? thrown }, 'request failed');
  } else if (error.cause) {
    log.warn({ requestId: request.id, code: error.code, err: error.cause }, 'request refused');
  }
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  if (error.status === 401 && !reply.hasHeader('www-authenticate')) {
    reply.header('www-authenticate', `Bearer realm="segl", error="${error.code}"`);
  }
  const render = request.routeOptions.config?.renderError;
  const rendered = render?.(error, request.id) ?? { body: errorBody(error, request.id) };
  reply
    .code(error.status)
    .headers(rendered.headers ?? {})
    .header('content-type', 'application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(rendered.body);
}

function fromFramework(error: FastifyError): SeglError {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new SeglError(413, 'payload_too_large', 'The request body is larger than this instance accepts.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new SeglError(400, 'invalid_request', 'The body is not as long as Content-Length says.');
    case 'FST_ERR_BAD_URL':
      return new SeglError(404, 'route_not_found', 'There is no such address.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new SeglError(
        415,
        'unsupported_media_type',
        'The request body must be JSON: send Content-Type application/json.',
      );
    default:
      if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
        return new SeglError(error.statusCode, 'invalid_request', 'The request is malformed.', { cause: error });
      }
      return new SeglError(
        500,
        'internal_error',
        'Something went wrong in Segl. Quote the request id to the operator.',
        {
          cause: error,
        },
      );
  }
}
