import { requireUnchanged } from '../kernel/http/entity-tag.ts';
import type { OperationContext, OperationInput, OperationResult } from '../kernel/http/route.ts';
import type { WebhookParams } from './contract/webhook.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { deleteWebhook as erase, findWebhook } from './store.ts';
import { webhookETag, webhookNotFound } from './webhook-view.ts';

/** Pending deliveries and the log go with it. Throws 404 `webhook_not_found` and 422 `resource_changed`. */
export async function deleteWebhook(
  deps: Pick<NotificationDeps, 'database'>,
  context: OperationContext,
  input: { params: WebhookParams; headers: OperationInput['headers'] },
): Promise<OperationResult> {
  const { accountId, environment } = context;
  await deps.database.transaction(async (tx) => {
    const webhook = await findWebhook(tx, accountId, environment, input.params.id, 'for update of w');
    if (!webhook) throw webhookNotFound();
    requireUnchanged(webhookETag(webhook), input.headers);
    await erase(tx, webhook.id);
  });
  return { status: 204 };
}
