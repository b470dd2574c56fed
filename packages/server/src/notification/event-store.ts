import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment, EventRecord } from '../kernel/events/events.ts';

export interface EventOwner {
  accountId: string;
  environment: Environment;
}

/** Absent members match every event. */
export interface EventFilter {
  types?: readonly string[] | undefined;
  /** Lower case; one of them is enough. */
  tags?: readonly string[] | undefined;
  /** Inclusive. */
  from?: Date | undefined;
  /** Exclusive. */
  to?: Date | undefined;
  documentId?: string | undefined;
}

interface EventRow extends Omit<EventRecord, 'documentId'> {
  documentId: string | null;
}

const COLUMNS = `e.id, e.account_id as "accountId", e.environment, e.type, e.document_id as "documentId",
  e.occurred_at as "occurredAt", e.payload, e.tags`;
const MATCHES = `($3::text[] is null or e.type = any($3))
  and ($4::text[] is null or exists (select from unnest(e.tags) tag where lower(tag) = any($4)))`;

function filterValues(owner: EventOwner, filter: EventFilter): unknown[] {
  return [owner.accountId, owner.environment, filter.types ?? null, filter.tags ?? null];
}

interface LogPosition {
  position: number;
  /** The last one that the account has. */
  last: number | null;
}

function toEvent({ documentId, ...event }: EventRow): EventRecord {
  return documentId === null ? event : { ...event, documentId };
}

/**
 * The oldest events that are neither handled nor locked, each locked until `lockedUntil`. Two callers at once never get
 * the same one.
 */
export async function lockUnhandledEvents(
  db: Queryable,
  owner: EventOwner,
  filter: EventFilter,
  lock: { since: Date; now: Date; lockedUntil: Date; limit: number },
): Promise<EventRecord[]> {
  const { rows } = await db.query<EventRow>({
    name: 'notification_lock_unhandled_events',
    text: `with taken as (
             select e.id from events e
              where e.account_id = $1 and e.environment = $2 and e.handled_at is null and e.occurred_at >= $5
                and (e.locked_until is null or e.locked_until <= $6) and ${MATCHES}
              order by e.occurred_at, e.id limit $8 for update skip locked)
           update events e set locked_until = $7 from taken where e.id = taken.id
           returning ${COLUMNS}`,
    values: [...filterValues(owner, filter), lock.since, lock.now, lock.lockedUntil, lock.limit],
  });
  return rows.map(toEvent).sort(byTime);
}

function byTime(one: EventRecord, other: EventRecord): number {
  return one.occurredAt.getTime() - other.occurredAt.getTime() || (one.id < other.id ? -1 : 1);
}

/** The oldest events that are not handled, locked or not. */
export async function listUnhandledEvents(
  db: Queryable,
  owner: EventOwner,
  filter: EventFilter,
  { since, limit }: { since: Date; limit: number },
): Promise<EventRecord[]> {
  const { rows } = await db.query<EventRow>({
    name: 'notification_list_unhandled_events',
    text: `select ${COLUMNS} from events e
            where e.account_id = $1 and e.environment = $2 and e.handled_at is null and e.occurred_at >= $5
              and ${MATCHES}
            order by e.occurred_at, e.id limit $6`,
    values: [...filterValues(owner, filter), since, limit],
  });
  return rows.map(toEvent);
}

/** How many of the ids are events of the owner; they count as handled from here on. */
export async function markHandled(
  db: Queryable,
  owner: EventOwner,
  ids: readonly string[],
  now: Date,
): Promise<number> {
  const { rowCount } = await db.query({
    name: 'notification_mark_handled',
    // Locked in one order, so that two batches cannot wait for each other.
    text: `with known as (
             select id from events where id = any($3::uuid[]) and account_id = $1 and environment = $2
              order by id for no key update),
           marked as (
             update events e set handled_at = $4, locked_until = null from known
              where e.id = known.id and e.handled_at is null)
           select from known`,
    values: [owner.accountId, owner.environment, ids, now],
  });
  return rowCount;
}

