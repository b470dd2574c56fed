import { commaList } from '../kernel/http/comma-list.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { plainMvaNumber } from './account-input.ts';
import { findStoredAccount, type ListedAccount, listStoredAccounts } from './account-store.ts';
import { accountItemView, accountNameView, accountView } from './account-view.ts';
import { actingAccount, reachOf } from './acting-account.ts';
import type { AdminDeps } from './admin-deps.ts';
import type { AccountFilter } from './contract/account.ts';
import type { AccountQuery } from './contract/oauth-client.ts';
import { accountNotFound } from './update-account.ts';

/** The account of the token, or one that the caller manages. Throws 403 `forbidden`, 404 `not_found`. */
export async function getAccount(
  deps: AdminDeps,
  context: OperationContext,
  input: { query: AccountQuery },
): Promise<OperationResult> {
  const accountId = await actingAccount(deps, context, { inQuery: input.query.accountId });
  const account = await findStoredAccount(deps.database, accountId);
  if (!account) throw accountNotFound();
  return { status: 200, body: accountView(account, deps.publicUrl) };
}

/** The caller's account and those that it manages, by name. */
export async function listAccounts(
  deps: AdminDeps,
  context: OperationContext,
  input: { query: AccountFilter },
): Promise<OperationResult> {
  return { status: 200, body: (await accountsWithinReach(deps, context, input.query)).map(accountItemView) };
}

export async function listAccountNames(deps: AdminDeps, context: OperationContext): Promise<OperationResult> {
  return { status: 200, body: (await accountsWithinReach(deps, context, {})).map(accountNameView) };
}

function accountsWithinReach(
  deps: AdminDeps,
  context: OperationContext,
  filter: AccountFilter,
): Promise<ListedAccount[]> {
  const orgNo = filter['filter.orgNo'];
  return listStoredAccounts(deps.database, reachOf(context), {
    name: filter['filter.name'],
    mvaNumber: orgNo === undefined ? undefined : plainMvaNumber(orgNo),
    customerNumber: filter['filter.uniCustomerNo'],
    createdBefore: filter['filter.createdBefore'],
    createdAfter: filter['filter.createdAfter'],
    changedBefore: filter['filter.lastModifiedBefore'],
    changedAfter: filter['filter.lastModifiedAfter'],
    dealerName: filter['filter.dealerName'],
    dealerReference: filter['filter.dealerReference'],
    tags: filter['filter.tags']?.flatMap(commaList),
    enabled: filter['filter.enabled'],
  });
}
