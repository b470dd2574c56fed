import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { proofNotNeeded, requireUnproven } from './authenticate-signer.ts';
import { countSend, findSentCode, putSentCode } from './code-store.ts';
import { mobileNumber } from './identity-proof.ts';
import {
  CODE_LIFE_MS,
  CODE_RESEND_MS,
  CODE_SENDS_PER_DAY,
  CODE_SENDS_PER_SESSION,
  CODE_TRIES,
  maskedNumber,
} from './one-time-code.ts';
import { recordEvidence } from './record-evidence.ts';
import type { SessionContext } from './session-context.ts';
import { currentView } from './session-view.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { lockDocumentRow } from './store.ts';

/**
 * Sends a code to the signer's mobile. Asked again within half a minute, it sends nothing and answers the same. Throws 422
 * `proof_not_needed`, `signing_not_possible`, `code_limit_reached` after three codes in a session or ten to a number on a
 * day, 503 `code_not_sent`.
 */
export async function sendCode(deps: SignatureDeps, context: SessionContext): Promise<OperationResult> {
  const message = await deps.database.transaction(async (tx) => {
    await lockDocumentRow(tx, context.session.documentId);
    const { document, signer, missing } = await requireUnproven({ ...deps, database: tx }, context);
    const number = mobileNumber(signer);
    if (missing.eid || !missing.code || number === undefined) throw proofNotNeeded();
    const sessionId = context.session.id;
    const at = deps.clock.now();
    const numberHash = deps.oneTimeCodes.numberHash(number);
    const before = await findSentCode(tx, sessionId);
    if (before?.numberHash.equals(numberHash) && at.getTime() - before.sentAt.getTime() < CODE_RESEND_MS)
      return undefined;
    const { accountId, environment, id: documentId } = document;
    const sends = (before?.sends ?? 0) + 1;
    const isWithinDay = await countSend(tx, { numberHash, environment, at, most: CODE_SENDS_PER_DAY });
    if (sends > CODE_SENDS_PER_SESSION || !isWithinDay) {
      throw new SeglError(
        422,
        'code_limit_reached',
        'No more codes are sent now. Ask the sender, or try again tomorrow.',
      );
    }
    const code = deps.codeMessages.fixedCode(environment) ?? deps.oneTimeCodes.newCode();
    await putSentCode(tx, {
      sessionId,
      codeHash: deps.oneTimeCodes.codeHash(sessionId, code),
      numberHash,
      sends,
      triesLeft: CODE_TRIES,
      sentAt: at,
      expiresAt: new Date(at.getTime() + CODE_LIFE_MS),
    });
    await recordEvidence(deps, tx, documentId, {
      kind: 'code_sent',
      signerId: signer.id,
      caller: context,
      data: { to: maskedNumber(signer.request.signerInfo?.mobile ?? {}) },
    });
    const language = signer.request.ui?.language ?? 'EN';
    return {
      id: uuidv7(context.now),
      accountId,
      environment,
      documentId,
      externalId: document.request.externalId,
      signerId: signer.id,
      mobile: number,
      language,
      code,
    };
  });
  if (message) {
    const accountName = await deps.accountName(message.accountId);
    await deps.codeMessages.send({ ...message, accountName }).catch((cause: unknown) => {
      const text = 'The code could not be sent. Try again in a moment.';
      throw new SeglError(503, 'code_not_sent', text, { cause, retryAfterSeconds: CODE_RESEND_MS / 1000 });
    });
  }
  return { status: 200, body: await currentView(deps, context) };
}
