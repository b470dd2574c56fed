import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { actingOwner } from './acting-account.ts';
import type { AdminDeps } from './admin-deps.ts';
import type { ClientKind } from './client-kind.ts';
import { findStoredClient, listStoredClients } from './client-store.ts';
import { listItemView } from './client-view.ts';
import type { AccountQuery } from './contract/oauth-client.ts';
import { clientNotFound } from './update-client.ts';

/** One client of the account and environment, without the values of its secrets. Throws 403, 404 `not_found`. */
export async function getClient(
  deps: AdminDeps,
  kind: Pick<ClientKind, 'name' | 'view'>,
  context: OperationContext,
  input: { params: { clientId: string }; query: AccountQuery },
): Promise<OperationResult> {
  const owner = await actingOwner(deps, context, input.query.accountId);
  const client = await findStoredClient(deps.database, owner, kind.name, input.params.clientId);
  if (!client) throw clientNotFound();
  return { status: 200, body: kind.view(client, client.secrets) };
}

/** All clients of the account and environment, newest first. */
export async function listClients(
  deps: AdminDeps,
  kind: Pick<ClientKind, 'name' | 'view'>,
  context: OperationContext,
  input: { query: AccountQuery },
): Promise<OperationResult> {
  const owner = await actingOwner(deps, context, input.query.accountId);
  return { status: 200, body: (await listStoredClients(deps.database, owner, kind.name)).map(listItemView) };
}
