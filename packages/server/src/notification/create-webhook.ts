import { MASK } from '../kernel/contract/primitives.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import type { WebhookCreateDto } from './contract/webhook.ts';
import { eraseTomorrow } from './erase-attempts.job.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { sealSecret } from './seal-secret.ts';
import { sendPing } from './send-ping.ts';
import { countWebhooksExclusively, insertWebhook, nextWebhookId } from './store.ts';
import { HEALTHY } from './webhook-health.ts';
import { canonicalEvents, requireAllowedUrl, requireValidConfig } from './webhook-input.ts';
import { webhookETag, webhookView } from './webhook-view.ts';

const MAX_WEBHOOKS = 50;

/**
 * Stores a webhook and, when it is active, queues a ping to it; what becomes of the ping has no effect on the answer.
 * Throws 422 `url_not_allowed` and `too_many_webhooks`.
 */
export async function createWebhook(
  deps: NotificationDeps,
  context: OperationContext,
  input: { body: WebhookCreateDto },
): Promise<OperationResult> {
  const { body } = input;
  const { accountId, environment, now } = context;
  const { url, secret, deliveryLogging = 'never' } = body.config;
  requireValidConfig(body.config);
  if (secret === MASK) {
    throw new SeglError(400, 'validation_failed', 'The mask of a secret is not a secret.', {
      errors: [{ field: 'config.secret', code: 'format', message: 'This stands for a secret and is none.' }],
    });
  }
  await requireAllowedUrl(deps.outboundHttp, url, environment);
  return deps.database.transaction(async (tx) => {
    if ((await countWebhooksExclusively(tx, accountId, environment)) >= MAX_WEBHOOKS) {
      throw new SeglError(
        422,
        'too_many_webhooks',
        `An account can have ${MAX_WEBHOOKS} webhooks in each environment.`,
      );
    }
    const id = await nextWebhookId(tx);
    const webhook = {
      id,
      accountId,
      environment,
      name: body.name,
      active: body.active,
      events: canonicalEvents(body.events),
      tags: [...new Set(body.tags ?? [])],
      url,
      secretSealed: secret === undefined ? null : sealSecret(deps.secretBox, id, secret),
      deliveryLogging,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    await insertWebhook(tx, webhook);
    await eraseTomorrow(tx, deps.jobs, deps.clock.now());
    if (webhook.active) await sendPing(deps, tx, webhook, now);
    const created = {
      ...webhook,
      ...HEALTHY,
      lastResponseCode: null,
      lastResponseMessage: null,
      lastResponseAt: null,
      switchedOffBecause: null,
      switchedOffAt: null,
    };
    const result = {
      status: 201,
      body: webhookView(created),
      headers: { Location: `${deps.publicUrl}/notification/webhooks/${id}`, ETag: webhookETag(created) },
    };
    await context.keepAnswer?.(tx, result);
    return result;
  });
}
