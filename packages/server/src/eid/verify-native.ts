import { compactVerify, createLocalJWKSet, type JWTPayload } from 'jose';
import type { EidNative } from './eid-provider.ts';
import {
  type BoundFiles,
  bindingAlgorithm,
  computeNonce,
  type DocumentBinding,
  isSha256Hex,
} from './oidc/document-binding.ts';
import { seBankIdNativeFormat, verifySeBankId } from './se-bankid/verify-signature.ts';

export const oidcNativeFormat = 'oidc_id_token';

/** Whether the person's own key made it, over the digests of the files; otherwise it proves a login that is bound to them. */
export function isSignedByOwnKey({ format }: Pick<EidNative, 'format'>): boolean {
  return format === seBankIdNativeFormat;
}

/** Asymmetric signatures only: with `none` or HMAC, we could have made the evidence ourselves. */
const acceptedAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

export type NativeFault =
  | 'unknown_format'
  | 'malformed'
  | 'signature'
  | 'certificate'
  | 'revocation'
  | 'issuer'
  | 'audience'
  | 'nonce'
  | 'document';

export type NativeVerdict = ({ valid: true; claims: JWTPayload } & BoundFiles) | { valid: false; fault: NativeFault };

/**
 * Checks what is kept as evidence from the native alone. BankID's signature: see `verifySeBankId`. An id_token: signature with the kept keys, issuer, audience, and
 * the nonce as a commitment to the document and its signed attachments (`DocumentBinding`). `expected` (hex) additionally
 * demands that it is this document, and that these attachments are among them. Says nothing about expiry, which concerns the login and not the evidence of it, nor about
 * whether the kept keys were the provider's: that rests on the log in which they are kept.
 */
export async function verifyNative(native: EidNative, expected: BoundFiles = {}): Promise<NativeVerdict> {
  if (native.format === seBankIdNativeFormat) return verifySeBankId(native, expected);
  if (native.format !== oidcNativeFormat) return { valid: false, fault: 'unknown_format' };
  const binding = readBinding(native.binding);
  if (!binding) return { valid: false, fault: 'malformed' };
  if (expected.documentSha256 !== undefined && expected.documentSha256 !== binding.documentSha256) {
    return { valid: false, fault: 'document' };
  }
  if (expected.attachmentSha256?.some((digest) => !binding.attachmentSha256?.includes(digest))) {
    return { valid: false, fault: 'document' };
  }
  const claims = await readSignedClaims(native.content.toString('latin1'), binding);
  if (!claims) return { valid: false, fault: 'signature' };
  if (claims.iss !== binding.issuer) return { valid: false, fault: 'issuer' };
  if (!isAudience(claims, binding.clientId)) return { valid: false, fault: 'audience' };
  if (claims.nonce !== computeNonce(binding.bindingSecret, binding)) {
    return { valid: false, fault: 'nonce' };
  }
  const { documentSha256, attachmentSha256 } = binding;
  return { valid: true, claims, documentSha256, ...(attachmentSha256 ? { attachmentSha256 } : {}) };
}

async function readSignedClaims(idToken: string, binding: DocumentBinding): Promise<JWTPayload | undefined> {
  try {
    const verified = await compactVerify(idToken, createLocalJWKSet(binding.jwks), { algorithms: acceptedAlgorithms });
    return JSON.parse(Buffer.from(verified.payload).toString('utf8')) as JWTPayload;
  } catch {
    return undefined;
  }
}

/** OpenID Connect Core §3.1.3.7, items 3 to 5: we are an audience, and the party it was issued to if there are several. */
function isAudience(claims: JWTPayload, clientId: string): boolean {
  const audiences = [claims.aud ?? []].flat();
  if (!audiences.includes(clientId)) return false;
  return claims.azp === undefined ? audiences.length === 1 : claims.azp === clientId;
}

function readBinding(value: Record<string, unknown>): DocumentBinding | undefined {
  const { algorithm, bindingSecret, documentSha256, attachmentSha256, issuer, clientId, jwks } = value;
  const isComplete =
    areAttachments(attachmentSha256, documentSha256) &&
    algorithm === bindingAlgorithm({ attachmentSha256 }) &&
    typeof bindingSecret === 'string' &&
    Buffer.from(bindingSecret, 'base64url').length === 32 &&
    (documentSha256 === undefined || isSha256Hex(documentSha256)) &&
    typeof issuer === 'string' &&
    typeof clientId === 'string' &&
    Array.isArray((jwks as { keys?: unknown } | undefined)?.keys);
  return isComplete ? (value as unknown as DocumentBinding) : undefined;
}

/** There are none without a document. */
function areAttachments(digests: unknown, documentSha256: unknown): digests is string[] | undefined {
  if (digests === undefined) return true;
  return Array.isArray(digests) && digests.length > 0 && digests.every(isSha256Hex) && documentSha256 !== undefined;
}
