import type { Adapter, AdapterPayload } from 'oidc-provider';
import { ExpiringStore } from './expiring-store.ts';

const maxEntries = 50_000;
/** Lifetime of an entry for which the provider names none. */
const defaultLifetimeSeconds = 600;

/** Storage of one OpenID provider in memory, bounded and expiring. Returns what `oidc-provider` calls an adapter factory. */
export function createOidcStore(): (model: string) => Adapter {
  const payloads = new ExpiringStore<AdapterPayload>(maxEntries);
  const keysOfGrant = new ExpiringStore<Set<string>>(maxEntries);
  const sessionIdOfUid = new ExpiringStore<string>(maxEntries);

  return (model) => {
    const keyOf = (id: string): string => `${model}:${id}`;
    return {
      async upsert(id, payload, expiresIn = defaultLifetimeSeconds) {
        payloads.set(keyOf(id), payload, expiresIn);
        if (model === 'Session' && payload.uid) sessionIdOfUid.set(payload.uid, id, expiresIn);
        if (payload.grantId) {
          const keys = keysOfGrant.get(payload.grantId) ?? new Set();
          keys.add(keyOf(id));
          keysOfGrant.set(payload.grantId, keys, expiresIn);
        }
      },
      async find(id) {
        return payloads.get(keyOf(id));
      },
      async findByUid(uid) {
        const id = sessionIdOfUid.get(uid);
        return id === undefined ? undefined : payloads.get(keyOf(id));
      },
      async findByUserCode() {
        return undefined;
      },
      async consume(id) {
        const payload = payloads.get(keyOf(id));
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      async destroy(id) {
        payloads.delete(keyOf(id));
      },
      async revokeByGrantId(grantId) {
        for (const key of keysOfGrant.get(grantId) ?? []) payloads.delete(key);
        keysOfGrant.delete(grantId);
      },
    };
  };
}
