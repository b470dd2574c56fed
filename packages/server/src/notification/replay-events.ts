import type { Transaction } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { DeliveryParams, ReplayRequest } from './contract/event.ts';
import { serialiseEnvelope } from './envelope.ts';
import { shownSince } from './event-filter.ts';
import { countInLog, type EventFilter, readLog } from './event-store.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { findAttempt, findWebhook, insertDeliveries, type WebhookWithState } from './store.ts';
import { wakeWebhooks } from './wake-webhooks.ts';
import { webhookNotFound } from './webhook-view.ts';

type Deps = Pick<NotificationDeps, 'database' | 'jobs' | 'clock'>;

const BATCH = 500;
/** What one transaction may queue; a longer time is replayed in parts. */
const MAX_REPLAYED = 20_000;

/**
 * Sends events of the log to one webhook again, with the ids that they have. Which types and tags the webhook asks for does
 * not matter: what was missed because of them can be caught up. Throws 404 `webhook_not_found`, 422 `webhook_inactive` and
 * 422 `too_many_events`.
 */
export async function replayEvents(
  deps: Deps,
  context: OperationContext,
  input: { body: ReplayRequest },
): Promise<OperationResult> {
  const { accountId, environment, now } = context;
  const { webhookId, from, to, eventTypes, tags, documentId, dryRun } = input.body;
  const filter: EventFilter = {
    types: eventTypes && eventTypes.length > 0 ? eventTypes : undefined,
    tags: tags && tags.length > 0 ? tags.map((tag) => tag.toLowerCase()) : undefined,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
    documentId,
  };
  return deps.database.transaction(async (tx) => {
    const webhook = await findWebhook(tx, accountId, environment, webhookId, 'for key share of w');
    if (!webhook) throw webhookNotFound();
    const count = await countInLog(tx, context, filter, shownSince(now));
    if (!dryRun) {
      requireActive(webhook);
      if (count > MAX_REPLAYED) {
        const message = `${count} events match; at most ${MAX_REPLAYED} are sent again at a time: narrow from and to.`;
        throw new SeglError(422, 'too_many_events', message);
      }
      await queueAgain(deps, tx, context, webhook, filter);
    }
    const result = { status: 200, body: { count } };
    await context.keepAnswer?.(tx, result);
    return result;
  });
}

async function queueAgain(
  deps: Deps,
  tx: Transaction,
  context: OperationContext,
  webhook: WebhookWithState,
  filter: EventFilter,
): Promise<void> {
  const { now } = context;
  for (let after = 0; ; ) {
    const { events, next } = await readLog(tx, context, filter, { since: shownSince(now), after, limit: BATCH });
    await insertDeliveries(
      tx,
      events.map((event) => ({
        id: uuidv7(now),
        webhookId: webhook.id,
        eventId: event.id,
        eventType: event.type,
        documentId: event.documentId,
        occurredAt: event.occurredAt,
        body: serialiseEnvelope(event),
        dueAt: now,
      })),
    );
    if (events.length < BATCH) break;
    after = next;
  }
  await wakeWebhooks(tx, deps.jobs, [webhook.id], deps.clock.now());
}

/**
 * Sends what one attempt of the delivery log sent, the same bytes again. Throws 404 `webhook_not_found`, 404
 * `delivery_not_found` and 422 `webhook_inactive`.
 */
export async function redeliver(
  deps: Deps,
  context: OperationContext,
  input: { params: DeliveryParams },
): Promise<OperationResult> {
  const { accountId, environment, now } = context;
  return deps.database.transaction(async (tx) => {
    const webhook = await findWebhook(tx, accountId, environment, input.params.id, 'for key share of w');
    if (!webhook) throw webhookNotFound();
    const attempt = await findAttempt(tx, webhook.id, input.params.deliveryId);
    if (!attempt) throw new SeglError(404, 'delivery_not_found', 'There is no such delivery of this webhook.');
    requireActive(webhook);
    const { type, timestamp } = JSON.parse(attempt.requestBody) as { type: string; timestamp: string };
    await insertDeliveries(tx, [
      {
        id: uuidv7(now),
        webhookId: webhook.id,
        eventId: attempt.eventId,
        eventType: type,
        documentId: attempt.documentId,
        occurredAt: new Date(timestamp),
        body: attempt.requestBody,
        dueAt: now,
      },
    ]);
    await wakeWebhooks(tx, deps.jobs, [webhook.id], deps.clock.now());
    const result = { status: 204 };
    await context.keepAnswer?.(tx, result);
    return result;
  });
}

function requireActive(webhook: WebhookWithState): void {
  if (webhook.active) return;
  throw new SeglError(422, 'webhook_inactive', 'The webhook is inactive: nothing is sent to it.');
}
