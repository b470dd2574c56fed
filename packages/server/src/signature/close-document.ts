import type { Transaction } from '../kernel/db/database.ts';
import { armTimer } from './arm-timer.ts';
import { GRACE_MS } from './document-status.ts';
import { closeDocumentRow, endSessionsBy } from './life-cycle-store.ts';
import type { SignatureDeps } from './signature-deps.ts';
import type { DocumentRecord } from './store.ts';

/**
 * Ends a document that is open, under its row lock, and raises the event that says so. No step of signing is taken after
 * that: a signature that comes now has lost the race. Open sessions end in a few minutes, so that whoever is with an eID
 * comes back to a page that says why.
 */
export async function closeDocument(
  deps: Pick<SignatureDeps, 'events' | 'clock'>,
  tx: Transaction,
  document: DocumentRecord,
  end: { status: 'canceled'; reason: string | undefined } | { status: 'expired' },
  now: Date,
): Promise<void> {
  await closeDocumentRow(tx, document.id, end, now);
  // Sessions live by the clock of the browsers, not by that of the account.
  await endSessionsBy(tx, document.id, new Date(deps.clock.now().getTime() + GRACE_MS));
  await armTimer(tx, document);
  const reason = end.status === 'canceled' ? end.reason : undefined;
  await deps.events.append(tx, {
    accountId: document.accountId,
    environment: document.environment,
    type: end.status === 'canceled' ? 'document_canceled' : 'document_expired',
    documentId: document.id,
    payload: {
      documentId: document.id,
      externalDocumentId: document.request.externalId,
      ...(reason === undefined ? {} : { message: reason }),
    },
    tags: document.request.advanced.tags,
  });
}
