import { LRUCache } from 'lru-cache';
import type { Database, Queryable } from '../kernel/db/database.ts';
import { atMost } from '../kernel/memory/at-most.ts';
import { findStoredAccount } from './account-store.ts';
import { ACCOUNTS_CHANGED } from './admin-deps.ts';
import { brandingUrl } from './branding-address.ts';

/** What signers and users see of an account, and whether it may be used at all. */
export interface AccountProfile {
  name: string;
  enabled: boolean;
  /** Public addresses of what the account has uploaded. */
  logoUrl: string | undefined;
  cssUrl: string | undefined;
  /** Of its SMS, where it has chosen one. */
  smsSender: string | undefined;
}

export interface AccountProfiles {
  /** Inside of a transaction with that, as `db`. */
  find(accountId: string, db?: Queryable): Promise<AccountProfile>;
  close(): void;
}

/** Should the signal of a change be lost. */
const MEMORY_MS = 30_000;
const MAX_REMEMBERED = 10_000;
const UNKNOWN: AccountProfile = {
  name: '',
  enabled: false,
  logoUrl: undefined,
  cssUrl: undefined,
  smsSender: undefined,
};

/** Profiles, kept for half a minute: every page of a signer and every delivery of an event asks. */
export function createAccountProfiles(deps: { database: Database; publicUrl: string }): AccountProfiles {
  const { database, publicUrl } = deps;
  const remembered = new LRUCache<string, AccountProfile>({ ...atMost(MAX_REMEMBERED), ttl: MEMORY_MS });
  let changes = 0;
  const close = database.signals.on(ACCOUNTS_CHANGED, () => {
    changes += 1;
    remembered.clear();
  });

  async function read(db: Queryable, accountId: string): Promise<AccountProfile> {
    const account = await findStoredAccount(db, accountId);
    if (!account) return UNKNOWN;
    const { logoHash, stylingHash } = account;
    return {
      name: account.details.name,
      enabled: account.enabled,
      logoUrl: logoHash === null ? undefined : brandingUrl(publicUrl, 'logo', logoHash),
      smsSender: account.details.smsSender ?? undefined,
      cssUrl: stylingHash === null ? undefined : brandingUrl(publicUrl, 'styling', stylingHash),
    };
  }

  return {
    // What is still being read is not shared: a transaction would wait for a query that waits for the transaction.
    async find(accountId, db = database) {
      const known = remembered.get(accountId);
      if (known) return known;
      const before = changes;
      const found = await read(db, accountId);
      if (changes === before) remembered.set(accountId, found);
      return found;
    },
    close,
  };
}
