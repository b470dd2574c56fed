import { receiveEidReturn } from '../eid/index.ts';
import type { SignatureDeps } from './signature-deps.ts';

/** Where the window of an eID ends that was opened beside a frame. */
export const RETURNED_IN_WINDOW = '/app/v1/eid/returned';

/**
 * Keeps what the eID's redirect brought and tells where the browser goes on: back into the signing app, which alone
 * holds the session and completes. `undefined` for a callback that belongs to no attempt.
 */
export async function receiveEidCallback(
  deps: SignatureDeps,
  query: Record<string, string>,
): Promise<string | undefined> {
  const back = await receiveEidReturn(deps, 'signing', query);
  if (!back) return undefined;
  const page = back.attempt.inWindow ? RETURNED_IN_WINDOW : `/d/${back.attempt.sessionId}`;
  return page + (back.returnedAttempt ? `#attempt=${back.returnedAttempt}` : '');
}
