import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { closeDocument } from './close-document.ts';
import { statusResource } from './document-representation.ts';
import { isFinal } from './document-status.ts';
import { lockOwnDocument } from './get-document.ts';
import type { SignatureDeps } from './signature-deps.ts';

/**
 * Cancels a document that is open and raises `document_canceled`. A repetition answers the same and does nothing. Throws
 * 422 `document_not_cancelable` when the document is signed or expired.
 */
export async function cancelDocument(
  deps: Pick<SignatureDeps, 'database' | 'events' | 'clock'>,
  context: OperationContext,
  documentId: string,
  reason: string | undefined,
): Promise<OperationResult> {
  return deps.database.transaction(async (tx) => {
    const document = await lockOwnDocument(tx, context, documentId);
    if (document.status !== 'canceled') {
      if (isFinal(document.status)) {
        throw new SeglError(422, 'document_not_cancelable', `The document is ${document.status} already.`);
      }
      await closeDocument(deps, tx, document, { status: 'canceled', reason }, context.now);
    }
    const result = { status: 200, body: statusResource('canceled', []) };
    await context.keepAnswer?.(tx, result);
    return result;
  });
}
