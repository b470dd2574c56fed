import type { Transaction } from '../kernel/db/database.ts';
import { type EvidenceKind, nextEvidence } from './evidence.ts';
import { insertEvidence } from './evidence-store.ts';
import { unknownLink } from './session-context.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { type DocumentRecord, lockDocument, updateDocument } from './store.ts';

/** The browser on whose behalf something is recorded. */
export interface Caller {
  now: Date;
  clientIp: string;
  userAgent: string | undefined;
}

/**
 * Appends one step to the document's evidence, under its row lock, and raises the event that goes with it, if any.
 * Returns the document as it is in this transaction.
 */
export async function recordEvidence(
  deps: Pick<SignatureDeps, 'events'>,
  tx: Transaction,
  documentId: string,
  step: {
    kind: EvidenceKind;
    signerId: string;
    caller: Caller;
    data?: Record<string, unknown>;
    event?: 'document_link_opened' | 'document_read';
  },
): Promise<DocumentRecord> {
  const document = await lockDocument(tx, documentId);
  const signer = document?.signers.find((one) => one.id === step.signerId);
  if (!document || !signer) throw unknownLink();
  const { now, clientIp, userAgent } = step.caller;
  const entry = nextEvidence(
    document.id,
    { sequence: document.evidenceSequence, hash: document.evidenceHash },
    {
      occurredAt: now,
      kind: step.kind,
      signerId: signer.id,
      data: {
        ...step.data,
        documentSha256: document.contentSha256,
        clientIp,
        ...(userAgent === undefined ? {} : { userAgent }),
      },
    },
  );
  await insertEvidence(tx, document, entry);
  await updateDocument(tx, document.id, { evidence: entry });
  if (step.event) {
    await deps.events.append(tx, {
      accountId: document.accountId,
      environment: document.environment,
      type: step.event,
      documentId: document.id,
      payload: {
        documentId: document.id,
        externalDocumentId: document.request.externalId,
        ...(userAgent === undefined ? {} : { userAgent }),
        ipAddress: clientIp,
        signer: { id: signer.id, externalSignerId: signer.request.externalSignerId },
      },
      tags: [...new Set([...document.request.advanced.tags, ...signer.request.tags])],
    });
  }
  return { ...document, evidenceSequence: entry.sequence, evidenceHash: entry.hash };
}
