import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment, EventRecord } from '../kernel/events/events.ts';
import { PING } from './contract/event-types.ts';
import type { DeliveryLogging } from './contract/webhook.ts';
import type { SwitchedOffBecause } from './health-store.ts';
import type { WebhookHealth } from './webhook-health.ts';

export interface Webhook {
  id: number;
  accountId: string;
  environment: Environment;
  name: string;
  active: boolean;
  events: string[];
  tags: string[];
  url: string;
  secretSealed: Buffer | null;
  deliveryLogging: DeliveryLogging;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export interface WebhookWithState extends Webhook, WebhookHealth {
  lastResponseCode: number | null;
  lastResponseMessage: string | null;
  lastResponseAt: Date | null;
  switchedOffBecause: SwitchedOffBecause | null;
  switchedOffAt: Date | null;
}

/** What decides whether an event goes to a webhook. */
export type Subscription = Pick<Webhook, 'id' | 'accountId' | 'environment' | 'events' | 'tags'>;

export interface NewDelivery {
  id: string;
  webhookId: number;
  eventId: string;
  eventType: string;
  documentId: string | undefined;
  occurredAt: Date;
  body: string;
  /** On the account's clock. */
  dueAt: Date;
}

/** A delivery on which the caller holds a lease. */
export interface ClaimedDelivery {
  id: string;
  attemptId: string;
  eventId: string;
  eventType: string;
  documentId: string | null;
  body: string;
  /** Attempts that are recorded already. */
  attempts: number;
}

/** One attempt in the delivery log. */
export interface AttemptRecord {
  id: string;
  webhookId: number;
  eventId: string;
  documentId: string | undefined;
  attemptedAt: Date;
  url: string;
  elapsedMs: number;
  requestHeaders: Record<string, string>;
  requestBody: string;
  responseHeaders: Record<string, string> | undefined;
  responseBody: string | undefined;
  responseStatus: number | undefined;
  responseMessage: string | undefined;
  errorMessage: string | undefined;
}

const WEBHOOK_COLUMNS = `w.id, w.account_id as "accountId", w.environment, w.name, w.active, w.events, w.tags, w.url,
  w.secret_sealed as "secretSealed", w.delivery_logging as "deliveryLogging", w.version,
  w.created_at as "createdAt", w.updated_at as "updatedAt"`;
const HEALTH_COLUMNS = `s.failures_in_row as "failuresInRow", s.failing_since as "failingSince",
  s.in_trouble_since as "inTroubleSince", s.next_probe_at as "nextProbeAt"`;
const STATE_COLUMNS = `${HEALTH_COLUMNS}, s.last_response_code as "lastResponseCode", s.last_response_message as "lastResponseMessage",
  s.last_response_at as "lastResponseAt", s.switched_off_because as "switchedOffBecause",
  s.switched_off_at as "switchedOffAt"`;

export async function nextWebhookId(tx: Transaction): Promise<number> {
  const { rows } = await tx.query<{ id: number }>(`select nextval('webhook_ids')::integer as id`);
  return rows[0]!.id;
}

/** Counts an account's webhooks, and lets no other transaction count them before this one has ended. */
export async function countWebhooksExclusively(
  tx: Transaction,
  accountId: string,
  environment: Environment,
): Promise<number> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`webhooks ${accountId} ${environment}`]);
  const { rows } = await tx.query<{ count: number }>(
    'select count(*)::integer as count from webhooks where account_id = $1 and environment = $2',
    [accountId, environment],
  );
  return rows[0]!.count;
}

export async function insertWebhook(tx: Transaction, webhook: Webhook): Promise<void> {
  await tx.query(
    `with created as (
       insert into webhooks (id, account_id, environment, name, active, events, tags, url, secret_sealed,
                             delivery_logging, version, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
       returning id)
     insert into webhook_states (webhook_id) select id from created`,
    [
      webhook.id,
      webhook.accountId,
      webhook.environment,
      webhook.name,
      webhook.active,
      webhook.events,
      webhook.tags,
      webhook.url,
      webhook.secretSealed,
      webhook.deliveryLogging,
      webhook.version,
      webhook.createdAt,
      webhook.updatedAt,
    ],
  );
}

export async function listWebhooks(
  db: Queryable,
  accountId: string,
  environment: Environment,
): Promise<WebhookWithState[]> {
  const { rows } = await db.query<WebhookWithState>(
    `select ${WEBHOOK_COLUMNS}, ${STATE_COLUMNS}
       from webhooks w join webhook_states s on s.webhook_id = w.id
      where w.account_id = $1 and w.environment = $2
      order by w.id`,
    [accountId, environment],
  );
  return rows;
}

