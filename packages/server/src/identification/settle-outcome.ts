import type { EidOutcome } from '../eid/index.ts';
import type { Transaction } from '../kernel/db/database.ts';
import { aborted, changeSession, failed, meter, timedOut } from './change-session.ts';
import type { ProviderName } from './contract/providers.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { identityOf, sealIdentity, sealNumber } from './identity.ts';
import { errorCodeOf } from './session-error.ts';
import { type SessionRecord, withEvent } from './session-record.ts';
import { isFinal } from './session-state.ts';

type Completed = Extract<EidOutcome, { result: 'completed' }>;

/** Ends the session with what the eID says. One that has ended meanwhile stays what it is. */
export function settleOutcome(
  deps: IdentificationDeps,
  sessionId: string,
  provider: ProviderName,
  outcome: EidOutcome,
): Promise<SessionRecord> {
  return changeSession(deps, sessionId, async (session, now, tx) => {
    if (isFinal(session.status)) return undefined;
    const used = { ...session, provider };
    if (outcome.result === 'canceled') return aborted(used, now);
    if (outcome.result === 'completed') return identified(deps, tx, used, outcome, now);
    const code = errorCodeOf(outcome.code);
    const { providerCode } = outcome;
    if (code === 'timed_out') return timedOut(used, now, providerCode);
    return failed(used, { code, ...(providerCode === undefined ? {} : { providerCode }) }, now);
  });
}

async function identified(
  deps: IdentificationDeps,
  tx: Transaction,
  session: SessionRecord,
  outcome: Completed,
  now: Date,
): Promise<SessionRecord> {
  const asksNumber = session.request.include.includes('nin');
  const number = asksNumber ? outcome.person.nationalNumber?.value : undefined;
  // The older API says nothing of a number that is missing.
  if (asksNumber && number === undefined && session.generation === 'v2') {
    return failed(session, { code: 'nin_not_available' }, now);
  }
  const identity = identityOf(session, outcome);
  const success: SessionRecord = {
    ...session,
    status: 'success',
    fullName: identity.fullName,
    providerId: identity.providerId,
    identitySealed: sealIdentity(deps, session.id, identity),
    numberSealed: number === undefined ? undefined : sealNumber(deps, session.id, number),
    numberDelivered: number !== undefined,
    auditTrail: withEvent(session.auditTrail, 'identified', now, {
      provider: session.provider!,
      assuranceLevel: outcome.assuranceLevel,
    }),
  };
  await meter(deps, tx, success, now);
  return success;
}
