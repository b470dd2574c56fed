import { createHash, randomBytes } from 'node:crypto';
import { errors, type JWK, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Admin, ClientRecord } from '../admin/index.ts';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { Principal } from '../kernel/http/http-server.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { atMost } from '../kernel/memory/at-most.ts';
import type { RevokedTokens } from './revoked-tokens.ts';
import { ACCESS_TOKEN_TYPE, signToken } from './sign-token.ts';
import type { TokenKeys } from './token-keys.ts';
import { deleteReferenceToken, findReferenceToken, insertReferenceToken } from './token-store.ts';

export interface IssuedToken {
  accessToken: string;
  expiresInSeconds: number;
  scope: string;
}

/** What RFC 7662 §2.2 tells of a token. */
export interface TokenInfo {
  scope: string;
  client_id: string;
  account_id: string;
  environment: Environment;
  iss: string;
  aud: string;
  sub: string;
  jti: string;
  iat: number;
  nbf: number;
  exp: number;
}

export interface AccessTokens {
  /** A token of the kind and lifetime that the client is set to; `secretId` names the entry that it proved itself with. */
  issue(client: ClientRecord, scopes: readonly string[], secretId: string): Promise<IssuedToken>;
  /** Throws 401 `invalid_token`, `client_disabled` or `account_disabled`. */
  verify(token: string): Promise<Principal>;
  /** What a token says, while it would be accepted; otherwise nothing. */
  inspect(token: string): Promise<TokenInfo | undefined>;
  /** Ends a token of this client; any other text, and tokens of others, are left alone. */
  revoke(token: string, clientId: string): Promise<void>;
  jwks(): { keys: JWK[] };
  close(): void;
}

export interface AccessTokensOptions {
  publicUrl: string;
  database: Database;
  keys: TokenKeys;
  revoked: RevokedTokens;
  admin: Admin;
  clock: Clock;
}

interface Verified {
  info: TokenInfo;
  secretId: string;
  principal: Principal;
  expiresAtMs: number;
}

interface VerifiedJwt extends Verified {
  /** Of the key that signed it. */
  kid: string;
}

/** How long a disabled client's tokens may still be accepted, should the signal of the change be lost. */
const CLIENT_MEMORY_MS = 30_000;
const CLOCK_SKEW_SECONDS = 60;
const HANDLE_BYTES = 32;
/** 32 bytes in base64url: nothing that a JWT could be. */
const HANDLE = /^[A-Za-z0-9_-]{43}$/;

/**
 * Access tokens: JWTs of type `at+jwt` (RFC 9068), or opaque handles that are looked up each time. A JWT that was verified
 * is remembered until it expires, so that a signature is checked once per token and process; the client behind it is
 * looked up again every half minute and after every change of a client. Tokens live in real time: `clock` is never a
 * test clock.
 */
