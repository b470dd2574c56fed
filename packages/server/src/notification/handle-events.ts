import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import type { EventIds, EventParams } from './contract/event.ts';
import { markAllHandled, markHandled } from './event-store.ts';
import type { NotificationDeps } from './notification-deps.ts';

type Deps = Pick<NotificationDeps, 'database'>;

/** The event is never handed out again; no lock is needed. Throws 404 `event_not_found`. */
export async function handleEvent(
  deps: Deps,
  context: OperationContext,
  input: { params: EventParams },
): Promise<OperationResult> {
  const known = await markHandled(deps.database, context, [input.params.eventId], context.now);
  if (known === 0) throw new SeglError(404, 'event_not_found', 'There is no such event.');
  return { status: 200 };
}

/** Several at once. Ids that nobody knows are passed over. */
export async function handleEvents(
  deps: Deps,
  context: OperationContext,
  input: { body: EventIds },
): Promise<OperationResult> {
  if (input.body.length > 0) await markHandled(deps.database, context, input.body, context.now);
  return { status: 200 };
}

/** All that is not handled, locked or not, of this account and environment. */
export async function clearEvents(deps: Deps, context: OperationContext): Promise<OperationResult> {
  await markAllHandled(deps.database, context, context.now);
  return { status: 200 };
}
