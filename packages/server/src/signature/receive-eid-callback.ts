import { findAttemptByCallback, recordReturn } from './session-store.ts';
import type { SignatureDeps } from './signature-deps.ts';

/** No provider needs more; a longer one is not from a provider. */
const MAX_CALLBACK_BYTES = 16 * 1024;

/**
 * Keeps what the eID's redirect brought and tells where the browser goes on: back into the signing app, which alone
 * holds the session and completes. `undefined` for a callback that belongs to no attempt.
 */
export async function receiveEidCallback(
  deps: SignatureDeps,
  query: Record<string, string>,
): Promise<string | undefined> {
  const attempt = query.state ? await findAttemptByCallback(deps.database, query.state) : undefined;
  const content = Buffer.from(JSON.stringify(query), 'utf8');
  if (!attempt || content.length > MAX_CALLBACK_BYTES) return undefined;
  await recordReturn(deps.database, attempt.id, deps.box.encrypt(content, `callback ${attempt.id}`), deps.clock.now());
  return `/d/${attempt.sessionId}#attempt=${attempt.id}`;
}