export async function findWebhook(
  db: Queryable,
  accountId: string,
  environment: Environment,
  id: number,
  lock: '' | 'for key share of w' | 'for no key update of w' | 'for update of w' = '',
): Promise<WebhookWithState | undefined> {
  const { rows } = await db.query<WebhookWithState>(
    `select ${WEBHOOK_COLUMNS}, ${STATE_COLUMNS}
       from webhooks w join webhook_states s on s.webhook_id = w.id
      where w.id = $3 and w.account_id = $1 and w.environment = $2 ${lock}`,
    [accountId, environment, id],
  );
  return rows[0];
}

export async function updateWebhook(tx: Transaction, webhook: Webhook): Promise<void> {
  await tx.query(
    `update webhooks set name = $2, active = $3, events = $4, tags = $5, url = $6, secret_sealed = $7,
                         delivery_logging = $8, version = $9, updated_at = $10
      where id = $1`,
    [
      webhook.id,
      webhook.name,
      webhook.active,
      webhook.events,
      webhook.tags,
      webhook.url,
      webhook.secretSealed,
      webhook.deliveryLogging,
      webhook.version,
      webhook.updatedAt,
    ],
  );
}

export async function deleteWebhook(tx: Transaction, id: number): Promise<void> {
  await tx.query('delete from webhooks where id = $1', [id]);
}

/** Before the state of a webhook that is perhaps to be switched off. Deliveries to it can still be inserted. */
export async function lockForSwitchingOff(tx: Transaction, id: number): Promise<void> {
  await tx.query('select from webhooks where id = $1 for no key update', [id]);
}

