import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { type EventFilterQuery, MAX_EVENTS } from './contract/event.ts';
import { envelopeOf } from './envelope.ts';
import { eventFilter, shownSince } from './event-filter.ts';
import { listUnhandledEvents } from './event-store.ts';
import type { NotificationDeps } from './notification-deps.ts';

/** The oldest events that nobody has handled, held by somebody or not; they stay as they are. */
export async function peekEvents(
  deps: Pick<NotificationDeps, 'database'>,
  context: OperationContext,
  input: { query: EventFilterQuery },
): Promise<OperationResult> {
  const window = { since: shownSince(context.now), limit: MAX_EVENTS };
  const events = await listUnhandledEvents(deps.database, context, eventFilter(input.query), window);
  return { status: 200, body: events.map(envelopeOf) };
}
