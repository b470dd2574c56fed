import type { FastifyInstance } from 'fastify';
import type { Admin } from '../admin/index.ts';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import type { Principal } from '../kernel/http/http-server.ts';
import type { RouteDefinition } from '../kernel/http/route.ts';
import type { KeyStore } from '../kernel/keys/key-store.ts';
import type { Log } from '../kernel/log/log.ts';
import { createAccessTokens } from './access-token.ts';
import { createIssuedTokens, type IssuedTokens } from './issued-token.ts';
import { createLockOut, type LockOut } from './lock-out.ts';
import { createRevokedTokens } from './revoked-tokens.ts';
import { jwtRoutes } from './routes.ts';
import { registerOAuth } from './token-endpoint.ts';
import { loadTokenKeys, type TokenKey } from './token-keys.ts';

export type { CheckedToken, IssuedTokens } from './issued-token.ts';
export type { FailedAuthentication, LockOut } from './lock-out.ts';
export { loadTokenKeys } from './token-keys.ts';

/** Access tokens of API clients: issuing, checking, revoking them. */
export interface OAuth {
  /** Throws 401 `invalid_token`, `client_disabled` or `account_disabled`. */
  verify(token: string): Promise<Principal>;
  register(app: FastifyInstance): Promise<void>;
  routes: RouteDefinition[];
  /** Tokens that are no access tokens, under the same keys. */
  readonly issued: IssuedTokens;
  readonly lockOut: LockOut;
  close(): void;
}

/** Loads keys, revoked tokens and lock-outs, and keeps up with other processes from then on. */
export async function startOAuth(deps: {
  publicUrl: string;
  database: Database;
  keys: KeyStore;
  admin: Admin;
  clock: Clock;
  log: Log;
  algorithm: TokenKey['algorithm'];
  /** How long a key signs tokens before the next one takes over. */
  keyMaxAgeMs: number;
}): Promise<OAuth> {
  const { database, clock, log } = deps;
  const keys = await loadTokenKeys({ ...deps, maxAgeMs: deps.keyMaxAgeMs });
  keys.start();
  const revoked = createRevokedTokens({ database, clock, log });
  await revoked.start();
  const lockOut = createLockOut({ database, clock, log });
  await lockOut.start();
  const tokens = createAccessTokens({ ...deps, keys, revoked });
  const issued = createIssuedTokens({ publicUrl: deps.publicUrl, keys, clock });
  return {
    verify: (token) => tokens.verify(token),
    register: (app) => registerOAuth(app, { ...deps, tokens, lockOut }),
    routes: jwtRoutes({ issued, tokens }),
    issued,
    lockOut,
    close() {
      tokens.close();
      lockOut.close();
      revoked.close();
      keys.close();
    },
  };
}
