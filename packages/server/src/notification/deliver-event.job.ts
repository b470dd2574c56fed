import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { QueueDefinition } from '../kernel/jobs/jobs.ts';
import { attemptRecord, lastResponse } from './attempt-log.ts';
import { type AttemptedDelivery, type PreparedAttempt, settle } from './delivery.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { openSecret } from './seal-secret.ts';
import { deliveryHeaders } from './sign-delivery.ts';
import {
  claimDueDeliveries,
  deactivateWebhook,
  dropPendingDeliveries,
  finishDelivery,
  insertAttempt,
  lockForDelivery,
  noteStarted,
  putLastResponse,
  rescheduleDelivery,
} from './store.ts';
import { DELIVER_QUEUE, type DeliverJob, wakeWhenNextIsDue } from './wake-webhooks.ts';

const MAX_OPEN_PER_WEBHOOK = 8;
/** Webhooks that one process serves at the same time; slow receivers hold their place for seconds. */
const WEBHOOKS_AT_ONCE = 100;

/**
 * Delivers what is due for one webhook until nothing is. The job only says that there may be something to do: what to
 * do stands in the rows, so that a job too many does no harm, and an attempt whose process dies is made again when its
 * lease ends.
 */
export function deliverEventJob(deps: NotificationDeps): QueueDefinition<DeliverJob> {
  const running = new Map<number, Wakeable>();
  return {
    name: DELIVER_QUEUE,
    concurrency: WEBHOOKS_AT_ONCE,
    retryDelaysSeconds: [1, 5, 15, 60, 300, ...Array(20).fill(600)],
    expireSeconds: 30,
    async handle({ webhookId }, { signal }) {
      await noteStarted(deps.database, webhookId, deps.clock.now());
      const other = running.get(webhookId);
      if (other) {
        other.wake();
        return;
      }
      const wakeable = new Wakeable();
      running.set(webhookId, wakeable);
      try {
        await deliverAllDue(deps, webhookId, wakeable, signal);
      } finally {
        running.delete(webhookId);
      }
      await deps.database.transaction((tx) => wakeWhenNextIsDue(tx, deps.jobs, webhookId, deps.clock.now()));
    },
  };
}

/** Remembers a wake-up that comes while nobody waits for it. */
class Wakeable {
  private signal = Promise.withResolvers<void>();

  wake(): void {
    this.signal.resolve();
  }

  /** Settles at the first wake-up since the last call of `reset`. */
  get woken(): Promise<void> {
    return this.signal.promise;
  }

  reset(): void {
    this.signal = Promise.withResolvers<void>();
  }
}

async function deliverAllDue(
  deps: NotificationDeps,
  webhookId: number,
  wakeable: Wakeable,
  signal: AbortSignal,
): Promise<void> {
  const open = new Set<Promise<void>>();
  for (;;) {
    wakeable.reset();
    const free = signal.aborted ? 0 : MAX_OPEN_PER_WEBHOOK - open.size;
    const prepared = free > 0 ? await prepareAttempts(deps, webhookId, free) : [];
    for (const attempt of prepared) {
      const run: Promise<void> = deliver(deps, attempt).finally(() => open.delete(run));
      open.add(run);
    }
    if (open.size === 0) return;
    await Promise.race([...open, ...(signal.aborted ? [] : [wakeable.woken])]);
  }
}

/** Takes leases on what is due. Nothing for a webhook that is deleted; only pings for one that is switched off. */
async function prepareAttempts(deps: NotificationDeps, webhookId: number, limit: number): Promise<PreparedAttempt[]> {
  const now = deps.clock.now();
  return deps.database.transaction(async (tx) => {
    const webhook = await lockForDelivery(tx, webhookId);
    if (!webhook) return [];
    if (!webhook.active) await dropPendingDeliveries(tx, webhookId);
    const claimed = await claimDueDeliveries(tx, webhookId, {
      now,
      leaseUntil: new Date(now.getTime() + deps.limits.leaseMs),
      attemptIds: Array.from({ length: limit }, () => uuidv7(now)),
      maxOpen: MAX_OPEN_PER_WEBHOOK,
    });
    if (claimed.length === 0) return [];
    const secret =
      webhook.secretSealed === null ? undefined : openSecret(deps.secretBox, webhookId, webhook.secretSealed);
    return claimed.map((one) => ({
      deliveryId: one.id,
      attemptId: one.attemptId,
      attempt: one.attempts + 1,
      webhookId,
      environment: webhook.environment,
      eventId: one.eventId,
      eventType: one.eventType,
      documentId: one.documentId ?? undefined,
      body: one.body,
      url: webhook.url,
      secret,
      deliveryLogging: webhook.deliveryLogging,
    }));
  });
}

/** One attempt. When its outcome cannot be recorded, the lease runs out and the attempt is made again. */
async function deliver(deps: NotificationDeps, prepared: PreparedAttempt): Promise<void> {
  try {
    await recordAttempt(deps, await attempt(deps, prepared));
  } catch (error) {
    const { webhookId, attemptId } = prepared;
    deps.log.error({ err: error, webhookId, attemptId }, 'the outcome of a webhook delivery was not recorded');
  }
}

async function attempt(deps: NotificationDeps, prepared: PreparedAttempt): Promise<AttemptedDelivery> {
  const attemptedAt = deps.clock.now();
  const requestHeaders = deliveryHeaders(prepared, attemptedAt);
  const outcome = await deps.outboundHttp.post({
    url: prepared.url,
    headers: requestHeaders,
    body: prepared.body,
    timeoutMs: deps.limits.attemptTimeoutMs,
    environment: prepared.environment,
    kind: 'webhook',
  });
  return { prepared, attemptedAt, requestHeaders, outcome };
}

/** Outcome, log entry and what follows from them, in one transaction. */
async function recordAttempt(deps: NotificationDeps, attempted: AttemptedDelivery): Promise<void> {
  const { prepared, outcome } = attempted;
  const { webhookId, deliveryId, attemptId } = prepared;
  const now = deps.clock.now();
  const settlement = settle(attempted, now, deps.random);
  await deps.database.transaction(async (tx) => {
    const deactivated =
      settlement.state === 'given_up' &&
      settlement.deactivate &&
      (await deactivateWebhook(tx, webhookId, prepared.url, now));
    if (!(await lockForDelivery(tx, webhookId))) return;
    await putLastResponse(tx, webhookId, { ...lastResponse(outcome), timestamp: attempted.attemptedAt });
    const record = attemptRecord(attempted);
    if (record) await insertAttempt(tx, record);
    // Without effect when the lease is lost to another worker or the delivery was dropped meanwhile.
    if (settlement.state === 'scheduled') await rescheduleDelivery(tx, deliveryId, attemptId, settlement.dueAt);
    else await finishDelivery(tx, deliveryId, attemptId);
    if (deactivated) await dropPendingDeliveries(tx, webhookId);
  });
}
