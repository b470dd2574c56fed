import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/*
 * file   = header | chunk* | name tag
 * header = "SEGLFILE" | version (1 byte, 1) | salt (32)
 * chunk  = ciphertext of 65536 bytes, fewer in the last one | tag (16)
 *
 * The chunks are AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce is a
 * prefix, the chunk's number (4 bytes) and one byte that is 1 in the last chunk, so that chunks cannot be moved, left
 * out or cut off. Every file has at least one chunk. Keys come from HKDF-SHA-256 (RFC 5869) of the master key with the
 * file's salt. The name tag, an HMAC of the content's hash and size, binds the file to its name: no other file of the
 * account can be put in its place, which ranges would not notice otherwise.
 */
const MAGIC = Buffer.from('SEGLFILE\u0001', 'latin1');
const SALT_BYTES = 32;
const KEY_BYTES = 32;
const NONCE_PREFIX_BYTES = 7;
const TAG_BYTES = 16;

export const HEADER_BYTES = MAGIC.length + SALT_BYTES;
export const NAME_TAG_BYTES = 32;
export const CHUNK_BYTES = 65_536;
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;

export interface FileCipher {
  header: Buffer;
  sealChunk(content: Uint8Array, index: number, isLast: boolean): Buffer[];
  /** Throws when the chunk is not the one of this file at this place. */
  openChunk(sealed: Buffer, index: number, isLast: boolean): Buffer;
  nameTag(sha256: string, sizeBytes: number): Buffer;
}

/** The cipher of a new file. */
export function newFileCipher(masterKey: Buffer, accountId: string): FileCipher {
  return cipherOf(masterKey, accountId, Buffer.concat([MAGIC, randomBytes(SALT_BYTES)]));
}

/** The cipher of a stored file, from its header; `undefined` when that is none. */
export function fileCipherFrom(masterKey: Buffer, accountId: string, header: Buffer): FileCipher | undefined {
  if (header.length !== HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  return cipherOf(masterKey, accountId, header);
}

function cipherOf(masterKey: Buffer, accountId: string, header: Buffer): FileCipher {
  const salt = header.subarray(MAGIC.length);
  const info = `segl file ${accountId}`;
  const bytes = Buffer.from(hkdfSync('sha256', masterKey, salt, info, 2 * KEY_BYTES + NONCE_PREFIX_BYTES));
  const chunkKey = bytes.subarray(0, KEY_BYTES);
  const nameKey = bytes.subarray(KEY_BYTES, 2 * KEY_BYTES);
  const noncePrefix = bytes.subarray(2 * KEY_BYTES);

  function nonceOf(index: number, isLast: boolean): Buffer {
    const nonce = Buffer.alloc(12);
    noncePrefix.copy(nonce);
    nonce.writeUInt32BE(index, NONCE_PREFIX_BYTES);
    nonce[11] = isLast ? 1 : 0;
    return nonce;
  }

  return {
    header,
    sealChunk(content, index, isLast) {
      const cipher = createCipheriv('aes-256-gcm', chunkKey, nonceOf(index, isLast));
      const sealed = cipher.update(content);
      cipher.final();
      return [sealed, cipher.getAuthTag()];
    },
    openChunk(sealed, index, isLast) {
      const decipher = createDecipheriv('aes-256-gcm', chunkKey, nonceOf(index, isLast));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      const content = decipher.update(sealed.subarray(0, -TAG_BYTES));
      decipher.final();
      return content;
    },
    nameTag(sha256, sizeBytes) {
      return createHmac('sha256', nameKey).update(`${sha256} ${sizeBytes}`).digest();
    },
  };
}

export function isSameTag(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Size of the content of a stored file of this size; `undefined` when no file has it. */
export function contentSize(storedBytes: number): number | undefined {
  const sealedBytes = storedBytes - HEADER_BYTES - NAME_TAG_BYTES;
  const size = sealedBytes - Math.ceil(sealedBytes / SEALED_CHUNK_BYTES) * TAG_BYTES;
  return sealedBytes >= TAG_BYTES && size >= 0 ? size : undefined;
}

/** How many chunks hold a content of this size. */
export function chunkCount(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / CHUNK_BYTES));
}
