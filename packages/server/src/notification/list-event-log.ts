import { readCursor, writeCursor } from '../kernel/http/cursor-page.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { type EventLogQuery, MAX_EVENTS } from './contract/event.ts';
import { envelopeOf } from './envelope.ts';
import { eventFilter, shownSince } from './event-filter.ts';
import { readLog } from './event-store.ts';
import type { NotificationDeps } from './notification-deps.ts';

const PREFIX = 'event ';
const POSITION = /^event \d{1,15}$/;

/** All events of the last 30 days, handled or not, in an order to which nothing is ever added before a cursor. */
export async function listEventLog(
  deps: Pick<NotificationDeps, 'database'>,
  context: OperationContext,
  input: { query: EventLogQuery },
): Promise<OperationResult> {
  const { after, limit = MAX_EVENTS } = input.query;
  const { events, next } = await readLog(deps.database, context, eventFilter(input.query), {
    since: shownSince(context.now),
    after: after === undefined ? 0 : Number(readCursor(after, 'after', POSITION).slice(PREFIX.length)),
    limit,
  });
  return { status: 200, body: { limit, nextCursor: writeCursor(PREFIX + next), data: events.map(envelopeOf) } };
}
