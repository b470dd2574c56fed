/**
 * What is left of the payload of an event whose document is erased: ids of document, signers and resources, and
 * nothing that says something about a person.
 */
export function payloadIds(payload: Record<string, unknown>): Record<string, unknown> {
  const signers = Array.isArray(payload.signers) ? payload.signers.map(signerIds) : undefined;
  return {
    documentId: payload.documentId,
    externalDocumentId: payload.externalDocumentId,
    ...(payload.signer === undefined ? {} : { signer: signerIds(payload.signer) }),
    ...(signers === undefined ? {} : { signers }),
    // Of an add-on's resource.
    sourceType: payload.sourceType,
    sourceId: payload.sourceId,
    resourceId: payload.resourceId,
  };
}

function signerIds(signer: unknown): { id: unknown; externalSignerId: unknown } {
  const { id, externalSignerId } = signer as { id: unknown; externalSignerId: unknown };
  return { id, externalSignerId };
}
