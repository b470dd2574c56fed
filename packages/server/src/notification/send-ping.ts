import type { Transaction } from '../kernel/db/database.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { PING } from './contract/event-types.ts';
import { serialiseEnvelope } from './envelope.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { insertDeliveries, type Webhook } from './store.ts';
import { wakeWebhooks } from './wake-webhooks.ts';

/** Queues a ping: an event of this webhook alone, tried once, kept nowhere. */
export async function sendPing(
  deps: Pick<NotificationDeps, 'jobs' | 'clock'>,
  tx: Transaction,
  webhook: Webhook,
  now: Date,
): Promise<void> {
  const event = {
    id: uuidv7(now),
    type: PING,
    occurredAt: now,
    accountId: webhook.accountId,
    environment: webhook.environment,
    payload: { webhookId: webhook.id, name: webhook.name },
    tags: [],
  };
  await insertDeliveries(tx, [
    {
      id: uuidv7(now),
      webhookId: webhook.id,
      eventId: event.id,
      eventType: event.type,
      documentId: undefined,
      occurredAt: now,
      body: serialiseEnvelope(event),
      dueAt: now,
    },
  ]);
  await wakeWebhooks(tx, deps.jobs, [webhook.id], deps.clock.now());
}
