import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import { type EventLogQuery, MAX_EVENTS } from './contract/event.ts';
import { envelopeOf } from './envelope.ts';
import { eventFilter, shownSince } from './event-filter.ts';
import { readLog } from './event-store.ts';
import type { NotificationDeps } from './notification-deps.ts';

const PREFIX = 'event ';

/** All events of the last 30 days, handled or not, in an order to which nothing is ever added before a cursor. */
export async function listEventLog(
  deps: Pick<NotificationDeps, 'database'>,
  context: OperationContext,
  input: { query: EventLogQuery },
): Promise<OperationResult> {
  const { after, limit = MAX_EVENTS } = input.query;
  const { events, next } = await readLog(deps.database, context, eventFilter(input.query), {
    since: shownSince(context.now),
    after: after === undefined ? 0 : position(after),
    limit,
  });
  return { status: 200, body: { limit, nextCursor: cursor(next), data: events.map(envelopeOf) } };
}

function cursor(at: number): string {
  return Buffer.from(PREFIX + at, 'latin1').toString('base64url');
}

function position(text: string): number {
  const [, digits] = /^event (\d{1,15})$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (digits === undefined) {
    throw validationFailed([{ field: 'after', code: 'format', message: 'Must be the nextCursor of a page before.' }]);
  }
  return Number(digits);
}
