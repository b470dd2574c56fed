import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from '../kernel/db/database.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { QueueDefinition } from '../kernel/jobs/jobs.ts';
import { attemptRecord, lastResponse } from './attempt-log.ts';
import { PING } from './contract/event-types.ts';
import { type AttemptedDelivery, failureText, isSuccess, type PreparedAttempt, settle } from './delivery.ts';
import { cutEnvelopeToIds } from './envelope.ts';
import { noteSwitchedOff, putHealth, putNextProbe, releaseWaiting, type SwitchedOffBecause } from './health-store.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { openSecret } from './seal-secret.ts';
import { deliveryHeaders } from './sign-delivery.ts';
import {
  type ClaimedKind,
  claimDueDeliveries,
  deactivateWebhook,
  dropPendingDeliveries,
  finishDelivery,
  insertAttempt,
  lockForDelivery,
  lockForSwitchingOff,
  noteStarted,
  putLastResponse,
  releaseDelivery,
  rescheduleDelivery,
  type Webhook,
} from './store.ts';
import { DELIVER_QUEUE, type DeliverJob, wakeWebhooks, wakeWhenNextIsDue } from './wake-webhooks.ts';
import { HEALTHY, healthAfter, PROBE_EVERY_MS, type WebhookHealth } from './webhook-health.ts';
import { switchedOffNotice, troubleNotice } from './webhook-notices.ts';

const MAX_OPEN_PER_WEBHOOK = 8;
/** Webhooks that one process serves at the same time; slow receivers hold their place for seconds. */
const WEBHOOKS_AT_ONCE = 100;
/** A webhook that never runs dry is handed on to another job, for a job must end some day. */
const LONGEST_RUN_MS = 5 * 60_000;

/** How long attempts may go on after a stop, and how long it may take to give their leases back. */
const STOP_GRACE_MS = 3_000;
const ABORT_GRACE_MS = 1_000;

export interface Delivery {
  job: QueueDefinition<DeliverJob>;
  /** Begins at once, without a job; one that covers for it must be queued. */
  deliverNow(webhookIds: readonly number[]): void;
  /** Waits for what `deliverNow` has begun, at most a few seconds. */
  drain(): Promise<void>;
}

/**
 * Delivers what is due for one webhook until nothing is. The job only says that there may be something to do: what to
 * do stands in the rows, so that a job too many does no harm, and an attempt whose process dies is made again when its
 * lease ends.
 */
export function createDelivery(deps: NotificationDeps): Delivery {
  const { database, jobs, clock } = deps;
  const running = new Map<number, Wakeable>();
  const begun = new Set<Promise<void>>();
  const ending = new AbortController();
  let draining = false;
  const wakeAtOnce = (webhookId: number) =>
    database.transaction((tx) => wakeWebhooks(tx, jobs, [webhookId], clock.now()));

  async function serve(webhookId: number, signal: AbortSignal): Promise<void> {
    const other = running.get(webhookId);
    if (other) {
      other.wake();
      return;
    }
    const wakeable = new Wakeable();
    signal.addEventListener('abort', () => wakeable.wake(), { once: true });
    running.set(webhookId, wakeable);
    const leave = () => running.delete(webhookId);
    const open = new Set<Promise<void>>();
    if (await deliverAllDue(deps, webhookId, { open, wakeable, signal, leave }).finally(leave)) return;
    await wakeAtOnce(webhookId);
    if (open.size === 0) return;
    await Promise.all(open);
    // For what had to wait for these.
    await wakeAtOnce(webhookId);
  }

  return {
    job: {
      name: DELIVER_QUEUE,
      concurrency: WEBHOOKS_AT_ONCE,
      retryDelaysSeconds: [1, 5, 15, 60, 300, ...Array(20).fill(600)],
      expireSeconds: 10,
      async handle({ webhookId }, { signal }) {
        await noteStarted(database, webhookId, clock.now());
        await serve(webhookId, signal);
      },
    },
    deliverNow(webhookIds) {
      for (const webhookId of webhookIds) {
        if (draining || running.size >= WEBHOOKS_AT_ONCE) return;
        const done = serve(webhookId, ending.signal)
          .catch((error: unknown) => deps.log.error({ err: error, webhookId }, 'a webhook could not be served'))
          .finally(() => begun.delete(done));
        begun.add(done);
      }
    },
    async drain() {
      draining = true;
      const ended = Promise.all(begun).then(() => true);
      if (await Promise.race([ended, sleep(STOP_GRACE_MS, false, { ref: false })])) return;
      ending.abort();
      await Promise.race([ended, sleep(ABORT_GRACE_MS, false, { ref: false })]);
    },
  };
}

