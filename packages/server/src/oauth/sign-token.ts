import { type KeyObject, sign } from 'node:crypto';
import type { TokenKey } from './token-keys.ts';

/** Names of RFC 7518 §3.1 and RFC 8037 §3.1 in the words of OpenSSL; Ed25519 has its digest built in. */
const DIGESTS = { RS256: 'sha256', ES256: 'sha256', EdDSA: null } as const;

/** Headers by key and type: the same for every token of a type that a key signs. */
const headers = new WeakMap<KeyObject, Map<string, string>>();

/** The type of access tokens (RFC 9068 §2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/**
 * The claims as a JWT of a type (RFC 8725 §3.11) in compact form (RFC 7515 §3.1), signed in the thread pool. Done here and
 * not by the library that checks tokens, since its way through Web Crypto keeps the event loop three times as long, and
 * getting a token is little else.
 */
export async function signToken(
  key: TokenKey,
  claims: Record<string, unknown>,
  type = ACCESS_TOKEN_TYPE,
): Promise<string> {
  const byType = headers.get(key.privateKey) ?? new Map<string, string>();
  headers.set(key.privateKey, byType);
  let header = byType.get(type);
  if (header === undefined) {
    header = encoded({ alg: key.algorithm, typ: type, kid: key.kid });
    byType.set(type, header);
  }
  const content = `${header}.${encoded(claims)}`;
  const signature = await new Promise<Buffer>((resolve, reject) => {
    // RFC 7518 §3.4: r and s side by side, not the DER that OpenSSL makes by itself.
    const privateKey = { key: key.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    sign(DIGESTS[key.algorithm], Buffer.from(content), privateKey, (error, made) =>
      error ? reject(error) : resolve(made),
    );
  });
  return `${content}.${signature.toString('base64url')}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
