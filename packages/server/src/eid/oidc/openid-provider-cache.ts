import type { JSONWebKeySet, JWK } from 'jose';
import { allowInsecureRequests, type CustomFetch, customFetch, discovery, type ServerMetadata } from 'openid-client';
import type { Clock } from '../../kernel/clock/clock.ts';
import { findUnavailable, unavailable } from './oidc-fetch.ts';

const metadataLifetimeMs = 15 * 60_000;
const keysLifetimeMs = 5 * 60_000;
const publicMembers = ['kty', 'kid', 'use', 'alg', 'key_ops', 'n', 'e', 'crv', 'x', 'y'] as const;

/** Where an OpenID provider is and which keys it signs with, fetched when needed and kept for minutes. */
export interface OpenIdProviderCache {
  /** Discovered metadata (OpenID Connect Discovery §4), whose issuer is exactly the configured one. */
  metadata(): Promise<ServerMetadata>;
  /** The public keys that may have signed with this key id; fetched again when none is known. */
  keys(keyId: string | undefined): Promise<JSONWebKeySet>;
}

export function createOpenIdProviderCache(options: {
  issuer: string;
  allowInsecure: boolean;
  fetch: CustomFetch;
  clock: Clock;
}): OpenIdProviderCache {
  const { issuer, allowInsecure, fetch, clock } = options;
  const metadata = remember(clock, metadataLifetimeMs, async () => {
    // The configuration object is only a carrier here; the client's own one is made per use.
    const configuration = await discovery(new URL(issuer), 'discovery', undefined, undefined, {
      [customFetch]: fetch,
      execute: allowInsecure ? [allowInsecureRequests] : [],
    }).catch((error: unknown) => {
      throw findUnavailable(error) ?? unavailable('published unusable metadata', null, error);
    });
    return configuration.serverMetadata();
  });

  const keySet = remember(clock, keysLifetimeMs, async () => {
    const { jwks_uri: address } = await metadata.get();
    if (!address || (!allowInsecure && !address.startsWith('https:'))) throw unavailable('publishes no usable keys');
    const response = await fetch(address, {
      method: 'GET',
      headers: { accept: 'application/json' },
      body: undefined,
      redirect: 'manual',
    });
    const keys = response.ok ? readKeys(await response.text()) : undefined;
    if (!keys) throw unavailable('publishes no usable keys');
    return keys;
  });

  return {
    metadata: () => metadata.get(),
    async keys(keyId) {
      let keys = await keySet.get();
      const isKnown = (key: JWK): boolean => keyId === undefined || key.kid === keyId;
      if (!keys.some(isKnown)) {
        // The provider has rotated its keys. Only a provider's own id_token leads here, never a browser's input.
        keySet.forget();
        keys = await keySet.get();
      }
      return { keys: keys.filter(isKnown) };
    },
  };
}

/** Only the public members, so that a provider's mistake cannot end up in our evidence. */
function readKeys(text: string): JWK[] | undefined {
  try {
    const { keys } = JSON.parse(text) as { keys: Record<string, unknown>[] };
    return keys
      .slice(0, 100)
      .map(
        (key) =>
          Object.fromEntries(
            publicMembers.filter((name) => key[name] !== undefined).map((name) => [name, key[name]]),
          ) as JWK,
      );
  } catch {
    return undefined;
  }
}

/** One value, loaded once for all who ask at the same moment; failures are not kept. */
function remember<Value>(clock: Clock, lifetimeMs: number, load: () => Promise<Value>) {
  let kept: { value: Promise<Value>; atMs: number } | undefined;
  const ageMs = (): number => (kept ? Math.abs(clock.now().getTime() - kept.atMs) : 0);
  return {
    forget(): void {
      kept = undefined;
    },
    get(): Promise<Value> {
      if (kept && ageMs() < lifetimeMs) return kept.value;
      const loading = { value: load(), atMs: clock.now().getTime() };
      kept = loading;
      loading.value.catch(() => {
        if (kept === loading) kept = undefined;
      });
      return loading.value;
    },
  };
}