/** Remembers a wake-up that comes while nobody waits for it. */
class Wakeable {
  private signal = Promise.withResolvers<void>();
  /** Since the last call of `reset`. */
  isWoken = false;

  wake(): void {
    this.isWoken = true;
    this.signal.resolve();
  }

  /** Settles at the first wake-up since the last call of `reset`. */
  get woken(): Promise<void> {
    return this.signal.promise;
  }

  reset(): void {
    this.isWoken = false;
    this.signal = Promise.withResolvers<void>();
  }
}

interface Run {
  /** Attempts under way. */
  open: Set<Promise<void>>;
  wakeable: Wakeable;
  signal: AbortSignal;
  /** From here on a wake-up begins another run. */
  leave(): void;
}

/** `true`: nothing was due and nothing open. `false`: it had to end before, perhaps with attempts still under way. */
async function deliverAllDue(deps: NotificationDeps, webhookId: number, run: Run): Promise<boolean> {
  const { open, wakeable, signal } = run;
  const endsAtMs = deps.clock.now().getTime() + LONGEST_RUN_MS;
  for (;;) {
    const now = deps.clock.now();
    if (signal.aborted || now.getTime() > endsAtMs) return false;
    wakeable.reset();
    const attempts = await prepareAttempts(deps, webhookId, open.size, now);
    for (const attempt of attempts) {
      const done: Promise<void> = deliver(deps, attempt, signal).finally(() => open.delete(done));
      open.add(done);
    }
    if (open.size === 0) {
      if (wakeable.isWoken) continue;
      run.leave();
      return true;
    }
    await Promise.race([...open, wakeable.woken]);
  }
}

/**
 * Takes leases on what is due, by the clock as the database has it: this process may not know yet that it was moved.
 * Nothing for a webhook that is deleted or whose account is closed; only pings for one that is switched off. When nothing is due and none of the
 * `open` ones here is left, the next time is queued.
 */
