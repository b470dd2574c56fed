import { compactVerify } from 'jose';
import type { Clock } from '../kernel/clock/clock.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { signToken } from './sign-token.ts';
import type { TokenKeys } from './token-keys.ts';

/** Why a text is no token of this instance. */
export type TokenFault = 'malformed' | 'unsupported_algorithm' | 'unknown_key' | 'invalid_signature' | 'unknown_issuer';

export type CheckedToken =
  | {
      genuine: true;
      /** The `typ` of its header. */
      type: string;
      claims: Record<string, unknown>;
      expiresAt: Date;
      /** `undefined`: it is in time. */
      time: 'expired' | 'not_yet_valid' | undefined;
    }
  | { genuine: false; fault: TokenFault };

/** JWTs of any type that this instance signs with its token keys. They live in real time, as access tokens do. */
export interface IssuedTokens {
  /** `claimsOf` is told when the token will expire; `iss`, `iat`, `exp`, `jti` and `kv` (key version) are added. */
  issue(type: string, lifetimeSeconds: number, claimsOf: (expiresAt: Date) => Record<string, unknown>): Promise<string>;
  /** Nothing of a token that is not ours is handed out. */
  check(jwt: string): Promise<CheckedToken>;
}

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;
/** Clocks of two processes differ. */
const SKEW_SECONDS = 60;

export function createIssuedTokens(deps: { publicUrl: string; keys: TokenKeys; clock: Clock }): IssuedTokens {
  const { keys, clock } = deps;
  const issuer = `${deps.publicUrl}/oauth`;
  return {
    issue(type, lifetimeSeconds, claimsOf) {
      const now = clock.now();
      const iat = Math.floor(now.getTime() / 1000);
      const exp = iat + lifetimeSeconds;
      const key = keys.signing();
      const claims = { ...claimsOf(new Date(exp * 1000)), iss: issuer, iat, exp, jti: uuidv7(now), kv: key.kid };
      return signToken(key, claims, type);
    },

    async check(jwt) {
      const header = COMPACT.test(jwt) ? jsonObject(Buffer.from(jwt.split('.')[0]!, 'base64url')) : undefined;
      if (!header || typeof header.alg !== 'string') return foreign('malformed');
      if (!ALGORITHMS.includes(header.alg)) return foreign('unsupported_algorithm');
      const key = typeof header.kid === 'string' ? keys.find(header.kid) : undefined;
      if (!key) return foreign('unknown_key');
      const verified = await compactVerify(jwt, key.publicKey, { algorithms: [key.algorithm] }).catch(() => undefined);
      if (!verified) return foreign('invalid_signature');
      const claims = jsonObject(verified.payload);
      if (!claims || typeof claims.exp !== 'number') return foreign('malformed');
      if (claims.iss !== issuer) return foreign('unknown_issuer');
      const now = clock.now().getTime() / 1000;
      const early = typeof claims.nbf === 'number' && claims.nbf > now + SKEW_SECONDS;
      return {
        genuine: true,
        type: typeof header.typ === 'string' ? header.typ : '',
        claims,
        expiresAt: new Date(claims.exp * 1000),
        time: now >= claims.exp ? 'expired' : early ? 'not_yet_valid' : undefined,
      };
    },
  };
}

function foreign(fault: TokenFault): CheckedToken {
  return { genuine: false, fault };
}

function jsonObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
