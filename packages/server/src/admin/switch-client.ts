import type { Transaction } from '../kernel/db/database.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { actingOwner } from './acting-account.ts';
import { type AdminDeps, CLIENTS_CHANGED } from './admin-deps.ts';
import { writeAudit } from './audit.ts';
import type { ClientKind } from './client-kind.ts';
import { findStoredClient, markDeleted, type StoredClient, setEnabled } from './client-store.ts';
import type { AccountQuery, OauthClientId } from './contract/oauth-client.ts';
import { clientNotFound } from './update-client.ts';

type AnyKind = Pick<ClientKind, 'name' | 'audited'>;

/** Disables or enables a client; its settings and secrets stay. The calling client may do so with itself. */
export async function switchClient(
  deps: AdminDeps,
  kind: AnyKind,
  context: OperationContext,
  input: { body: OauthClientId },
  enabled: boolean,
): Promise<OperationResult> {
  await change(deps, kind, context, { ...input.body, action: enabled ? 'enabled' : 'disabled' }, (tx, client) =>
    client.enabled === enabled ? undefined : setEnabled(tx, client.id, enabled, deps.clock.now()),
  );
  return { status: 200, body: {} };
}

/** Deletes a client for good: at once for every caller, and its row 30 days later. */
export async function deleteClient(
  deps: AdminDeps,
  kind: AnyKind,
  context: OperationContext,
  input: { params: { clientId: string }; query: AccountQuery },
): Promise<OperationResult> {
  const { params, query } = input;
  await change(
    deps,
    kind,
    context,
    { ClientId: params.clientId, AccountId: query.accountId, action: 'deleted' },
    (tx, client) => markDeleted(tx, client.id, deps.clock.now()),
  );
  return { status: 204 };
}

/** `work` answers `undefined` when there is nothing to do. */
async function change(
  deps: AdminDeps,
  kind: AnyKind,
  context: OperationContext,
  what: { ClientId: string; AccountId?: string | undefined; action: 'enabled' | 'disabled' | 'deleted' },
  work: (tx: Transaction, client: StoredClient) => Promise<void> | undefined,
): Promise<void> {
  const owner = await actingOwner(deps, context, what.AccountId);
  await deps.database.transaction(async (tx) => {
    const client = await findStoredClient(tx, owner, kind.name, what.ClientId, 'lock');
    if (!client) throw clientNotFound();
    const done = work(tx, client);
    if (!done) return;
    await done;
    await writeAudit(tx, {
      ...owner,
      occurredAt: deps.clock.now(),
      actorClientId: context.clientId,
      requestId: context.requestId,
      action: `${kind.audited}.${what.action}`,
      targetId: client.id,
      details: {},
    });
    tx.afterCommit(() => deps.database.signals.send(CLIENTS_CHANGED));
  });
}
