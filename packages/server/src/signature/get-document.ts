import type { Queryable, Transaction } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { entityTag } from '../kernel/http/entity-tag.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import type { StatusWithDelays } from './contract/document.ts';
import { documentResource, statusResource } from './document-representation.ts';
import { findErasure } from './erasure-store.ts';
import type { DocumentOwner } from './life-cycle-store.ts';
import { showNationalNumbers } from './national-number.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { type DocumentRecord, findDocument, findStatus, lockDocument, type StatusFailure } from './store.ts';
import { isOfOneSignature, partOfName } from './wanted-packages.ts';

const DELETED_KNOWN_MS = 90 * 24 * 3_600_000;

/** 404 for an unknown document and for one of another account or environment alike. */
export function documentNotFound(): SeglError {
  return new SeglError(404, 'document_not_found', 'There is no such document.');
}

type Caller = Pick<OperationContext, 'accountId' | 'environment' | 'now'>;

/** The caller's own document; throws 404 `document_not_found` or `document_deleted`. */
export async function requireDocument(
  deps: { database: Queryable },
  context: Caller,
  documentId: string,
): Promise<DocumentRecord> {
  const document = await findDocument(deps.database, documentId);
  if (!document) throw await absentDocument(deps.database, context, documentId);
  if (!isOwn(document, context)) throw documentNotFound();
  return document;
}

/** The same, holding its row lock until the transaction ends. Nobody waits for documents of others. */
export async function lockOwnDocument(tx: Transaction, context: Caller, documentId: string): Promise<DocumentRecord> {
  await requireDocument({ database: tx }, context, documentId);
  const document = await lockDocument(tx, documentId);
  if (!document) throw await absentDocument(tx, context, documentId);
  return document;
}

function isOwn(owner: DocumentOwner, context: Caller): boolean {
  return owner.accountId === context.accountId && owner.environment === context.environment;
}

/** For 90 days the owner is told that the document was there. */
async function absentDocument(db: Queryable, context: Caller, documentId: string): Promise<SeglError> {
  const erasure = await findErasure(db, documentId);
  if (!erasure || !isOwn(erasure, context)) return documentNotFound();
  if (context.now.getTime() - erasure.erasedAt.getTime() >= DELETED_KNOWN_MS) return documentNotFound();
  return new SeglError(404, 'document_deleted', 'The document was deleted.');
}

export async function getDocument(
  deps: SignatureDeps,
  context: OperationContext,
  documentId: string,
): Promise<OperationResult> {
  const document = await requireDocument(deps, context, documentId);
  const body = documentResource(document, deps);
  const etag = entityTag(body);
  await showNationalNumbers(deps, context, document, body.signers);
  return { status: 200, body, headers: { etag } };
}

export async function getStatus(
  deps: SignatureDeps,
  context: OperationContext,
  documentId: string,
): Promise<OperationResult> {
  const found = await findStatus(deps.database, documentId);
  if (!found) throw await absentDocument(deps.database, context, documentId);
  if (!isOwn(found, context)) throw documentNotFound();
  const body = { ...statusResource(found.status, found.packages), delayedPackages: delayedPackages(found.failures) };
  return { status: 200, body };
}

/** Why files are not there yet that should be: also the account sees that something is waited for. */
function delayedPackages(failures: readonly StatusFailure[]): StatusWithDelays['delayedPackages'] {
  return failures.flatMap(({ part, format, code, since }) => {
    const { attachmentId, signerId } = partOfName(part);
    return signerId !== undefined || isOfOneSignature(format) ? [] : [{ attachmentId, format, code, since }];
  });
}
