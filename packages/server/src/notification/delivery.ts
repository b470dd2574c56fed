import type { Environment } from '../kernel/events/events.ts';
import type { OutboundFailure, OutboundResponse } from '../kernel/outbound-http/outbound-http.ts';
import { PING } from './contract/event-types.ts';
import type { DeliveryLogging } from './contract/webhook.ts';

/** An attempt that a worker has taken on, under a lease: everything that is needed to make it. */
export interface PreparedAttempt {
  deliveryId: string;
  attemptId: string;
  /** 1-based. */
  attempt: number;
  webhookId: number;
  accountId: string;
  environment: Environment;
  eventId: string;
  eventType: string;
  documentId: string | undefined;
  body: string;
  url: string;
  secret: string | undefined;
  deliveryLogging: DeliveryLogging;
}

/** An attempt that was made, with what came of it. Nothing of it is recorded yet. */
export interface AttemptedDelivery {
  prepared: PreparedAttempt;
  /** On the account's clock. */
  attemptedAt: Date;
  requestHeaders: Record<string, string>;
  outcome: OutboundResponse | OutboundFailure;
}

/** What becomes of a delivery after an attempt. */
export type Settlement =
  | { state: 'succeeded' }
  | { state: 'scheduled'; pauseMs: number }
  /** `deactivate`: the receiver wants nothing more, ever. */
  | { state: 'given_up'; deactivate: boolean };

/** Seconds before attempt 2, 3 … 10. */
const PAUSES_SECONDS = [10, 60, 5 * 60, 15 * 60, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600, 24 * 3_600];
const JITTER = 0.2;
const LONGEST_RETRY_AFTER_SECONDS = 3_600;

/**
 * Decides after an attempt. `realNow` is what a date in `Retry-After` is measured from; `random` is uniform in [0, 1) and
 * spreads the pauses, so that a receiver that comes back is not met by all of them at once.
 */
export function settle(attempted: AttemptedDelivery, realNow: Date, random: () => number): Settlement {
  const { prepared, outcome } = attempted;
  if (isSuccess(outcome)) return { state: 'succeeded' };
  if (prepared.eventType === PING) return { state: 'given_up', deactivate: false };
  if ('status' in outcome && outcome.status === 410) return { state: 'given_up', deactivate: true };
  const pause = PAUSES_SECONDS[prepared.attempt - 1];
  if (pause === undefined) return { state: 'given_up', deactivate: false };
  const spread = pause * (1 - JITTER + 2 * JITTER * random());
  const seconds = Math.max(spread, retryAfterSeconds(outcome, realNow));
  return { state: 'scheduled', pauseMs: Math.round(seconds * 1000) };
}

export function isSuccess(outcome: OutboundResponse | OutboundFailure): boolean {
  return 'status' in outcome && outcome.status >= 200 && outcome.status <= 299;
}

/** Why the attempt is a failure, in the words of the delivery log; `undefined` for a success. */
export function failureText(outcome: OutboundResponse | OutboundFailure): string | undefined {
  if (!('status' in outcome)) return outcome.error;
  if (isSuccess(outcome)) return undefined;
  return outcome.status >= 300 && outcome.status <= 399
    ? 'redirect not followed'
    : `unexpected status ${outcome.status}`;
}

/** `Retry-After` of a 429 or 503 (RFC 9110 §10.2.3): seconds or a date, one hour at most. */
function retryAfterSeconds(outcome: OutboundResponse | OutboundFailure, now: Date): number {
  if (!('status' in outcome) || (outcome.status !== 429 && outcome.status !== 503)) return 0;
  const given = [outcome.headers['retry-after'] ?? ''].flat()[0]!.trim();
  const seconds = /^\d+$/.test(given) ? Number(given) : (Date.parse(given) - now.getTime()) / 1000;
  return Number.isNaN(seconds) ? 0 : Math.min(seconds, LONGEST_RETRY_AFTER_SECONDS);
}
