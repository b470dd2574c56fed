import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { listWebhooks as findAll } from './store.ts';
import { webhookView } from './webhook-view.ts';

export async function listWebhooks(
  deps: Pick<NotificationDeps, 'database'>,
  context: OperationContext,
): Promise<OperationResult> {
  const webhooks = await findAll(deps.database, context.accountId, context.environment);
  return { status: 200, body: webhooks.map(webhookView) };
}
