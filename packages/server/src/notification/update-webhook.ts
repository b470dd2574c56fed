import { MASK } from '../kernel/contract/primitives.ts';
import type { Transaction } from '../kernel/db/database.ts';
import { requireUnchanged } from '../kernel/http/entity-tag.ts';
import { applyMergePatch, type MergePatch } from '../kernel/http/partial-update.ts';
import type { OperationContext, OperationInput, OperationResult } from '../kernel/http/route.ts';
import { WebhookCreateDto, type WebhookParams, type WebhookUpdateDto } from './contract/webhook.ts';
import { noteSwitchedOff, putHealth } from './health-store.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { sealSecret } from './seal-secret.ts';
import {
  dropPendingDeliveries,
  findWebhook,
  lockForDelivery,
  updateWebhook as save,
  type Webhook,
  type WebhookWithState,
} from './store.ts';
import { wakeWebhooks } from './wake-webhooks.ts';
import { HEALTHY } from './webhook-health.ts';
import { canonicalEvents, requireAllowedUrl, requireValidConfig } from './webhook-input.ts';
import { webhookETag, webhookNotFound, webhookView } from './webhook-view.ts';

/**
 * Merges a patch into a webhook; nothing changes when nothing differs. Holds for events that happen afterwards, a new
 * secret also for retries; switching off drops what is pending, switching on and another address end trouble. Throws 404 `webhook_not_found`, 422 `url_not_allowed`
 * and `resource_changed`.
 */
export async function updateWebhook(
  deps: NotificationDeps,
  context: OperationContext,
  input: { params: WebhookParams; body: MergePatch<WebhookUpdateDto>; headers: OperationInput['headers'] },
): Promise<OperationResult> {
  const { params, headers } = input;
  const { accountId, environment, now } = context;
  const patch = canonicalPatch(input.body);
  requireValidConfig(patch.config ?? {});
  if (patch.config?.url) {
    // A name lookup takes its time, so it comes before the transaction and after the question of existence.
    if (!(await findWebhook(deps.database, accountId, environment, params.id))) throw webhookNotFound();
    await requireAllowedUrl(deps.outboundHttp, patch.config.url, environment);
  }
  const updated = await deps.database.transaction(async (tx) => {
    const stored = await findWebhook(tx, accountId, environment, params.id, 'for no key update of w');
    if (!stored) throw webhookNotFound();
    requireUnchanged(webhookETag(stored), headers);
    const merged = applyMergePatch(asCreated(stored), patch, WebhookCreateDto);
    if (!merged.changed) return stored;
    const webhook = {
      ...stored,
      ...columnsOf(deps, stored, merged.updated),
      version: stored.version + 1,
      updatedAt: now,
    };
    await save(tx, webhook);
    if (webhook.active && stored.active && webhook.url === stored.url) return webhook;
    await lockForDelivery(tx, webhook.id, deps.clock.now(), { durable: true });
    if (!webhook.active) await dropPendingDeliveries(tx, webhook.id);
    return { ...webhook, ...(await startAfresh(deps, tx, webhook)) };
  });
  return { status: 200, body: webhookView(updated), headers: { ETag: webhookETag(updated) } };
}

/** Whoever switches a webhook or changes its address knows what was wrong: old failures count no more. */
async function startAfresh(deps: NotificationDeps, tx: Transaction, webhook: WebhookWithState) {
  await putHealth(tx, webhook.id, HEALTHY);
  await noteSwitchedOff(tx, webhook.id, undefined);
  if (webhook.active) await wakeWebhooks(tx, deps.jobs, [webhook.id], deps.clock.now());
  return { ...HEALTHY, switchedOffBecause: null, switchedOffAt: null };
}

function canonicalPatch(patch: MergePatch<WebhookUpdateDto>): MergePatch<WebhookUpdateDto> {
  return {
    ...patch,
    ...(patch.events ? { events: canonicalEvents(patch.events) as WebhookUpdateDto['events'] & object } : {}),
    ...(patch.tags ? { tags: [...new Set(patch.tags)] } : {}),
  };
}

/** The stored webhook as somebody would have to create it, its secret as a mask. */
function asCreated(stored: WebhookWithState): WebhookCreateDto {
  const { name, active, events, tags, config } = webhookView(stored);
  return { name, active, events: events as WebhookCreateDto['events'], tags, config };
}

function columnsOf(deps: NotificationDeps, stored: Webhook, updated: WebhookCreateDto): Partial<Webhook> {
  const { secret, url, deliveryLogging = 'never' } = updated.config;
  return {
    name: updated.name,
    active: updated.active,
    events: updated.events,
    tags: updated.tags ?? [],
    url,
    ...(secret === MASK
      ? {}
      : { secretSealed: secret === undefined ? null : sealSecret(deps.secretBox, stored.id, secret) }),
    deliveryLogging,
  };
}
