import { LRUCache } from 'lru-cache';
import { atMost } from '../kernel/memory/at-most.ts';

export interface CorsOrigins {
  /** Origins whose pages may call with tokens of the client. */
  corsOrigins(clientId: string): Promise<readonly string[]>;
  /** Whether any client allows the origin: a preflight does not say which one will call. */
  isCorsOrigin(origin: string): Promise<boolean>;
  /** After clients have changed. */
  forget(): void;
}

const MEMORY_MS = 30_000;
const MAX_REMEMBERED = 10_000;

/** Answers from memory for half a minute: browsers send an origin with every request. */
export function createCorsOrigins(find: {
  originsOf(clientId: string): Promise<readonly string[]>;
  isListed(origin: string): Promise<boolean>;
}): CorsOrigins {
  const byClient = new LRUCache<string, readonly string[]>({ ...atMost(MAX_REMEMBERED), ttl: MEMORY_MS });
  const listed = new LRUCache<string, { found: boolean }>({ ...atMost(MAX_REMEMBERED), ttl: MEMORY_MS });
  return {
    async corsOrigins(clientId) {
      const known = byClient.get(clientId);
      if (known) return known;
      const origins = await find.originsOf(clientId);
      byClient.set(clientId, origins);
      return origins;
    },
    async isCorsOrigin(origin) {
      const known = listed.get(origin);
      if (known) return known.found;
      const found = await find.isListed(origin);
      listed.set(origin, { found });
      return found;
    },
    forget() {
      byClient.clear();
      listed.clear();
    },
  };
}
