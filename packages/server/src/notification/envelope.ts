import type { EventRecord } from '../kernel/events/events.ts';

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

/**
 * The envelope of an event whose document is erased: the payload keeps ids of document and signers, own and external,
 * and loses everything that says something about a person.
 */
export function cutEnvelopeToIds(body: string): string {
  const envelope = JSON.parse(body) as { payload: Record<string, unknown> };
  const { payload } = envelope;
  const signers = Array.isArray(payload.signers) ? payload.signers.map(signerIds) : undefined;
  return JSON.stringify({
    ...envelope,
    payload: {
      documentId: payload.documentId,
      externalDocumentId: payload.externalDocumentId,
      signer: payload.signer === undefined ? undefined : signerIds(payload.signer),
      signers,
    },
  });
}

function signerIds(signer: unknown): { id: unknown; externalSignerId: unknown } {
  const { id, externalSignerId } = signer as { id: unknown; externalSignerId: unknown };
  return { id, externalSignerId };
}
