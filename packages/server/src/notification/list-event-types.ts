import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { DOCUMENT_EVENT_TYPES, EVENT_TYPE_TEXTS, SHARE_EVENT_TYPES } from './contract/event-types.ts';
import type { NotificationDeps } from './notification-deps.ts';

/** The types that this account can get. */
export async function listEventTypes(
  deps: Pick<NotificationDeps, 'hasProduct'>,
  context: OperationContext,
): Promise<OperationResult> {
  const shares = await deps.hasProduct(context.accountId, 'share');
  const types = [...DOCUMENT_EVENT_TYPES, ...(shares ? SHARE_EVENT_TYPES : [])];
  return { status: 200, body: types.map((id) => ({ id, ...EVENT_TYPE_TEXTS[id] })) };
}
