import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { invalidateSession, requireByRequestId } from './result.ts';

/** The session is named in the body or, by another generation of clients, in the query. */
export async function invalidateIdentification(
  deps: IdentificationDeps,
  context: OperationContext,
  input: { body: { RequestId?: string }; query: { requestId?: string } },
): Promise<OperationResult> {
  const requestId = input.body.RequestId ?? input.query.requestId;
  if (requestId === undefined) {
    throw validationFailed([{ field: 'RequestId', code: 'required', message: 'Required, in the body or the query.' }]);
  }
  const { id } = await requireByRequestId(deps, context, requestId);
  await invalidateSession(deps, id);
  return { status: 200, body: {} };
}
