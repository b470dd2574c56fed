import { type EidAttempt, findLatestEidAttempt, isPolling } from '../eid/index.ts';
import type { IdentificationDeps } from './identification-deps.ts';

/** The polled eID that runs in a session. */
export async function findPolling(
  deps: Pick<IdentificationDeps, 'database'>,
  sessionId: string,
): Promise<EidAttempt | undefined> {
  const attempt = await findLatestEidAttempt(deps.database, 'identification', sessionId);
  return attempt && isPolling(attempt) ? attempt : undefined;
}
