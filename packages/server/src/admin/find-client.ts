import { LRUCache } from 'lru-cache';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import { atMost } from '../kernel/memory/at-most.ts';
import { CLIENTS_CHANGED } from './admin-deps.ts';
import { isClientId } from './client-secret.ts';
import { type ClientRecord, findClient } from './store.ts';

export interface ClientLookup {
  find(id: string): Promise<ClientRecord | undefined>;
  close(): void;
}

/** Should a change have been made past this program. */
const MEMORY_MS = 5000;
const MAX_REMEMBERED = 10_000;

/**
 * Clients as they are now. The embedded database belongs to this process alone, which hears of each change right after
 * its commit, so that what was read before is still true; on PostgreSQL another process may have changed it, and each
 * lookup is a query.
 */
export function createClientLookup({ database, clock }: { database: Database; clock: Clock }): ClientLookup {
  const query = async (id: string) => (isClientId(id) ? await findClient(database, id) : undefined);
  if (database.kind !== 'embedded') return { find: query, close() {} };

  const remembered = new LRUCache<string, Promise<ClientRecord | undefined>>({
    ...atMost(MAX_REMEMBERED),
    ttl: MEMORY_MS,
    ttlResolution: 0,
    perf: { now: () => clock.now().getTime() },
  });
  const close = database.signals.on(CLIENTS_CHANGED, () => remembered.clear());
  return {
    async find(id) {
      if (!isClientId(id)) return undefined;
      const known = remembered.get(id);
      if (known) return known;
      const found = query(id);
      remembered.set(id, found);
      // What is not there is asked for by whoever guesses: only clients are remembered.
      const client = await found.catch((error: unknown) => {
        remembered.delete(id);
        throw error;
      });
      if (!client && remembered.get(id) === found) remembered.delete(id);
      return client;
    },
    close,
  };
}
