import type { Clock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import { CLIENTS_CHANGED } from './admin-deps.ts';
import { ACCOUNT_SCOPES } from './api-scopes.ts';
import { generateClientId, generateClientSecret, type SecretHasher } from './client-secret.ts';
import {
  clientExists,
  findClient,
  findFirstTestClient,
  insertAccount,
  insertClient,
  lockFirstTestClient,
  putFirstTestClient,
  putSecret,
  reviveClient,
} from './store.ts';

export interface FirstTestClient {
  clientId: string;
  clientSecret: string;
}

const AAD = 'first_test_client';
const SECRET_NAME = 'first';

/**
 * The API client with which a newcomer starts. Settings win; what they leave open is generated once and kept. Safe when
 * several processes start together.
 */
export async function ensureFirstTestClient(
  deps: { database: Database; clock: Clock; hasher: SecretHasher; box: SecretBox },
  wanted: { clientId?: string | undefined; clientSecret?: string | undefined },
): Promise<FirstTestClient> {
  const kept = await findFirstTestClient(deps.database);
  if (kept) {
    const secret = deps.box.decrypt(kept.secretSealed, AAD).toString('utf8');
    const unchanged =
      (wanted.clientId ?? kept.clientId) === kept.clientId && (wanted.clientSecret ?? secret) === secret;
    if (unchanged && !kept.deleted) return { clientId: kept.clientId, clientSecret: secret };
  }
  return deps.database.transaction(async (tx) => {
    await lockFirstTestClient(tx);
    const now = deps.clock.now();
    const current = await findFirstTestClient(tx);
    // One that was deleted stays so, unless the settings ask for it by its id.
    const alive = current?.deleted ? undefined : current;
    const clientId = wanted.clientId ?? alive?.clientId ?? generateClientId('test');
    const clientSecret =
      wanted.clientSecret ??
      (alive ? deps.box.decrypt(alive.secretSealed, AAD).toString('utf8') : generateClientSecret());
    if (await clientExists(tx, clientId)) {
      if (!(await findClient(tx, clientId))) await reviveClient(tx, clientId);
    } else {
      const accountId = current?.accountId ?? uuidv7(now);
      if (!current) await insertAccount(tx, { id: accountId, name: 'Test account', testAccount: true, createdAt: now });
      await insertClient(tx, {
        id: clientId,
        accountId,
        environment: 'test',
        name: 'First test client',
        allowedScopes: ACCOUNT_SCOPES,
        createdAt: now,
      });
    }
    await putSecret(tx, {
      clientId,
      description: SECRET_NAME,
      hash: deps.hasher.hash(clientSecret),
      hint: clientSecret.slice(-4),
      createdAt: now,
    });
    tx.afterCommit(() => deps.database.signals.send(CLIENTS_CHANGED));
    await putFirstTestClient(tx, clientId, deps.box.encrypt(Buffer.from(clientSecret, 'utf8'), AAD));
    return { clientId, clientSecret };
  });
}
