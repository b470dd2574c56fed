import type { Clock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { findStoredAccount, putOperatorsDetails, type StoredAccount, setAccountEnabled } from './account-store.ts';
import { actingAccount, requireChangeable } from './acting-account.ts';
import { ACCOUNTS_CHANGED, type AdminDeps, CLIENTS_CHANGED } from './admin-deps.ts';
import { writeAudit } from './audit.ts';
import type { AccountId } from './contract/account.ts';
import type { AccountQuery } from './contract/oauth-client.ts';
import { accountNotFound } from './update-account.ts';

/**
 * Closes an account: no tokens, no signing, no webhooks; nothing is deleted, and the operator can open it again. The
 * caller may close its own account. Throws 403 `forbidden`, 404 `not_found`.
 */
export async function disableAccount(
  deps: AdminDeps,
  context: OperationContext,
  input: { body: AccountId; query: AccountQuery },
): Promise<OperationResult> {
  const accountId = await actingAccount(deps, context, {
    inBody: input.body.AccountId,
    inQuery: input.query.accountId,
  });
  await switchAccount(deps, accountId, false, context);
  return { status: 200, body: {} };
}

/** `actor` is absent for the operator. Throws 404 `not_found`. */
export async function switchAccount(
  deps: { database: Database; clock: Clock },
  accountId: string,
  enabled: boolean,
  actor?: OperationContext,
): Promise<void> {
  const now = deps.clock.now();
  await deps.database.transaction(async (tx) => {
    const account = await findStoredAccount(tx, accountId, 'lock');
    if (!account) throw accountNotFound();
    if (actor) requireChangeable(actor, account);
    if (account.enabled === enabled) return;
    await setAccountEnabled(tx, accountId, enabled, now);
    await writeAudit(tx, {
      ...auditedBy(account, actor),
      occurredAt: now,
      action: enabled ? 'account.enabled' : 'account.disabled',
      details: {},
    });
    tx.afterCommit(() => {
      deps.database.signals.send(ACCOUNTS_CHANGED);
      deps.database.signals.send(CLIENTS_CHANGED);
    });
  });
}

/** For the operator: what nobody else sets; what is absent stays. Throws 404 `not_found`. */
export async function setOperatorsDetails(
  deps: { database: Database; clock: Clock },
  accountId: string,
  set: { customerNumber?: string | undefined; slaTag?: string | undefined; tags?: readonly string[] | undefined },
): Promise<void> {
  const now = deps.clock.now();
  await deps.database.transaction(async (tx) => {
    const account = await findStoredAccount(tx, accountId, 'lock');
    if (!account) throw accountNotFound();
    await putOperatorsDetails(tx, accountId, set, now);
    await writeAudit(tx, {
      ...auditedBy(account, undefined),
      occurredAt: now,
      action: 'account.updated',
      details: { changed: Object.keys(set).filter((name) => set[name as keyof typeof set] !== undefined) },
    });
  });
}

function auditedBy(account: StoredAccount, actor: OperationContext | undefined) {
  return {
    accountId: account.id,
    environment: actor?.environment ?? (account.testAccount ? ('test' as const) : ('prod' as const)),
    actorClientId: actor?.clientId,
    requestId: actor?.requestId,
    targetId: account.id,
  };
}
