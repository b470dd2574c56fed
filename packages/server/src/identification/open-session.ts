import { SeglError } from '../kernel/errors/segl-error.ts';
import { isListedOrigin } from '../kernel/http/frame-domains.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import { appView } from './app-view.ts';
import { changeSession } from './change-session.ts';
import type { OpenSessionRequest } from './contract/app.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { parentSources } from './parents.ts';
import { isTokenOf, newSessionToken, requireOpenAccount, type Visitor } from './session-context.ts';
import { type SessionRecord, withEvent } from './session-record.ts';
import { isFinal, started } from './session-state.ts';
import { findSession } from './store.ts';

/**
 * The app's script is running in the user's browser: this, and no fetching of the page by a scanner, starts a session. It
 * belongs to this browser from then on, which alone gets a token and shows it again when the page is loaded anew; any
 * other is refused with 422 `session_in_use`. A session that has ended is only shown. Throws 404 `unknown_link`, and 403
 * `domain_not_allowed` for a frame in a page that is not listed, `account_closed`.
 */
export async function openSession(
  deps: IdentificationDeps,
  visitor: Visitor,
  body: OpenSessionRequest,
): Promise<OperationResult> {
  const id = deps.links.read(body.link);
  const found = id && (await findSession(deps.database, id));
  if (!found) throw new SeglError(404, 'unknown_link', 'The link does not work.');
  visitor.requireHttps(found.environment);
  await requireOpenAccount(deps, found);
  requireListedParent(found, body.parentOrigin);

  const made = newSessionToken(found.id);
  let token: string | undefined;
  const session = await changeSession(deps, found.id, (current, now) => {
    if (isFinal(current.status)) return undefined;
    if (current.browserHash) {
      if (body.sessionToken === undefined || !isTokenOf(current, body.sessionToken)) throw inUse();
      token = body.sessionToken;
      return { ...current, ...started(current, now) };
    }
    token = made.token;
    return {
      ...current,
      ...started(current, now),
      browserHash: made.hash,
      clientIp: visitor.clientIp,
      userAgent: visitor.userAgent,
      auditTrail: withEvent(current.auditTrail, 'app_started', now),
    };
  });
  return {
    status: 200,
    body: { ...(token === undefined ? {} : { sessionToken: token }), view: await appView(deps, session) },
  };
}

/** The browser keeps other pages from framing this one; an old browser only tells who does. */
function requireListedParent(session: SessionRecord, origin: string | undefined): void {
  if (origin === undefined) return;
  if (isListedOrigin(origin, parentSources(session))) return;
  throw new SeglError(403, 'domain_not_allowed', 'The page around the frame is not listed for the session.');
}

function inUse(): SeglError {
  return new SeglError(422, 'session_in_use', 'The session has been started in another browser.');
}
