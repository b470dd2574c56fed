import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import type { WebhookParams } from './contract/webhook.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { sendPing } from './send-ping.ts';
import { countPing, findWebhook } from './store.ts';
import { webhookNotFound } from './webhook-view.ts';

const PINGS_PER_MINUTE = 10;

/** Queues a ping, to an inactive webhook too. Throws 404 `webhook_not_found` and 429 `too_many_requests`. */
export async function pingWebhook(
  deps: Pick<NotificationDeps, 'database' | 'jobs' | 'clock'>,
  context: OperationContext,
  input: { params: WebhookParams },
): Promise<OperationResult> {
  const { accountId, environment, now } = context;
  return deps.database.transaction(async (tx) => {
    const webhook = await findWebhook(tx, accountId, environment, input.params.id, 'for key share of w');
    if (!webhook) throw webhookNotFound();
    const waitSeconds = await countPing(tx, webhook.id, deps.clock.now(), PINGS_PER_MINUTE);
    if (waitSeconds > 0) {
      throw new SeglError(429, 'too_many_requests', `A webhook can be pinged ${PINGS_PER_MINUTE} times a minute.`, {
        retryAfterSeconds: waitSeconds,
      });
    }
    await sendPing(deps, tx, webhook, now);
    const result = { status: 204 };
    await context.keepAnswer?.(tx, result);
    return result;
  });
}