/** Unless its address was changed since, so that an old receiver cannot switch off a new one. */
export async function deactivateWebhook(tx: Transaction, id: number, url: string, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update webhooks set active = false, version = version + 1, updated_at = $3
      where id = $1 and url = $2 and active`,
    [id, url, now],
  );
  return rowCount > 0;
}

/** Pings stay: they work for inactive webhooks too. The state of the webhook must be locked. */
export async function dropPendingDeliveries(tx: Transaction, webhookId: number): Promise<void> {
  await tx.query('delete from webhook_deliveries where webhook_id = $1 and event_type <> $2', [webhookId, PING]);
}

/** Counts a ping unless there were `limit` of them within the minute; then the seconds until the next may come. */
export async function countPing(tx: Transaction, webhookId: number, now: Date, limit: number): Promise<number> {
  const windowStart = new Date(now.getTime() - 60_000);
  const { rows } = await tx.query<{ count: number; startedAt: Date }>(
    `update webhook_states
        set ping_count = case when ping_window_started_at > $2 then ping_count + 1 else 1 end,
            ping_window_started_at = case when ping_window_started_at > $2 then ping_window_started_at else $3 end
      where webhook_id = $1
      returning ping_count as count, ping_window_started_at as "startedAt"`,
    [webhookId, windowStart, now],
  );
  const { count, startedAt } = rows[0]!;
  return count <= limit ? 0 : Math.max(1, Math.ceil((startedAt.getTime() - windowStart.getTime()) / 1000));
}

/**
 * Active webhooks of the accounts of some events. They cannot be deleted before the transaction ends, so that
 * deliveries to them can be inserted.
 */
export async function findSubscriptions(tx: Transaction, events: readonly EventRecord[]): Promise<Subscription[]> {
  const { rows } = await tx.query<Subscription>({
    name: 'notification_find_subscriptions',
    text: `select id, account_id as "accountId", environment, events, tags
             from webhooks
            where active and account_id = any($1::uuid[])
            order by id for key share`,
    values: [[...new Set(events.map((event) => event.accountId))]],
  });
  return rows;
}

export async function insertDeliveries(tx: Transaction, deliveries: readonly NewDelivery[]): Promise<void> {
  await tx.query({
    name: 'notification_insert_deliveries',
    text: `insert into webhook_deliveries (id, webhook_id, event_id, event_type, document_id, occurred_at, body, due_at)
           select * from unnest($1::uuid[], $2::integer[], $3::uuid[], $4::text[], $5::uuid[], $6::timestamptz[],
                                $7::text[], $8::timestamptz[])`,
    values: [
      deliveries.map((one) => one.id),
      deliveries.map((one) => one.webhookId),
      deliveries.map((one) => one.eventId),
      deliveries.map((one) => one.eventType),
      deliveries.map((one) => one.documentId ?? null),
      deliveries.map((one) => one.occurredAt),
      deliveries.map((one) => one.body),
      deliveries.map((one) => one.dueAt),
    ],
  });
}

/**
 * Notes that a job is to be queued that delivers at once, and gives the webhooks for which none is waiting yet. A note
 * older than `staleBefore` counts as lost.
 */
export async function noteWoken(
  tx: Transaction,
  webhookIds: readonly number[],
  now: Date,
  staleBefore: Date,
): Promise<number[]> {
  const { rows } = await tx.query<{ webhookId: number }>({
    name: 'notification_note_woken',
    // Locked in one order, so that two transactions cannot wait for each other.
    text: `with locked as (
             select webhook_id from webhook_states where webhook_id = any($1::integer[])
              order by webhook_id for no key update)
           update webhook_states s set woken_at = $2
             from locked
            where s.webhook_id = locked.webhook_id and (s.woken_at is null or s.woken_at < $3)
           returning s.webhook_id as "webhookId"`,
    values: [webhookIds, now, staleBefore],
  });
  return rows.map((row) => row.webhookId);
}

/** A job for this webhook has started: whatever is due by now is its work. */
export async function noteStarted(db: Queryable, webhookId: number, realNow: Date): Promise<void> {
  await db.query({
    name: 'notification_note_started',
    text: `update webhook_states
              set woken_at = null, next_wake_at = case when next_wake_at > account.now then next_wake_at end
             from (select account_now(account_id, environment, $2) as now from webhooks where id = $1) account
            where webhook_id = $1 and (woken_at is not null or next_wake_at <= account.now)`,
    values: [webhookId, realNow],
  });
}

/** One instant, in real time and on the clock of the account that it is about. */
export interface Moment {
  real: Date;
  account: Date;
}

/**
 * When, on the account's clock, the next delivery after `lookedAt` falls due or a lease ends, if no job is queued for that
 * time or earlier yet; it counts as queued from here on. What was due at `lookedAt` and could not be claimed waits for an
 * attempt that is under way, whose worker goes on with it or whose lease ends. In trouble what waits is next when a probe is.
 */
export async function noteNextWake(
  tx: Transaction,
  webhookId: number,
  lookedAt: Moment,
  staleBefore: Date,
): Promise<{ at: Date; accountId: string; environment: Environment } | undefined> {
  const { rows } = await tx.query<{ at: Date; accountId: string; environment: Environment }>({
    name: 'notification_note_next_wake',
    text: `update webhook_states s set next_wake_at = due.at
             from (select least(
                     (select min(due_at) from webhook_deliveries
                       where webhook_id = $1 and attempt_id is null and due_at > $2 and state.next_probe_at is null),
                     (select greatest(min(due_at), state.next_probe_at) from webhook_deliveries
                       where webhook_id = $1 and attempt_id is null and state.next_probe_at is not null),
                     (select min(leased_until) + ($2::timestamptz - $3::timestamptz) from webhook_deliveries
                       where webhook_id = $1 and attempt_id is not null and leased_until > $3)
                   ) as at from webhook_states state where state.webhook_id = $1) due, webhooks w
            where s.webhook_id = $1 and w.id = $1 and due.at is not null
              and (s.next_wake_at is null or s.next_wake_at > due.at or s.next_wake_at < $4)
           returning s.next_wake_at as at, w.account_id as "accountId", w.environment`,
    values: [webhookId, lookedAt.account, lookedAt.real, staleBefore],
  });
  return rows[0];
}

/**
 * The webhook as the next attempts see it, and the time on its account's clock. Others wait here until the transaction ends, so that they count right.
 * Every transaction locks the webhook, then its state, then deliveries: none can wait for another in a circle. What is not
 * durable may be undone when the database crashes.
 */
export async function lockForDelivery(
  tx: Transaction,
  webhookId: number,
  realNow: Date,
  { durable }: { durable: boolean },
): Promise<(Webhook & WebhookHealth & { accountNow: Date }) | undefined> {
  const { rows } = await tx.query<Webhook & WebhookHealth & { accountNow: Date }>({
    name: 'notification_lock_for_delivery',
    text: `with w as materialized (select * from webhooks where id = $1 for key share)
           select ${WEBHOOK_COLUMNS}, ${HEALTH_COLUMNS}, account_now(w.account_id, w.environment, $2) as "accountNow",
                  case when not $3::boolean then set_config('synchronous_commit', 'off', true) end as "commit"
             from w join webhook_states s on s.webhook_id = w.id
              for no key update of s`,
    values: [webhookId, realNow, durable],
  });
  return rows[0];
}

export type ClaimedKind = 'all' | 'pings' | 'events';

/** Written out, so that the index of pings serves. */
const KIND_CONDITIONS: Record<ClaimedKind, string> = {
  all: '',
  pings: `and d.event_type = '${PING}'`,
  events: `and d.event_type <> '${PING}'`,
};

/**
 * Takes leases on deliveries that are due, at most as many as `attemptIds` and as leave `maxOpen` attempts under way.
 * A delivery whose lease has run out is due again: its worker is dead or too late. First attempts for one document wait
 * for each other in the order of the events. `kind` leaves out pings or everything else. `webhook_states` of the webhook
 * must be locked.
 */
export async function claimDueDeliveries(
  tx: Transaction,
  webhookId: number,
  claim: {
    now: Moment;
    leaseUntil: Date;
    attemptIds: readonly string[];
    maxOpen: number;
    kind?: ClaimedKind | undefined;
  },
): Promise<ClaimedDelivery[]> {
  const { kind = 'all' } = claim;
  const { rows } = await tx.query<ClaimedDelivery>({
    name: `notification_claim_due_${kind}`,
    text: `with runnable as (
             select d.id
               from webhook_deliveries d
              where d.webhook_id = $1 and d.due_at <= $2 ${KIND_CONDITIONS[kind]}
                and (d.attempt_id is null or d.leased_until <= $6)
                and (d.attempts > 0 or d.document_id is null or not exists (
                      select from webhook_deliveries earlier
                       where earlier.webhook_id = d.webhook_id and earlier.document_id = d.document_id
                         and earlier.attempts = 0
                         and (earlier.occurred_at, earlier.event_id) < (d.occurred_at, d.event_id)))
              order by d.due_at, d.id
              limit least(cardinality($4::uuid[]), greatest(0, $5 - (
                      select count(*) from webhook_deliveries open
                       where open.webhook_id = $1 and open.attempt_id is not null and open.leased_until > $6)))),
           -- As an array: of a table, the planner would expect a share of all that is pending, and read all of that.
           claimed as materialized (select array(select id from runnable) as ids)
           update webhook_deliveries d
              set attempt_id = ($4::uuid[])[array_position(claimed.ids, d.id)], leased_until = $3
             from claimed
            where d.id = any(claimed.ids)
           returning d.id, d.attempt_id as "attemptId", d.event_id as "eventId", d.event_type as "eventType",
                     d.document_id as "documentId", d.body, d.attempts::integer as attempts`,
    values: [webhookId, claim.now.account, claim.leaseUntil, claim.attemptIds, claim.maxOpen, claim.now.real],
  });
  return rows;
}

/** Ends a delivery, unless its lease was lost to another worker. */
export async function finishDelivery(tx: Transaction, id: string, attemptId: string): Promise<void> {
  await tx.query({
    name: 'notification_finish_delivery',
    text: 'delete from webhook_deliveries where id = $1 and attempt_id = $2',
    values: [id, attemptId],
  });
}

/** Puts a delivery back for its next attempt, unless its lease was lost to another worker. */
export async function rescheduleDelivery(tx: Transaction, id: string, attemptId: string, dueAt: Date): Promise<void> {
  await tx.query({
    name: 'notification_reschedule_delivery',
    text: `update webhook_deliveries set attempts = attempts + 1, attempt_id = null, leased_until = null, due_at = $3
            where id = $1 and attempt_id = $2`,
    values: [id, attemptId, dueAt],
  });
}

/** Gives a lease back as if the attempt had not been begun. */
export async function releaseDelivery(db: Queryable, id: string, attemptId: string): Promise<void> {
  await db.query(
    'update webhook_deliveries set attempt_id = null, leased_until = null where id = $1 and attempt_id = $2',
    [id, attemptId],
  );
}

export async function putLastResponse(
  tx: Transaction,
  webhookId: number,
  response: { code: number; message: string; timestamp: Date },
): Promise<void> {
  await tx.query({
    name: 'notification_put_last_response',
    text: `update webhook_states
              set last_response_code = $2, last_response_message = $3, last_response_at = $4
            where webhook_id = $1 and (last_response_at is null or last_response_at <= $4)`,
    values: [webhookId, response.code, response.message, response.timestamp],
  });
}

/**
 * Before the delivery ends: its body is cut when the document is erased while the attempt is under way, and so is what the
 * log says then. `cutBody` stands for that of a delivery that is gone.
 */
export async function insertAttempt(
  tx: Transaction,
  record: AttemptRecord,
  deliveryId: string,
  cutBody: string,
): Promise<void> {
  await tx.query({
    name: 'notification_insert_attempt',
    text: `insert into webhook_attempts (id, webhook_id, event_id, document_id, attempted_at, url, elapsed_ms,
                                         request_headers, request_body, response_headers, response_body,
                                         response_status, response_message, error_message)
           values ($1, $2, $3, $4, $5, $6, $7, $8,
                   coalesce((select body from webhook_deliveries where id = $14), $9), $10, $11, $12, $13, $15)`,
    values: [
      record.id,
      record.webhookId,
      record.eventId,
      record.documentId ?? null,
      record.attemptedAt,
      record.url,
      record.elapsedMs,
      JSON.stringify(record.requestHeaders),
      cutBody,
      record.responseHeaders === undefined ? null : JSON.stringify(record.responseHeaders),
      record.responseBody ?? null,
      record.responseStatus ?? null,
      record.responseMessage ?? null,
      deliveryId,
      record.errorMessage ?? null,
    ],
  });
}

type AttemptRow = { [Member in keyof AttemptRecord]: AttemptRecord[Member] | null };

const ATTEMPT_COLUMNS = `id, webhook_id as "webhookId", event_id as "eventId", document_id as "documentId",
  attempted_at as "attemptedAt", url, elapsed_ms as "elapsedMs", request_headers as "requestHeaders",
  request_body as "requestBody", response_headers as "responseHeaders", response_body as "responseBody",
  response_status as "responseStatus", response_message as "responseMessage", error_message as "errorMessage"`;

/** Newest first, none that was made before `since`. */
export async function listAttempts(
  db: Queryable,
  webhookId: number,
  since: Date,
  limit: number,
): Promise<AttemptRecord[]> {
  const { rows } = await db.query<AttemptRow>(
    `select ${ATTEMPT_COLUMNS} from webhook_attempts
      where webhook_id = $1 and attempted_at >= $2
      order by attempted_at desc, id desc
      limit $3`,
    [webhookId, since, limit],
  );
  return rows.map(toAttempt);
}

export async function findAttempt(db: Queryable, webhookId: number, id: string): Promise<AttemptRecord | undefined> {
  const { rows } = await db.query<AttemptRow>(
    `select ${ATTEMPT_COLUMNS} from webhook_attempts where webhook_id = $1 and id = $2`,
    [webhookId, id],
  );
  return rows[0] && toAttempt(rows[0]);
}

function toAttempt(row: AttemptRow): AttemptRecord {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as AttemptRecord;
}

/** `before` is real time; what is older by the clock of its account goes too. */
export async function eraseAttemptsBefore(db: Queryable, before: Date): Promise<void> {
  await db.query('delete from webhook_attempts where attempted_at < $1', [before]);
  await db.query(
    `delete from webhook_attempts a using webhooks w, account_clocks c
      where a.webhook_id = w.id and w.account_id = c.account_id and w.environment = 'test'
        and a.attempted_at < $1::timestamptz + c.ahead_ms * interval '1 millisecond'`,
    [before],
  );
}

export async function eraseAttemptsOfDocuments(tx: Transaction, documentIds: readonly string[]): Promise<void> {
  await tx.query('delete from webhook_attempts where document_id = any($1::uuid[])', [documentIds]);
}

/** Rewrites the bodies that still wait to be sent for some documents. */
export async function rewritePendingBodies(
  tx: Transaction,
  webhookIds: readonly number[],
  documentIds: readonly string[],
  rewrite: (body: string) => string,
): Promise<void> {
  await tx.query(
    'select from webhook_states where webhook_id = any($1::integer[]) order by webhook_id for no key update',
    [webhookIds],
  );
  const { rows } = await tx.query<{ id: string; body: string }>(
    'select id, body from webhook_deliveries where document_id = any($1::uuid[])',
    [documentIds],
  );
  for (const row of rows) {
    await tx.query('update webhook_deliveries set body = $2 where id = $1', [row.id, rewrite(row.body)]);
  }
}
