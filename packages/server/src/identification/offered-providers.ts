import type { EidStart } from '../eid/index.ts';
import type { ProviderName } from './contract/providers.ts';
import type { PrefilledInput } from './contract/session.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { openPrefilled } from './identity.ts';
import { choosableProviders, usableProviders } from './provider-catalogue.ts';
import type { SessionRecord } from './session-record.ts';

/** Where an eID sends the browser back to; registered with each of them. */
export const EID_CALLBACK_PATH = '/id/callback';

/** The eIDs between which the user of a session may choose. */
export function offeredProviders(deps: Pick<IdentificationDeps, 'eids'>, session: SessionRecord): ProviderName[] {
  const { providers } = session.request;
  if (providers.length === 0) return choosableProviders(deps.eids, session.environment);
  const usable = usableProviders(deps.eids, session.environment);
  return providers.filter((name) => usable.includes(name));
}

/** With what an eID is started for a session. */
export async function startOfEid(
  deps: IdentificationDeps,
  session: SessionRecord,
  name: ProviderName,
): Promise<Omit<EidStart, 'attemptId'>> {
  return {
    accountName: await deps.accountName(session.accountId),
    environment: session.environment,
    purpose: 'identify',
    wantsNationalNumber: session.request.include.includes('nin'),
    nationalNumber: openPrefilled<PrefilledInput>(deps, session)?.nin,
    language: session.language ?? 'en',
    callbackUrl: `${deps.publicUrl}${EID_CALLBACK_PATH}/${name}`,
  };
}
