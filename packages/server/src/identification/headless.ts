import { type EidWaiting, startEidAttempt } from '../eid/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext } from '../kernel/http/route.ts';
import { changeSession, failed } from './change-session.ts';
import { pollAttempt } from './complete-eid.ts';
import type { ProviderName } from './contract/providers.ts';
import { findPolling } from './find-polling.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { startOfEid } from './offered-providers.ts';
import { type SessionRecord, withEvent } from './session-record.ts';
import { isFinal, started } from './session-state.ts';

/**
 * Starts the only eID of a session that is shown on no page of ours. An eID that cannot be reached ends the session, and
 * throws 503 `eid_unavailable`.
 */
export async function startHeadless(
  deps: IdentificationDeps,
  context: Pick<OperationContext, 'clientIp' | 'userAgent'>,
  session: SessionRecord,
): Promise<SessionRecord> {
  const provider = session.request.providers[0] as ProviderName;
  const { clientIp, userAgent } = context;
  try {
    const { keep } = await startEidAttempt(deps, {
      owner: 'identification',
      sessionId: session.id,
      accountId: session.accountId,
      method: provider,
      framed: false,
      endUserIp: clientIp,
      eid: await startOfEid(deps, session, provider),
    });
    return await changeSession(deps, session.id, async (current, now, tx) => {
      if (isFinal(current.status)) return undefined;
      await keep(tx);
      const auditTrail = withEvent(current.auditTrail, 'provider_started', now, { provider });
      return { ...current, ...started(current, now), provider, clientIp, userAgent, auditTrail };
    });
  } catch (error) {
    await changeSession(deps, session.id, (current, now) =>
      isFinal(current.status) ? undefined : failed({ ...current, provider }, { code: 'provider_unavailable' }, now),
    );
    throw error;
  }
}

/**
 * Asks the eID of a session without a page, which ends with what it says. Answers what the person is to be shown; nothing
 * when it has ended, and while the eID cannot be reached.
 */
export async function pollHeadless(deps: IdentificationDeps, session: SessionRecord): Promise<EidWaiting | undefined> {
  if (session.request.flow !== 'headless' || isFinal(session.status)) return undefined;
  const attempt = await findPolling(deps, session.id);
  if (!attempt) return undefined;
  try {
    return await pollAttempt(deps, attempt);
  } catch (error) {
    if (error instanceof SeglError && error.code === 'eid_unavailable') return undefined;
    throw error;
  }
}
