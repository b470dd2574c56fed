import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import type { MockEventRequest } from './contract/event.ts';
import { envelopeOf } from './envelope.ts';
import { countSample } from './event-store.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { samplePayload } from './sample-payload.ts';

const SAMPLES_PER_HOUR = 60;

/**
 * A real event about something that does not exist: it is in the queue and goes to the webhooks that want its type.
 * Throws 429 `too_many_requests`.
 */
export async function mockEvent(
  deps: Pick<NotificationDeps, 'database' | 'events' | 'clock' | 'publicUrl'>,
  context: OperationContext,
  input: { body: MockEventRequest },
): Promise<OperationResult> {
  const { accountId, environment, now } = context;
  const { eventType } = input.body;
  return deps.database.transaction(async (tx) => {
    const waitSeconds = await countSample(tx, context, deps.clock.now(), SAMPLES_PER_HOUR);
    if (waitSeconds > 0) {
      throw new SeglError(429, 'too_many_requests', `${SAMPLES_PER_HOUR} samples an hour can be asked for.`, {
        retryAfterSeconds: waitSeconds,
      });
    }
    // Without the id of a document, so that nobody takes it for the work of one.
    const event = await deps.events.append(tx, {
      accountId,
      environment,
      type: eventType,
      payload: samplePayload(eventType, now, deps.publicUrl),
      tags: ['mock'],
    });
    const result = { status: 200, body: envelopeOf(event) };
    await context.keepAnswer?.(tx, result);
    return result;
  });
}
