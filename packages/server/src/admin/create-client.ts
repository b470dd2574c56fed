import type { Transaction } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { actingOwner } from './acting-account.ts';
import { type AdminDeps, CLIENTS_CHANGED } from './admin-deps.ts';
import { writeAudit } from './audit.ts';
import type { ClientKind, CreateClientRequest } from './client-kind.ts';
import { generateClientId } from './client-secret.ts';
import {
  type ClientSettings,
  countStoredClients,
  type Owner,
  putClient,
  putSecrets,
  type StoredClient,
} from './client-store.ts';
import { type PlannedSecret, planSecrets } from './secret-list.ts';
import { lockAccount } from './store.ts';

const MAX_CLIENTS = 200;

/**
 * Creates a client in the environment of the calling token. Without secrets in the request one is generated; the
 * answer is the only one that shows them. Throws 403 `forbidden`, 404 `not_found`, 422 `too_many_clients`,
 * `flow_not_supported`.
 */
export async function createClient<Request extends CreateClientRequest>(
  deps: AdminDeps,
  kind: ClientKind<Request>,
  context: OperationContext,
  input: { body: Request },
): Promise<OperationResult> {
  const owner = await actingOwner(deps, context, input.body.AccountId);
  const settings = kind.settingsOf(input.body);
  kind.requireGrantable(context, settings.allowedScopes);
  const wanted = input.body.ClientSecrets ?? [];
  const now = deps.clock.now();
  const secrets = planSecrets(wanted.length > 0 ? wanted : [{}], [], { hasher: deps.hasher, now });
  const answer = (client: NewClient): OperationResult => ({ status: 200, body: kind.view(client, secrets) });
  const client = await storeNewClient(deps, owner, { settings, secrets, now }, context, (tx, made) =>
    context.keepAnswer?.(tx, answer(made)),
  );
  return answer(client);
}

type NewClient = Omit<StoredClient, 'secrets'>;

/** `actor` is absent for the operator. */
export async function storeNewClient(
  deps: Pick<AdminDeps, 'database'>,
  owner: Owner,
  made: { settings: ClientSettings; secrets: readonly PlannedSecret[]; now: Date },
  actor: { clientId: string; requestId: string } | undefined,
  alsoInTransaction?: (tx: Transaction, client: NewClient) => Promise<void> | undefined,
): Promise<NewClient> {
  const { settings, secrets, now } = made;
  const id = generateClientId(owner.environment);
  const client = { id, ...owner, settings, createdAt: now, changedAt: now, enabled: true, lastUse: undefined };
  await deps.database.transaction(async (tx) => {
    const account = await lockAccount(tx, owner.accountId);
    if (!account) throw new SeglError(404, 'not_found', 'There is no such account.');
    requireEnvironment(owner.environment, account);
    if ((await countStoredClients(tx, owner)) >= MAX_CLIENTS) {
      throw new SeglError(422, 'too_many_clients', `An account can have ${MAX_CLIENTS} clients in each environment.`);
    }
    await putClient(tx, { id, owner, settings, enabled: true, now });
    await putSecrets(tx, id, secrets);
    await writeAudit(tx, {
      ...owner,
      occurredAt: now,
      actorClientId: actor?.clientId,
      requestId: actor?.requestId,
      action: settings.openid ? 'openid_client.created' : 'oauth_client.created',
      targetId: id,
      details: { ...settings, secrets: secrets.map(({ description, type }) => ({ description, type })) },
    });
    await alsoInTransaction?.(tx, client);
    tx.afterCommit(() => deps.database.signals.send(CLIENTS_CHANGED));
  });
  return client;
}

function requireEnvironment(environment: Environment, account: { testAccount: boolean }): void {
  if (environment === 'test' || !account.testAccount) return;
  throw new SeglError(403, 'forbidden', 'A test account cannot have clients of production.');
}
