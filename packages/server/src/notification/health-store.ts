import type { Transaction } from '../kernel/db/database.ts';
import type { WebhookHealth } from './webhook-health.ts';

/** Why Segl itself has switched a webhook off: no success for days, or status 410. */
export type SwitchedOffBecause = 'failures' | 'gone';

/** The state of the webhook must be locked. */
export async function putHealth(tx: Transaction, webhookId: number, health: WebhookHealth): Promise<void> {
  await tx.query({
    name: 'notification_put_health',
    text: `update webhook_states
              set failures_in_row = $2, failing_since = $3, in_trouble_since = $4, next_probe_at = $5
            where webhook_id = $1`,
    values: [webhookId, health.failuresInRow, health.failingSince, health.inTroubleSince, health.nextProbeAt],
  });
}

export async function putNextProbe(tx: Transaction, webhookId: number, at: Date): Promise<void> {
  await tx.query('update webhook_states set next_probe_at = $2 where webhook_id = $1', [webhookId, at]);
}

/** `undefined`: it is on again, because its account wants it so. */
export async function noteSwitchedOff(
  tx: Transaction,
  webhookId: number,
  off: { because: SwitchedOffBecause; at: Date } | undefined,
): Promise<void> {
  await tx.query('update webhook_states set switched_off_because = $2, switched_off_at = $3 where webhook_id = $1', [
    webhookId,
    off?.because ?? null,
    off?.at ?? null,
  ]);
}

/** Makes everything that waits for its next attempt due at once: the receiver is back. */
export async function releaseWaiting(tx: Transaction, webhookId: number, now: Date): Promise<void> {
  await tx.query(
    'update webhook_deliveries set due_at = $2 where webhook_id = $1 and attempt_id is null and due_at > $2',
    [webhookId, now],
  );
}
