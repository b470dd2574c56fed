import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { findErasedResource, findResourceDocument } from './resource-store.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { findDocument } from './store.ts';

const ERASED_KNOWN_MS = 90 * 24 * 3_600_000;

/**
 * What a source answered, as it came; the reading is in the audit log before. Throws 404 `resource_not_found`,
 * `resource_not_ready` (with `Retry-After`; failed ones with the reason) and `resource_erased`.
 */
export async function getResource(
  deps: SignatureDeps,
  context: OperationContext,
  resourceId: string,
): Promise<OperationResult> {
  const isOwn = (owner: { accountId: string; environment: string }) =>
    owner.accountId === context.accountId && owner.environment === context.environment;
  const found = await findResourceDocument(deps.database, resourceId);
  const document = found && isOwn(found) ? await findDocument(deps.database, found.documentId) : undefined;
  const resource = document?.resources.find((one) => one.id === resourceId);
  if (!document || !resource) {
    const erased = await findErasedResource(deps.database, resourceId);
    if (erased && isOwn(erased) && context.now.getTime() - erased.erasedAt.getTime() < ERASED_KNOWN_MS) {
      throw new SeglError(404, 'resource_erased', 'The resource went with its document.');
    }
    throw new SeglError(404, 'resource_not_found', 'There is no such resource.');
  }
  const { file } = resource;
  if (!file) {
    const pending = resource.status === 'NotReady';
    const message = resource.message ?? 'The resource is being collected.';
    throw new SeglError(404, 'resource_not_ready', message, pending ? { retryAfterSeconds: 2 } : {});
  }
  await deps.database.transaction((tx) =>
    deps.writeAudit(tx, {
      accountId: document.accountId,
      environment: document.environment,
      occurredAt: deps.clock.now(),
      actorClientId: context.clientId,
      requestId: context.requestId,
      action: 'resource.read',
      targetId: resource.id,
      details: { documentId: document.id, type: resource.type },
    }),
  );
  return {
    status: 200,
    file: {
      open: (range) => deps.files.stream(document.accountId, file.sha256, range),
      sizeBytes: file.sizeBytes,
      mediaType: file.mediaType,
      fileName: `${resource.type}${file.mediaType === 'application/pdf' ? '.pdf' : '.json'}`,
      sha256: file.sha256,
    },
  };
}
