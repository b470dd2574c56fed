import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type TSchema } from 'typebox';
import type { AccountTime } from '../clock/account-clocks.ts';
import type { Clock } from '../clock/clock.ts';
import { type FieldError, SeglError } from '../errors/segl-error.ts';
import type { Log } from '../log/log.ts';
import { answersOf, resultAs, type StatusCodes } from './answer.ts';
import { authorizationHeaders } from './authorization-header.ts';
import { canonicalInput, canonicalNames, type InputPlace } from './canonical-input.ts';
import { announceDeprecation } from './deprecation.ts';
import { alreadyKnown } from './entity-tag.ts';
import { type ErrorRenderer, namePrincipal, type Principal } from './http-server.ts';
import { type Idempotency, readIdempotencyKey } from './idempotency.ts';
import { requestFingerprint } from './idempotency-fingerprint.ts';
import { mergePatchOf } from './partial-update.ts';
import { camelBody, camelField, pascalBody, readsCamelCase } from './pascal-answer.ts';
import { requireHttps } from './require-https.ts';
import type { OperationContext, OperationInput, OperationResult, RouteDefinition } from './route.ts';
import { sendFile } from './send-file.ts';
import type { Charge } from './throttle.ts';
import { chargeAddress, chargeRequest } from './throttle-request.ts';
import type { BucketName } from './throttle-sizes.ts';
import { prepareValidations, unprintableText, validationFailed, violations } from './validation.ts';

export interface ApiOptions {
  /** The principal of a bearer token; throws 401 `invalid_token`, `client_disabled` or `account_disabled`. */
  authenticate(token: string): Promise<Principal>;
  /** Throws 402 when the account's subscription lacks the product. */
  requireProduct(principal: Principal, product: string): Promise<void>;
  /** Makes every `POST` of a known caller take an `Idempotency-Key`. */
  idempotency?: Idempotency;
  /** Which success codes are sent; `standard` when absent. */
  statusCodes?: StatusCodes | undefined;
  clock: Clock;
  /** The time of operations; absent: that of `clock`. */
  accountTime?: AccountTime;
  log: Log;
}

const VERBS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const;

/**
 * Mounts API operations. The order of checks is that of the conventions: route, verb, throttle by address, token,
 * throttle by client, scope, subscription, content type and size, restrictions, then the operation itself.
 */
export function registerRoutes(app: FastifyInstance, routes: readonly RouteDefinition[], options: ApiOptions): void {
  for (const route of routes) {
    mount(app, route, {
      onRequest: async (request, reply) => {
        if (route.deprecation) announceDeprecation(route.deprecation, options.clock.now(), reply);
        await admit(request, reply, route, options);
      },
      context: (request) => operationContext(request, options),
      perform: performOnce(route, options.idempotency),
      statusCodes: options.statusCodes,
    });
  }
  answerWrongVerbs(app, routes);
}

/** An operation under an `Idempotency-Key`; absent where the operation takes none. */
function performOnce(
  route: RouteDefinition,
  idempotency: Idempotency | undefined,
): MountOptions<OperationContext>['perform'] {
  if (!idempotency || route.method !== 'POST' || Object.values(route.responses).includes('file')) return undefined;
  return (key, context, input) => {
    const { accountId, environment, clientId } = context;
    // Without a caller there is no one to whom the key could belong, and nothing that is changed.
    if (!accountId) return route.handle(context, input);
    return idempotency.once(
      {
        slot: { accountId, environment, clientId, operationId: route.operationId, key },
        fingerprint: requestFingerprint([
          { schema: route.params, value: input.params },
          { schema: route.query, value: input.query },
          { schema: route.body, value: input.body },
        ]),
        answerSchema: (status) => {
          const schema = route.responses[status];
          return schema && schema !== 'file' ? schema : undefined;
        },
      },
      (keepAnswer) => route.handle({ ...context, keepAnswer }, input),
    );
  };
}

/**
 * Mounts routes whose callers prove themselves in another way, for example by a signing session. Afterwards, once for all
 * routes of the same paths, call `answerWrongVerbs`.
 */
