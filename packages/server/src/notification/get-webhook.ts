import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import type { WebhookParams } from './contract/webhook.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { findWebhook } from './store.ts';
import { webhookETag, webhookNotFound, webhookView } from './webhook-view.ts';

/** Throws 404 `webhook_not_found`. */
export async function getWebhook(
  deps: Pick<NotificationDeps, 'database'>,
  context: OperationContext,
  input: { params: WebhookParams },
): Promise<OperationResult> {
  const webhook = await findWebhook(deps.database, context.accountId, context.environment, input.params.id);
  if (!webhook) throw webhookNotFound();
  return { status: 200, body: webhookView(webhook), headers: { ETag: webhookETag(webhook) } };
}
