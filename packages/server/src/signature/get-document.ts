import { SeglError } from '../kernel/errors/segl-error.ts';
import { entityTag } from '../kernel/http/entity-tag.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { documentResource, statusResource } from './document-representation.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { type DocumentRecord, findDocument, findStatus } from './store.ts';

/** 404 for an unknown document and for one of another account or environment alike. */
export function documentNotFound(): SeglError {
  return new SeglError(404, 'document_not_found', 'There is no such document.');
}

/** The caller's own document; throws 404 `document_not_found`. */
export async function requireDocument(
  deps: Pick<SignatureDeps, 'database'>,
  context: Pick<OperationContext, 'accountId' | 'environment'>,
  documentId: string,
): Promise<DocumentRecord> {
  const document = await findDocument(deps.database, documentId);
  if (!document || document.accountId !== context.accountId || document.environment !== context.environment) {
    throw documentNotFound();
  }
  return document;
}

export async function getDocument(
  deps: SignatureDeps,
  context: OperationContext,
  documentId: string,
): Promise<OperationResult> {
  const body = documentResource(await requireDocument(deps, context, documentId), deps);
  return { status: 200, body, headers: { etag: entityTag(body) } };
}

export async function getStatus(
  deps: SignatureDeps,
  context: OperationContext,
  documentId: string,
): Promise<OperationResult> {
  const found = await findStatus(deps.database, documentId);
  if (!found || found.accountId !== context.accountId || found.environment !== context.environment)
    throw documentNotFound();
  return { status: 200, body: statusResource(found.status, found.packages) };
}