export function registerRoutesFor<Context>(
  app: FastifyInstance,
  routes: readonly RouteDefinition<Context>[],
  options: {
    context(request: FastifyRequest): Promise<Context>;
    renderError?: ErrorRenderer;
    /** What these calls are counted by: per address, and per value of the Authorization header when there is one. */
    throttle?: { perAddress: BucketName; perCaller: BucketName };
  },
): void {
  // Who calls is settled before the body is looked at, as for every other operation.
  const contexts = new WeakMap<FastifyRequest, Context>();
  for (const route of routes) {
    mount(app, route, {
      onRequest: async (request, reply) => {
        const { authorization } = request.headers;
        // The whole of it: whoever knows only a part must not use up what belongs to another.
        if (options.throttle && authorization) {
          chargeRequest(request, reply, [options.throttle.perCaller, authorization.slice(0, 500)]);
        }
        contexts.set(request, await options.context(request));
      },
      throttle: options.throttle?.perAddress,
      context: (request) => contexts.get(request)!,
      renderError: options.renderError,
    });
  }
}

interface MountOptions<Context> {
  onRequest(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  context(request: FastifyRequest): Context;
  renderError?: ErrorRenderer | undefined;
  throttle?: BucketName | undefined;
  statusCodes?: StatusCodes | undefined;
  /** How the operation runs when the request has an `Idempotency-Key`; absent: the header is ignored. */
  perform?: ((key: string, context: Context, input: OperationInput) => Promise<OperationResult>) | undefined;
}

function mount<Context>(app: FastifyInstance, route: RouteDefinition<Context>, options: MountOptions<Context>): void {
  const schemas = [route.params, route.query, route.body, route.complete].filter((schema) => schema !== undefined);
  const serializers = new Map<number, TSchema>();
  const { statusCodes = 'standard' } = options;
  for (const [status, schema] of Object.entries(answersOf(route, statusCodes))) {
    if (schema !== null && schema !== 'file') {
      schemas.push(schema);
      serializers.set(Number(status), schema);
    }
  }
  app.addHook('onListen', () => prepareValidations(schemas));
  app.route({
    method: route.method,
    url: fastifyPath(route.path),
    config: {
      template: route.path,
      ...(options.renderError ? { renderError: options.renderError } : {}),
      ...(options.throttle ? { throttle: options.throttle } : {}),
    },
    schema: { response: Object.fromEntries(serializers) },
    // Input is checked below, in its canonical form.
    validatorCompiler: () => () => true,
    onRequest: options.onRequest,
    handler: async (request, reply) => {
      const result = await perform(route, request, options).catch((error: unknown) => {
        throw namedFor(route, error);
      });
      const sent = resultAs(route, statusCodes, result);
      return sendResult(request, reply, sent, { schema: serializers.get(sent.status), naming: route.naming });
    },
  });
}

async function perform<Context>(
  route: RouteDefinition<Context>,
  request: FastifyRequest,
  options: MountOptions<Context>,
): Promise<OperationResult> {
  const errors: FieldError[] = [];
  const key = options.perform && readIdempotencyKey(request.headers['idempotency-key'], errors);
  const input = { ...readInput(route, request, errors), headers: request.headers };
  const context = options.context(request);
  return options.perform && key !== undefined ? options.perform(key, context, input) : route.handle(context, input);
}

/** Errors name the members of every body in camelCase. */
function namedFor(route: Pick<RouteDefinition, 'naming' | 'body'>, error: unknown): unknown {
  if (route.naming === 'pascal' && route.body && error instanceof SeglError) {
    for (const one of error.errors) one.field = camelField(route.body, one.field);
  }
  return error;
}

function readInput(
  route: RouteDefinition<never>,
  request: FastifyRequest,
  errors: FieldError[],
): { params: unknown; query: unknown; body: unknown } {
  const params = route.params ? canonicalInput(route.params, request.params, 'path') : {};
  const badPath = route.params ? violations(route.params, params) : [];
  if (badPath.length > 0) {
    throw new SeglError(404, 'not_found', `The ${badPath[0]!.field} of the address is not a valid id.`);
  }
  const query = checked(route.query, route.query && queryInput(route.query, request, errors), 'query', errors);
  const body =
    route.method === 'PATCH' && route.body
      ? mergePatchOf(
          { body: request.body, contentType: request.headers['content-type'] },
          { given: route.body, complete: route.complete },
          errors,
        )
      : checked(route.body, request.body, 'body', errors);
  if (errors.length > 0) throw validationFailed(errors);
  return { params, query, body };
}

/** No value at all, and `null`, stand for the empty one. */
function checked(schema: TSchema | undefined, value: unknown, place: InputPlace, errors: FieldError[]): unknown {
  if (!schema) return {};
  const given = value ?? ((schema as { type?: string }).type === 'array' ? [] : {});
  const canonical = canonicalInput(schema, given, place);
  errors.push(...unprintableText(schema, canonical), ...violations(schema, canonical));
  return canonical;
}

/**
 * Names in any spelling, empty values absent, a repeated or indexed parameter only where a list is asked for. A query string that
 * is one bare word is the value of an operation's only parameter, which is what one generation of clients sends.
 */
function queryInput(schema: TSchema, request: FastifyRequest, errors: FieldError[]): Record<string, unknown> {
  const query = request.query as Record<string, string | string[]>;
  const names = canonicalNames(schema);
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  const words = Object.entries(query);
  const [bare] = words.length === 1 && words[0]![1] === '' && !queryString(request).includes('=') ? words[0]! : [];
  if (bare !== undefined && Object.keys(properties).length === 1) return { [Object.keys(properties)[0]!]: bare };

  const given = new Map<string, string[]>();
  for (const [written, value] of words) {
    const name = names.get(written.toLowerCase()) ?? listNamed(written, names, properties);
    if (name === undefined) continue;
    given.set(name, [...(given.get(name) ?? []), ...[value].flat().filter((one) => one !== '')]);
  }
  const input: Record<string, unknown> = {};
  for (const [name, values] of given) {
    if (values.length === 0) continue;
    if (properties[name]?.type === 'array') {
      input[name] = values;
      continue;
    }
    if (values.some((one) => one !== values[0])) {
      errors.push({ field: name, code: 'duplicate', message: 'Given more than once, with different values.' });
    }
    input[name] = values[0];
  }
  return input;
}

/** `tags[0]` is an item of the list `tags`. */
function listNamed(
  written: string,
  names: ReadonlyMap<string, string>,
  properties: Record<string, { type?: string }>,
): string | undefined {
  const name = names.get(/^(.+)\[\d*\]$/.exec(written)?.[1]?.toLowerCase() ?? '');
  return name !== undefined && properties[name]?.type === 'array' ? name : undefined;
}

function queryString(request: FastifyRequest): string {
  const url = request.raw.url ?? '';
  return url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
}

async function sendResult(
  request: FastifyRequest,
  reply: FastifyReply,
  result: OperationResult,
  { schema, naming }: { schema: TSchema | undefined; naming: RouteDefinition['naming'] },
): Promise<FastifyReply> {
  reply.code(result.status);
  if (result.headers) reply.headers(result.headers);
  if (result.file) return sendFile(request, reply, result.file);
  const etag = reply.getHeader('etag');
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (reads && typeof etag === 'string' && alreadyKnown(etag, request.headers)) return reply.code(304).send();
  if (result.body === undefined) return reply.send();
  // Without a schema nothing would keep undeclared members back.
  if (!schema) throw new Error(`no answer with status ${result.status} is declared`);
  const body = naming === 'pascal' ? pascalBody(schema, result.body) : result.body;
  const wrong = violations(schema, body);
  if (wrong.length > 0) {
    const where = wrong.map((one) => `${one.field} (${one.code})`).join(', ');
    throw new Error(`the answer breaks its contract: ${where}`);
  }
  reply.header('content-type', 'application/json; charset=utf-8');
  // A text is an answer of its own, in quotes; handed over as it is it would be sent as it is.
  if (typeof body === 'string') return reply.send(JSON.stringify(body));
  if (naming !== 'pascal' || !readsCamelCase(request.headers)) return reply.send(body);
  return reply.serializer(JSON.stringify).send(camelBody(schema, body));
}

async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  route: RouteDefinition,
  options: ApiOptions,
): Promise<void> {
  const token = bearerToken(request, reply);
  if (!token) {
    chargeAddress(request, reply, 'anonymous');
    if (route.scope) throw missingToken();
    return;
  }
  const principal = await options.authenticate(token).catch((error: unknown) => {
    // Whoever guesses at tokens is counted like anybody without one.
    if (error instanceof SeglError && error.status === 401) chargeAddress(request, reply, 'anonymous');
    throw error;
  });
  namePrincipal(request, reply, principal);
  requireHttps(request, principal.environment);
  chargeRequest(request, reply, ...chargesOf(principal, route));
  if (route.environment && route.environment !== principal.environment) {
    throw new SeglError(404, 'route_not_found', 'There is no such address.');
  }
  if (route.scope) requireScope(principal, route.scope, reply);
  if (route.product) await options.requireProduct(principal, route.product);
}

