import { SeglError } from '../kernel/errors/segl-error.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { SignatureDeps } from './signature-deps.ts';
import {
  type DocumentRecord,
  findByExternalId,
  findDocument,
  findFormerDocumentId,
  insertDocument,
  type NewDocument,
  retireExternalId,
} from './store.ts';

/** The caller's own reference of a document, and what was asked for under it. */
export interface DocumentIdentity {
  accountId: string;
  environment: Environment;
  externalId: string;
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
  const holder = await findByExternalId(deps.database, identity.accountId, identity.environment, identity.externalId);
  const holds = holder?.fingerprint.equals(identity.fingerprint) ?? false;
  if (!holder || (await deps.externalIdPolicy(identity.accountId)) === 'strict') {
    return holds ? findDocument(deps.database, holder!.documentId) : undefined;
  }
  const documentId = holds
    ? holder.documentId
    : await findFormerDocumentId(deps.database, identity, identity.fingerprint);
  const document = documentId === undefined ? undefined : await findDocument(deps.database, documentId);
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
  if (await inserted(() => insertDocument(deps.database, document))) return undefined;
  for (let tried = 0; tried < TRIES; tried += 1) {
    const repeated = await findRepeated(deps, identity, document.createdAt);
    if (repeated) return repeated;
    const holder = await findByExternalId(deps.database, identity.accountId, identity.environment, identity.externalId);
    if (holder && (await deps.externalIdPolicy(identity.accountId)) === 'strict') {
      throw await conflict(deps, holder.documentId);
    }
    const done = await inserted(() =>
      deps.database.transaction(async (tx) => {
        if (holder) await retireExternalId(tx, identity, holder.documentId);
        await insertDocument(tx, document);
      }),
    );
    if (done) return undefined;
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

async function conflict(deps: Deps, documentId: string): Promise<SeglError> {
  const existing = await findDocument(deps.database, documentId);
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
