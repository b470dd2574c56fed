import type { Clock } from '../clock/clock.ts';
import type { Database, Log, Transaction } from '../db/database.ts';
import type { EventHandler, EventRecord } from './events.ts';

const BATCH_SIZE = 200;

/** Any number, the same in every replica: one relay works at a time, which keeps the order of each document. */
const LOCK = 5_349_174;

/** How often to look without having been woken, for signals can get lost. */
const LOOK_EVERY_MS = 1_000;

const RETRY_DELAYS_MS = [1_000, 5_000, 15_000, 60_000, 300_000];

const TAKE_BATCH = {
  name: 'take-event-batch',
  text: `
    with batch as (
      delete from event_outbox where sequence = any(array(
        select sequence from event_outbox order by sequence limit ${BATCH_SIZE} for update skip locked
      ))
      returning sequence, event_id
    )
    select batch.sequence, e.id, e.account_id as "accountId", e.environment, e.type, e.document_id as "documentId",
           e.occurred_at as "occurredAt", e.payload, e.tags
    from batch join events e on e.id = batch.event_id
    order by batch.sequence`,
};

const FIND_WAITING_LANES = {
  name: 'find-waiting-event-lanes',
  text: 'select distinct subscriber, lane from event_retries',
};

interface Subscriber {
  name: string;
  types: ReadonlySet<string> | '*';
  handle: EventHandler;
}

interface EventRow {
  sequence: number;
  id: string;
  accountId: string;
  environment: EventRecord['environment'];
  type: string;
  documentId: string | null;
  occurredAt: Date;
  payload: Record<string, unknown>;
  tags: string[];
}

interface DueLane {
  subscriber: string;
  lane: string;
}

export interface EventRelayOptions {
  database: Database;
  clock: Clock;
  log: Log;
}

/**
 * Hands committed events to the subscribers. A batch is taken from the outbox and handled by everyone in one
 * transaction. When a subscriber throws, the batch is done again with that subscriber's part undone and set aside in
 * `event_retries`, so that neither the other subscribers nor its other documents wait for it.
 */
export class EventRelay {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #subscribers: Subscriber[] = [];
  #timer: NodeJS.Timeout | undefined;
  #woken = false;
  #retriesDue = false;
  #running: Promise<void> | undefined;
  #stopped = true;

  constructor({ database, clock, log }: EventRelayOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#log = log;
  }

  subscribe(name: string, types: readonly string[] | '*', handle: EventHandler): void {
    if (this.#subscribers.some((subscriber) => subscriber.name === name)) {
      throw new Error(`there is already an event subscriber named ${name}`);
    }
    this.#subscribers.push({ name, types: types === '*' ? '*' : new Set(types), handle });
  }

