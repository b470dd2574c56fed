import { createHmac } from 'node:crypto';
import type { PreparedAttempt } from './delivery.ts';

const STANDARD_SECRET = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;

type Signed = Pick<
  PreparedAttempt,
  'eventId' | 'eventType' | 'body' | 'secret' | 'attemptId' | 'attempt' | 'environment'
>;

/** The headers of one attempt; the two signatures only when the webhook has a secret. */
export function deliveryHeaders(attempt: Signed, attemptedAt: Date): Record<string, string> {
  const timestamp = Math.floor(attemptedAt.getTime() / 1000);
  return {
    'Content-Type': 'application/json; charset=utf-8',
    'User-Agent': 'Segl-Webhook/1',
    ...(attempt.secret === undefined ? {} : signatures(attempt.secret, attempt.eventId, timestamp, attempt.body)),
    'webhook-id': attempt.eventId,
    'webhook-timestamp': String(timestamp),
    'X-Segl-Event-Type': attempt.eventType,
    'X-Segl-Delivery-Id': attempt.attemptId,
    'X-Segl-Attempt': String(attempt.attempt),
    'X-Idfy-Environment': attempt.environment,
  };
}

/**
 * `X-Idfy-Signature`: lower-case hex HMAC-SHA-256 of the body, keyed by the whole secret. `webhook-signature`: Standard
 * Webhooks, keyed by the decoded bytes of a `whsec_` secret, else by the secret's bytes.
 */
export function signatures(
  secret: string,
  eventId: string,
  timestamp: number,
  body: string,
): { 'X-Idfy-Signature': string; 'webhook-signature': string } {
  const encoded = STANDARD_SECRET.exec(secret)?.[1];
  const key = encoded ? Buffer.from(encoded, 'base64') : Buffer.from(secret, 'utf8');
  const standard = createHmac('sha256', key).update(`${eventId}.${timestamp}.${body}`).digest('base64');
  return {
    'X-Idfy-Signature': createHmac('sha256', secret).update(body).digest('hex'),
    'webhook-signature': `v1,${standard}`,
  };
}
