import type { Transaction } from '../kernel/db/database.ts';
import type { EventRecord } from '../kernel/events/events.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { EVERY_EVENT } from './contract/event-types.ts';
import { cutEnvelopeToIds, serialiseEnvelope } from './envelope.ts';
import type { NotificationDeps } from './notification-deps.ts';
import {
  eraseAttemptsOfDocuments,
  findSubscriptions,
  insertDeliveries,
  type NewDelivery,
  rewritePendingBodies,
  type Subscription,
} from './store.ts';
import { wakeWebhooks } from './wake-webhooks.ts';

/**
 * Makes a delivery for every active webhook that wants an event. Part of the transaction that consumes the events; after
 * it `deliverNow` begins, where it is given.
 */
export async function fanOutEvents(
  deps: Pick<NotificationDeps, 'jobs' | 'clock' | 'accountTime'>,
  events: readonly EventRecord[],
  tx: Transaction,
  deliverNow?: (webhookIds: readonly number[]) => void,
): Promise<void> {
  const subscriptions = await findSubscriptions(tx, events);
  const erased = events.filter((event) => event.type === 'document_deleted').flatMap((event) => event.documentId ?? []);
  if (erased.length > 0) {
    await eraseAttemptsOfDocuments(tx, erased);
    const webhookIds = subscriptions.map((one) => one.id);
    await rewritePendingBodies(tx, webhookIds, erased, cutEnvelopeToIds);
  }
  const deliveries = events.flatMap((event) =>
    deliveriesOf(event, subscriptions, deps.accountTime.now(event.accountId, event.environment)),
  );
  if (deliveries.length === 0) return;
  await insertDeliveries(tx, deliveries);
  const webhookIds = [...new Set(deliveries.map((one) => one.webhookId))];
  await wakeWebhooks(tx, deps.jobs, webhookIds, deps.clock.now(), deliverNow);
}

function deliveriesOf(event: EventRecord, subscriptions: readonly Subscription[], now: Date): NewDelivery[] {
  const wanting = subscriptions.filter((one) => wants(one, event));
  if (wanting.length === 0) return [];
  const body = serialiseEnvelope(event);
  return wanting.map((one) => ({
    id: uuidv7(now),
    webhookId: one.id,
    eventId: event.id,
    eventType: event.type,
    documentId: event.documentId,
    occurredAt: event.occurredAt,
    body,
    dueAt: now,
  }));
}

/** Same account and environment, a type that is asked for, and a tag that is, if any is. Tags match in any case. */
export function wants(subscription: Subscription, event: EventRecord): boolean {
  if (subscription.accountId !== event.accountId || subscription.environment !== event.environment) return false;
  if (!subscription.events.includes(EVERY_EVENT) && !subscription.events.includes(event.type)) return false;
  if (subscription.tags.length === 0) return true;
  const tags = new Set(event.tags.map((tag) => tag.toLowerCase()));
  return subscription.tags.some((tag) => tags.has(tag.toLowerCase()));
}
