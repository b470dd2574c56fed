import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationInput } from '../kernel/http/route.ts';
import { MASKED_SECRET, type WebhookDto } from './contract/webhook.ts';
import type { Webhook, WebhookWithState } from './store.ts';

/** The webhook as the API shows it; the secret only as a mask. */
export function webhookView(webhook: WebhookWithState): WebhookDto {
  return {
    id: webhook.id,
    name: webhook.name,
    active: webhook.active,
    events: webhook.events,
    tags: webhook.tags,
    config: {
      url: webhook.url,
      secret: webhook.secretSealed === null ? undefined : MASKED_SECRET,
      deliveryLogging: webhook.deliveryLogging,
    },
    createdAt: webhook.createdAt.toISOString(),
    updatedAt: webhook.updatedAt.toISOString(),
    lastResponse:
      webhook.lastResponseAt === null
        ? undefined
        : {
            code: webhook.lastResponseCode!,
            message: webhook.lastResponseMessage!,
            timestamp: webhook.lastResponseAt.toISOString(),
          },
  };
}

/** Changes with every update by the account, not with every attempt: it guards edits against each other. */
export function webhookETag(webhook: Webhook): string {
  return `"${webhook.id}-${webhook.version}"`;
}

/** RFC 9110 §13.1.1. Throws 422 `resource_changed` when the webhook is not the one that the caller has seen. */
export function requireUnchanged(webhook: Webhook, headers: OperationInput['headers']): void {
  const wanted = headers['if-match'];
  if (wanted === undefined) return;
  const tags = [wanted].flat().flatMap((value) => value.split(','));
  if (tags.some((tag) => tag.trim() === '*' || tag.trim() === webhookETag(webhook))) return;
  throw new SeglError(422, 'resource_changed', 'The webhook was changed since it was read.');
}

export function webhookNotFound(): SeglError {
  return new SeglError(404, 'webhook_not_found', 'Webhook not found.');
}
