import { STATUS_CODES } from 'node:http';
import type { OutboundFailure, OutboundResponse } from '../kernel/outbound-http/outbound-http.ts';
import { PING } from './contract/event-types.ts';
import type { WebhookDeliveryDto } from './contract/webhook.ts';
import { type AttemptedDelivery, failureText, isSuccess } from './delivery.ts';
import type { AttemptRecord } from './store.ts';

const MAX_HEADERS = 50;
const MAX_HEADER_LENGTH = 1024;
const MAX_BODY_BYTES = 8 * 1024;
const MAX_REASON_LENGTH = 200;
const MASK = '********';

/** Response headers that carry credentials or sessions of the receiver. */
const MASKED =
  /^(set-cookie2?|(proxy-)?(authenticate|authorization)|www-authenticate|(proxy-)?authentication-info)$|token|secret|api-?key/;

/** What the delivery log keeps of an attempt; `undefined` for pings and what the webhook does not want logged. */
export function attemptRecord(attempted: AttemptedDelivery): AttemptRecord | undefined {
  const { prepared, outcome } = attempted;
  if (prepared.eventType === PING) return undefined;
  const wanted =
    prepared.deliveryLogging === 'always' || (prepared.deliveryLogging === 'failed' && !isSuccess(outcome));
  if (!wanted) return undefined;
  const response = 'status' in outcome ? outcome : undefined;
  return {
    id: prepared.attemptId,
    webhookId: prepared.webhookId,
    eventId: prepared.eventId,
    documentId: prepared.documentId,
    attemptedAt: attempted.attemptedAt,
    url: prepared.url,
    elapsedMs: outcome.elapsedMs,
    requestHeaders: attempted.requestHeaders,
    requestBody: prepared.body,
    responseHeaders: response && loggedHeaders(response.headers),
    responseBody: response && loggedBody(response.body),
    responseStatus: response?.status,
    responseMessage: response && reasonPhrase(response),
    errorMessage: failureText(outcome),
  };
}

export function attemptView(record: AttemptRecord): WebhookDeliveryDto {
  return {
    id: record.id,
    webhookId: record.webhookId,
    eventId: record.eventId,
    timestamp: record.attemptedAt.toISOString(),
    url: record.url,
    elapsedMs: record.elapsedMs,
    requestHeaders: record.requestHeaders,
    requestBody: JSON.parse(record.requestBody),
    responseHeaders: record.responseHeaders,
    responseBody: record.responseBody === undefined ? undefined : jsonOrText(record.responseBody),
    responseStatusCode: record.responseStatus,
    responseMessage: record.responseMessage,
    errorMessage: record.errorMessage,
  };
}

/** Status and reason of the last attempt as the webhook shows them; code 0 and the error when there was no response. */
export function lastResponse(outcome: OutboundResponse | OutboundFailure): { code: number; message: string } {
  return 'status' in outcome
    ? { code: outcome.status, message: reasonPhrase(outcome) }
    : { code: 0, message: outcome.error };
}

function reasonPhrase(response: OutboundResponse): string {
  return (response.reasonPhrase || STATUS_CODES[response.status] || '').slice(0, MAX_REASON_LENGTH);
}

function loggedHeaders(headers: OutboundResponse['headers']): Record<string, string> {
  const kept = Object.entries(headers).slice(0, MAX_HEADERS);
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      MASKED.test(name) ? MASK : [value].flat().join(', ').slice(0, MAX_HEADER_LENGTH),
    ]),
  );
}

/** Cut between characters. PostgreSQL cannot store the character NUL in a text. */
function loggedBody(body: Buffer): string {
  const text = new TextDecoder().decode(body.subarray(0, MAX_BODY_BYTES), { stream: body.length > MAX_BODY_BYTES });
  return text.replaceAll('\0', '\ufffd');
}

function jsonOrText(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
