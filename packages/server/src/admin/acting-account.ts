import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext } from '../kernel/http/route.ts';
import type { AdminDeps } from './admin-deps.ts';
import { accountExists, type Owner } from './client-store.ts';

const NOT_GIVEN = '00000000-0000-0000-0000-000000000000';

/**
 * Whose objects a request is about: those of the caller's account, in the environment of the token. Only the operator's
 * scope `root` reaches other accounts. Throws 403 `forbidden`, whether the named account exists or not; for `root` 404.
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
  if (!context.scopes.has('root')) {
    throw new SeglError(403, 'forbidden', 'The AccountId is not that of the token.');
  }
  if (!(await accountExists(deps.database, accountId))) {
    throw new SeglError(404, 'not_found', 'There is no such account.');
  }
  return { accountId, environment };
}
