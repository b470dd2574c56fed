import type { FastifyRequest } from 'fastify';
import type { Environment } from '../events/events.ts';

/** What is kept of a request and its answer: nothing that was said in it, and nothing about people. */
export interface RequestRecord {
  /** 32 hex digits of a UUID version 7, as in the answer's `Request-Id`. */
  id: string;
  receivedAt: Date;
  /** Absent while the caller is not known. */
  accountId: string | undefined;
  environment: Environment | undefined;
  clientId: string | undefined;
  method: string;
  /** Path template with `{parameter}`; `unknown` for an address that does not exist. */
  path: string;
  status: number;
  durationMs: number;
  errorCode: string | undefined;
  /** Name and version of the caller's library. */
  sdk: string | undefined;
  /** The caller's own request id, when it looks like one. */
  clientRequestId: string | undefined;
  /** Trace id of a W3C `traceparent`. */
  traceId: string | undefined;
}

/** Takes note of each answered request. Must neither wait nor throw. */
export type RecordRequest = (record: RequestRecord) => void;

/** The record of a request that ends now. */
export function requestRecord(request: FastifyRequest, status: number, now: Date): RequestRecord {
  const caller = request.principal ?? request.onBehalfOf;
  const { headers } = request;
  const durationMs = Math.round((performance.now() - request.startedAtMs) * 10) / 10;
  return {
    id: request.id,
    receivedAt: new Date(now.getTime() - durationMs),
    accountId: caller?.accountId,
    environment: caller?.environment,
    clientId: request.principal?.clientId,
    method: request.method,
    path: request.routeOptions.config?.template ?? request.routeOptions.url ?? 'unknown',
    status,
    durationMs,
    errorCode: request.errorCode,
    sdk: sdkName(headers['x-idfy-sdk'], headers['user-agent']),
    clientRequestId: clientRequestId(headers['x-request-id'] ?? headers.requestid),
    traceId: traceId(headers.traceparent),
  };
}

const MAX_LENGTH = 64;

/** `X-Idfy-SDK` as far as it is a name and a version; otherwise the first product of the user agent. */
export function sdkName(sdk: string | string[] | undefined, userAgent: string | undefined): string | undefined {
  const named = first(sdk)
    ?.replace(/[^\w ./#+-]/g, '')
    .trim()
    .slice(0, MAX_LENGTH);
  if (named) return named;
  return /^[\w.+-]+\/[\w.+-]+/.exec(userAgent ?? '')?.[0].slice(0, MAX_LENGTH);
}

/**
 * Only what looks like an identifier of a machine. Callers put anything into this header; what consists of digits may be
 * the number of a person.
 */
export function clientRequestId(given: string | string[] | undefined): string | undefined {
  const id = first(given);
  if (id === undefined || id.length > MAX_LENGTH) return undefined;
  return /^[\w.:-]*[a-z][\w.:-]*$/i.test(id) ? id : undefined;
}

/** W3C Trace Context §3.2. */
export function traceId(traceparent: string | string[] | undefined): string | undefined {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-|$)/.exec(first(traceparent) ?? '')?.[1];
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