  start(): void {
    this.#stopped = false;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
    this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  wake(): void {
    if (this.#stopped) return;
    this.#woken = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  #look(): void {
    this.#retriesDue = true;
    this.wake();
  }

  async #run(): Promise<void> {
    while (this.#woken && !this.#stopped) {
      this.#woken = false;
      try {
        while (!this.#stopped && (await this.#relayBatch()) === BATCH_SIZE);
        if (this.#retriesDue) {
          this.#retriesDue = false;
          await this.#retryDueLanes();
        }
      } catch (error) {
        this.#log.error({ err: error }, 'events could not be handed on; the relay tries again');
      }
    }
  }

  /** How many events were taken. */
  async #relayBatch(): Promise<number> {
    const failed = new Set<Subscriber>();
    while (true) {
      try {
        return await this.#database.transaction((tx) => this.#handleBatch(tx, failed));
      } catch (error) {
        if (!(error instanceof SubscriberError)) throw error;
        failed.add(error.subscriber);
        this.#logFailure(error.subscriber.name, error.cause);
      }
    }
  }

  async #handleBatch(tx: Transaction, failed: ReadonlySet<Subscriber>): Promise<number> {
    if (!(await this.#isOnlyRelay(tx))) return 0;
    const [{ rows }, { rows: waiting }] = await Promise.all([
      tx.query<EventRow>(TAKE_BATCH),
      tx.query<DueLane>(FIND_WAITING_LANES),
    ]);
    if (rows.length === 0) return 0;
    const waitingLanes = new Set(waiting.map(({ subscriber, lane }) => `${subscriber} ${lane}`));
    for (const subscriber of this.#subscribers) {
      const wanted = rows.filter(({ type }) => subscriber.types === '*' || subscriber.types.has(type));
      const mustWait = (row: EventRow) =>
        failed.has(subscriber) || waitingLanes.has(`${subscriber.name} ${laneOf(row)}`);
      await this.#setAside(tx, subscriber, wanted.filter(mustWait));
      await handleEvents(
        tx,
        subscriber,
        wanted.filter((row) => !mustWait(row)),
      );
    }
    return rows.length;
  }

  async #isOnlyRelay(tx: Transaction): Promise<boolean> {
    if (this.#database.kind === 'embedded') return true;
    const { rows } = await tx.query<{ locked: boolean }>(
      { name: 'lock-event-relay', text: 'select pg_try_advisory_xact_lock($1) as locked' },
      [LOCK],
    );
    return rows[0]!.locked;
  }

  async #setAside(tx: Transaction, subscriber: Subscriber, rows: EventRow[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.query(
      `insert into event_retries (subscriber, sequence, event_id, lane, next_attempt_at)
       select $1, sequence, event_id, lane, $2
       from unnest($3::bigint[], $4::uuid[], $5::uuid[]) as set_aside (sequence, event_id, lane)`,
      [
        subscriber.name,
        new Date(this.#clock.now().getTime() + RETRY_DELAYS_MS[0]!),
        rows.map(({ sequence }) => sequence),
        rows.map(({ id }) => id),
        rows.map(laneOf),
      ],
    );
  }

  async #retryDueLanes(): Promise<void> {
    const { rows } = await this.#database.query<DueLane>(
      {
        name: 'find-due-event-lanes',
        text: `select subscriber, lane from event_retries
               where subscriber = any($1) group by subscriber, lane
               having min(next_attempt_at) <= $2 order by min(sequence) limit ${BATCH_SIZE}`,
      },
      [this.#subscribers.map(({ name }) => name), this.#clock.now()],
    );
    for (const { subscriber, lane } of rows) {
      while (!this.#stopped && (await this.#retryNextOf(subscriber, lane)));
    }
  }

  /** Whether the lane's first event was handled, so that the next one may be tried. */
  async #retryNextOf(name: string, lane: string): Promise<boolean> {
    const subscriber = this.#subscribers.find((candidate) => candidate.name === name)!;
    try {
      return await this.#database.transaction(async (tx) => {
        if (!(await this.#isOnlyRelay(tx))) return false;
        const { rows } = await tx.query<EventRow>(
          `with first as (
             delete from event_retries where subscriber = $1 and sequence = (
               select min(sequence) from event_retries where subscriber = $1 and lane = $2
             )
             returning sequence, event_id
           )
           select first.sequence, e.id, e.account_id as "accountId", e.environment, e.type,
                  e.document_id as "documentId", e.occurred_at as "occurredAt", e.payload, e.tags
           from first join events e on e.id = first.event_id`,
          [name, lane],
        );
        await handleEvents(tx, subscriber, rows);
        return rows.length > 0;
      });
    } catch (error) {
      if (!(error instanceof SubscriberError)) throw error;
      this.#logFailure(name, error.cause);
      await this.#postpone(name, lane);
      return false;
    }
  }

  async #postpone(subscriber: string, lane: string): Promise<void> {
    await this.#database.query(
      `update event_retries
       set attempts = attempts + 1,
           next_attempt_at = $3::timestamptz + ($4::int[])[least(attempts + 2, $5)] * interval '1 millisecond'
       where subscriber = $1 and lane = $2`,
      [subscriber, lane, this.#clock.now(), RETRY_DELAYS_MS, RETRY_DELAYS_MS.length],
    );
  }

  #logFailure(subscriber: string, cause: unknown): void {
    this.#log.error({ err: cause, subscriber }, 'an event subscriber failed; its events are tried again later');
  }
}

class SubscriberError extends Error {
  readonly subscriber: Subscriber;

  constructor(subscriber: Subscriber, cause: unknown) {
    super(`event subscriber ${subscriber.name} failed`, { cause });
    this.subscriber = subscriber;
  }
}

async function handleEvents(tx: Transaction, subscriber: Subscriber, rows: EventRow[]): Promise<void> {
  if (rows.length === 0) return;
  try {
    await subscriber.handle(rows.map(toEventRecord), tx);
  } catch (error) {
    throw new SubscriberError(subscriber, error);
  }
}

/** Events of one lane keep their order: those of a document, and each other event for itself. */
function laneOf(row: EventRow): string {
  return row.documentId ?? row.id;
}

function toEventRecord({ sequence: _sequence, documentId, ...event }: EventRow): EventRecord {
  return documentId === null ? event : { ...event, documentId };
}
