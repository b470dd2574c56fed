import { randomBytes } from 'node:crypto';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { type Caller, recordEvidence } from './record-evidence.ts';
import { loadTurn, sessionSecretHash, sessionToken, unknownLink } from './session-context.ts';
import { requireOpen, whomToAsk } from './session-gate.ts';
import { hasStartedSession, insertSession, type NewSession, NO_PROGRESS } from './session-store.ts';
import { sessionView } from './session-view.ts';
import type { SignLink } from './sign-link.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { type DocumentRecord, lockDocumentRow } from './store.ts';

export const SLIDING_MS = 20 * 60_000;

/** A browser that has no session yet; `now` is real time. */
export interface Opener extends Caller {
  /** Throws 403 `https_required` when documents of this environment must not be opened over plain http. */
  requireHttps(environment: Environment): void;
}

/**
 * Exchanges a boot code, once, or a kept sign token for a session. Raises `document_link_opened`: the first thing that
 * only a person's browser does, never a mail scanner that follows the link. Throws 404 `unknown_link`, and 403 `link_used`
 * or `address_not_allowed` where the sender has limited who may come, `account_closed` where there is no sender any more.
 */
export async function startSession(
  deps: SignatureDeps,
  caller: Opener,
  body: { bootCode?: string; signToken?: string },
): Promise<OperationResult> {
  const start = opening(deps, body, caller.now);
  if (!start) throw unknownLink();
  const { document, signer } = await loadTurn(deps, start.link, caller.now);
  caller.requireHttps(document.environment);
  if (document.accountId !== start.link.accountId || signer.linkRotation !== start.link.rotation) throw unknownLink();

  const now = deps.accountTime.now(document.accountId, document.environment);
  const { sessionMinutes } = await deps.signingSettings(document.accountId);
  const secret = randomBytes(32).toString('base64url');
  const session: NewSession = {
    id: start.sessionId,
    accountId: document.accountId,
    environment: document.environment,
    documentId: document.id,
    signerId: signer.id,
    tokenHash: sessionSecretHash(secret),
    documentSha256: document.contentSha256,
    linkRotation: signer.linkRotation,
    redirectSettings: signer.request.redirectSettings,
    createdAt: caller.now,
    expiresAt: new Date(caller.now.getTime() + SLIDING_MS),
    endsAt: new Date(caller.now.getTime() + sessionMinutes * 60_000),
    documentReadAt: undefined,
  };
  const accountName = await requireOpen(deps, document, caller.clientIp);
  const opened = await deps.database.transaction(async (tx) => {
    await lockDocumentRow(tx, document.id);
    const isUsed = document.request.advanced.security?.oneTimeUse && (await hasStartedSession(tx, session));
    if (isUsed) throw linkUsed(document, accountName);
    if (!(await insertSession(tx, session))) return false;
    await recordEvidence(deps, tx, document.id, {
      kind: 'link_opened',
      signerId: signer.id,
      caller: { ...caller, now },
      data: { documentSha256: document.contentSha256 },
      event: 'document_link_opened',
    });
    return true;
  });
  if (!opened) throw unknownLink();
  return {
    status: 200,
    body: {
      sessionToken: sessionToken(session.id, secret),
      signToken: deps.links.token(start.link),
      handle: session.id,
      view: await sessionView(deps, { ...session, ...NO_PROGRESS }, now),
    },
  };
}

/** A link that starts one session only; the sender gives the signer another one. */
function linkUsed(document: DocumentRecord, accountName: string): SeglError {
  return new SeglError(403, 'link_used', 'The link has been used. Ask the sender for a new one.', {
    members: whomToAsk(document, accountName),
  });
}

function opening(
  deps: Pick<SignatureDeps, 'links'>,
  body: { bootCode?: string; signToken?: string },
  now: Date,
): { sessionId: string; link: SignLink } | undefined {
  if (body.bootCode !== undefined) return deps.links.readBootCode(body.bootCode, now);
  const link = body.signToken === undefined ? undefined : deps.links.read(body.signToken);
  return link && { sessionId: uuidv7(now), link };
}
