import { timingSafeEqual } from 'node:crypto';
import type { OperationResult } from '../kernel/http/route.ts';
import { proofNotNeeded, requireUnproven } from './authenticate-signer.ts';
import { deleteSentCode, findSentCode, takeTry } from './code-store.ts';
import { mobileNumber } from './identity-proof.ts';
import { maskedNumber } from './one-time-code.ts';
import { recordEvidence } from './record-evidence.ts';
import type { SessionContext } from './session-context.ts';
import { keepPassedCode } from './session-store.ts';
import { currentView } from './session-view.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { lockDocumentRow } from './store.ts';

type Outcome = 'passed' | 'wrong' | 'expired' | 'used_up';

/**
 * Looks at an entered code. Every look uses up one of three tries, right or wrong; a code works once and for five minutes.
 * Throws 422 `proof_not_needed`, `signing_not_possible`.
 */
export async function checkCode(
  deps: SignatureDeps,
  context: SessionContext,
  body: { code: string },
): Promise<OperationResult> {
  const { session } = context;
  const outcome = await deps.database.transaction(async (tx): Promise<Outcome> => {
    await lockDocumentRow(tx, session.documentId);
    const { document, signer, missing } = await requireUnproven({ ...deps, database: tx }, context);
    const number = mobileNumber(signer);
    if (missing.eid || !missing.code || number === undefined) throw proofNotNeeded();
    const now = deps.clock.now();
    const numberHash = deps.oneTimeCodes.numberHash(number);
    const sent = await findSentCode(tx, session.id);
    // A number that was changed meanwhile has got no code.
    if (!sent || now >= sent.expiresAt || !sent.numberHash.equals(numberHash)) return 'expired';
    const triesLeft = await takeTry(tx, session.id);
    if (triesLeft === undefined) return 'used_up';
    const isRight = timingSafeEqual(deps.oneTimeCodes.codeHash(session.id, body.code), sent.codeHash);
    await recordEvidence(deps, tx, document.id, {
      kind: isRight ? 'authentication_passed' : 'authentication_failed',
      signerId: signer.id,
      caller: context,
      data: { method: 'sms_otp', to: maskedNumber(signer.request.signerInfo?.mobile ?? {}) },
    });
    if (!isRight) return triesLeft === 0 ? 'used_up' : 'wrong';
    await keepPassedCode(tx, session.id, numberHash, context.now);
    await deleteSentCode(tx, session.id);
    return 'passed';
  });
  return { status: 200, body: { outcome, view: await currentView(deps, context) } };
}
