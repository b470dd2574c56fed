import { deleteEidAttempts, startEidAttempt } from '../eid/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import { changeSession } from './change-session.ts';
import type { StartEidRequest } from './contract/app.ts';
import type { ProviderName } from './contract/providers.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { offeredProviders, startOfEid } from './offered-providers.ts';
import type { SessionContext } from './session-context.ts';
import { withEvent } from './session-record.ts';
import { ACTIVE_MS, isFinal } from './session-state.ts';

/**
 * Hands the user over to the chosen eID. A run that was started before is given up. Throws 422 `session_ended`,
 * 422 `method_not_available`, 503 `eid_unavailable`.
 */
export async function startEid(
  deps: IdentificationDeps,
  { session, clientIp }: SessionContext,
  body: StartEidRequest,
): Promise<OperationResult> {
  const name = body.provider as ProviderName;
  if (!offeredProviders(deps, session).includes(name)) {
    throw new SeglError(422, 'method_not_available', 'This eID is not offered for the session.');
  }
  if (isFinal(session.status)) throw sessionEnded();
  const { attemptId, step, keep } = await startEidAttempt(deps, {
    owner: 'identification',
    sessionId: session.id,
    accountId: session.accountId,
    method: name,
    framed: body.framed === true,
    endUserIp: clientIp,
    eid: await startOfEid(deps, session, name),
  });
  const after = await changeSession(deps, session.id, async (current, at, tx) => {
    if (isFinal(current.status)) return undefined;
    // Whoever starts anew has turned away from what was before.
    await deleteEidAttempts(tx, 'identification', [session.id]);
    await keep(tx);
    const data = { provider: name };
    const selected = withEvent(current.auditTrail, 'provider_selected', at, data);
    return {
      ...current,
      provider: name,
      idleAt: new Date(at.getTime() + ACTIVE_MS),
      auditTrail: withEvent(selected, 'provider_started', at, data),
    };
  });
  if (isFinal(after.status)) throw sessionEnded();
  return { status: 200, body: { attemptId, step } };
}

export function sessionEnded(): SeglError {
  return new SeglError(422, 'session_ended', 'The session has ended.');
}
