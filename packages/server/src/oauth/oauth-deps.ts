import type { Admin } from '../admin/index.ts';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import type { Log } from '../kernel/log/log.ts';
import type { AccessTokens } from './access-token.ts';
import type { LockOut } from './lock-out.ts';

export interface OAuthDeps {
  admin: Admin;
  tokens: AccessTokens;
  lockOut: LockOut;
  database: Database;
  clock: Clock;
  log: Log;
  publicUrl: string;
}
