import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { attemptView } from './attempt-log.ts';
import type { WebhookParams } from './contract/webhook.ts';
import { KEPT_MS } from './erase-attempts.job.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { findWebhook, listAttempts } from './store.ts';
import { webhookNotFound } from './webhook-view.ts';

const SHOWN = 10;

/** The latest attempts in the delivery log, newest first. Throws 404 `webhook_not_found`. */
export async function listDeliveries(
  deps: Pick<NotificationDeps, 'database'>,
  context: OperationContext,
  input: { params: WebhookParams },
): Promise<OperationResult> {
  const webhook = await findWebhook(deps.database, context.accountId, context.environment, input.params.id);
  if (!webhook) throw webhookNotFound();
  const attempts = await listAttempts(deps.database, webhook.id, new Date(context.now.getTime() - KEPT_MS), SHOWN);
  return { status: 200, body: attempts.map(attemptView) };
}
