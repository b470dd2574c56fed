import { isDeepStrictEqual } from 'node:util';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { withoutEmptyLists } from '../kernel/http/partial-update.ts';
import { readsCamelCase } from '../kernel/http/pascal-answer.ts';
import type { OperationContext, OperationInput, OperationResult } from '../kernel/http/route.ts';
import { actingOwner } from './acting-account.ts';
import { type AdminDeps, CLIENTS_CHANGED } from './admin-deps.ts';
import { writeAudit } from './audit.ts';
import type { ClientKind, UpdateClientRequest } from './client-kind.ts';
import { type ClientSettings, findStoredClient, putClient, putSecrets, type StoredClient } from './client-store.ts';
import { type PlannedSecret, planSecrets } from './secret-list.ts';

/**
 * Replaces the settings that the request names; what it leaves out stays. Lists are replaced as a whole. Tokens that were
 * got with a secret that is gone end with it. Throws 403 `forbidden`, 404 `not_found`.
 */
export async function updateClient<Request extends UpdateClientRequest>(
  deps: AdminDeps,
  kind: ClientKind<Request>,
  context: OperationContext,
  input: { body: Request; headers: OperationInput['headers'] },
): Promise<OperationResult> {
  // The library that reads camelCase sends [] for each list that its caller did not touch.
  const body = readsCamelCase(input.headers) ? (withoutEmptyLists(input.body) as typeof input.body) : input.body;
  const owner = await actingOwner(deps, context, body.AccountId);
  const now = deps.clock.now();
  const updated = await deps.database.transaction(async (tx) => {
    const before = await findStoredClient(tx, owner, kind.name, body.ClientId, 'lock');
    if (!before) throw clientNotFound();
    const settings = kind.settingsAfter(body, before.settings);
    kind.requireGrantable(
      context,
      settings.allowedScopes.filter((scope) => !before.settings.allowedScopes.includes(scope)),
    );
    const secrets: PlannedSecret[] = body.ClientSecrets
      ? planSecrets(body.ClientSecrets, before.secrets, { hasher: deps.hasher, now })
      : before.secrets;
    if (secrets.some((one) => one.clear !== undefined)) kind.requireHeld(context, settings.allowedScopes);
    const enabled = body.Enabled ?? before.enabled;
    const details = changes(before, { settings, secrets, enabled });
    if (Object.keys(details).length === 0) return { client: before, secrets };

    await putClient(tx, { id: before.id, owner, settings, enabled, now });
    if (body.ClientSecrets) await putSecrets(tx, before.id, secrets);
    await writeAudit(tx, {
      ...owner,
      occurredAt: now,
      actorClientId: context.clientId,
      requestId: context.requestId,
      action: `${kind.audited}.updated`,
      targetId: before.id,
      details,
    });
    tx.afterCommit(() => deps.database.signals.send(CLIENTS_CHANGED));
    return { client: { ...before, settings, enabled, changedAt: now }, secrets };
  });
  return { status: 200, body: kind.view(updated.client, updated.secrets) };
}

export function clientNotFound(): SeglError {
  return new SeglError(404, 'not_found', 'There is no such client.');
}

/** What is different afterwards, with its new value; of secrets only their names. */
function changes(
  before: StoredClient,
  after: { settings: ClientSettings; secrets: readonly PlannedSecret[]; enabled: boolean },
): Record<string, unknown> {
  const details: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(after.settings)) {
    if (!isDeepStrictEqual(value, before.settings[name as keyof ClientSettings])) details[name] = value;
  }
  if (after.enabled !== before.enabled) details.enabled = after.enabled;
  const known = new Map(before.secrets.map((one) => [one.id, one]));
  const kept = new Set(after.secrets.map(({ id }) => id));
  const secretsAdded = after.secrets.filter(({ id }) => !known.has(id)).map(({ description }) => description);
  const secretsRemoved = before.secrets.filter(({ id }) => !kept.has(id)).map(({ description }) => description);
  const secretsExpiring = after.secrets
    .filter(({ id, expiresAt }) => known.has(id) && known.get(id)!.expiresAt?.getTime() !== expiresAt?.getTime())
    .map(({ description, expiresAt }) => ({ description, expiresAt }));
  if (secretsAdded.length > 0) details.secretsAdded = secretsAdded;
  if (secretsRemoved.length > 0) details.secretsRemoved = secretsRemoved;
  if (secretsExpiring.length > 0) details.secretsExpiring = secretsExpiring;
  return details;
}
