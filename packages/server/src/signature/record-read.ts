import type { OperationResult } from '../kernel/http/route.ts';
import { recordEvidence } from './record-evidence.ts';
import type { SessionContext } from './session-context.ts';
import { markDocumentRead } from './session-store.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { lockDocumentRow } from './store.ts';

/** The signer has reached the end of the document. Raises `document_read` the first time, and nothing after that. */
export async function recordRead(deps: SignatureDeps, context: SessionContext): Promise<OperationResult> {
  const { session, now } = context;
  await deps.database.transaction(async (tx) => {
    await lockDocumentRow(tx, session.documentId);
    if (!(await markDocumentRead(tx, session, now))) return;
    await recordEvidence(deps, tx, session.documentId, {
      kind: 'document_read',
      signerId: session.signerId,
      caller: context,
      event: 'document_read',
    });
  });
  return { status: 204 };
}
