import { MASK } from '../kernel/contract/primitives.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { WebhookDto } from './contract/webhook.ts';
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
      secret: webhook.secretSealed === null ? undefined : MASK,
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
    trouble:
      webhook.inTroubleSince === null
        ? undefined
        : {
            since: webhook.inTroubleSince.toISOString(),
            failures: webhook.failuresInRow,
            nextProbeAt: webhook.nextProbeAt!.toISOString(),
          },
    switchedOff:
      webhook.switchedOffAt === null
        ? undefined
        : { reason: webhook.switchedOffBecause!, timestamp: webhook.switchedOffAt.toISOString() },
  };
}

/** Changes with every update by the account, not with every attempt: it guards edits against each other. */
export function webhookETag(webhook: Webhook): string {
  return `"${webhook.id}-${webhook.version}"`;
}

export function webhookNotFound(): SeglError {
  return new SeglError(404, 'webhook_not_found', 'Webhook not found.');
}