function bearerToken(request: FastifyRequest, reply: FastifyReply): string | undefined {
  const [header, another] = authorizationHeaders(request.raw);
  if (header === undefined) return undefined;
  if (another !== undefined) {
    throw new SeglError(400, 'invalid_request', 'Two Authorization headers are given.');
  }
  const match = /^bearer +([^\s]+)\s*$/i.exec(header);
  if (!match) {
    chargeAddress(request, reply, 'anonymous');
    throw missingToken();
  }
  return match[1];
}

function missingToken(): SeglError {
  return new SeglError(401, 'missing_token', 'Send an access token: Authorization: Bearer <token>.');
}

function requireScope(principal: Principal, scope: string | readonly string[], reply: FastifyReply): void {
  const wanted = typeof scope === 'string' ? [scope] : scope;
  if (wanted.some((one) => principal.scopes.has(one))) return;
  const named = wanted.join(' ');
  reply.header('www-authenticate', `Bearer realm="segl", error="insufficient_scope", scope="${named}"`);
  throw new SeglError(403, 'insufficient_scope', `The token lacks the scope ${wanted.join(' or ')}.`);
}

function chargesOf({ clientId, accountId }: Principal, route: RouteDefinition): [Charge, ...Charge[]] {
  const charges: [Charge, ...Charge[]] = [
    ['client', clientId],
    ['account', accountId],
  ];
  if (route.creates) charges.push(['create', clientId]);
  if (route.responses[200] === 'file') charges.push(['file', clientId]);
  return charges;
}

