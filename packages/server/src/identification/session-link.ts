import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Where the identification app is. */
export const APP_PATH = '/id';

/** The secret part of session URLs. It opens the page, so it is never the id, and cannot be found from it. */
export interface SessionLinks {
  /** The same for the same session, so that its URL can be answered again. */
  link(sessionId: string): string;
  /** The session of a link; `undefined` for anything that was not made here. */
  read(link: string): string | undefined;
}

const ID_BYTES = 16;
const SECRET_BYTES = 20;

/** base64url of the id and 160 bits of HMAC-SHA-256 of it under a key of its own. */
export function createSessionLinks(masterKey: Buffer): SessionLinks {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', masterKey, '', 'segl identification link v1', 32)));
  const secretOf = (id: Uint8Array) => createHmac('sha256', key).update(id).digest().subarray(0, SECRET_BYTES);
  return {
    link(sessionId) {
      const id = Buffer.from(sessionId.replaceAll('-', ''), 'hex');
      return Buffer.concat([id, secretOf(id)]).toString('base64url');
    },
    read(link) {
      const bytes = Buffer.from(link, 'base64url');
      if (bytes.length !== ID_BYTES + SECRET_BYTES || bytes.toString('base64url') !== link) return undefined;
      const id = bytes.subarray(0, ID_BYTES);
      if (!timingSafeEqual(bytes.subarray(ID_BYTES), secretOf(id))) return undefined;
      return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    },
  };
}
