import type { Transaction } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext } from '../kernel/http/route.ts';
import { armTimer } from './arm-timer.ts';
import { afterChange, isFinal } from './document-status.ts';
import { type EvidenceKind, nextEvidence } from './evidence.ts';
import { insertEvidence } from './evidence-store.ts';
import { stateOf } from './session-context.ts';
import { raiseDocumentSigned } from './sign-document.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { type DocumentRecord, updateDocument } from './store.ts';

/** Throws 422 `document_closed` when nothing can happen to the document any more, also by its deadline. */
export function requireOpen(document: Pick<DocumentRecord, 'status' | 'deadline'>, now: Date): void {
  if (!isFinal(document.status) && now < document.deadline) return;
  throw new SeglError(422, 'document_closed', 'The document is signed, cancelled or expired and does not change.');
}

/** Throws 422 `document_locked` when somebody has signed: what others see must be what the first one saw. */
export function requireUnsigned(document: Pick<DocumentRecord, 'signatures'>): void {
  if (document.signatures.length === 0) return;
  throw new SeglError(422, 'document_locked', 'Somebody has signed the document, so this does not change any more.');
}

/**
 * Concludes a change of a document or of what belongs to it, under its row lock: evidence of who asked for it, the time of
 * the change, and, when the last missing signature is not needed any more, `document_signed`. `changed` is the document as
 * it is now. Answers it with what this added.
 */
export async function concludeChange(
  deps: Pick<SignatureDeps, 'events' | 'messages'>,
  tx: Transaction,
  context: Pick<OperationContext, 'now' | 'clientId' | 'requestId'>,
  changed: DocumentRecord,
  step: { kind: EvidenceKind; data: Record<string, unknown> },
): Promise<DocumentRecord> {
  const { now, clientId, requestId } = context;
  const entry = nextEvidence(
    changed.id,
    { sequence: changed.evidenceSequence, hash: changed.evidenceHash },
    { occurredAt: now, kind: step.kind, data: { ...step.data, clientId, requestId } },
  );
  const status = afterChange(stateOf(changed));
  const isCompleted = status !== changed.status;
  await insertEvidence(tx, changed, entry);
  await updateDocument(tx, changed.id, {
    status,
    ...(isCompleted ? { signedAt: now } : {}),
    updatedAt: now,
    evidence: entry,
  });
  const concluded: DocumentRecord = {
    ...changed,
    status,
    signedAt: isCompleted ? now : changed.signedAt,
    updatedAt: now,
    evidenceSequence: entry.sequence,
    evidenceHash: entry.hash,
  };
  if (isCompleted) {
    await armTimer(tx, concluded);
    await raiseDocumentSigned(deps, tx, concluded, now);
  } else {
    await deps.messages.askSigners(tx, changed.id);
    await deps.messages.followReminders(tx, changed.id);
  }
  return concluded;
}
