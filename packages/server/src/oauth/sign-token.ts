import { type KeyObject, sign } from 'node:crypto';
import type { TokenKey } from './token-keys.ts';

/** Names of RFC 7518 §3.1 and RFC 8037 §3.1 in the words of OpenSSL; Ed25519 has its digest built in. */
const DIGESTS = { RS256: 'sha256', ES256: 'sha256', EdDSA: null } as const;

/** Headers by key: the same for every token that it signs. */
const headers = new WeakMap<KeyObject, string>();

/**
 * The claims as a JWT of type `at+jwt` (RFC 9068) in compact form (RFC 7515 §3.1), signed in the thread pool. Done here and
 * not by the library that checks tokens, since its way through Web Crypto keeps the event loop three times as long, and
 * getting a token is little else.
 */
export async function signToken(key: TokenKey, claims: Record<string, unknown>): Promise<string> {
  let header = headers.get(key.privateKey);
  if (header === undefined) {
    header = encoded({ alg: key.algorithm, typ: 'at+jwt', kid: key.kid });
    headers.set(key.privateKey, header);
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
