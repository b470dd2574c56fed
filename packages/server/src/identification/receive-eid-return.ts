import { randomBytes } from 'node:crypto';
import { findAttemptByCallback, recordReturn } from './attempt-store.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { secretHash } from './session-context.ts';
import { APP_PATH } from './session-link.ts';

/** Where the window of an eID ends that was opened beside a frame. */
export const RETURNED_IN_WINDOW = '/id/returned';

/** A state that was made here; what else comes is not looked up. */
const STATE = /^[\x21-\x7e]{1,512}$/;

/** No provider needs more; a longer one is not from a provider. */
const MAX_CALLBACK_BYTES = 16 * 1024;

/**
 * Keeps what the eID's redirect brought and tells where the browser goes on: back into the app, which alone holds the
 * session's token and completes. The first return, and no other, is given a code without which nothing completes: the
 * person at the eID and the session must be in the same browser, or one person could pass for another. `undefined` for a
 * callback that belongs to no attempt with this provider.
 */
export async function receiveEidReturn(
  deps: IdentificationDeps,
  provider: string,
  query: Record<string, string>,
): Promise<string | undefined> {
  const { state = '' } = query;
  const attempt = STATE.test(state) ? await findAttemptByCallback(deps.database, state) : undefined;
  const content = Buffer.from(JSON.stringify(query), 'utf8');
  if (!attempt || attempt.provider !== provider || content.length > MAX_CALLBACK_BYTES) return undefined;
  const code = randomBytes(24).toString('base64url');
  const isFirst = await recordReturn(deps.database, attempt.id, {
    callbackSealed: deps.box.encrypt(content, `identification callback ${attempt.id}`),
    returnHash: secretHash(code),
    at: deps.clock.now(),
  });
  const page = attempt.inWindow ? RETURNED_IN_WINDOW : `${APP_PATH}/${deps.links.link(attempt.sessionId)}`;
  return `${page}${isFirst ? `#attempt=${attempt.id}.${code}` : ''}`;
}
