import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext } from '../kernel/http/route.ts';
import type { Reach } from './account-store.ts';
import type { AdminDeps } from './admin-deps.ts';
import { accountExists, isAccountOfDealer, type Owner } from './client-store.ts';

export const NOT_GIVEN = '00000000-0000-0000-0000-000000000000';

/**
 * Whose objects a request is about: those of the caller's account, in the environment of the token. The scope `dealer`
 * reaches the accounts whose dealer the caller's account is, and the operator's scope `root` every account. Throws 403
 * `forbidden` for any other, whether it exists or not; for `root` 404.
 */
export async function actingOwner(
  deps: AdminDeps,
  context: OperationContext,
  accountId: string | undefined,
): Promise<Owner> {
  const { environment } = context;
  if (accountId === undefined || accountId === NOT_GIVEN || accountId === context.accountId) {
    return { accountId: context.accountId, environment };
  }
  if (context.scopes.has('root')) {
    if (await accountExists(deps.database, accountId)) return { accountId, environment };
    throw new SeglError(404, 'not_found', 'There is no such account.');
  }
  const managed =
    context.scopes.has('dealer') && (await isAccountOfDealer(deps.database, accountId, context.accountId));
  if (managed) return { accountId, environment };
  throw new SeglError(403, 'forbidden', 'The token may not act for the account of the AccountId.');
}

/** The same for a request that may name the account in its body, in its query, or not at all. */
export async function actingAccount(
  deps: AdminDeps,
  context: OperationContext,
  named: { inBody?: string | undefined; inQuery?: string | undefined },
): Promise<string> {
  const inBody = named.inBody === NOT_GIVEN ? undefined : named.inBody;
  return (await actingOwner(deps, context, inBody ?? named.inQuery)).accountId;
}

/** Accounts are shared by both environments, so that a token of `test` changes test accounts only. Throws 403 `forbidden`. */
export function requireChangeable(context: OperationContext, account: { testAccount: boolean }): void {
  if (context.environment === 'prod' || account.testAccount) return;
  throw new SeglError(403, 'forbidden', 'A token of the test environment may only change test accounts.');
}

/** Which accounts the caller may see in lists. */
export function reachOf(context: OperationContext): Reach {
  if (context.scopes.has('root')) return 'all';
  const dealer = context.scopes.has('dealer') || context.scopes.has('dealer_read');
  return { accountId: context.accountId, dealer };
}
