import { setTimeout } from 'node:timers/promises';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { MAX_EVENTS, type TakeEventsQuery } from './contract/event.ts';
import { envelopeOf } from './envelope.ts';
import { eventFilter, shownSince } from './event-filter.ts';
import { lockUnhandledEvents } from './event-store.ts';
import type { NotificationDeps } from './notification-deps.ts';

const LOCK_MS = 10 * 60_000;
/** How often a waiting poll looks without having been called, for calls can get lost. */
const LOOK_EVERY_MS = 1_000;

/**
 * The oldest events that nobody has handled and nobody holds, held for 10 minutes from now. With `wait` the answer comes
 * as soon as there is one.
 */
export async function takeEvents(
  deps: Pick<NotificationDeps, 'database' | 'events' | 'stopping'>,
  context: OperationContext,
  input: { query: TakeEventsQuery },
): Promise<OperationResult> {
  const { now } = context;
  const filter = eventFilter(input.query);
  const take = () =>
    lockUnhandledEvents(deps.database, context, filter, {
      since: shownSince(now),
      now,
      lockedUntil: new Date(now.getTime() + LOCK_MS),
      limit: MAX_EVENTS,
    });
  const waitUntilMs = performance.now() + 1000 * (input.query.wait ?? 0);
  let call = () => {};
  const stopListening = input.query.wait === undefined ? () => {} : deps.events.onAppended(() => call());
  try {
    for (;;) {
      // Before the look, so that an event that comes right after it is not missed.
      const called = new Promise<void>((resolve) => {
        call = resolve;
      });
      const taken = await take();
      const leftMs = waitUntilMs - performance.now();
      if (taken.length > 0 || leftMs <= 0 || deps.stopping.aborted) {
        return { status: 200, body: taken.map(envelopeOf) };
      }
      const timer = new AbortController();
      const signal = AbortSignal.any([timer.signal, deps.stopping]);
      await Promise.race([called, setTimeout(Math.min(leftMs, LOOK_EVERY_MS), undefined, { signal }).catch(() => {})]);
      timer.abort();
    }
  } finally {
    stopListening();
  }
}
