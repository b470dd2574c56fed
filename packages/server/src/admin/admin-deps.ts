import type { Clock } from '../kernel/clock/clock.ts';
import type { Database, Log } from '../kernel/db/database.ts';
import type { SecretHasher } from './client-secret.ts';

export interface AdminDeps {
  database: Database;
  /** Real time: credentials and the audit keep it. */
  clock: Clock;
  hasher: SecretHasher;
  log: Log;
  /** Base of absolute links, without a slash at the end. */
  publicUrl: string;
}

/** Sent after every change of an account that others show or obey: other processes look at it again. */
export const ACCOUNTS_CHANGED = 'accounts';

/** Sent after every change of a client: other processes look at clients again. */
export const CLIENTS_CHANGED = 'oauth_clients';
