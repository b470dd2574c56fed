import type { OperationResult } from '../kernel/http/route.ts';
import { changeSession } from './change-session.ts';
import type { SessionLanguage } from './contract/session.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import type { SessionContext } from './session-context.ts';
import { withEvent } from './session-record.ts';
import { ACTIVE_MS, isFinal } from './session-state.ts';

/** Something was done on the page: the time of inactivity begins anew. */
export async function stayActive(deps: IdentificationDeps, { session }: SessionContext): Promise<OperationResult> {
  await changeSession(deps, session.id, (current, now) =>
    isFinal(current.status) ? undefined : { ...current, idleAt: new Date(now.getTime() + ACTIVE_MS) },
  );
  return { status: 204 };
}

export async function changeLanguage(
  deps: IdentificationDeps,
  { session }: SessionContext,
  { language }: { language: SessionLanguage },
): Promise<OperationResult> {
  await changeSession(deps, session.id, (current, now) => {
    if (isFinal(current.status) || current.language === language) return undefined;
    return {
      ...current,
      language,
      idleAt: new Date(now.getTime() + ACTIVE_MS),
      auditTrail: withEvent(current.auditTrail, 'language_changed', now, { language }),
    };
  });
  return { status: 204 };
}
