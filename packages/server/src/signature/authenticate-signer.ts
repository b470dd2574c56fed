import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import { missingProofs } from './identity-proof.ts';
import { loadTurn, type SessionContext, stepRefused } from './session-context.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { startAttempt } from './start-attempt.ts';
import type { DocumentRecord, SignerRecord } from './store.ts';

/**
 * Hands a person over to an eID to prove who is there, before anything of the document is shown. Throws 422
 * `signing_not_possible`, `proof_not_needed`, `method_not_available`, 503 `eid_unavailable`.
 */
export async function startAuthentication(
  deps: SignatureDeps,
  context: SessionContext,
  body: { method: string; framed?: boolean },
): Promise<OperationResult> {
  const { document, signer, missing } = await requireUnproven(deps, context);
  if (!missing.eid) throw proofNotNeeded();
  const started = await startAttempt(deps, context, {
    document,
    signer,
    method: body.method,
    purpose: 'identify',
    signs: false,
    attachments: [],
    framed: body.framed === true,
    evidence: ['authentication_started'],
  });
  return { status: 200, body: started };
}

/** What is left to prove in a session whose signer may sign, or has signed and looks again. */
export async function requireUnproven(
  deps: Parameters<typeof missingProofs>[0] & Parameters<typeof loadTurn>[0],
  { session, now }: Pick<SessionContext, 'session' | 'now'>,
): Promise<{ document: DocumentRecord; signer: SignerRecord; missing: { eid: boolean; code: boolean } }> {
  const { document, signer, state } = await loadTurn(deps, session, now);
  if (state !== 'sign' && state !== 'signed') throw stepRefused(state);
  return { document, signer, missing: missingProofs(deps, session, signer) };
}

export function proofNotNeeded(): SeglError {
  return new SeglError(
    422,
    'proof_not_needed',
    'There is nothing to prove in this way, or something else comes first.',
  );
}
