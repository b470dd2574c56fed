import type { AccountTime } from '../clock/account-clocks.ts';
import type { Clock } from '../clock/clock.ts';
import type { Database, Log, Transaction } from '../db/database.ts';
import { uuidv7 } from '../ids/uuid.ts';
import { EventRelay } from './event-relay.ts';
import type { EventHandler, EventRecord, Events, NewEvent } from './events.ts';
import { payloadIds } from './payload-ids.ts';

const APPEND_EVENT = {
  name: 'append-event',
  text: 'select append_event($1, $2, $3, $4, $5, $6, $7, $8) as "occurredAt"',
};

const OUTBOX_FILLED = 'event-outbox-filled';

export interface EventsOptions {
  database: Database;
  clock: Clock;
  /** The time that events get; absent: that of `clock`. */
  accountTime?: AccountTime;
  log: Log;
}

/** Events on the database's outbox. Only processes that call `start` hand them to subscribers. */
export function createEvents({ database, clock, accountTime = clock, log }: EventsOptions): Events {
  const relay = new EventRelay({ database, clock, log });
  const wake = () => database.signals.send(OUTBOX_FILLED);
  let stopListening = () => {};

  return {
    async append(tx: Transaction, event: NewEvent): Promise<EventRecord> {
      const now = accountTime.now(event.accountId, event.environment);
      const id = uuidv7(now);
      const { rows } = await tx.query<{ occurredAt: Date }>(APPEND_EVENT, [
        id,
        event.accountId,
        event.environment,
        event.type,
        event.documentId ?? null,
        now,
        JSON.stringify(event.payload),
        event.tags,
      ]);
      tx.afterCommit(wake);
      return { ...event, id, occurredAt: rows[0]!.occurredAt };
    },
    async cutToIds(tx: Transaction, documentId: string): Promise<void> {
      const { rows } = await tx.query<{ id: string; payload: Record<string, unknown> }>(
        'select id, payload from events where document_id = $1',
        [documentId],
      );
      await tx.query(
        `update events set payload = cut.payload
           from jsonb_to_recordset($1::jsonb) as cut (id uuid, payload jsonb)
          where events.id = cut.id and events.document_id = $2`,
        [JSON.stringify(rows.map(({ id, payload }) => ({ id, payload: payloadIds(payload) }))), documentId],
      );
    },
    subscribe(name: string, types: readonly string[] | '*', handle: EventHandler): void {
      relay.subscribe(name, types, handle);
    },
    onAppended: (listener) => database.signals.on(OUTBOX_FILLED, listener),
    wake,
    async start(): Promise<void> {
      stopListening = database.signals.on(OUTBOX_FILLED, () => relay.wake());
      relay.start();
    },
    async stop(): Promise<void> {
      stopListening();
      await relay.stop();
    },
  };
}
