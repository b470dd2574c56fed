import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationInput, OperationResult } from '../kernel/http/route.ts';
import { MASKED_SECRET, type WebhookParams, type WebhookUpdateDto } from './contract/webhook.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { sealSecret } from './seal-secret.ts';
import {
  dropPendingDeliveries,
  findWebhook,
  lockForDelivery,
  updateWebhook as save,
  type WebhookWithState,
} from './store.ts';
import { canonicalEvents, requireAllowedUrl, requireValidConfig } from './webhook-input.ts';
import { requireUnchanged, webhookETag, webhookNotFound, webhookView } from './webhook-view.ts';

const MERGE_PATCH = /^application\/merge-patch\+json\b/i;

/**
 * Changes the given members; absent ones and empty lists stay as they are, but an empty list of a merge patch
 * (RFC 7396) empties. Holds for events that happen afterwards, a new secret also for retries; switching off drops what
 * is pending. Throws 404 `webhook_not_found`, 422 `url_not_allowed` and `resource_changed`.
 */
export async function updateWebhook(
  deps: NotificationDeps,
  context: OperationContext,
  input: { params: WebhookParams; body: WebhookUpdateDto; headers: OperationInput['headers'] },
): Promise<OperationResult> {
  const { params, body, headers } = input;
  const { accountId, environment, now } = context;
  const empties = MERGE_PATCH.test([headers['content-type'] ?? ''].flat()[0]!);
  requireValidConfig(body.config ?? {});
  if (empties && body.events?.length === 0) throw eventsRequired();
  if (body.config?.url !== undefined) {
    // A name lookup takes its time, so it comes before the transaction and after the question of existence.
    if (!(await findWebhook(deps.database, accountId, environment, params.id))) throw webhookNotFound();
    await requireAllowedUrl(deps.outboundHttp, body.config.url, environment);
  }
  const updated = await deps.database.transaction(async (tx) => {
    const stored = await findWebhook(tx, accountId, environment, params.id, 'for no key update of w');
    if (!stored) throw webhookNotFound();
    requireUnchanged(stored, headers);
    const changes = changedMembers(deps, stored, body, empties);
    if (Object.keys(changes).length === 0) return stored;
    const webhook = { ...stored, ...changes, version: stored.version + 1, updatedAt: now };
    await save(tx, webhook);
    if (!webhook.active) {
      await lockForDelivery(tx, webhook.id);
      await dropPendingDeliveries(tx, webhook.id);
    }
    return webhook;
  });
  return { status: 200, body: webhookView(updated), headers: { ETag: webhookETag(updated) } };
}

function changedMembers(
  deps: NotificationDeps,
  stored: WebhookWithState,
  body: WebhookUpdateDto,
  empties: boolean,
): Partial<WebhookWithState> {
  const { name, active, events, tags, config = {} } = body;
  const { url, secret, deliveryLogging } = config;
  return {
    ...(name === undefined ? {} : { name }),
    ...(active === undefined ? {} : { active }),
    ...(events?.length ? { events: canonicalEvents(events) } : {}),
    ...(tags && (tags.length > 0 || empties) ? { tags: [...new Set(tags)] } : {}),
    ...(url === undefined ? {} : { url }),
    ...(secret === undefined || (secret === MASKED_SECRET && stored.secretSealed !== null)
      ? {}
      : { secretSealed: sealSecret(deps.secretBox, stored.id, requireSecret(secret)) }),
    ...(deliveryLogging === undefined ? {} : { deliveryLogging }),
  };
}

function requireSecret(secret: string): string {
  if (secret !== MASKED_SECRET) return secret;
  throw new SeglError(400, 'validation_failed', 'The webhook has no secret that could be kept.', {
    errors: [{ field: 'config.secret', code: 'format', message: 'This stands for a secret and is none.' }],
  });
}

function eventsRequired(): SeglError {
  return new SeglError(400, 'validation_failed', 'A webhook needs at least one type of event.', {
    errors: [{ field: 'events', code: 'required', message: 'At least one is needed.' }],
  });
}