function operationContext(request: FastifyRequest, options: ApiOptions): OperationContext {
  const principal = request.principal;
  const { accountTime = options.clock } = options;
  const accountId = principal?.accountId ?? '';
  const environment = principal?.environment ?? 'test';
  return {
    accountId,
    environment,
    clientId: principal?.clientId ?? '',
    scopes: principal?.scopes ?? new Set(),
    requestId: request.id,
    now: accountTime.now(accountId, environment),
    log: options.log,
  };
}

/** A known path with another verb answers 405 with `Allow`, before any other check. */
export function answerWrongVerbs(
  app: FastifyInstance,
  routes: readonly { method: string; path: string }[],
  renderError?: ErrorRenderer,
): void {
  const verbsOf = new Map<string, { path: string; verbs: Set<string> }>();
  for (const route of routes) {
    const key = route.path.toLowerCase().replace(/\{[^}]*\}/g, '{}');
    const entry = verbsOf.get(key) ?? { path: route.path, verbs: new Set() };
    entry.verbs.add(route.method);
    if (route.method === 'GET') entry.verbs.add('HEAD');
    verbsOf.set(key, entry);
  }
  for (const { path, verbs } of verbsOf.values()) {
    const allow = [...verbs].sort().join(', ');
    app.route({
      method: VERBS.filter((verb) => !verbs.has(verb)),
      url: fastifyPath(path),
      config: { template: path, ...(renderError ? { renderError } : {}) },
      exposeHeadRoute: false,
      onRequest: async (_request, reply) => {
        reply.header('allow', allow);
        throw new SeglError(405, 'method_not_allowed', `This address answers ${allow}.`);
      },
      handler: async () => undefined,
    });
  }
}

function fastifyPath(path: string): string {
  return path.replace(/\{([^}]+)\}/g, ':$1');
}

/** For operations without parameters of their own. */
export const NoInput = Type.Object({});
