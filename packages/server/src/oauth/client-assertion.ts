import { createHash, createPublicKey } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Admin, ClientRecord } from '../admin/index.ts';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import { insertUsedAssertion } from './token-store.ts';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const MAX_LIFETIME_SECONDS = 300;
const CLOCK_SKEW_SECONDS = 30;
const MAX_JTI_LENGTH = 255;
/** Headers by which a caller would choose the key that its own signature is checked with. */
const FOREIGN_KEYS = ['jku', 'jwk', 'x5u'] as const;

const ALGORITHMS: Record<string, readonly string[]> = {
  RSA: ['RS256', 'PS256'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  Ed25519: ['EdDSA', 'Ed25519'],
};
export const ASSERTION_ALGORITHMS = Object.values(ALGORITHMS).flat();

/** The client that an assertion claims to be of; nothing is checked. */
export function claimedClientId(assertion: string): string | undefined {
  try {
    const { iss, sub } = decodeJwt(assertion);
    return iss === sub ? sub : undefined;
  } catch {
    return undefined;
  }
}

export interface AssertionDeps {
  admin: Admin;
  database: Database;
  clock: Clock;
  /** Any one of them names this server: its issuer and the addresses of its endpoints. */
  audiences: string[];
}

/**
 * Whether an assertion (RFC 7523 §3) proves the client, and by which of its keys. Each is good once and for five minutes.
 * The reason of a refusal is for the log.
 */
export async function checkAssertion(
  deps: AssertionDeps,
  client: ClientRecord,
  assertion: string,
): Promise<{ secretId: string } | { reason: string }> {
  let header: ReturnType<typeof decodeProtectedHeader>;
  try {
    header = decodeProtectedHeader(assertion);
  } catch {
    return { reason: 'malformed assertion' };
  }
  if (FOREIGN_KEYS.some((name) => name in header)) return { reason: 'assertion that brings its own key' };
  for (const { id, publicJwk } of deps.admin.publicKeys(client)) {
    if (header.kid !== undefined && publicJwk.kid !== undefined && header.kid !== publicJwk.kid) continue;
    const algorithms = ALGORITHMS[(publicJwk.crv as string | undefined) ?? publicJwk.kty] ?? [];
    if (!algorithms.includes(header.alg ?? '')) continue;
    const key = createPublicKey({ key: publicJwk, format: 'jwk' });
    try {
      const { payload } = await jwtVerify(assertion, key, {
        algorithms: [...algorithms],
        issuer: client.id,
        subject: client.id,
        audience: deps.audiences,
        requiredClaims: ['exp', 'jti'],
        clockTolerance: CLOCK_SKEW_SECONDS,
        currentDate: deps.clock.now(),
      });
      const reason = await refusal(deps, client.id, payload);
      return reason === undefined ? { secretId: id } : { reason };
    } catch (error) {
      // Another key of the client may be the right one.
      if (error instanceof errors.JWSSignatureVerificationFailed) continue;
      if (error instanceof errors.JOSEError) return { reason: `assertion refused: ${error.code}` };
      throw error;
    }
  }
  return { reason: 'assertion by no key of the client' };
}

async function refusal(deps: AssertionDeps, clientId: string, payload: JWTPayload): Promise<string | undefined> {
  const { exp = 0, iat, jti } = payload;
  const nowSeconds = Math.floor(deps.clock.now().getTime() / 1000);
  if (exp > nowSeconds + MAX_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS) return 'assertion that lives too long';
  if (iat !== undefined && iat > nowSeconds + CLOCK_SKEW_SECONDS) return 'assertion of the future';
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH) return 'assertion without a usable jti';
  const first = await insertUsedAssertion(deps.database, {
    clientId,
    jtiHash: createHash('sha256').update(jti).digest(),
    expiresAt: new Date((exp + CLOCK_SKEW_SECONDS) * 1000),
  });
  return first ? undefined : 'assertion used before';
}
