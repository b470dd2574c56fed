import { SeglError } from '../kernel/errors/segl-error.ts';
import { entityTag, requireUnchanged } from '../kernel/http/entity-tag.ts';
import type { OperationContext, OperationInput, OperationResult } from '../kernel/http/route.ts';
import { documentResource } from './document-representation.ts';
import { isFinal } from './document-status.ts';
import { eraseDocument } from './erase-document.ts';
import { lockOwnDocument } from './get-document.ts';
import type { SignatureDeps } from './signature-deps.ts';

/**
 * Erases a final document at once, whatever its retention, and raises `document_deleted`. Throws 422 `document_active` for
 * a document that is open, and 422 `resource_changed`.
 */
export async function deleteDocument(
  deps: SignatureDeps,
  context: OperationContext,
  documentId: string,
  input: { reason: string | undefined; headers: OperationInput['headers'] },
): Promise<OperationResult> {
  await deps.database.transaction(async (tx) => {
    const document = await lockOwnDocument(tx, context, documentId);
    requireUnchanged(entityTag(documentResource(document, deps)), input.headers);
    if (!isFinal(document.status)) {
      throw new SeglError(422, 'document_active', 'The document is still open. Cancel it first.');
    }
    await eraseDocument(deps, tx, document, { now: context.now, message: input.reason });
  });
  return { status: 204 };
}
