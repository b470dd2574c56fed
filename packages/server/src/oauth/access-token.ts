import type { KeyObject } from 'node:crypto';
import { errors, exportJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Admin, ClientRecord } from '../admin/index.ts';
import type { Clock } from '../kernel/clock/clock.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { Principal } from '../kernel/http/http-server.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';

export interface TokenKey {
  kid: string;
  algorithm: 'RS256' | 'ES256' | 'EdDSA';
  privateKey: KeyObject;
  publicKey: KeyObject;
}

export interface TokenKeys {
  /** The key that signs now. */
  current: TokenKey;
  /** Every key whose tokens may still be about, the current one included. */
  all: readonly TokenKey[];
}

export interface IssuedToken {
  accessToken: string;
  expiresInSeconds: number;
  scope: string;
}

export interface AccessTokens {
  issue(client: ClientRecord, scopes: readonly string[]): Promise<IssuedToken>;
  /** Throws 401 `invalid_token`, `client_disabled` or `account_disabled`. */
  verify(token: string): Promise<Principal>;
  jwks(): Promise<{ keys: JWK[] }>;
}

interface Verified {
  principal: Principal;
  expiresAtMs: number;
}

/** How long a disabled client's tokens may still be accepted. */
const CLIENT_MEMORY_MS = 30_000;
const CLOCK_SKEW_SECONDS = 60;

/**
 * Access tokens as JWT of type `at+jwt` (RFC 9068). A token that was verified is remembered until it expires, so that
 * a signature is checked once per token and process; the client behind it is looked up again every half minute.
 * Tokens live in real time: `clock` is never a test clock.
 */
export function createAccessTokens(deps: {
  publicUrl: string;
  keys: TokenKeys;
  admin: Admin;
  clock: Clock;
}): AccessTokens {
  const issuer = `${deps.publicUrl}/oauth`;
  const verified = new LRUCache<string, Verified>({ max: 20_000 });
  const clients = new LRUCache<string, Promise<ClientRecord | undefined>>({
    max: 20_000,
    ttl: CLIENT_MEMORY_MS,
    ttlResolution: 0,
    perf: { now: () => deps.clock.now().getTime() },
  });
  const keysById = new Map(deps.keys.all.map((key) => [key.kid, key]));

  async function checkSignature(token: string): Promise<Verified> {
    const { payload } = await jwtVerify(
      token,
      (header) => {
        const key = keysById.get(header.kid ?? '');
        if (!key || key.algorithm !== header.alg) throw new errors.JWKSNoMatchingKey();
        return key.publicKey;
      },
      {
        issuer,
        audience: deps.publicUrl,
        typ: 'at+jwt',
        clockTolerance: CLOCK_SKEW_SECONDS,
        currentDate: deps.clock.now(),
      },
    );
    const { client_id: clientId, account_id: accountId, environment, scope } = payload;
    if (typeof clientId !== 'string' || typeof accountId !== 'string' || typeof scope !== 'string' || !payload.exp) {
      throw new errors.JWTInvalid();
    }
    if (environment !== 'test' && environment !== 'prod') throw new errors.JWTInvalid();
    return {
      principal: {
        clientId,
        accountId,
        environment: environment as Environment,
        scopes: new Set(scope.split(' ').filter(Boolean)),
      },
      expiresAtMs: (payload.exp + CLOCK_SKEW_SECONDS) * 1000,
    };
  }

  function clientOf(principal: Principal): Promise<ClientRecord | undefined> {
    let client = clients.get(principal.clientId);
    if (!client) {
      client = deps.admin.findClient(principal.clientId);
      clients.set(principal.clientId, client);
      client.catch(() => clients.delete(principal.clientId));
    }
    return client;
  }

  return {
    async issue(client, scopes) {
      const nowSeconds = Math.floor(deps.clock.now().getTime() / 1000);
      const scope = scopes.join(' ');
      const { current } = deps.keys;
      const accessToken = await new SignJWT({
        client_id: client.id,
        account_id: client.accountId,
        environment: client.environment,
        scope,
      })
        .setProtectedHeader({ alg: current.algorithm, typ: 'at+jwt', kid: current.kid })
        .setIssuer(issuer)
        .setAudience(deps.publicUrl)
        .setSubject(client.id)
        .setIssuedAt(nowSeconds)
        .setNotBefore(nowSeconds)
        .setExpirationTime(nowSeconds + client.accessTokenLifetimeSeconds)
        .setJti(uuidv7(deps.clock.now()))
        .sign(current.privateKey);
      return { accessToken, expiresInSeconds: client.accessTokenLifetimeSeconds, scope };
    },

    async verify(token) {
      let known = verified.get(token);
      if (!known) {
        known = await checkSignature(token).catch((cause: unknown) => {
          throw invalidToken(cause);
        });
        verified.set(token, known);
      }
      if (deps.clock.now().getTime() >= known.expiresAtMs) {
        verified.delete(token);
        throw invalidToken(new errors.JWTExpired('', {}));
      }
      const client = await clientOf(known.principal);
      if (!client || client.accountId !== known.principal.accountId) throw invalidToken();
      if (client.disabled) throw new SeglError(401, 'client_disabled', 'The client is disabled.');
      if (client.accountDisabled) throw new SeglError(401, 'account_disabled', 'The account is disabled.');
      return known.principal;
    },

    async jwks() {
      const keys = await Promise.all(
        deps.keys.all.map(async (key) => ({
          ...(await exportJWK(key.publicKey)),
          kid: key.kid,
          alg: key.algorithm,
          use: 'sig',
        })),
      );
      return { keys };
    },
  };
}

/** Why a token is refused is of use to the caller only as far as what to do about it. */
function invalidToken(cause?: unknown): SeglError {
  const message =
    cause instanceof errors.JWTExpired
      ? 'The access token has expired: get a new one.'
      : 'The access token is not valid.';
  return new SeglError(401, 'invalid_token', message);
}
