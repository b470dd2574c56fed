import { isDeepStrictEqual } from 'node:util';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { detailsAfter, textAfter } from './account-input.ts';
import { type AccountDetails, findStoredAccount, putDetails, type StoredAccount } from './account-store.ts';
import { accountView } from './account-view.ts';
import { actingAccount, NOT_GIVEN, requireChangeable } from './acting-account.ts';
import { ACCOUNTS_CHANGED, type AdminDeps, CLIENTS_CHANGED } from './admin-deps.ts';
import { writeAudit } from './audit.ts';
import type { UpdateAccountRequest } from './contract/account.ts';
import type { AccountQuery } from './contract/oauth-client.ts';
import { requireFreeMvaNumber } from './create-account.ts';
import { isDealer } from './store.ts';

/**
 * Changes what the request names; an empty text clears. Throws 403 `forbidden`, 404 `not_found`, 422 `mva_number_exists`.
 */
export async function updateAccount(
  deps: AdminDeps,
  context: OperationContext,
  input: { body: UpdateAccountRequest; query: AccountQuery },
): Promise<OperationResult> {
  const { body, query } = input;
  const accountId = await actingAccount(deps, context, { inBody: body.Id, inQuery: query.accountId });
  const now = deps.clock.now();
  const updated = await deps.database.transaction(async (tx) => {
    const before = await findStoredAccount(tx, accountId, 'lock');
    if (!before) throw accountNotFound();
    requireChangeable(context, before);
    const dealer = dealerAfter(context, before, body.Dealer);
    if (
      dealer.dealerId !== null &&
      dealer.dealerId !== before.details.dealerId &&
      !(await isDealer(tx, dealer.dealerId))
    ) {
      throw new SeglError(404, 'not_found', 'There is no such dealer.');
    }
    const details: AccountDetails = { ...detailsAfter(body, before.details), ...dealer };
    const changed = Object.keys(details).filter(
      (name) => !isDeepStrictEqual(details[name as keyof AccountDetails], before.details[name as keyof AccountDetails]),
    );
    if (changed.length === 0) return before;
    if (changed.includes('mvaNumber')) await requireFreeMvaNumber(tx, details.mvaNumber, before);
    await putDetails(tx, accountId, details, now);
    await writeAudit(tx, {
      accountId,
      environment: context.environment,
      occurredAt: now,
      actorClientId: context.clientId,
      requestId: context.requestId,
      action: 'account.updated',
      targetId: accountId,
      // Names only: the values tell of people.
      details: { changed },
    });
    tx.afterCommit(() => {
      deps.database.signals.send(ACCOUNTS_CHANGED);
      // What is known of a client has the name of its account.
      deps.database.signals.send(CLIENTS_CHANGED);
    });
    return { ...before, details };
  });
  return { status: 200, body: accountView(updated, deps.publicUrl) };
}

export function accountNotFound(): SeglError {
  return new SeglError(404, 'not_found', 'There is no such account.');
}

/** The operator may give the account to another dealer, and its dealer may refer to it otherwise. What stays is no change. */
function dealerAfter(
  context: OperationContext,
  { details: before }: StoredAccount,
  given: UpdateAccountRequest['Dealer'],
): Pick<AccountDetails, 'dealerId' | 'dealerReference'> {
  const isOperator = context.scopes.has('root');
  const named = given?.Id === undefined || given.Id === NOT_GIVEN ? before.dealerId : given.Id;
  const dealerReference = textAfter(given?.Reference, before.dealerReference);
  const isDealerOfIt = context.scopes.has('dealer') && before.dealerId === context.accountId;
  if (named !== before.dealerId && !isOperator) {
    throw new SeglError(403, 'forbidden', 'Only the operator may give an account to another dealer.');
  }
  if (dealerReference !== before.dealerReference && !isOperator && !isDealerOfIt) {
    throw new SeglError(403, 'forbidden', 'Only the dealer of an account may change its reference.');
  }
  return { dealerId: named, dealerReference };
}
