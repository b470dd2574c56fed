import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { atMost } from '../kernel/memory/at-most.ts';

/** What a sign URL stands for. Ids only: the token ends up in mails, logs of others and browser histories. */
export interface SignLink {
  documentId: string;
  signerId: string;
  accountId: string;
  /** Counts up when the link is replaced; older links stop working. */
  rotation: number;
}

export interface SignLinks {
  /** The token of `…/start?jwt=`; the same for the same link, so that a signer's URL is stable. */
  token(link: SignLink): string;
  /** `undefined` for anything that was not issued here. */
  read(token: string): SignLink | undefined;
  /** The same link in 22 characters, for SMS; it means something only where its hash is stored. */
  shortCode(link: SignLink): string;
  /** A code that starts one session; valid for a minute. */
  bootCode(sessionId: string, link: SignLink, now: Date): string;
  readBootCode(code: string, now: Date): { sessionId: string; link: SignLink } | undefined;
}

/** 128 bits, as 22 characters of base64url. */
const SHORT_CODE_BYTES = 16;
const BOOT_CODE_SECONDS = 60;
/** Documents that callers poll answer the same links again and again. */
const REMEMBERED_LINKS = 10_000;

/**
 * Sign links and boot codes are compact JWS (RFC 7515) under HMAC-SHA-256, each with a key of its own derived from the
 * master key, so that neither can stand in for the other.
 */
export function createSignLinks(masterKey: Buffer): SignLinks {
  const linkKey = derivedKey(masterKey, 'segl sign link v1');
  const bootKey = derivedKey(masterKey, 'segl boot code v1');
  const shortKey = derivedKey(masterKey, 'segl short link v1');
  const linkHeader = encode({ alg: 'HS256', typ: 'sign-link+jwt', kid: 'sign-link-1' });
  const bootHeader = encode({ alg: 'HS256', typ: 'boot-code+jwt', kid: 'boot-code-1' });

  const tokens = new LRUCache<string, string>(atMost(REMEMBERED_LINKS));

  return {
    token({ documentId, signerId, accountId, rotation }) {
      const key = `${documentId} ${signerId} ${accountId} ${rotation}`;
      let token = tokens.get(key);
      if (token === undefined) {
        token = seal(linkKey, linkHeader, { d: documentId, s: signerId, a: accountId, r: rotation });
        tokens.set(key, token);
      }
      return token;
    },
    shortCode({ documentId, signerId, accountId, rotation }) {
      const mac = createHmac('sha256', shortKey).update(`${documentId} ${signerId} ${accountId} ${rotation}`).digest();
      return mac.subarray(0, SHORT_CODE_BYTES).toString('base64url');
    },
    read(token) {
      const claims = open(linkKey, linkHeader, token);
      return claims && linkOf(claims);
    },
    bootCode(sessionId, link, now) {
      const exp = Math.floor(now.getTime() / 1000) + BOOT_CODE_SECONDS;
      return seal(bootKey, bootHeader, {
        i: sessionId,
        exp,
        d: link.documentId,
        s: link.signerId,
        a: link.accountId,
        r: link.rotation,
      });
    },
    readBootCode(code, now) {
      const claims = open(bootKey, bootHeader, code);
      const link = claims && linkOf(claims);
      if (!link || typeof claims?.exp !== 'number' || typeof claims.i !== 'string') return undefined;
      return now.getTime() / 1000 < claims.exp ? { sessionId: claims.i, link } : undefined;
    },
  };
}

/** What is stored of a short code: whoever reads the table cannot open a document with it. */
export function shortCodeHash(code: string): Buffer {
  return createHash('sha256').update(code).digest();
}

function linkOf(claims: Record<string, unknown>): SignLink | undefined {
  const { d, s, a, r } = claims;
  if (typeof d !== 'string' || typeof s !== 'string' || typeof a !== 'string' || typeof r !== 'number')
    return undefined;
  return { documentId: d, signerId: s, accountId: a, rotation: r };
}

function derivedKey(masterKey: Buffer, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', masterKey, '', purpose, 32)));
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function seal(key: KeyObject, header: string, claims: object): string {
  const content = `${header}.${encode(claims)}`;
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
}

/** The header must be exactly ours: no algorithm is negotiated. */
function open(key: KeyObject, header: string, token: string): Record<string, unknown> | undefined {
  const parts = token.split('.');
  if (parts.length !== 3 || parts[0] !== header) return undefined;
  const expected = createHmac('sha256', key).update(`${parts[0]}.${parts[1]}`).digest();
  const given = Buffer.from(parts[2]!, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  try {
    return JSON.parse(Buffer.from(parts[1]!, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
