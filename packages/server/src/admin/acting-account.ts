import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext } from '../kernel/http/route.ts';
import type { AdminDeps } from './admin-deps.ts';
import { accountExists, isAccountOfDealer, type Owner } from './client-store.ts';

const NOT_GIVEN = '00000000-0000-0000-0000-000000000000';

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
