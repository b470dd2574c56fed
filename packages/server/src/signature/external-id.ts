import type { ExternalIdPolicy } from '../admin/index.ts';
import type { Queryable } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { SignatureDeps } from './signature-deps.ts';
import {
  type DocumentRecord,
  type ExternalIdHolder,
  type ExternalIdSlot,
  findByExternalId,
  findDocument,
  findFormerDocumentId,
  insertDocument,
  lockExternalId,
  type NewDocument,
  retireExternalId,
} from './store.ts';

/** The caller's own reference of a document, and what was asked for under it. */
export interface DocumentIdentity extends ExternalIdSlot {
  fingerprint: Buffer;
}

type Deps = Pick<SignatureDeps, 'database' | 'externalIdPolicy'>;

const UNIQUE_VIOLATION = '23505';
const LOCK_NOT_AVAILABLE = '55P03';
const REPLAYED_MS = 24 * 3_600_000;
/** Each further try means that another request was faster in between. */
const TRIES = 5;

/** The document that an equal request under the external id made, if this counts as its repetition. */
export async function findRepeated(
  deps: Deps,
  identity: DocumentIdentity,
  now: Date,
): Promise<DocumentRecord | undefined> {
  const holder = await findByExternalId(deps.database, identity);
  if (!holder) return undefined;
  const policy = await deps.externalIdPolicy(identity.accountId);
  return repeatedOf(deps.database, identity, holder, policy, now);
}

async function repeatedOf(
  db: Queryable,
  identity: DocumentIdentity,
  holder: ExternalIdHolder,
  policy: ExternalIdPolicy,
  now: Date,
): Promise<DocumentRecord | undefined> {
  const holds = holder.fingerprint.equals(identity.fingerprint);
  if (policy === 'strict') return holds ? findDocument(db, holder.documentId) : undefined;
  const documentId = holds ? holder.documentId : await findFormerDocumentId(db, identity);
  const document = documentId === undefined ? undefined : await findDocument(db, documentId);
  return document && now.getTime() - document.createdAt.getTime() < REPLAYED_MS ? document : undefined;
}

/**
 * Stores the document unless the request is a repetition: then answers the document that exists. Throws 422
 * `external_id_conflict` when another request has the external id, unless the account lets it make another document, and
 * 503 when a request that is at work under the same external id does not end.
 */
export async function insertUnderExternalId(
  deps: Deps,
  identity: DocumentIdentity,
  document: NewDocument,
): Promise<DocumentRecord | undefined> {
  const now = document.createdAt;
  if (await inserted(() => insertDocument(deps.database, document))) return undefined;
  for (let tried = 0; tried < TRIES; tried += 1) {
    const policy = await deps.externalIdPolicy(identity.accountId);
    let repeated: DocumentRecord | undefined;
    const settled = await inserted(() =>
      deps.database.transaction(async (tx) => {
        // Under the lock nobody else can take the external id over, so what is found here is all there is.
        const holder = await lockExternalId(tx, identity);
        repeated = holder && (await repeatedOf(tx, identity, holder, policy, now));
        if (repeated) return;
        if (holder && policy === 'strict') throw await conflict(tx, holder.documentId);
        if (holder) await retireExternalId(tx, identity);
        await insertDocument(tx, document);
      }),
    );
    if (settled) return repeated;
  }
  throw externalIdInUse();
}

/** `false` when somebody else has the external id. */
async function inserted(insert: () => Promise<void>): Promise<boolean> {
  try {
    await insert();
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === UNIQUE_VIOLATION) return false;
    if (code === LOCK_NOT_AVAILABLE) throw externalIdInUse(error);
    throw error;
  }
}

async function conflict(db: Queryable, documentId: string): Promise<SeglError> {
  const existing = await findDocument(db, documentId);
  const since = existing ? `, created ${existing.createdAt.toISOString()}` : '';
  const message = `The externalId belongs to another document${since}.`;
  return new SeglError(422, 'external_id_conflict', message, {
    errors: [{ field: 'externalId', code: 'duplicate', message }],
    members: { existingId: documentId },
  });
}

function externalIdInUse(cause?: unknown): SeglError {
  return new SeglError(503, 'service_unavailable', 'Another request is at work under the same externalId.', {
    retryAfterSeconds: 2,
    ...(cause === undefined ? {} : { cause }),
  });
}
