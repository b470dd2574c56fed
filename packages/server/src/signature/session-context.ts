import { createHash, timingSafeEqual } from 'node:crypto';
import type { Queryable } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { parseGuid } from '../kernel/ids/uuid.ts';
import type { SessionLife } from './contract/session.ts';
import { type SignerState, signerState } from './document-status.ts';
import { findSession, type SigningSession } from './session-store.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { type DocumentRecord, findDocument, type SignerRecord } from './store.ts';

/** A live session, with what the request tells of the browser behind it. */
export interface SessionContext {
  session: SigningSession;
  /** On the account's clock; the session itself lives in real time. */
  now: Date;
  requestId: string;
  clientIp: string;
  userAgent: string | undefined;
}

export function sessionExpired(): SeglError {
  return new SeglError(401, 'session_expired', 'The signing session has ended. Open the link again.');
}

export function unknownLink(): SeglError {
  return new SeglError(404, 'unknown_link', 'The link does not work. Ask the sender for a new one.');
}

/** `now` is real time, in which sessions live. */
export function sessionLife(session: Pick<SigningSession, 'expiresAt' | 'endsAt'>, now: Date): SessionLife {
  const secondsTo = (end: Date) => Math.max(0, Math.floor((end.getTime() - now.getTime()) / 1000));
  return { expiresInSeconds: secondsTo(session.expiresAt), endsInSeconds: secondsTo(session.endsAt) };
}

/** `<session id>.<secret>`: found by the id, proven by the secret. */
export function sessionToken(sessionId: string, secret: string): string {
  return `${sessionId}.${secret}`;
}

export function sessionSecretHash(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

/** The live session of a bearer token; throws 401 `session_expired`. */
export async function requireSession(
  deps: Pick<SignatureDeps, 'database' | 'clock'>,
  authorization: string | undefined,
): Promise<SigningSession> {
  const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const dot = token.indexOf('.');
  const id = parseGuid(token.slice(0, Math.max(0, dot)));
  const session = id && (await findSession(deps.database, id));
  if (!session) throw sessionExpired();
  const now = deps.clock.now();
  const genuine = timingSafeEqual(sessionSecretHash(token.slice(dot + 1)), session.tokenHash);
  if (!genuine || now >= session.expiresAt || now >= session.endsAt) throw sessionExpired();
  return session;
}

/**
 * The document and signer of a session, and what that signer may do now. The signer's redirect settings are those with
 * which the session started. Throws 404 `unknown_link`, also for a replaced link.
 */
export async function loadTurn(
  deps: { database: Queryable },
  session: Pick<SigningSession, 'documentId' | 'signerId'> &
    Partial<Pick<SigningSession, 'linkRotation' | 'redirectSettings'>>,
  now: Date,
): Promise<{ document: DocumentRecord; signer: SignerRecord; state: SignerState }> {
  const document = await findDocument(deps.database, session.documentId);
  const found = document?.signers.find((one) => one.id === session.signerId);
  if (!document || !found) throw unknownLink();
  if (session.linkRotation !== undefined && session.linkRotation !== found.linkRotation) throw unknownLink();
  const redirectSettings = session.redirectSettings ?? found.request.redirectSettings;
  const signer = { ...found, request: { ...found.request, redirectSettings } };
  return { document, signer, state: turnState(document, signer.id, now) };
}

export function turnState(document: DocumentRecord, signerId: string, now: Date): SignerState {
  return signerState(stateOf(document), signerId, now);
}

export function stateOf(document: DocumentRecord) {
  return {
    status: document.status,
    deadline: document.deadline,
    requiredSignatures: document.requiredSignatures,
    signers: document.signers.map((one) => ({
      id: one.id,
      order: one.request.order,
      required: one.request.required,
      signed: document.signatures.some((signature) => signature.signerId === one.id),
      linkExpiresAt: one.request.signUrlExpires === undefined ? undefined : new Date(one.request.signUrlExpires),
    })),
  };
}

/** The one answer for a step that the document's state does not allow; the app shows the matching stop screen. */
export function stepRefused(state: SignerState): SeglError {
  return new SeglError(422, 'signing_not_possible', `Signing is not possible now: ${state}.`, { members: { state } });
}
