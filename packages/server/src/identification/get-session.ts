import { cursorPage, cursorWindow } from '../kernel/http/cursor-page.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { sessionNotFound } from './change-session.ts';
import { pollHeadless } from './headless.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { invalidateSession, readResult } from './result.ts';
import type { SessionRecord } from './session-record.ts';
import { sessionListItem, sessionResource } from './session-resource.ts';
import { findSession, listSessions } from './store.ts';

export const SESSION_LIST = { parameter: 'cursor', defaultLimit: 25, maxLimit: 100 };
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Throws 404 `session_not_found`. */
export async function getSession(
  deps: IdentificationDeps,
  context: OperationContext,
  id: string,
): Promise<OperationResult> {
  const found = await requireOwnSession(deps, context, id);
  const waiting = await pollHeadless(deps, found);
  return { status: 200, body: sessionResource(deps, await readResult(deps, context, found), waiting) };
}

export async function listOwnSessions(
  deps: IdentificationDeps,
  context: OperationContext,
  query: Record<string, unknown>,
): Promise<OperationResult> {
  const { limit, after } = cursorWindow(query, SESSION_LIST, ID);
  const found = await listSessions(deps.database, context, { beforeId: after, limit: limit + 1 });
  const page = cursorPage(found, limit, ({ id }) => id);
  return { status: 200, body: { ...page, data: page.data.map(sessionListItem) } };
}

/** Throws 404 `session_not_found`. */
export async function invalidateOwnSession(
  deps: IdentificationDeps,
  context: OperationContext,
  id: string,
): Promise<OperationResult> {
  await requireOwnSession(deps, context, id);
  await invalidateSession(deps, id);
  return { status: 204 };
}

export async function requireOwnSession(
  deps: IdentificationDeps,
  context: OperationContext,
  id: string,
): Promise<SessionRecord> {
  const session = await findSession(deps.database, id);
  if (!session || session.accountId !== context.accountId || session.environment !== context.environment) {
    throw sessionNotFound();
  }
  return session;
}
