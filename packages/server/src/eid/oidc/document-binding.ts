import { createHash } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';

const oneFile = 'nonce = base64url(SHA-256(bindingSecret || documentSha256))';
const severalFiles =
  'nonce = base64url(SHA-256(bindingSecret || documentSha256 || attachmentSha256[0] || attachmentSha256[1] ...))';

/**
 * What is kept beside an id_token so that it proves, from itself and this alone, that the person logged in for exactly
 * this document, and these attachments where there are some: the login's nonce (OpenID Connect Core §2), which the
 * provider signs, commits to their digests. The secret keeps the provider from learning or guessing them, and makes every
 * login's nonce its own. All parts are 32 bytes long, so no two lists of files have the same input.
 */
export interface DocumentBinding {
  /** Of `bindingAlgorithm`; without a document, the digest's bytes are simply absent from the input. */
  algorithm: string;
  /** 32 random bytes, base64url. */
  bindingSecret: string;
  /** Hex SHA-256 of the document's bytes; absent when the person only logged in. */
  documentSha256?: string;
  /** Hex SHA-256 of each attachment that was signed with the document, in order; absent without any. */
  attachmentSha256?: readonly string[];
  issuer: string;
  clientId: string;
  /** The provider's public keys under the id_token's key id, as published at the time. */
  jwks: JSONWebKeySet;
}

/** What a login is for: a document, perhaps with attachments, or nothing but the login. */
export type BoundFiles = Pick<DocumentBinding, 'documentSha256' | 'attachmentSha256'>;

export function bindingAlgorithm({ attachmentSha256 = [] }: BoundFiles): string {
  return attachmentSha256.length === 0 ? oneFile : severalFiles;
}

/** The nonce for a login. `bindingSecret` is base64url of 32 bytes, the digests are hex. */
export function computeNonce(bindingSecret: string, { documentSha256, attachmentSha256 = [] }: BoundFiles): string {
  const hash = createHash('sha256').update(Buffer.from(bindingSecret, 'base64url'));
  for (const digest of [documentSha256 ?? '', ...attachmentSha256]) hash.update(Buffer.from(digest, 'hex'));
  return hash.digest('base64url');
}

export function isSha256Hex(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
}

/** What the person sees at the provider about the document: title first, then its digest. Nothing without a title. */
export function shownLines(
  document: { documentTitle?: string; documentSha256?: string },
  maxTitleLength: number,
): string | undefined {
  if (document.documentTitle === undefined || document.documentSha256 === undefined) return undefined;
  const title = document.documentTitle.replace(/\s+/g, ' ').trim().slice(0, maxTitleLength);
  const digest = document.documentSha256.slice(0, 16).match(/.{4}/g)!.join(' ');
  return `${title}\nSHA-256 ${digest} …`;
}
