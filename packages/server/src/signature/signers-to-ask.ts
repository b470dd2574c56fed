import type { AccountTime } from '../kernel/clock/account-clocks.ts';
import type { Queryable } from '../kernel/db/database.ts';
import { listDocumentsWithRequests } from './notification-store.ts';
import { recipientOf, wantedChannel } from './recipients.ts';
import { turnState } from './session-context.ts';
import { findDocument } from './store.ts';

/** A signer whose turn it is, who has not signed, and who wants to be told so. */
export type DueSigner = ReturnType<typeof recipientOf>;

/** The signers of several documents who are due for a request; one query when none of the documents has any. */
export async function signersToAsk(
  deps: { accountTime: AccountTime },
  db: Queryable,
  documentIds: readonly string[],
): Promise<DueSigner[]> {
  const due: DueSigner[] = [];
  for (const documentId of await listDocumentsWithRequests(db, documentIds)) {
    const document = await findDocument(db, documentId);
    if (!document) continue;
    const now = deps.accountTime.now(document.accountId, document.environment);
    for (const signer of document.signers) {
      const channel = wantedChannel(signer, 'request');
      if (!channel || turnState(document, signer.id, now) !== 'sign') continue;
      due.push(recipientOf(document, signer, channel));
    }
  }
  return due;
}
