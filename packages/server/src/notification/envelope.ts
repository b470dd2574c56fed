import type { EventRecord } from '../kernel/events/events.ts';
import { payloadIds } from '../kernel/events/payload-ids.ts';

/** An event as receivers get it, members in the order of the contract. */
export function envelopeOf(event: EventRecord) {
  return {
    id: event.id,
    type: event.type,
    timestamp: event.occurredAt.toISOString(),
    accountId: event.accountId,
    payload: event.payload,
    tags: event.tags,
  };
}

/** The body of every delivery of an event: compact JSON, no member without a value. */
export function serialiseEnvelope(event: EventRecord): string {
  return JSON.stringify(envelopeOf(event));
}

/** The envelope of an event whose document is erased: its payload says nothing about a person any more. */
export function cutEnvelopeToIds(body: string): string {
  const envelope = JSON.parse(body) as { payload: Record<string, unknown> };
  return JSON.stringify({ ...envelope, payload: payloadIds(envelope.payload) });
}
