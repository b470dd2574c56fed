import type { OperationResult } from '../kernel/http/route.ts';
import type { ReportErrorRequest } from './contract/session.ts';
import { redirectUrl } from './redirect-token.ts';
import { loadTurn, type SessionContext } from './session-context.ts';
import type { SignatureDeps } from './signature-deps.ts';

/**
 * Writes down which error the signer sees, and tells where those go who give up because of it: to the sender's error
 * page, with a token that says the same. The eID's words may name a person, so the log has its code only.
 */
export async function reportError(
  deps: SignatureDeps,
  context: SessionContext,
  body: ReportErrorRequest,
): Promise<OperationResult> {
  const { document, signer } = await loadTurn(deps, context.session, context.now);
  const { errorCode, eidErrorCode, eidErrorMessage, requestId } = body;
  deps.log.warn(
    { documentId: document.id, sessionId: context.session.id, errorCode, eidErrorCode, requestId },
    'the signer sees an error',
  );
  const errorMessage = 'The signing app could not go on.';
  const error = { errorCode, errorMessage, eidErrorCode, eidErrorMessage };
  return { status: 200, body: { redirect: await redirectUrl(deps, document, signer, { result: 'failed', error }) } };
}
