import { createHash } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';

export const bindingAlgorithm = 'nonce = base64url(SHA-256(bindingSecret || documentSha256))';

/**
 * What is kept beside an id_token so that it proves, from itself and this alone, that the person logged in for exactly
 * one document: the login's nonce (OpenID Connect Core §2), which the provider signs, commits to the document's digest.
 * The secret keeps the provider from learning or guessing the digest, and makes every login's nonce its own.
 */
export interface DocumentBinding {
  /** `bindingAlgorithm`; without a document, the digest's bytes are simply absent from the input. */
  algorithm: string;
  /** 32 random bytes, base64url. */
  bindingSecret: string;
  /** Hex SHA-256 of the document's bytes; absent when the person only logged in. */
  documentSha256?: string;
  issuer: string;
  clientId: string;
  /** The provider's public keys under the id_token's key id, as published at the time. */
  jwks: JSONWebKeySet;
}

/** The nonce for a login. `bindingSecret` is base64url of 32 bytes, `documentSha256` is hex. */
export function computeNonce(bindingSecret: string, documentSha256: string | undefined): string {
  const hash = createHash('sha256').update(Buffer.from(bindingSecret, 'base64url'));
  if (documentSha256 !== undefined) hash.update(Buffer.from(documentSha256, 'hex'));
  return hash.digest('base64url');
}

export function isSha256Hex(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
}