export async function markAllHandled(db: Queryable, owner: EventOwner, now: Date): Promise<void> {
  await db.query(
    `with open as (
       select id from events where account_id = $1 and environment = $2 and handled_at is null
        order by id for no key update)
     update events e set handled_at = $3, locked_until = null from open where e.id = open.id`,
    [owner.accountId, owner.environment, now],
  );
}

/** Gives events their position in the log. Only the relay's own transaction may: positions follow its commits. */
export async function appendToLog(tx: Transaction, events: readonly EventRecord[]): Promise<void> {
  await tx.query({
    name: 'notification_append_to_log',
    text: `insert into event_log (event_id, account_id, environment)
           select * from unnest($1::uuid[], $2::uuid[], $3::text[])
           on conflict (event_id) do nothing`,
    values: [
      events.map((event) => event.id),
      events.map((event) => event.accountId),
      events.map((event) => event.environment),
    ],
  });
}

/** Events after a position in the order of the log, and the position after which the next page begins. */
export async function readLog(
  db: Queryable,
  owner: EventOwner,
  filter: EventFilter,
  { since, after, limit }: { since: Date; after: number; limit: number },
): Promise<{ events: EventRecord[]; next: number }> {
  const { rows } = await db.query<(EventRow & LogPosition) | ({ id: null } & LogPosition)>({
    name: 'notification_read_log',
    text: `with page as (
             select l.position, ${COLUMNS}
               from event_log l join events e on e.id = l.event_id
              where l.account_id = $1 and l.environment = $2 and l.position > $6 and e.occurred_at >= $5
                and ${MATCHES}
                and ($7::timestamptz is null or e.occurred_at >= $7) and ($8::timestamptz is null or e.occurred_at < $8)
                and ($9::uuid is null or e.document_id = $9)
              order by l.position limit $10),
           last as (
             select max(l.position) as last from event_log l where l.account_id = $1 and l.environment = $2)
           select page.*, last.last from last left join page on true order by page.position`,
    values: [
      ...filterValues(owner, filter),
      since,
      after,
      filter.from ?? null,
      filter.to ?? null,
      filter.documentId ?? null,
      limit,
    ],
  });
  const found = rows.filter((row): row is EventRow & LogPosition => row.id !== null);
  const events = found.map(({ position: _, last: __, ...row }) => toEvent(row));
  if (found.length === limit) return { events, next: found.at(-1)!.position };
  // Everything up to the last position of the same snapshot was looked at.
  const last = rows[0]?.last ?? 0;
  return { events, next: Math.max(last, after) };
}

export async function countInLog(db: Queryable, owner: EventOwner, filter: EventFilter, since: Date): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::integer as count
       from event_log l join events e on e.id = l.event_id
      where l.account_id = $1 and l.environment = $2 and e.occurred_at >= $5 and ${MATCHES}
        and ($6::timestamptz is null or e.occurred_at >= $6) and ($7::timestamptz is null or e.occurred_at < $7)
        and ($8::uuid is null or e.document_id = $8)`,
    [...filterValues(owner, filter), since, filter.from ?? null, filter.to ?? null, filter.documentId ?? null],
  );
  return rows[0]!.count;
}

/** Counts a sample unless there were `limit` within the hour; then the seconds until the next may come. */
export async function countSample(tx: Transaction, owner: EventOwner, now: Date, limit: number): Promise<number> {
  const windowStart = new Date(now.getTime() - 3_600_000);
  const { rows } = await tx.query<{ count: number; startedAt: Date }>(
    `insert into event_samples as s (account_id, environment, window_started_at, count) values ($1, $2, $4, 1)
     on conflict (account_id, environment) do update
        set count = case when s.window_started_at > $3 then s.count + 1 else 1 end,
            window_started_at = case when s.window_started_at > $3 then s.window_started_at else $4 end
     returning count, window_started_at as "startedAt"`,
    [owner.accountId, owner.environment, windowStart, now],
  );
  const { count, startedAt } = rows[0]!;
  return count <= limit ? 0 : Math.max(1, Math.ceil((startedAt.getTime() - windowStart.getTime()) / 1000));
}
