import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { parseGuid } from '../kernel/ids/uuid.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import type { SessionRecord } from './session-record.ts';
import { findSession } from './store.ts';

/** A browser, as the request tells of it. */
export interface Visitor {
  clientIp: string;
  userAgent: string | undefined;
  /** Throws 403 `https_required` when pages of this environment must not be used over plain http. */
  requireHttps(environment: 'test' | 'prod'): void;
}

/** The browser that has started a session, and nobody else. */
export interface SessionContext {
  session: SessionRecord;
  clientIp: string;
}

/** `<session id>.<secret>`: found by the id, proven by the secret. */
export function newSessionToken(sessionId: string): { token: string; hash: Buffer } {
  const secret = randomBytes(32).toString('base64url');
  return { token: `${sessionId}.${secret}`, hash: secretHash(secret) };
}

/** Whether the token is the one that the session's browser was given. */
export function isTokenOf(session: Pick<SessionRecord, 'id' | 'browserHash'>, token: string): boolean {
  const { id, secret } = partsOf(token);
  return (
    id === session.id && session.browserHash !== undefined && timingSafeEqual(secretHash(secret), session.browserHash)
  );
}

/** Throws 403 `account_closed`. */
export async function requireOpenAccount(
  deps: Pick<IdentificationDeps, 'accountProfile'>,
  session: SessionRecord,
): Promise<void> {
  if ((await deps.accountProfile(session.accountId)).enabled) return;
  throw new SeglError(403, 'account_closed', 'The account that asks is closed.');
}

/** The session of a bearer token, also when it has ended. Throws 401 `session_expired`, 403 `account_closed`. */
export async function requireBrowser(
  deps: Pick<IdentificationDeps, 'database' | 'accountProfile'>,
  { authorization, clientIp }: { authorization: string | undefined; clientIp: string },
): Promise<SessionContext> {
  const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const { id } = partsOf(token);
  const session = id && (await findSession(deps.database, id));
  if (!session || !isTokenOf(session, token)) {
    throw new SeglError(401, 'session_expired', 'This browser has no such session. Open the link again.');
  }
  await requireOpenAccount(deps, session);
  return { session, clientIp };
}

function partsOf(token: string): { id: string | undefined; secret: string } {
  const dot = Math.max(0, token.indexOf('.'));
  return { id: parseGuid(token.slice(0, dot)), secret: token.slice(dot + 1) };
}

export function secretHash(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}
