import { createHash, randomBytes } from 'node:crypto';
import { findAttemptByCallback, recordReturn } from './session-store.ts';
import type { SignatureDeps } from './signature-deps.ts';

/** A state that was made here; what else comes is not looked up. */
const STATE = /^[\x21-\x7e]{1,512}$/;

/** Where the window of an eID ends that was opened beside a frame. */
export const RETURNED_IN_WINDOW = '/app/v1/eid/returned';

/** No provider needs more; a longer one is not from a provider. */
const MAX_CALLBACK_BYTES = 16 * 1024;

/**
 * Keeps what the eID's redirect brought and tells where the browser goes on: back into the signing app, which alone
 * holds the session and completes. The first return, and no other, is given a code without which nothing completes: the
 * person at the eID and the session must be in the same browser, or one person could sign with another's login.
 * `undefined` for a callback that belongs to no attempt.
 */
export async function receiveEidCallback(
  deps: SignatureDeps,
  query: Record<string, string>,
): Promise<string | undefined> {
  const { state = '' } = query;
  const attempt = STATE.test(state) ? await findAttemptByCallback(deps.database, state) : undefined;
  const content = Buffer.from(JSON.stringify(query), 'utf8');
  if (!attempt || content.length > MAX_CALLBACK_BYTES) return undefined;
  const code = randomBytes(24).toString('base64url');
  const isFirst = await recordReturn(deps.database, attempt.id, {
    callbackSealed: deps.box.encrypt(content, `callback ${attempt.id}`),
    returnHash: returnHash(code),
    at: deps.clock.now(),
  });
  const page = attempt.inWindow ? RETURNED_IN_WINDOW : `/d/${attempt.sessionId}`;
  return page + (isFirst ? `#attempt=${attempt.id}.${code}` : '');
}

export function returnHash(code: string): Buffer {
  return createHash('sha256').update(code, 'utf8').digest();
}