async function prepareAttempts(
  deps: NotificationDeps,
  webhookId: number,
  open: number,
  real: Date,
): Promise<PreparedAttempt[]> {
  const limit = MAX_OPEN_PER_WEBHOOK - open;
  if (limit <= 0) return [];
  return deps.database.transaction(async (tx) => {
    const webhook = await lockForDelivery(tx, webhookId, real, { durable: false });
    if (!webhook) return [];
    const now = { real, account: webhook.accountNow };
    const isOpen = await deps.isAccountOpen(tx, webhook.accountId);
    if (!webhook.active || !isOpen) await dropPendingDeliveries(tx, webhookId);
    if (!isOpen) return [];
    const claim = (count: number, kind: ClaimedKind) =>
      claimDueDeliveries(tx, webhookId, {
        now,
        leaseUntil: new Date(real.getTime() + deps.limits.leaseMs),
        attemptIds: Array.from({ length: count }, () => uuidv7(real)),
        maxOpen: MAX_OPEN_PER_WEBHOOK,
        kind,
      });
    const claimed = webhook.inTroubleSince ? await claim(limit, 'pings') : await claim(limit, 'all');
    if (isProbeDue(webhook, now.account)) {
      const probe = await claim(1, 'events');
      if (probe.length > 0) await putNextProbe(tx, webhookId, new Date(now.account.getTime() + PROBE_EVERY_MS));
      claimed.push(...probe);
    }
    if (claimed.length === 0 && open === 0) await wakeWhenNextIsDue(tx, deps.jobs, webhookId, now);
    if (claimed.length === 0) return [];
    const secret =
      webhook.secretSealed === null ? undefined : openSecret(deps.secretBox, webhookId, webhook.secretSealed);
    return claimed.map((one) => ({
      deliveryId: one.id,
      attemptId: one.attemptId,
      attempt: one.attempts + 1,
      webhookId,
      accountId: webhook.accountId,
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

function isProbeDue({ nextProbeAt }: WebhookHealth, now: Date): boolean {
  return nextProbeAt !== null && nextProbeAt <= now;
}

/**
 * One attempt. When the process stops while the receiver has not answered, or when the outcome cannot be recorded, the
 * attempt is made again.
 */
async function deliver(deps: NotificationDeps, prepared: PreparedAttempt, signal: AbortSignal): Promise<void> {
  const { webhookId, deliveryId, attemptId } = prepared;
  try {
    const attempted = await attempt(deps, prepared, signal);
    const interrupted = signal.aborted && !('status' in attempted.outcome);
    if (interrupted) await releaseDelivery(deps.database, deliveryId, attemptId);
    else await recordAttempt(deps, attempted);
  } catch (error) {
    deps.log.error({ err: error, webhookId, attemptId }, 'the outcome of a webhook delivery was not recorded');
  }
}

async function attempt(
  deps: NotificationDeps,
  prepared: PreparedAttempt,
  signal: AbortSignal,
): Promise<AttemptedDelivery> {
  const attemptedAt = deps.accountTime.now(prepared.accountId, prepared.environment);
  // Receivers compare the signed time with their own clocks.
  const requestHeaders = deliveryHeaders(prepared, deps.clock.now());
  const outcome = await deps.outboundHttp.post({
    url: prepared.url,
    headers: requestHeaders,
    body: prepared.body,
    timeoutMs: deps.limits.attemptTimeoutMs,
    environment: prepared.environment,
    kind: 'webhook',
    signal,
  });
  return { prepared, attemptedAt, requestHeaders, outcome };
}

/**
 * Outcome, log entry and what follows from them, in one transaction. Like the lease it does not wait for the disk: what a crash
 * of the database loses is attempted again.
 */
async function recordAttempt(deps: NotificationDeps, attempted: AttemptedDelivery): Promise<void> {
  const { prepared, attemptedAt, outcome } = attempted;
  const { webhookId, deliveryId, attemptId } = prepared;
  const realNow = deps.clock.now();
  const settlement = settle(attempted, realNow, deps.random);
  await deps.database.transaction(async (tx) => {
    if (settlement.state !== 'succeeded') await lockForSwitchingOff(tx, webhookId);
    const webhook = await lockForDelivery(tx, webhookId, realNow, { durable: false });
    if (!webhook) return;
    const record = attemptRecord(attempted);
    const dueAt = settlement.state === 'scheduled' && new Date(webhook.accountNow.getTime() + settlement.pauseMs);
    await Promise.all([
      putLastResponse(tx, webhookId, { ...lastResponse(outcome), timestamp: attemptedAt }),
      record && insertAttempt(tx, record, deliveryId, cutEnvelopeToIds(record.requestBody)),
      // Without effect when the lease is lost to another worker or the delivery was dropped meanwhile.
      dueAt ? rescheduleDelivery(tx, deliveryId, attemptId, dueAt) : finishDelivery(tx, deliveryId, attemptId),
    ]);
    const gone = settlement.state === 'given_up' && settlement.deactivate;
    if (gone) await switchOff(tx, attempted, 'gone');
    else await followHealth(deps, tx, webhook, attempted);
  });
}

/** An attempt at an address that was changed since says nothing about the new one. */
async function followHealth(
  deps: NotificationDeps,
  tx: Transaction,
  webhook: Webhook & WebhookHealth & { accountNow: Date },
  attempted: AttemptedDelivery,
): Promise<void> {
  const { prepared, outcome } = attempted;
  if (prepared.eventType === PING || prepared.url !== webhook.url || !webhook.active) return;
  const success = isSuccess(outcome);
  if (success && webhook.failuresInRow === 0) return;
  const { health, change } = healthAfter(webhook, success, webhook.accountNow);
  await putHealth(tx, webhook.id, health);
  const about = { webhookId: webhook.id, failures: health.failuresInRow };
  if (change === 'recovered') {
    await releaseWaiting(tx, webhook.id, webhook.accountNow);
    deps.log.info(about, 'a webhook is out of trouble');
  } else if (change === 'fell into trouble') {
    await deps.tellAccount(tx, troubleNotice(webhook, health.failuresInRow, failureText(outcome) ?? ''));
    deps.log.warn(about, 'a webhook is in trouble');
  } else if (change === 'switched off') {
    await switchOff(tx, attempted, 'failures');
    await deps.tellAccount(tx, switchedOffNotice(webhook, failureText(outcome) ?? ''));
    deps.log.warn(about, 'a webhook was switched off after days without success');
  }
}

async function switchOff(tx: Transaction, attempted: AttemptedDelivery, because: SwitchedOffBecause): Promise<void> {
  const { prepared, attemptedAt } = attempted;
  if (!(await deactivateWebhook(tx, prepared.webhookId, prepared.url, attemptedAt))) return;
  await putHealth(tx, prepared.webhookId, HEALTHY);
  await noteSwitchedOff(tx, prepared.webhookId, { because, at: attemptedAt });
  await dropPendingDeliveries(tx, prepared.webhookId);
}