export function createAccessTokens(deps: AccessTokensOptions): AccessTokens {
  const { publicUrl, database, keys, revoked, admin, clock } = deps;
  const issuer = `${publicUrl}/oauth`;
  const verified = new LRUCache<string, VerifiedJwt>(atMost(20_000));
  const clients = new LRUCache<string, Promise<ClientRecord | undefined>>({
    ...atMost(20_000),
    ttl: CLIENT_MEMORY_MS,
    ttlResolution: 0,
    perf: { now: () => clock.now().getTime() },
  });
  const stopListening = admin.onClientsChanged(() => clients.clear());

  async function checkJwt(token: string): Promise<VerifiedJwt> {
    const { payload, protectedHeader } = await jwtVerify(
      token,
      (header) => {
        const key = keys.find(header.kid ?? '');
        if (!key || key.algorithm !== header.alg) throw new errors.JWKSNoMatchingKey();
        return key.publicKey;
      },
      {
        issuer,
        audience: publicUrl,
        typ: ACCESS_TOKEN_TYPE,
        clockTolerance: CLOCK_SKEW_SECONDS,
        currentDate: clock.now(),
      },
    );
    return { ...readClaims(payload, publicUrl), kid: protectedHeader.kid ?? '' };
  }

  function clientOf(clientId: string): Promise<ClientRecord | undefined> {
    let client = clients.get(clientId);
    if (!client) {
      client = admin.findClient(clientId);
      clients.set(clientId, client);
      client.catch(() => clients.delete(clientId));
    }
    return client;
  }

  async function knownJwt(token: string): Promise<VerifiedJwt> {
    let known = verified.get(token);
    if (!known) {
      known = await checkJwt(token).catch((cause: unknown) => {
        throw invalidToken(cause);
      });
      verified.set(token, known);
    }
    if (clock.now().getTime() >= known.expiresAtMs) {
      verified.delete(token);
      throw invalidToken(new errors.JWTExpired('', {}));
    }
    // A key that was retired after the token was verified.
    if (!keys.find(known.kid)) throw invalidToken();
    return known;
  }

  async function checkedJwt(token: string): Promise<Verified> {
    const known = await knownJwt(token);
    if (revoked.has(known.info.jti)) throw invalidToken();
    const client = await clientOf(known.info.client_id);
    requireLive(client, known.secretId);
    if (client.accountId !== known.info.account_id) throw invalidToken();
    return known;
  }

  async function checkedHandle(handle: string): Promise<Verified> {
    const token = await findReferenceToken(database, hashOf(handle));
    if (!token || token.expiresAt <= clock.now()) throw invalidToken();
    // Never from memory: a handle ends with its client at once.
    const client = await admin.findClient(token.clientId);
    requireLive(client, token.secretId);
    return verifiedOf(
      {
        scope: token.scope,
        client_id: client.id,
        account_id: client.accountId,
        environment: client.environment,
        iss: issuer,
        aud: publicUrl,
        sub: client.id,
        jti: token.id,
        iat: secondsOf(token.issuedAt),
        nbf: secondsOf(token.issuedAt),
        exp: secondsOf(token.expiresAt),
      },
      token.secretId,
    );
  }

  const check = (token: string) => (HANDLE.test(token) ? checkedHandle(token) : checkedJwt(token));

  return {
    async issue(client, scopes, secretId) {
      const now = clock.now();
      const nowSeconds = secondsOf(now);
      const scope = scopes.join(' ');
      const expiresInSeconds = client.accessTokenLifetimeSeconds;
      const jti = uuidv7(now);
      if (client.accessTokenType === 'Reference') {
        const accessToken = randomBytes(HANDLE_BYTES).toString('base64url');
        await insertReferenceToken(database, hashOf(accessToken), {
          id: jti,
          clientId: client.id,
          secretId,
          scope,
          issuedAt: new Date(nowSeconds * 1000),
          expiresAt: new Date((nowSeconds + expiresInSeconds) * 1000),
        });
        return { accessToken, expiresInSeconds, scope };
      }
      const accessToken = await signToken(keys.signing(), {
        ...Object.fromEntries(client.claims.map(({ Type, Value }) => [`client_${Type}`, Value])),
        iss: issuer,
        aud: publicUrl,
        sub: client.id,
        iat: nowSeconds,
        nbf: nowSeconds,
        exp: nowSeconds + expiresInSeconds,
        jti,
        client_id: client.id,
        account_id: client.accountId,
        dealer_id: client.dealerId,
        environment: client.environment,
        scope,
        credential_id: secretId,
      });
      return { accessToken, expiresInSeconds, scope };
    },

    verify: async (token) => (await check(token)).principal,

    async inspect(token) {
      try {
        return (await check(token)).info;
      } catch (error) {
        if (error instanceof SeglError && error.status === 401) return undefined;
        throw error;
      }
    },

    async revoke(token, clientId) {
      if (HANDLE.test(token)) return await deleteReferenceToken(database, hashOf(token), clientId);
      const known = await knownJwt(token).catch((error: unknown) => {
        if (error instanceof SeglError) return undefined;
        throw error;
      });
      if (known?.info.client_id === clientId) await revoked.revoke(known.info.jti, new Date(known.expiresAtMs));
    },

    jwks: () => keys.jwks(),
    close: stopListening,
  };
}

function requireLive(client: ClientRecord | undefined, secretId: string): asserts client is ClientRecord {
  if (!client) throw invalidToken();
  if (client.disabled) throw new SeglError(401, 'client_disabled', 'The client is disabled.');
  if (client.accountDisabled) throw new SeglError(401, 'account_disabled', 'The account is disabled.');
  // A token ends with the secret that it was got with.
  if (!client.secrets.some(({ id }) => id === secretId)) throw invalidToken();
}

function readClaims(payload: JWTPayload, audience: string): Verified {
  const { iss, sub, jti, iat, nbf, exp } = payload;
  const { client_id: clientId, account_id: accountId, environment, scope, credential_id: secretId } = payload;
  if (typeof clientId !== 'string' || typeof accountId !== 'string' || typeof scope !== 'string') {
    throw new errors.JWTInvalid();
  }
  if (typeof secretId !== 'string' || environment === undefined || !iss || !sub || !jti) throw new errors.JWTInvalid();
  if (!exp || !iat || !nbf || (environment !== 'test' && environment !== 'prod')) throw new errors.JWTInvalid();
  const info = { scope, client_id: clientId, account_id: accountId, environment: environment as Environment };
  return verifiedOf({ ...info, iss, aud: audience, sub, jti, iat, nbf, exp }, secretId);
}

function verifiedOf(info: TokenInfo, secretId: string): Verified {
  return {
    info,
    secretId,
    principal: {
      clientId: info.client_id,
      accountId: info.account_id,
      environment: info.environment,
      scopes: new Set(info.scope.split(' ').filter(Boolean)),
    },
    expiresAtMs: (info.exp + CLOCK_SKEW_SECONDS) * 1000,
  };
}

function hashOf(handle: string): Buffer {
  return createHash('sha256').update(handle).digest();
}

function secondsOf(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

/** Why a token is refused is of use to the caller only as far as what to do about it. */
function invalidToken(cause?: unknown): SeglError {
  const message =
    cause instanceof errors.JWTExpired
      ? 'The access token has expired: get a new one.'
      : 'The access token is not valid.';
  return new SeglError(401, 'invalid_token', message);
}
