import { createHash } from 'node:crypto';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { RouteDefinition } from '../kernel/http/route.ts';
import { hasDialogBefore, isListed } from './access-rules.ts';
import { canonicalJson } from './evidence.ts';
import { missingProofs } from './identity-proof.ts';
import { loadTurn, type SessionContext } from './session-context.ts';
import type { SigningSession } from './session-store.ts';
import type { SignatureDeps } from './signature-deps.ts';
import type { DocumentRecord, SignerRecord } from './store.ts';

/**
 * How far a person must have come in a session: `opened` it, proven `identity` where the sender asks for that, or also
 * accepted the dialog before the `document`.
 */
export type Passed = 'opened' | 'identity' | 'document';

/** The routes, each behind the gate: the order of screens in the app is only comfort. */
export function behindGate(
  deps: SignatureDeps,
  passed: Passed,
  routes: RouteDefinition<SessionContext>[],
): RouteDefinition<SessionContext>[] {
  return routes.map((route) => ({
    ...route,
    handle: async (context, input) => {
      await requirePassed(deps, context, passed);
      return route.handle(context, input);
    },
  }));
}

async function requirePassed(deps: SignatureDeps, context: SessionContext, passed: Passed): Promise<void> {
  const { session, now } = context;
  const { document, signer, state } = await loadTurn(deps, session, now);
  await requireOpen(deps, document, context.clientIp);
  if (passed === 'opened') return;
  const missing = missingProofs(deps, session, signer);
  if (missing.eid || missing.code) {
    throw new SeglError(403, 'authentication_required', 'The sender asks who you are before the document is shown.');
  }
  if (passed === 'document' && state === 'sign' && !hasAcceptedDialog(session, signer)) {
    throw new SeglError(422, 'dialog_not_accepted', 'The dialog before the document has not been accepted.');
  }
}

/**
 * Throws 403 `account_closed` and `address_not_allowed`. The error says whom to ask, and nothing of the document. Answers
 * the name of the account.
 */
export async function requireOpen(
  deps: Pick<SignatureDeps, 'accountProfile'>,
  document: DocumentRecord,
  clientIp: string,
): Promise<string> {
  const { name, enabled } = await deps.accountProfile(document.accountId);
  const members = whomToAsk(document, name);
  if (!enabled) throw new SeglError(403, 'account_closed', 'The account of the sender is closed.', { members });
  if (isListed(clientIp, document.request.advanced.security?.ipWhiteList)) return name;
  throw new SeglError(403, 'address_not_allowed', 'The document cannot be opened from this network.', { members });
}

export function whomToAsk(document: DocumentRecord, accountName: string): Record<string, unknown> {
  return { account: { name: accountName }, contact: document.request.contactDetails };
}

/** Also when there is no dialog, and not when it is another one by now. */
export function hasAcceptedDialog(session: SigningSession, signer: SignerRecord): boolean {
  const wanted = dialogHash(signer);
  return wanted === undefined || session.dialogHash?.equals(wanted) === true;
}

/** Which dialog it is that is shown before the document; `undefined` for none. */
export function dialogHash({ request }: SignerRecord): Buffer | undefined {
  const dialog = request.ui?.dialogs?.before;
  if (!hasDialogBefore(dialog)) return undefined;
  return createHash('sha256').update(canonicalJson(dialog), 'utf8').digest();
}
