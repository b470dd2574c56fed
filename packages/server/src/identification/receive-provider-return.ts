import { receiveEidReturn } from '../eid/index.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { APP_PATH } from './session-link.ts';

/** Where the window of an eID ends that was opened beside a frame. */
export const RETURNED_IN_WINDOW = '/id/returned';

/**
 * Keeps what the redirect of a provider brought and tells where the browser goes on: back into the app, which alone holds the
 * session's token and completes. `undefined` for a callback that belongs to no attempt with this provider.
 */
export async function receiveProviderReturn(
  deps: IdentificationDeps,
  provider: string,
  query: Record<string, string>,
): Promise<string | undefined> {
  const back = await receiveEidReturn(deps, 'identification', query, provider);
  if (!back) return undefined;
  const { inWindow, sessionId } = back.attempt;
  const page = inWindow ? RETURNED_IN_WINDOW : `${APP_PATH}/${deps.links.link(sessionId)}`;
  return `${page}${back.returnedAttempt ? `#attempt=${back.returnedAttempt}` : ''}`;
}
